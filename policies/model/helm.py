"""Helm charts that Argo CD installs: which chart, under which name, with which values.

Precedence of values, lowest first: the chart's own, files, `values` or (in its place) `valuesObject`, `parameters`.
Source: https://argo-cd.readthedocs.io/en/stable/user-guide/helm/#values
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from crema.policies.model.documents import Json, Unreadable, read_documents
from crema.policies.model.manifest import Manifest
from crema.policies.model.node import Node, UnknownShape
from crema.policies.model.scalars import resolve
from crema.policies.model.world import World

_STEP: Final = re.compile(r"\[(?P<position>\d+)\]|(?P<key>(?:\\.|[^.\[\\])+)\.?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """What a user set on top of a chart's defaults. `place` says where, so that a finding can point at it."""

    merged: dict[str, Json]
    written: Node | None
    parameters: dict[tuple[str, ...], Node]

    def has(self, *keys: str) -> bool:
        """Whether the user set this value, to null included: null removes the chart's default."""
        found, _ = self._look(keys)
        return found

    def get(self, default: Json, *keys: str) -> Json:
        """The value at a chain of keys, or the chart's default where the user set nothing."""
        found, value = self._look(keys)
        return value if found else default

    def true(self, default: bool, *keys: str) -> bool:
        """The value as a template's `if` takes it: the text "false" is true, as for Helm."""
        return bool(self.get(default, *keys))

    def place(self, otherwise: Node, *keys: str) -> Node:
        """Where the value was set, as deep as there is something; `otherwise` when it was not set at all."""
        if keys in self.parameters:
            return self.parameters[keys]
        if self.written is None or not self.has(*keys):
            return otherwise
        return self.written.get(*keys) or self.written

    def _look(self, keys: tuple[str, ...]) -> tuple[bool, Json]:
        here: Json = self.merged
        for key in keys:
            if here is None:
                return True, None
            if not isinstance(here, dict) or key not in here:
                return False, None
            here = here[key]
        return True, here


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One chart that an Application installs. `unread`: why its values are not all known (files elsewhere), or
    empty.
    """

    manifest: Manifest
    source: Node
    chart: str
    version: str
    name: str
    namespace: str
    values: Values
    unread: str

    def __str__(self) -> str:
        """The Application and the chart, as reports write them."""
        return f"{self.manifest} (chart {self.chart} {self.version})"


def releases(world: World) -> Iterator[Release]:
    """Every chart that the Applications of a world install."""
    for manifest in world.of("argoproj.io", "Application"):
        spec = manifest.root.get("spec")
        if spec is not None:
            single = spec.get("source")
            for source in spec.items("sources") or ((single,) if single is not None else ()):
                if (chart := source.text("chart")) is not None:
                    yield _release(manifest, spec, source, chart)


def _release(manifest: Manifest, spec: Node, source: Node, chart: str) -> Release:
    helm = source.get("helm")
    written, why = _written(helm) if helm is not None else (None, "")
    if helm is not None and (helm.items("valueFiles") or helm.items("fileParameters")):
        why = "its values come from files that are not in the manifest"
    merged = dict(written.mapping()) if written is not None else {}
    parameters: dict[tuple[str, ...], Node] = {}
    for parameter in helm.items("parameters") if helm is not None else ():
        keys = _path(parameter.text("name") or "")
        text = parameter.text("value") or ""
        parameters[keys] = parameter.get("value") or parameter
        merged = _set(merged, keys, text if parameter.flag("forceString") else resolve(text))
    return Release(
        manifest=manifest,
        source=source.get("chart") or source,
        chart=chart.rpartition("/")[2],
        version=source.text("targetRevision") or "",
        name=(helm.text("releaseName") if helm is not None else None) or manifest.ref.name,
        namespace=spec.text("destination", "namespace") or "",
        values=Values(merged=merged, written=written, parameters=parameters),
        unread=why,
    )


def _written(helm: Node) -> tuple[Node | None, str]:
    """The top of the values that the Application itself carries; `valuesObject` takes the place of `values`."""
    whole = helm.get("valuesObject")
    if whole is not None:
        whole.mapping()
        return whole, ""
    text = helm.get("values")
    if text is None:
        return None, ""
    if not isinstance(text.value, str):
        raise UnknownShape(text, "text")
    try:
        body = next((document.body for document in read_documents(text.value)), None)
    except Unreadable as broken:
        return None, f"its values cannot be read: {broken.why}"
    return (text.embedded(body), "") if isinstance(body, dict) else (None, "")


def _path(name: str) -> tuple[str, ...]:
    r"""`a.b\.c[0]` is the path a, b.c, 0."""
    return tuple(step["position"] or re.sub(r"\\(.)", r"\1", step["key"]) for step in _STEP.finditer(name))


def _set(values: dict[str, Json], keys: tuple[str, ...], value: Json) -> dict[str, Json]:
    """A copy of the values in which one is set; lists are only replaced, not extended."""
    if not keys:
        return values
    head, *rest = keys
    if not rest:
        return values | {head: value}
    below = values.get(head)
    if isinstance(below, list) and rest[0].isdecimal() and int(rest[0]) < len(below):
        position = int(rest[0])
        item = below[position]
        deeper = _set(item, tuple(rest[1:]), value) if isinstance(item, dict) and len(rest) > 1 else value
        return values | {head: [*below[:position], deeper, *below[position + 1 :]]}
    return values | {head: _set(below if isinstance(below, dict) else {}, tuple(rest), value)}
