"""A Kubernetes object as data, before cdk8s sees it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple


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

    `namespace` is None where the chart's own namespace applies (cdk8s fills it in).
    """

    api_version: str
    kind: str
    name: str
    namespace: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
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
        return {"apiVersion": self.api_version, "kind": self.kind, "metadata": metadata, **self.body}


def ref_of(body: Mapping[str, Any]) -> Ref:
    """The ref of an object: its version is no part of it (the API server converts between versions)."""
    group, _, _ = str(body["apiVersion"]).rpartition("/")
    metadata = body["metadata"]
    return Ref(group, str(body["kind"]), str(metadata.get("namespace", "")), str(metadata["name"]))
