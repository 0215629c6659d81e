"""A Kubernetes object as data, before cdk8s sees it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

# In bytes. https://kubernetes.io/docs/concepts/configuration/configmap/#motivation
LARGEST_CONFIG_MAP = 2**20


class Ref(NamedTuple):
    """What tells one object of a cluster from every other."""

    group: str
    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return "/".join(part for part in (self.kind, self.namespace, self.name) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a generator's `build` gives: identity and metadata apart, every other top-level field in `body`.

    `namespace` is None where the chart's own namespace applies (cdk8s fills it in). `finalizers` keep the object until whoever they name
    has cleaned up after it.
    """

    api_version: str
    kind: str
    name: str
    namespace: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    finalizers: tuple[str, ...] = ()
    body: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ref(self) -> Ref:
        """Its ref; the namespace is empty where the chart will give one."""
        return ref_of(self.as_dict())

    def as_dict(self) -> dict[str, Any]:
        """The object as Kubernetes knows it; empty metadata is left out."""
        metadata: dict[str, Any] = {"name": self.name}
        if self.namespace is not None:
            metadata["namespace"] = self.namespace
        if self.labels:
            metadata["labels"] = dict(self.labels)
        if self.annotations:
            metadata["annotations"] = dict(self.annotations)
        if self.finalizers:
            metadata["finalizers"] = list(self.finalizers)
        return {"apiVersion": self.api_version, "kind": self.kind, "metadata": metadata, **self.body}


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file that a person or a program reads when a cluster is made: settings of kind, values of a chart, facts, a first object.

    It has the `name` it is read by, rather than one made of a kind, and cdk8s never sees it.
    """

    name: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What no manifest can say, such as the path a container serves: `body` under `key` of a `section` of the facts.

    The key of a `namespaced` one is `<namespace>/<name>`; the chart's namespace is put before the name that a generator gives.
    """

    section: str
    key: str
    body: Mapping[str, Any]
    namespaced: bool = False


def is_object(body: Mapping[str, Any]) -> bool:
    """Whether this is an object of a cluster: it has an API version, a kind and a name."""
    metadata = body.get("metadata")
    named = isinstance(metadata, Mapping) and bool(metadata.get("name"))
    return named and bool(body.get("apiVersion")) and bool(body.get("kind"))


def ref_of(body: Mapping[str, Any]) -> Ref:
    """The ref of an object: its version is no part of it (the API server converts between versions)."""
    group, _, _ = str(body["apiVersion"]).rpartition("/")
    metadata = body["metadata"]
    return Ref(group, str(body["kind"]), str(metadata.get("namespace", "")), str(metadata["name"]))
