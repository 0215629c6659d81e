"""The policy admission-versions-are-served."""

from collections.abc import Iterable, Iterator
from typing import Final

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.manifest import Manifest
from crema.policies.model.node import Node
from crema.policies.model.whole import whole
from crema.policies.model.world import World
from crema.policies.schemas.catalog import custom_groups

_GOES_AWAY: Final = {
    ("v1", "Endpoints"): "since Kubernetes 1.33; write an EndpointSlice of discovery.k8s.io/v1",
    ("v1", "ComponentStatus"): "since Kubernetes 1.19",
}


class VersionsAreServed(Policy[Manifest]):
    """A custom resource is written in a version that the chart in the same tree serves, and nothing in a version that goes away.

    Why: the operator that a chart brings serves only some versions of its kinds; an object in another one is refused (no matches for
    kind), and Argo CD fails the sync.
    Fix: write the object in a version that is served.
    Source: https://kubernetes.io/docs/reference/using-api/deprecation-guide/
    """

    id = "admission-versions-are-served"
    basis = "breaks"
    allowed = (
        Example(
            name="the version that the chart brings",
            manifests="""
                apiVersion: external-secrets.io/v1
                kind: ExternalSecret
                metadata: {name: mysql, namespace: shop}
                spec: {data: [{secretKey: a, remoteRef: {key: b}}]}
                ---
                apiVersion: argoproj.io/v1alpha1
                kind: Application
                metadata: {name: external-secrets}
                spec:
                  source: {repoURL: "https://charts.external-secrets.io", chart: external-secrets, targetRevision: 2.9.0,
                    helm: {valuesObject: {installCRDs: true}}}
                """,
        ),
        Example(
            name="an older version where no chart says what is served",
            manifests="""
                apiVersion: external-secrets.io/v1beta1
                kind: ExternalSecret
                metadata: {name: mysql, namespace: shop}
                spec: {data: [{secretKey: a, remoteRef: {key: b}}]}
                """,
        ),
    )
    denied = (
        Denied(
            name="a version that the chart no longer serves",
            manifests="""
                apiVersion: external-secrets.io/v1beta1
                kind: ExternalSecret
                metadata: {name: mysql, namespace: shop}
                spec: {data: [{secretKey: a, remoteRef: {key: b}}]}
                ---
                apiVersion: argoproj.io/v1alpha1
                kind: Application
                metadata: {name: external-secrets}
                spec:
                  source: {repoURL: "https://charts.external-secrets.io", chart: external-secrets, targetRevision: 2.9.0,
                    helm: {valuesObject: {installCRDs: true}}}
                """,
            at="ExternalSecret/shop/mysql",
            pointer="/apiVersion",
            message="ExternalSecret is not served in v1beta1 by the chart external-secrets 2.9.0; it is served in v1",
        ),
        Denied(
            name="a version that goes away",
            manifests="""
                apiVersion: v1
                kind: Endpoints
                metadata: {name: db, namespace: shop}
                subsets: [{addresses: [{ip: 10.0.0.9}], ports: [{port: 3306}]}]
                """,
            at="Endpoints/shop/db",
            pointer="/apiVersion",
            message="Endpoints in v1 goes away: it is deprecated since Kubernetes 1.33; write an EndpointSlice of discovery.k8s.io/v1",
        ),
    )

    def targets(self, world: World) -> Iterable[Manifest]:
        """Custom resources, and kinds of Kubernetes that go away."""
        definitions = whole(world).world.definitions
        own = world.definitions
        for each in world.manifests:
            group, kind = each.ref.group, each.ref.kind
            brought = kind in definitions.get(group, {}) and kind not in own.get(group, {})
            if (brought and not (world.closed and group in custom_groups())) or (each.api_version, kind) in _GOES_AWAY:
                yield each

    def judge(self, world: World, target: Manifest) -> Iterator[Outcome]:
        """A finding for a version that is not served, an info for one that goes away."""
        place = Node(manifest=target, value=target.api_version, pointer="/apiVersion")
        group, kind = target.ref.group, target.ref.kind
        if when := _GOES_AWAY.get((target.api_version, kind)):
            yield self.finding(place, f"{kind} in {target.api_version} goes away: it is deprecated {when}", severity="info")
            return
        every = whole(world)
        served = every.world.definitions[group][kind]
        version = target.api_version.rpartition("/")[2]
        if version in served:
            return
        charts = {
            f"{release.chart} {release.version}"
            for each in every.world.of("apiextensions.k8s.io", "CustomResourceDefinition")
            if _defines(each, group, kind) and (release := every.release(each)) is not None
        }
        by = f"the chart {', '.join(sorted(charts))}" if charts else "its chart"
        yield self.finding(place, f"{kind} is not served in {version} by {by}; it is served in {', '.join(sorted(served))}")


def _defines(manifest: Manifest, group: str, kind: str) -> bool:
    spec = manifest.root.get("spec")
    return spec is not None and spec.text("group") == group and spec.text("names", "kind") == kind
