"""What a contract is, and how the contract of a chart is found: by the name of its file."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Final

from crema.policies.model.datasources import ProvisioningFile
from crema.policies.model.helm import Release
from crema.policies.model.servers import Server
from crema.policies.model.values import Json

_HERE: Final = Path(__file__).resolve().parent
_NAME: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_VERSION: Final = re.compile(r"v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:[-+].*)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class GrafanaPart:
    """What a release brings to Grafana: provisioning files, and servers."""

    files: tuple[ProvisioningFile, ...] = ()
    servers: tuple[Server, ...] = ()


def _nothing(_release: Release) -> GrafanaPart:
    return GrafanaPart()


def _no_objects(_release: Release) -> Iterable[dict[str, Json]]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """One chart, from version `since` up to and without `until`, as it renders.

    `grafana` says which datasources and servers a release brings; the default is none at all. `objects` are the objects that it brings:
    bodies with apiVersion, kind, name and namespace, and of the rest what policies rely on.
    """

    chart: str
    since: tuple[int, int, int]
    until: tuple[int, int, int]
    grafana: Callable[[Release], GrafanaPart] = field(default=_nothing)
    objects: Callable[[Release], Iterable[dict[str, Json]]] = field(default=_no_objects)

    @property
    def range(self) -> str:
        """The versions in words."""
        return f"{'.'.join(map(str, self.since))} up to and without {'.'.join(map(str, self.until))}"

    @property
    def brings_datasources(self) -> bool:
        """Whether this chart can bring anything to a Grafana."""
        return self.grafana is not _nothing

    def covers(self, version: str) -> bool:
        """Whether a chart version, as `targetRevision` writes it, is one that the contract was established for."""
        parts = _VERSION.fullmatch(version)
        return parts is not None and self.since <= tuple(int(part or 0) for part in parts.groups()) < self.until


@lru_cache(maxsize=256)
def contract_for(chart: str) -> Contract | None:
    """The contract of a chart; None when there is no file for it."""
    module = chart.replace("-", "_")
    if not _NAME.fullmatch(chart) or not (_HERE / f"{module}.py").is_file():
        return None
    found = getattr(import_module(f"crema.policies.contracts.{module}"), "CONTRACT", None)
    return found if isinstance(found, Contract) else None
