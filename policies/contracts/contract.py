"""What a contract is, and how the contract of a chart is found: by the name of its file."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Final

from crema.policies.contracts.chart import defaults, version_of
from crema.policies.model.datasources import ProvisioningFile
from crema.policies.model.helm import Release
from crema.policies.model.manifest import ref_of
from crema.policies.model.servers import Server
from crema.policies.model.values import Json

LARGEST_ANNOTATION: Final = 262144
"""Bytes that all annotations of an object may have together.
https://github.com/kubernetes/apimachinery/blob/master/pkg/api/validation/objectmeta.go
"""
_HERE: Final = Path(__file__).resolve().parent
_NAME: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class GrafanaPart:
    """What a release brings to Grafana: provisioning files, and servers."""

    files: tuple[ProvisioningFile, ...] = ()
    servers: tuple[Server, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """A port of a container of the pods that a workload makes."""

    kind: str
    namespace: str
    name: str
    container: str
    number: int


def _nothing(_release: Release) -> GrafanaPart:
    return GrafanaPart()


def _no_gap(_release: Release) -> str:
    return ""


def _no_ports(_release: Release) -> Iterable[Port]:
    return ()


def _no_objects(_release: Release) -> Iterable[dict[str, Json]]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """One chart, from version `since` up to and without `until`, as it renders.

    `grafana` says which datasources and servers a release brings; the default is none at all. `rendered` are the objects that Argo CD
    applies for it, custom resource definitions and Helm's hooks among them (of tests none, which Argo CD leaves out); `made` those that
    its operators and jobs then make of them. Bodies have apiVersion, kind, name and namespace, and of the rest what policies rely on.
    `silent`: ports that containers declare and on which nothing listens. `gap`: why more may come than `rendered` says, or empty.
    """

    chart: str
    since: tuple[int, int, int]
    until: tuple[int, int, int]
    grafana: Callable[[Release], GrafanaPart] = field(default=_nothing)
    rendered: Callable[[Release], Iterable[dict[str, Json]]] = field(default=_no_objects)
    made: Callable[[Release], Iterable[dict[str, Json]]] = field(default=_no_objects)
    silent: Callable[[Release], Iterable[Port]] = field(default=_no_ports)
    gap: Callable[[Release], str] = field(default=_no_gap)

    @property
    def range(self) -> str:
        """The versions in words."""
        return f"{'.'.join(map(str, self.since))} up to and without {'.'.join(map(str, self.until))}"

    @property
    def brings_datasources(self) -> bool:
        """Whether this chart can bring anything to a Grafana."""
        return self.grafana is not _nothing

    def objects(self, release: Release) -> Iterator[dict[str, Json]]:
        """Every object that there is because of a release. Of a version that the contract does not cover it says nothing."""
        if self.covers(release.version):
            yield from self.rendered(release)
            yield from self.made(release)

    def needs(self, release: Release) -> frozenset[tuple[str, str, str]]:
        """Group, kind and namespace (empty for the cluster) of what Argo CD applies: a project has to permit each."""
        bodies = self.rendered(release) if self.covers(release.version) else ()
        return frozenset((ref.group, ref.kind, ref.namespace) for ref in map(ref_of, bodies))

    def big_kinds(self, release: Release) -> frozenset[str]:
        """Names of the definitions that a release brings and that are too big for the annotation of a client-side apply."""
        sizes = {one.name: one.bytes for one in defaults(self.chart).definitions}
        brought = self.rendered(release) if self.covers(release.version) else ()
        names = (ref_of(body).name for body in brought if body["kind"] == "CustomResourceDefinition")
        return frozenset(name for name in names if sizes.get(name, 0) > LARGEST_ANNOTATION)

    def covers(self, version: str) -> bool:
        """Whether a chart version, as `targetRevision` writes it, is one that the contract was established for."""
        found = version_of(version)
        return found is not None and self.since <= found < self.until


@lru_cache(maxsize=256)
def contract_for(chart: str) -> Contract | None:
    """The contract of a chart; None when there is no file for it."""
    module = chart.replace("-", "_")
    if not _NAME.fullmatch(chart) or not (_HERE / f"{module}.py").is_file():
        return None
    found = getattr(import_module(f"crema.policies.contracts.{module}"), "CONTRACT", None)
    return found if isinstance(found, Contract) else None
