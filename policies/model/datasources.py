"""Grafana's datasource provisioning files, read as Grafana reads them.

`apiVersion` above 0 is today's schema (orgId, isDefault); 0 or none is the old one (org_id, is_default), in which the
newer names mean nothing. An organisation of 0 is the first one. A default is what Go's strconv.ParseBool calls true.
Source: https://github.com/grafana/grafana/tree/main/pkg/services/provisioning/datasources
"""

import re
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Iterator, Set
from dataclasses import dataclass
from typing import Final

from crema.policies.model.documents import Json, Unreadable, first_body
from crema.policies.model.manifest import Manifest, Ref
from crema.policies.model.node import Node
from crema.policies.model.world import World

FIRST_ORGANISATION: Final = "1"
_TRUE: Final = frozenset({"1", "t", "T", "TRUE", "true", "True"})
_FALSE: Final = frozenset({"0", "f", "F", "FALSE", "false", "False", ""})


@dataclass(frozen=True, slots=True, kw_only=True)
class Datasource:
    """One datasource. `default` is None when only Grafana's own environment can say. `name` never shows a Secret's
    text.

    `place` is where a default is switched off: the isDefault value, else what stands for the datasource. `switch` is
    the imperative that does it. `brought_by`: the chart that brings it by itself.
    """

    name: str
    type: str
    organisation: str
    default: bool | None
    place: Node
    switch: str
    brought_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A place in a provisioning file that Grafana refuses to read, and why."""

    place: Node
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisioningFile:
    """A file of datasources, with the label by which a sidecar picks it up (empty: mounted straight into a Grafana).
    `cluster`: that of the chart that brings it, None when it may go to any.
    """

    namespace: str
    labels: dict[str, str]
    top: Node
    datasources: tuple[Datasource, ...]
    broken: tuple[Broken, ...] = ()
    cluster: str | None = None


def labelled_files(world: World, marks: Set[str]) -> Iterator[ProvisioningFile]:
    """The files in ConfigMaps and Secrets that look like datasource provisioning: `*.yaml` or `*.yml` keys, as
    Grafana reads them, of objects that carry one of the labels by which a sidecar finds them.

    In somebody's directory one object written twice stands for two environments, of which one is taken.
    """
    seen: set[Ref] = set()
    for manifest in world.of("", "ConfigMap", "Secret"):
        if manifest.ref in seen and not world.closed:
            continue
        seen.add(manifest.ref)
        labels = manifest.root.get("metadata")
        carried = labels.texts("labels") if labels is not None else {}
        if not marks.isdisjoint(carried):
            for name, node in _texts(manifest):
                if name.endswith((".yaml", ".yml")):
                    yield read_file(node, manifest.ref.namespace, carried)


def read_file(node: Node, namespace: str, labels: dict[str, str]) -> ProvisioningFile:
    """A provisioning file from a node that holds its text, or already its content (a mapping in a chart's values)."""
    secret = node.manifest.ref.kind == "Secret"
    try:
        top = node if isinstance(node.value, dict) else node.embedded(_body(node))
    except Unreadable as unreadable:
        why = "is not YAML" if secret else f"is not YAML that Grafana can read: {unreadable.why}"
        return ProvisioningFile(namespace=namespace, labels=labels, top=node, datasources=(), broken=(Broken(place=node, why=why),))
    if top.value is None:
        return ProvisioningFile(namespace=namespace, labels=labels, top=node, datasources=())
    if not isinstance(top.value, dict):
        broken = Broken(place=node, why=f"is {top.shape}; Grafana reads a mapping with the key datasources")
        return ProvisioningFile(namespace=namespace, labels=labels, top=node, datasources=(), broken=(broken,))
    listed = top.value.get("datasources")
    if listed is not None and not isinstance(listed, list):
        broken = Broken(place=top.child("datasources", listed), why="is not a list of datasources")
        return ProvisioningFile(namespace=namespace, labels=labels, top=node, datasources=(), broken=(broken,))
    version = top.value.get("apiVersion")
    if version is not None and (isinstance(version, bool) or not isinstance(version, int)):
        broken = Broken(place=top.child("apiVersion", version), why="is not a whole number")
        return ProvisioningFile(namespace=namespace, labels=labels, top=node, datasources=(), broken=(broken,))
    return read_list(node, top.child("datasources", listed or []), namespace, labels, old=not version)


def read_list(node: Node, listed: Node, namespace: str, labels: dict[str, str], old: bool = False) -> ProvisioningFile:
    """The datasources of a list; `node` stands for the whole file."""
    datasources: list[Datasource] = []
    broken: list[Broken] = []
    for item in listed.items():
        if isinstance(item.value, dict):
            one = _datasource(item, old=old)
            (datasources if isinstance(one, Datasource) else broken).append(one)  # type: ignore[arg-type]
        else:
            broken.append(Broken(place=item, why=f"is {item.shape}; Grafana reads a datasource, which is a mapping"))
    return ProvisioningFile(namespace=namespace, labels=labels, top=node, datasources=tuple(datasources), broken=tuple(broken))


def truth(value: Json) -> bool | None:
    """What Grafana takes a boolean's text for; None when it is an environment variable. Raises ValueError for the
    rest.
    """
    if value is None or isinstance(value, bool):
        return bool(value)
    text = str(value)
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    if "$" in text:
        return None
    raise ValueError(text)


def _datasource(item: Node, *, old: bool) -> Datasource | Broken:
    key, organisation = ("is_default", "org_id") if old else ("isDefault", "orgId")
    secret = item.manifest.ref.kind == "Secret"
    place = item.get(key)
    name = str(item.mapping().get("name") or "without a name")
    try:
        default = truth(None if place is None else place.value)
    except ValueError:
        return Broken(place=place or item, why="is not true or false, which is all that Grafana takes for a default")
    try:
        owner = _organisation(item.mapping().get(organisation))
    except ValueError:
        return Broken(place=item.get(organisation) or item, why="is not the number of an organisation")
    return Datasource(
        name=f"a datasource of {item.manifest}" if secret else name,
        type=str(item.mapping().get("type") or ""),
        organisation=owner,
        default=default,
        place=place or item,
        switch=f"set {key} to false on it",
    )


def _organisation(value: Json) -> str:
    """The organisation's number, or the environment variable that holds it. Raises ValueError for the rest."""
    text = "" if value is None else str(value)
    if "$" not in text and not re.fullmatch("-?[0-9]*", text):
        raise ValueError(text)
    return FIRST_ORGANISATION if text in {"", "0"} else text


def _body(node: Node) -> Json:
    text = node.value
    if node.pointer.startswith("/data/") and node.manifest.ref.kind == "Secret":
        try:
            text = b64decode(str(text), validate=True).decode("utf-8")
        except (NotBase64, UnicodeDecodeError):
            raise Unreadable(1, "not base64 of UTF-8 text") from None
    if not isinstance(text, str):
        return text
    return first_body(text)


def _texts(manifest: Manifest) -> Iterator[tuple[str, Node]]:
    texts = dict(manifest.root.entries("data"))
    if manifest.ref.kind == "Secret":
        texts |= dict(manifest.root.entries("stringData"))
    yield from texts.items()
