"""The policy admission-pods-are-valid."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example, Pinned
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.admission.places import places, pods
from crema.policies.model.admission.pods import pod as judged
from crema.policies.model.admission.refusal import Refusal, mapping
from crema.policies.model.manifest import Manifest
from crema.policies.model.pods import PodTemplate
from crema.policies.model.world import World


class PodsAreValid(Policy[Manifest]):
    """The fields of a pod itself agree: its names, its DNS, its place on the host.

    Why: the API server refuses the object, and with it Argo CD fails the sync of the whole application; dnsPolicy None without a name
    server, or a hostname with dots, is valid by its schema.
    Fix: write the field as the message asks.
    Source: https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/validation.go
    """

    id = "admission-pods-are-valid"
    basis = "breaks"
    allowed = (
        Example(
            name="name servers of its own",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  dnsPolicy: None
                  dnsConfig: {nameservers: [10.0.0.10], searches: [shop.svc.cluster.local]}
                  containers: [{name: order, image: "order:1.0.0"}]
                """,
        ),
        Example(
            name="a StatefulSet gives its pods their hostname, whatever the template says",
            manifests="""
                apiVersion: apps/v1
                kind: StatefulSet
                metadata: {name: mysql, namespace: shop}
                spec:
                  selector: {matchLabels: {app: mysql}}
                  template: {metadata: {labels: {app: mysql}}, spec: {hostname: My.Sql, containers: [{name: mysql,
                    image: "mysql:8.4"}]}}
                """,
        ),
    )
    denied = (
        Denied(
            name="dnsPolicy None without a name server",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  dnsPolicy: None
                  containers: [{name: order, image: "order:1.0.0"}]
                """,
            at="Pod/shop/order",
            pointer="/spec/dnsPolicy",
            message="spec.dnsPolicy is None, and dnsConfig.nameservers is empty; at least one name server is required",
        ),
        Denied(
            name="a hostname with dots, and an alias of no address",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  hostname: order.shop
                  hostAliases: [{ip: db.local, hostnames: [db]}]
                  containers: [{name: order, image: "order:1.0.0"}]
                """,
            at="Pod/shop/order",
            pointer="/spec/hostname",
            message='spec.hostname is "order.shop"; at most 63 lower-case letters, digits and -, with a letter or digit '
            "at both ends, is required",
            also=(
                Pinned(
                    at="Pod/shop/order",
                    pointer="/spec/hostAliases/0/ip",
                    message='spec.hostAliases[0].ip is "db.local"; an IP address is required',
                ),
            ),
        ),
        Denied(
            name="hostUsers: false on the host's network",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  hostUsers: false
                  hostNetwork: true
                  serviceAccountName: Order
                  containers: [{name: order, image: "order:1.0.0"}]
                """,
            at="Pod/shop/order",
            pointer="/spec/serviceAccountName",
            message='spec.serviceAccountName is "Order"; at most 253 lower-case letters, digits, - and ., with a letter '
            "or digit at both ends of each part, is required",
            also=(
                Pinned(
                    at="Pod/shop/order",
                    pointer="/spec/hostNetwork",
                    message="spec.hostNetwork is true beside hostUsers: false; only one of both is allowed",
                ),
            ),
        ),
    )

    def targets(self, world: World) -> Iterable[Manifest]:
        """Whatever holds pods."""
        return pods(world)

    def judge(self, world: World, target: Manifest) -> Iterator[Outcome]:
        """A finding for each field that the server refuses."""
        for pod in pods(world)[target]:
            for place in places(world, pod.spec, _refusals(pod)):
                yield self.finding(place.node, place.message, fix=place.fix, subject=place.subject)


def _refusals(pod: PodTemplate) -> Iterator[Refusal]:
    of_set = pod.manifest.ref.kind == "StatefulSet"
    return judged(mapping(pod.spec.value), of_set=of_set, template=pod.spec.pointer != "/spec")
