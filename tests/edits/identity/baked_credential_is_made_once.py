"""Edits that identity-baked-credential-is-made-once finds."""

from tests.edits.body import at, drop
from tests.edits.edit import Body, Edit


def _is_the_databases(body: Body) -> bool:
    return at(body, "spec", "target", "name") in {"mysql-secret", "mysql-root"}


def _hourly(body: Body) -> bool:
    body["spec"] |= {"refreshPolicy": "Periodic", "refreshInterval": "1h0m0s"}
    body["spec"]["target"]["immutable"] = False
    return _is_the_databases(body)


def _on_change(body: Body) -> bool:
    body["spec"]["refreshPolicy"] = "OnChange"
    body["spec"]["target"]["immutable"] = False
    return _is_the_databases(body)


def _by_default(body: Body) -> bool:
    for way in (("refreshPolicy",), ("refreshInterval",), ("target", "immutable")):
        drop(body, "spec", *way)
    return _is_the_databases(body)


def _edit(name: str, change: object) -> Edit:
    assert callable(change)
    return Edit(name=name, kinds=("ExternalSecret",), change=change, environments=("local",), everywhere=True)


EDITS = (_edit("every hour", _hourly), _edit("whenever it changes", _on_change), _edit("nothing is said of it", _by_default))
