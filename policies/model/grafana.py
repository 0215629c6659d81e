"""The Grafana servers of a world, and the provisioning files that each of them reads."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from crema.policies.contracts.contract import Contract, contract_for
from crema.policies.model.datasources import Broken, Datasource, ProvisioningFile, labelled_files
from crema.policies.model.helm import Release, releases
from crema.policies.model.pods import PodTemplate
from crema.policies.model.servers import DEFAULT_LABEL, EVERYWHERE, Server
from crema.policies.model.world import World

_FOLDER: Final = "provisioning/datasources"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grafana:
    """One Grafana and all the files it reads. `server` is None when the files are here and their Grafana is
    elsewhere.
    """

    server: Server | None
    namespace: str
    files: tuple[ProvisioningFile, ...]

    def __str__(self) -> str:
        """The Grafana by its namespace, as reports name it."""
        return f"Grafana in namespace {self.namespace or '(none)'}"

    @property
    def datasources(self) -> tuple[Datasource, ...]:
        """Every datasource of every file."""
        return tuple(datasource for file in self.files for datasource in file.datasources)

    @property
    def broken(self) -> tuple[Broken, ...]:
        """Every place that this Grafana cannot read."""
        return tuple(broken for file in self.files for broken in file.broken)


def grafanas(world: World) -> Iterator[Grafana]:
    """Every Grafana of a world: those that charts install, those whose pods are here, and one unseen for each
    namespace in which files wait for a sidecar that is not here.
    """
    servers, brought = list(_rendered(world)), list[ProvisioningFile]()
    for release in releases(world):
        contract = contract_for(release.chart)
        if contract is not None:
            part = contract.grafana(release)
            brought += (replace(file, cluster=release.cluster) for file in part.files)
            servers += part.servers
    files = [*labelled_files(world, {DEFAULT_LABEL, *(server.label for server in servers)}), *brought]
    waiting: defaultdict[str, list[ProvisioningFile]] = defaultdict(list)
    read = read_by(servers, files)
    taken = {place for places in read for place in places}
    for place, file in enumerate(files):
        if DEFAULT_LABEL in file.labels and place not in taken:
            waiting[file.namespace].append(file)
    for server, places in zip(servers, read, strict=True):
        yield Grafana(server=server, namespace=server.namespace, files=(*server.mounted, *(files[place] for place in places)))
    for namespace, orphans in waiting.items():
        yield Grafana(server=None, namespace=namespace, files=tuple(orphans))


def read_by(servers: Sequence[Server], files: Sequence[ProvisioningFile]) -> list[list[int]]:
    """For each server the places of the files that it reads, of which only those near it are looked at."""
    near: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for place, file in enumerate(files):
        for label in file.labels:
            near[label, file.namespace].append(place)
            near[label, EVERYWHERE].append(place)
    searched = ([near.get((server.label, where), []) for where in server.searched] for server in servers)
    return [
        sorted({place for places in found for place in places if server.reads(files[place])})
        for server, found in zip(servers, searched, strict=True)
    ]


def uncontracted(world: World) -> Iterator[tuple[Release, str]]:
    """Charts of which it is not known, or not for this version or these values, what they bring to a Grafana; with
    why.
    """
    for release in releases(world):
        contract: Contract | None = contract_for(release.chart)
        if contract is None:
            yield release, f"no contract says what chart {release.chart} brings"
        elif not contract.covers(release.version):
            yield (
                release,
                f"the contract of chart {release.chart} covers {contract.range}, not {release.version or 'no version'}",
            )
        elif contract.brings_datasources and release.unread:
            yield release, f"what chart {release.chart} brings depends on its values, and {release.unread}"


def _rendered(world: World) -> Iterator[Server]:
    """Servers whose pods are here: the sidecar's own settings say which files it reads."""
    for pod in world.pod_templates:
        settings = next((found for found in _sidecars(pod) if found.get("FOLDER", "").endswith(_FOLDER)), None)
        if settings is not None:
            namespace = pod.manifest.ref.namespace
            searched = {part.strip() for part in settings.get("NAMESPACE", "").split(",")} - {""}
            yield Server(
                namespace=namespace,
                label=settings.get("LABEL", DEFAULT_LABEL),
                label_value=settings.get("LABEL_VALUE", ""),
                searched=frozenset(searched or {namespace}),
                place=pod.manifest.root,
            )


def _sidecars(pod: PodTemplate) -> Iterator[dict[str, str]]:
    for container in pod.containers():
        names = {variable.text("name"): variable.get("value") for variable in container.items("env")}
        yield {name: str(node.value) for name, node in names.items() if name and node is not None}
