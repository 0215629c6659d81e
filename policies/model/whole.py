"""A world with what its Helm charts bring: most paths lead through objects that no manifest here holds.

What a chart brings is said by its contract. Objects that are written here come first: a chart that was rendered into the tree is not
brought a second time.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from crema.policies.contracts.contract import contract_for
from crema.policies.model.helm import Release, releases
from crema.policies.model.manifest import Manifest, ref_of
from crema.policies.model.node import Node
from crema.policies.model.world import World, share_pods

_WORKLOADS: Final = ("Deployment", "StatefulSet", "DaemonSet")
_MAKE_NOTHING: Final = frozenset(
    {
        "apps",
        "argoproj.io",
        "autoscaling",
        "batch",
        "bitnami.com",
        "cert-manager.io",
        "elbv2.k8s.aws",
        "extensions",
        "external-secrets.io",
        "generators.external-secrets.io",
        "isindir.github.com",
        "keda.sh",
        "kustomize.config.k8s.io",
        "monitoring.coreos.com",
        "networking.istio.io",
        "policy",
        "projectcontour.io",
        "secrets.hashicorp.com",
        "security.istio.io",
        "traefik.containo.us",
        "traefik.io",
    }
)
"""Groups whose objects make no Services, claims or accounts with names that somebody refers to, beside those of Kubernetes itself."""
_OF_THE_CLUSTER: Final = frozenset({"kube-system", "kube-public", "kube-node-lease"})
"""What is in these no repository has all of."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Whole:
    """`world` has the manifests of a world and those that its charts bring (origin `rendered`, bodies as far as contracts know them).
    `unknown`: the charts of which more may come into their namespaces than is known: no contract covers them, or not all of their values.
    """

    world: World
    unknown: tuple[Release, ...]
    _releases: Mapping[Manifest, Release]

    def release(self, manifest: Manifest) -> Release | None:
        """The chart that brings a manifest; None for one that is written here."""
        return self._releases.get(manifest)

    def place(self, node: Node) -> Node:
        """Where a finding can point: of what a chart brings it is the chart's name in the Application."""
        release = self._releases.get(node.manifest)
        return node if release is None else release.source


def whole(world: World) -> Whole:
    """The world with what its charts bring; of such a world it is that one itself."""
    return world.derived(_whole)


def complete(world: World, namespace: str) -> bool:
    """Whether what is not in a namespace of the whole world does not exist.

    Of a closed world all of it is here, but for what unknown charts bring. Of somebody's directory a namespace is here when it has
    Services and workloads in it, and nothing that would make others: a chart that some tool installs, a kind that an operator owns.
    """
    return namespace in whole(world).world.derived(_complete) if not world.closed else namespace not in whole(world).world.derived(_opaque)


def _whole(world: World) -> Whole:
    written = {manifest.ref for manifest in world.manifests}
    brought: dict[Manifest, Release] = {}
    unknown: list[Release] = []
    for release in releases(world):
        contract = contract_for(release.chart)
        if release.cluster:
            continue
        if contract is None or not contract.covers(release.version):
            unknown.append(release)
            continue
        if release.unread or contract.gap(release):
            unknown.append(release)
        for manifest in _brought(world, release):
            if manifest.ref not in written:
                written.add(manifest.ref)
                brought[manifest] = release
    every = replace(world, manifests=(*world.manifests, *brought))
    made = Whole(world=every, unknown=tuple(unknown), _releases=brought)
    every.know(_whole, made)
    share_pods(world, every)
    return made


def _brought(world: World, release: Release) -> Iterator[Manifest]:
    contract, by = contract_for(release.chart), release.manifest
    for body in () if contract is None else contract.objects(release):
        yield Manifest(
            ref=ref_of(body),
            api_version=str(body["apiVersion"]),
            body=body,
            file=by.file,
            index=by.index,
            base=by.base,
            environment=world.environment,
            app=by.ref.name,
            origin="rendered",
        )


def _opaque(world: World) -> frozenset[str]:
    """The namespaces into which something comes that nobody here can look into. Asked of the whole world, whose own `Whole` is known."""
    found = {release.namespace for release in whole(world).unknown}
    for manifest in world.of("helm.toolkit.fluxcd.io", "HelmRelease"):
        found.add(manifest.root.text("spec", "targetNamespace") or manifest.ref.namespace)
    for manifest in world.of("helm.cattle.io", "HelmChart"):
        found.add(manifest.root.text("spec", "targetNamespace") or manifest.ref.namespace)
    return frozenset(found)


def _complete(world: World) -> frozenset[str]:
    """The namespaces of an open world that are plainly here."""
    served = {manifest.ref.namespace for manifest in world.of("", "Service")}
    worked = {manifest.ref.namespace for manifest in world.of("apps", *_WORKLOADS)}
    owned = {manifest.ref.namespace for manifest in world.manifests if not _is_plain(manifest.ref.group)}
    return frozenset((served & worked) - owned - _opaque(world) - _OF_THE_CLUSTER)


def _is_plain(group: str) -> bool:
    return not group or group in _MAKE_NOTHING or group.endswith(".k8s.io")
