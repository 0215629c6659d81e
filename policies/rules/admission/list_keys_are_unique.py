"""The policy admission-list-keys-are-unique."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example, Pinned
from crema.policies.engine.finding import Outcome, Severity
from crema.policies.engine.policy import Policy
from crema.policies.model.admission.duplicates import in_custom, in_metadata, in_pods
from crema.policies.model.admission.places import places, pods
from crema.policies.model.admission.refusal import below, mapping
from crema.policies.model.manifest import Manifest
from crema.policies.model.node import Node
from crema.policies.model.world import World


class ListKeysAreUnique(Policy[Manifest]):
    """An item of a list that is merged by a key has a key of its own.

    Why: server-side apply refuses an object with a key given twice (duplicate entries for key), and with it fails the sync; other
    clients take it, and drop one of both without a word.
    Fix: leave one of the two out.
    Source: https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy

    In pods an error in our own environments, which are applied so; elsewhere a warning for a variable, of which a value is lost, and an
    info for the rest. In custom resources an error: the server refuses them always.
    """

    id = "admission-list-keys-are-unique"
    basis = "breaks"
    allowed = (
        Example(
            name="one port for two protocols, and variables of their own",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  containers:
                    - name: order
                      image: order:1.0.0
                      ports: [{name: dns, containerPort: 53}, {name: dns-udp, containerPort: 53, protocol: UDP}]
                      env: [{name: A, value: a}, {name: B, value: a}]
                """,
        ),
        Example(
            name="one Secret read twice, which is no key",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  containers:
                    - name: order
                      image: order:1.0.0
                      envFrom: [{secretRef: {name: mysql}}, {prefix: DB_, secretRef: {name: mysql}}]
                """,
        ),
    )
    denied = (
        Denied(
            name="a variable given twice",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  containers:
                    - name: order
                      image: order:1.0.0
                      env: [{name: LEVEL, value: info}, {name: PORT, value: "80"}, {name: LEVEL, value: debug}]
                """,
            at="Pod/shop/order",
            pointer="/spec/containers/0/env/2",
            message="spec.containers[0].env[2] is LEVEL a second time; the first is at [0]",
            closed=True,
        ),
        Denied(
            name="a port given twice under two names, and a pull secret",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  imagePullSecrets: [{name: registry}, {name: registry}]
                  containers: [{name: order, image: "order:1.0.0", ports: [{name: http, containerPort: 80}, {name: web,
                    containerPort: 80}]}]
                """,
            at="Pod/shop/order",
            pointer="/spec/imagePullSecrets/1",
            message="spec.imagePullSecrets[1] is registry a second time; the first is at [0]",
            also=(
                Pinned(
                    at="Pod/shop/order",
                    pointer="/spec/containers/0/ports/1",
                    message="spec.containers[0].ports[1] is 80 TCP a second time; the first is at [0]",
                ),
            ),
        ),
        Denied(
            name="two groups of alerts of one name",
            manifests="""
                apiVersion: monitoring.coreos.com/v1
                kind: PrometheusRule
                metadata: {name: alerts, namespace: monitoring, finalizers: [example.com/a, example.com/a]}
                spec: {groups: [{name: shop, rules: [{alert: A, expr: vector(1)}]}, {name: shop, rules: [{alert: B,
                  expr: vector(1)}]}]}
                """,
            at="PrometheusRule/monitoring/alerts",
            pointer="/metadata/finalizers/1",
            message='metadata.finalizers[1] is "example.com/a" a second time',
            also=(
                Pinned(
                    at="PrometheusRule/monitoring/alerts",
                    pointer="/spec/groups/1",
                    message="spec.groups[1] is shop a second time; the first is at [0]",
                ),
            ),
        ),
    )

    def targets(self, world: World) -> Iterable[Manifest]:
        """Every manifest."""
        return world.manifests

    def judge(self, world: World, target: Manifest) -> Iterator[Outcome]:
        """A finding for each key that stands in its list a second time."""
        for pod in pods(world).get(target, ()):
            for place in places(world, pod.spec, in_pods(mapping(pod.spec.value))):
                yield self.finding(place.node, place.message, fix=place.fix, severity=_severity(world, place.node))
        for place in places(world, target.root, below("metadata", in_metadata(mapping(target.body.get("metadata"))))):
            yield self.finding(place.node, place.message, fix=place.fix, severity=_severity(world, place.node))
        for place in places(world, target.root, in_custom(target.ref.group, target.ref.kind, target.body)):
            yield self.finding(place.node, place.message, fix=place.fix)


def _severity(world: World, node: Node) -> Severity:
    return "error" if world.closed else "warning" if "/env/" in node.pointer else "info"
