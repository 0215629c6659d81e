"""The policy delivery-bootstrap-values-are-the-applications."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from crema.policies.engine.example import ENVIRONMENT, Denied, Example, Pinned
from crema.policies.engine.finding import Outcome, Related
from crema.policies.engine.policy import Policy
from crema.policies.model.documents import Json
from crema.policies.model.helm import Release, releases
from crema.policies.model.manifest import Manifest
from crema.policies.model.world import World

_SUFFIX = "-values.yaml"
_APPLICATION = """
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata: {{name: argo-cd, namespace: argocd}}
    spec:
      destination: {{namespace: argocd}}
      source:
        chart: argo-cd
        targetRevision: 10.1.1
        helm: {{valuesObject: {values}}}
"""
_VALUES = "{global: {domain: argocd.example.com}, configs: {params: {server.insecure: true}}}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """A file of values, and every release of the chart that it is named after."""

    document: Manifest
    chart: str
    releases: tuple[Release, ...]

    def __str__(self) -> str:
        """The file, as reports name it."""
        return str(self.document)


class BootstrapValuesAreTheApplications(Policy[Values]):
    """The values that a chart is installed with by hand are those of the Application that takes it over.

    Why: the Application's first sync makes the installation what its own values say; what only the file had (the way in, the plain HTTP
    behind the ingress) is gone the moment it works.
    Fix: write the values once and give them to both.
    """

    id = "delivery-bootstrap-values-are-the-applications"
    basis = "breaks"
    allowed = (
        Example(
            name="the same values, in another order",
            manifests=_APPLICATION.format(values="{configs: {params: {server.insecure: true}}, global: {domain: argocd.example.com}}"),
            documents={"argo-cd-values.yaml": _VALUES},
            closed=True,
        ),
        Example(
            name="another document of the bootstrap is no file of values",
            manifests=_APPLICATION.format(values=_VALUES),
            documents={"facts.yaml": "{schema: crema-facts/v1}"},
            closed=True,
        ),
    )
    denied = (
        Denied(
            name="a value that only the file has, and one that differs",
            manifests=_APPLICATION.format(values="{global: {domain: argocd.example.org}}"),
            documents={"argo-cd-values.yaml": _VALUES},
            closed=True,
            at=f"{ENVIRONMENT}/argo-cd-values.yaml",
            pointer="/configs",
            message="configs is a value that Application/argocd/argo-cd does not have; its first sync takes it back",
            also=(
                Pinned(
                    at=f"{ENVIRONMENT}/argo-cd-values.yaml",
                    pointer="/global/domain",
                    message="global.domain is another value than that of Application/argocd/argo-cd; its first sync changes it",
                ),
            ),
        ),
        Denied(
            name="a value that only the Application has",
            manifests=_APPLICATION.format(values=_VALUES),
            documents={"argo-cd-values.yaml": "{global: {domain: argocd.example.com}, configs: {}}"},
            closed=True,
            at=f"{ENVIRONMENT}/argo-cd-values.yaml",
            pointer="/configs",
            message="configs.params is missing; Application/argocd/argo-cd has it",
        ),
        Denied(
            name="no Application takes over",
            manifests=_APPLICATION.format(values=_VALUES),
            documents={"loki-values.yaml": "{loki: {}}"},
            closed=True,
            at=f"{ENVIRONMENT}/loki-values.yaml",
            pointer="",
            message="no Application of this environment installs the chart loki, so nothing takes over what is installed with these values",
        ),
    )

    def targets(self, world: World) -> Iterable[Values]:
        """Every file of values in the bootstrap."""
        for document in world.documents:
            if document.ref.name.endswith(_SUFFIX) and not world.repository:
                chart = document.ref.name.rpartition("/")[2].removesuffix(_SUFFIX)
                yield Values(document=document, chart=chart, releases=tuple(r for r in releases(world) if r.chart == chart))

    def judge(self, world: World, target: Values) -> Iterator[Outcome]:
        """Each value that differs, at the deepest place that both have."""
        del world
        if not target.releases:
            who = f"no Application of this environment installs the chart {target.chart}"
            fix = "name the file after a chart that an Application installs"
            yield self.finding(target.document.root, f"{who}, so nothing takes over what is installed with these values", fix=fix)
        for release in target.releases:
            if release.unread:
                yield self.undecided(target.document, f"the values of {release}: {release.unread}")
                continue
            there = Related(manifest=release.manifest, pointer=release.source.pointer, note="the Application that takes over")
            for path, message in _differences(target.document.body, release.values.merged, (), str(release.manifest)):
                node = target.document.root.get(*path) if path else None
                yield self.finding(node or target.document.root, message, related=(there,))


def _differences(mine: Json, theirs: Json, path: tuple[str, ...], who: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Where two values differ: the path of the deepest place that the file has, and what to say of it."""
    if isinstance(mine, dict) and isinstance(theirs, dict):
        for key in sorted({*mine, *theirs}):
            name = ".".join((*path, key))
            if key not in theirs:
                yield (*path, key), f"{name} is a value that {who} does not have; its first sync takes it back"
            elif key not in mine:
                yield path, f"{name} is missing; {who} has it"
            else:
                yield from _differences(mine[key], theirs[key], (*path, key), who)
    elif mine != theirs:
        yield path, f"{'.'.join(path)} is another value than that of {who}; its first sync changes it"
