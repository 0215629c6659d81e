"""Who defines the kinds of custom resources."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from crema.policies.model.delivery.applications import ARGO, Application
from crema.policies.model.delivery.owners import Owned, is_opaque, owned
from crema.policies.model.delivery.scopes import BUILT_IN, defines
from crema.policies.model.manifest import Manifest, Ref
from crema.policies.model.world import World

_BY_ARGO_CD: Final = frozenset({(ARGO, "Application"), (ARGO, "ApplicationSet"), (ARGO, "AppProject")})
_BY_PREREQUISITES: Final[Mapping[str, str]] = {
    "aws-load-balancer-controller": "elbv2.k8s.aws",
    "cert-manager": "cert-manager.io",
    "external-secrets": "external-secrets.io",
    "gateway-api": "gateway.networking.k8s.io",
    "snapshot-controller": "snapshot.storage.k8s.io",
}

_BROUGHT_BY: Final[Mapping[str, tuple[str, ...]]] = {
    "acme.cert-manager.io": ("cert-manager",),
    "argoproj.io": ("argo",),
    "bitnami.com": ("sealed-secrets",),
    "cert-manager.io": ("cert-manager",),
    "external-secrets.io": ("external-secrets",),
    "generators.external-secrets.io": ("external-secrets",),
    "karpenter.sh": ("karpenter",),
    "keda.sh": ("keda",),
    "kyverno.io": ("kyverno",),
    "longhorn.io": ("longhorn",),
    "monitoring.coreos.com": ("alloy", "crds", "operator", "prometheus"),
    "opentelemetry.io": ("opentelemetry",),
    "traefik.io": ("traefik",),
    "velero.io": ("velero",),
}
"""By group, words of which one is in the name of every published chart that defines its kinds."""
_PUBLISHERS: Final = (
    "argoproj.github.io",
    "bitnami",
    "charts.external-secrets.io",
    "charts.jetstack.io",
    "charts.longhorn.io",
    "grafana-community.github.io",
    "grafana.github.io",
    "helm.releases.hashicorp.com",
    "kedacore.github.io",
    "kubernetes-sigs.github.io",
    "kubernetes.github.io",
    "kyverno.github.io",
    "open-telemetry.github.io",
    "prometheus-community.github.io",
    "traefik.github.io",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """What defines a kind: a definition that an Application applies, or one here that none does. Neither: it is there before."""

    by: Owned | None = None
    manifest: Manifest | None = None


def definition_of(world: World, ref: Ref) -> Definition | None:
    """What defines the kind of an object; None when nothing here does."""
    if ref.group in BUILT_IN or (ref.group, ref.kind) in _BY_ARGO_CD or ref.group in world.derived(_before):
        return Definition()
    return world.derived(_definitions).get((ref.group, ref.kind))


def may_define(world: World, group: str) -> Application | None:
    """An Application that may define kinds of a group, though nobody here knows what it brings; None where none does.

    A chart of a well known publisher brings what its name says: the definitions of cert-manager come from no chart called redis.
    """
    unknown = world.derived(_unknown)
    return unknown.get(group if group in _BROUGHT_BY else "")


def _may_bring(application: Application, words: tuple[str, ...]) -> bool:
    for source in application.sources:
        published = source.is_chart and any(place in source.url for place in _PUBLISHERS)
        if not source.ref and (not published or any(word in (source.chart or source.url) for word in words)):
            return True
    return False


def _unknown(world: World) -> Mapping[str, Application]:
    """Group → an Application that may define kinds of it; under the empty one, of any group that is not well known."""
    opaque = [application for application in owned(world) if is_opaque(world, application)]
    found = {"": opaque[0]} if opaque else {}
    for group, words in _BROUGHT_BY.items():
        one = next((application for application in opaque if _may_bring(application, words)), None)
        if one is not None:
            found[group] = one
    return found


def custom(application: Application, objects: tuple[Owned, ...]) -> Mapping[tuple[str, str], Owned]:
    """The custom kinds of which an Application applies objects, each with the first of these."""
    found: dict[tuple[str, str], Owned] = {}
    for each in objects if application.is_here else ():
        if each.ref.group not in BUILT_IN:
            found.setdefault((each.ref.group, each.ref.kind), each)
    return found


def _definitions(world: World) -> Mapping[tuple[str, str], Definition]:
    found: dict[tuple[str, str], Definition] = {}
    for objects in owned(world).values():
        for each in objects:
            kind = defines(each.manifest)
            if kind is not None:
                found.setdefault(kind, Definition(by=each, manifest=each.manifest))
    for manifest in world.of("apiextensions.k8s.io", "CustomResourceDefinition"):
        kind = defines(manifest)
        if kind is not None:
            found.setdefault(kind, Definition(manifest=manifest))
    return found


def _before(world: World) -> frozenset[str]:
    """The groups of kinds that a prerequisite of the cluster brings."""
    named = world.facts.get("prerequisites")
    return frozenset(group for name, group in _BY_PREREQUISITES.items() if isinstance(named, Mapping) and name in named)
