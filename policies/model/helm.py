"""Helm charts that Argo CD installs: which chart, under which name, with which values.

Precedence of values, lowest first: the chart's own, files, `values` or (in its place) `valuesObject`, `parameters`.
Source: https://argo-cd.readthedocs.io/en/stable/user-guide/helm/#values
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from crema.policies.model.documents import Json, Unreadable, first_body
from crema.policies.model.manifest import Manifest
from crema.policies.model.node import Node, UnknownShape
from crema.policies.model.world import World

_OURS: Final = frozenset({"", "in-cluster", "https://kubernetes.default.svc"})
_WHOLE: Final = re.compile(r"0|[-+]?[1-9][0-9]{0,17}")
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

    def node(self, *keys: str) -> Node | None:
        """The value at a chain of keys with the place where it was set; None where the user set nothing or null."""
        value = self.get(None, *keys)
        if value is None:
            return None
        written: Node | None = self.written
        for key in keys:
            known = written is not None and isinstance(written.value, dict)
            written = written.get(key) if known and written is not None else None
        if written is not None and written.value == value:
            return written
        set_by = next((node for path, node in self.parameters.items() if path[: len(keys)] == keys), written or self.written)
        return None if set_by is None else replace(set_by, value=value)

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
    empty. `cluster`: the cluster it goes to, empty for the one in which Argo CD runs.
    """

    manifest: Manifest
    source: Node
    chart: str
    version: str
    name: str
    namespace: str
    cluster: str
    values: Values
    unread: str

    def __str__(self) -> str:
        """The Application and the chart, as reports write them."""
        return f"{self.manifest} (chart {self.chart} {self.version})"


def releases(world: World) -> Iterator[Release]:
    """Every chart that the Applications of a world install, and those that ApplicationSets have in their template.

    In somebody's directory one Application written twice stands for two environments, of which one is taken.
    """
    return world.once(_releases)


def every_release(world: World) -> Iterator[Release]:
    """The same, with each environment's own where one directory has several."""
    return world.once(_every_release)


def _releases(world: World) -> Iterator[Release]:
    taken: dict[object, Manifest] = {}
    for release in every_release(world):
        first = taken.setdefault(release.manifest.ref, release.manifest)
        if world.closed or first is release.manifest:
            yield release


def _every_release(world: World) -> Iterator[Release]:
    for manifest in world.of("argoproj.io", "Application", "ApplicationSet"):
        top = manifest.root if manifest.ref.kind == "Application" else manifest.root.get("spec", "template")
        spec = top.get("spec") if top is not None else None
        if spec is None or top is None:
            continue
        single = spec.get("source")
        for source in spec.items("sources") or ((single,) if single is not None else ()):
            if (chart := _chart(source)) is not None:
                yield _release(manifest, top, spec, source, chart)


def _chart(source: Node) -> Node | None:
    """Where a source names its chart: `chart`; without it the end of an OCI repository's URL, or of the path in git
    of something that has Helm's settings. Source: https://argo-cd.readthedocs.io/en/stable/user-guide/oci/
    """
    chart = source.get("chart")
    if chart is not None:
        return chart
    if (source.text("repoURL") or "").startswith("oci://"):
        return source.get("repoURL")
    return source.get("path") if source.get("helm") is not None else None


def _release(manifest: Manifest, top: Node, spec: Node, source: Node, chart: Node) -> Release:
    helm = source.get("helm")
    written, why = _written(helm) if helm is not None else (None, "")
    name = str(chart.value).rstrip("/").rpartition("/")[2]
    cluster = spec.text("destination", "server") or spec.text("destination", "name") or ""
    if helm is not None and (helm.items("valueFiles") or helm.items("fileParameters")):
        why = "its values come from files that are not in the manifest"
    merged = dict(written.mapping()) if written is not None else {}
    parameters: dict[tuple[str, ...], Node] = {}
    for parameter in helm.items("parameters") if helm is not None else ():
        keys = _path(parameter.text("name") or "")
        text = parameter.text("value") or ""
        parameters[keys] = parameter.get("value") or parameter
        merged = _set(merged, keys, _typed(text, as_text=bool(parameter.flag("forceString"))))
    return Release(
        manifest=manifest,
        source=chart,
        chart=name,
        version=(source.text("targetRevision") or "").removeprefix(f"{name}-"),
        name=(helm.text("releaseName") if helm is not None else None) or top.text("metadata", "name") or manifest.ref.name,
        namespace=spec.text("destination", "namespace") or "",
        cluster="" if cluster in _OURS else cluster,
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
        body = first_body(text.value)
    except Unreadable as broken:
        return None, f"its values cannot be read: {broken.why}"
    why = "" if body is None or isinstance(body, dict) else "its values are not a mapping"
    return (text.embedded(body), "") if isinstance(body, dict) else (None, why)


def _path(name: str) -> tuple[str, ...]:
    r"""`a.b\.c[0]` is the path a, b.c, 0."""
    return tuple(step["position"] or re.sub(r"\\(.)", r"\1", step["key"]) for step in _STEP.finditer(name))


def _typed(text: str, *, as_text: bool) -> Json:
    """The value of a parameter as `helm --set` (or `--set-string`) reads it; `{a,b}` is a list.

    Source: https://github.com/helm/helm/blob/main/pkg/strvals/parser.go (typedVal)
    """
    if text.startswith("{") and text.endswith("}"):
        return [_typed(item.strip(), as_text=as_text) for item in text[1:-1].split(",") if item.strip()]
    words: dict[str, Json] = {"true": True, "false": False, "null": None}
    if as_text or (text.lower() not in words and not _WHOLE.fullmatch(text)):
        return text
    return words[text.lower()] if text.lower() in words else int(text)


def _set(values: dict[str, Json], keys: tuple[str, ...], value: Json) -> dict[str, Json]:
    """A copy of the values in which one is set. An item of a list is set in its place, or added at the end."""
    if not keys:
        return values
    head, *rest = keys
    if not rest:
        return values | {head: value}
    below = values.get(head)
    listed = below if isinstance(below, list) else [] if below is None else None
    if listed is not None and rest[0].isdecimal():
        position = min(int(rest[0]), len(listed))
        item = listed[position] if position < len(listed) else None
        deeper = _set(item if isinstance(item, dict) else {}, tuple(rest[1:]), value) if len(rest) > 1 else value
        return values | {head: [*listed[:position], deeper, *listed[position + 1 :]]}
    return values | {head: _set(below if isinstance(below, dict) else {}, tuple(rest), value)}
