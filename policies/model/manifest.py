"""One Kubernetes object as data: its ref, its body, the file it was read from and the chart that made it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from crema.policies.model.documents import Json
from crema.policies.model.doubts import Doubt
from crema.policies.model.node import Node

Origin = Literal["synthesised", "foreign", "rendered"]

_MADE_FROM: Final = re.compile(r"# Generated from (?P<source>.+) (?P<construct>\S+)\. Do not edit\.")
_ENVIRONMENT: Final = re.compile(r"# .*\(environment: (?P<environment>[^()]+)\)\.?")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Ref:
    """What makes an object itself: two manifests with one ref are two claims to one object.

    The version of the API is not part of it: `apps/v1` and `apps/v1beta1` name the same Deployment.
    `group` is empty for the core group, `namespace` for cluster-scoped objects and where the manifest leaves it out.
    """

    group: str
    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        """`Ingress/shop/order`, or `Namespace/shop` for an object without a namespace."""
        return "/".join(part for part in (self.kind, self.namespace, self.name) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What the three comment lines above a synthesised manifest say of its origin."""

    source: str
    construct: str
    environment: str


def read_header(text: str) -> Header | None:
    """The header of a file that crema wrote; None for anybody else's file."""
    lines = text[:2000].splitlines()[:2]
    if len(lines) < 2:
        return None
    made_from, environment = _MADE_FROM.fullmatch(lines[0]), _ENVIRONMENT.fullmatch(lines[1])
    if made_from is None or environment is None:
        return None
    return Header(source=made_from["source"], construct=made_from["construct"], environment=environment["environment"])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Manifest:
    """One object. Compared by identity: the same object written twice is two manifests with equal refs.

    `file` can be opened from the working directory; `index` counts the documents of that file from 0; `base` is the
    JSON pointer of the object inside its document (not empty only for the items of a List). `doubts` say where another
    reader of the same YAML would differ.
    """

    ref: Ref
    api_version: str
    body: dict[str, Json]
    file: str
    index: int = 0
    base: str = ""
    header: Header | None = None
    environment: str = ""
    app: str = ""
    bootstrap: bool = False
    origin: Origin = "foreign"
    doubts: tuple[Doubt, ...] = ()

    def __str__(self) -> str:
        """The ref, as reports write it."""
        return str(self.ref)

    @property
    def root(self) -> Node:
        """The body as a node, from which policies read so that every place they touch can be reported."""
        return Node(manifest=self, value=self.body, pointer="")


def ref_of(body: dict[str, Json]) -> Ref:
    """The ref of an object that has apiVersion and kind. Missing names are empty: the schema policy speaks of them."""
    api_version, metadata = str(body["apiVersion"]), body.get("metadata")
    named = metadata if isinstance(metadata, dict) else {}
    return Ref(
        group=api_version.rpartition("/")[0],
        kind=str(body["kind"]),
        namespace=_text(named.get("namespace")),
        name=_text(named.get("name")) or _text(named.get("generateName")),
    )


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""
