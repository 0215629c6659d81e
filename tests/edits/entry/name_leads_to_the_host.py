"""Edits that entry-name-leads-to-the-host finds."""

import re

from tests.edits.body import at
from tests.edits.edit import Body, Edit
from tests.edits.ways import mappings

_FIGURES = re.compile(r"(\d+)\.nip\.io")


def _renamed(body: Body, figure: str) -> bool:
    rules = [rule for rule in at(body, "spec", "rules") or [] if _FIGURES.search(rule["host"])]
    for rule in rules:
        rule["host"] = _FIGURES.sub(figure, rule["host"])
    return bool(rules)


def _bound(body: Body) -> bool:
    for mapping in mappings(body):
        mapping["listenAddress"] = "127.0.0.1"
    return bool(mappings(body))


EDITS = (
    Edit(
        name="another machine's address",
        kinds=("Ingress",),
        change=lambda body: _renamed(body, "41.nip.io"),
        environments=("local",),
        said="the cluster is on one machine",
        everywhere=True,
    ),
    Edit(
        name="no such address",
        kinds=("Ingress",),
        change=lambda body: _renamed(body, "1400.nip.io"),
        environments=("local",),
        said="no address in it",
        everywhere=True,
    ),
    Edit(name="the ports on the loopback", kinds=("kind.yaml",), change=_bound, environments=("local",), said="listens on 127.0.0.1 only"),
)
