"""Argo CD AppProjects: which repositories, namespaces and kinds its Applications may touch.

https://argo-cd.readthedocs.io/en/stable/user-guide/projects/
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from constructs import Construct

from crema.generators.application import ARGOCD, IN_CLUSTER, ROOT
from crema.generators.checks import ApiGroup, DnsLabel, HttpUrl, KindName, Text
from crema.generators.manifest import Manifest
from crema.generators.part import Part
from crema.generators.spec import Mistake, Spec, rule

Kinds = Mapping[ApiGroup, tuple[KindName, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class AppProjectSpec(Spec):
    """A project; what it does not name it forbids.

    Args:
        name: of the project. description: what it is for.
        repositories: of git or of charts, as the Applications name them.
        namespaces: where its objects may be, in the cluster Argo CD runs in.
        cluster_kinds: the cluster-scoped kinds: API group ("" is the core group) → kinds.
        namespaced_kinds: the others, likewise.

    """

    name: DnsLabel
    description: Text
    repositories: tuple[HttpUrl, ...]
    namespaces: tuple[DnsLabel, ...]
    namespaced_kinds: Kinds
    cluster_kinds: Kinds = field(default_factory=dict)

    @rule("repositories", "namespaces", "namespaced_kinds")
    def _permits_something(self) -> Iterator[Mistake]:
        """Of an empty list Argo CD takes none as "nothing" for one field and as "everything" for another."""
        for name in ("repositories", "namespaces", "namespaced_kinds"):
            if not getattr(self, name):
                yield self.mistake(name, "what this project permits: at least one", getattr(self, name))


def build(spec: AppProjectSpec) -> tuple[Manifest, ...]:
    """One AppProject."""
    body: dict[str, Any] = {
        "description": spec.description,
        "sourceRepos": sorted(set(spec.repositories)),
        "destinations": [{"server": IN_CLUSTER, "namespace": n} for n in sorted(set(spec.namespaces))],
        "namespaceResourceWhitelist": _listed(spec.namespaced_kinds),
    }
    # Without this list no cluster-scoped object is permitted; the API server drops an empty one.
    if spec.cluster_kinds:
        body["clusterResourceWhitelist"] = _listed(spec.cluster_kinds)
    return (
        Manifest(
            api_version="argoproj.io/v1alpha1",
            kind="AppProject",
            name=spec.name,
            namespace=ARGOCD,
            labels={"app.kubernetes.io/managed-by": "crema"},
            # Before the Applications beside it: one that comes before its project is invalid until the next refresh.
            annotations={"argocd.argoproj.io/sync-wave": "-1"},
            body={"spec": body},
        ),
    )


def _listed(kinds: Kinds) -> list[dict[str, str]]:
    return [{"group": group, "kind": kind} for group in sorted(kinds) for kind in sorted(set(kinds[group]))]


class AppProject(Part[AppProjectSpec]):
    """An AppProject in a chart; its file goes to the directory that the root Application watches."""

    directory = ROOT

    def __init__(self, scope: Construct, id: str, spec: AppProjectSpec) -> None:
        """Add the AppProject to `scope`."""
        super().__init__(scope, id, spec, build)
