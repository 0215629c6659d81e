"""The policy admission-ports-are-valid."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from crema.policies.engine.example import Denied, Example, Pinned
from crema.policies.engine.finding import Outcome, Severity
from crema.policies.engine.policy import Policy
from crema.policies.model.admission.places import places, pods
from crema.policies.model.admission.ports import container_ports, service_ports
from crema.policies.model.admission.refusal import Refusals, mapping
from crema.policies.model.admission.services import node_ports
from crema.policies.model.manifest import Manifest
from crema.policies.model.node import Node
from crema.policies.model.values import Json
from crema.policies.model.world import World

Judge = Callable[[Mapping[str, Json]], Refusals]

_RANGE: Final = "service-node-port-range"


class PortsAreValid(Policy[Manifest]):
    """Ports of containers and Services have numbers from 1 to 65535, and names of their own.

    Why: the API server refuses the object, and with it Argo CD fails the sync of the whole application; a port name of 16 characters or
    without a letter, two ports of one number or a nodePort outside of its range is valid by its schema.
    Fix: give each port a number and a name of its own, as the message asks.
    Source: https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/validation.go

    A nodePort outside of 30000 to 32767 is an error in our own environments and a warning elsewhere: a server may be told another
    range.
    """

    id = "admission-ports-are-valid"
    basis = "breaks"
    allowed = (
        Example(
            name="a cluster of kind with a range of its own",
            manifests="""
    apiVersion: v1
    kind: Service
    metadata: {name: order, namespace: shop}
    spec: {type: NodePort, ports: [{port: 80, nodePort: 8080}]}
""",
            documents={
                "kind.yaml": """
    kind: Cluster
    apiVersion: kind.x-k8s.io/v1alpha4
    kubeadmConfigPatches: ["kind: ClusterConfiguration\napiServer: {extraArgs: [{name: service-node-port-range, value: 8000-9000}]}"]
"""
            },
            closed=True,
        ),
        Example(
            name="one number for two protocols, and names of their own",
            manifests="""
                apiVersion: v1
                kind: Service
                metadata: {name: dns, namespace: shop}
                spec:
                  type: NodePort
                  ports: [{name: dns, port: 53, protocol: UDP, targetPort: dns-udp, nodePort: 30053}, {name: dns-tcp, port: 53,
                    nodePort: 30053}]
                """,
        ),
        Example(
            name="a port of the host's network that is the container's",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  hostNetwork: true
                  containers: [{name: order, image: "order:1.0.0", ports: [{name: http-metrics, containerPort: 80, hostPort: 80}]}]
                """,
        ),
    )
    denied = (
        Denied(
            name="numbers beyond the range, and names that are too long or have no letter",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  containers:
                    - name: order
                      image: order:1.0.0
                      ports:
                        - {name: http-metrics-long, containerPort: 70000}
                        - {name: "8080", containerPort: 8080}
                """,
            at="Pod/shop/order",
            pointer="/spec/containers/0/ports/0/name",
            message='spec.containers[0].ports[0].name is "http-metrics-long"; at most 15 lower-case letters, digits and '
            "single -, with a letter among them, is required",
            also=(
                Pinned(
                    at="Pod/shop/order",
                    pointer="/spec/containers/0/ports/0/containerPort",
                    message="spec.containers[0].ports[0].containerPort is 70000; 1 to 65535 is required",
                ),
                Pinned(
                    at="Pod/shop/order",
                    pointer="/spec/containers/0/ports/1/name",
                    message='spec.containers[0].ports[1].name is "8080"; at most 15 lower-case letters, digits and single -, '
                    "with a letter among them, is required",
                ),
            ),
        ),
        Denied(
            name="two ports of one name, and another port of the host than of the container on the host's network",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  hostNetwork: true
                  containers:
                    - name: order
                      image: order:1.0.0
                      ports: [{name: http, containerPort: 80, hostPort: 8080}, {name: http, containerPort: 81}]
                """,
            at="Pod/shop/order",
            pointer="/spec/containers/0/ports/1/name",
            message='spec.containers[0].ports[1].name is "http" a second time; the first is at containers[0].ports[0].name',
            also=(
                Pinned(
                    at="Pod/shop/order",
                    pointer="/spec/containers/0/ports/0/hostPort",
                    message="spec.containers[0].ports[0].hostPort is 8080; 80, the containerPort, on the host's network is required",
                ),
            ),
        ),
        Denied(
            name="two Service ports of one number, and a target port in quotes",
            manifests="""
                apiVersion: v1
                kind: Service
                metadata: {name: order, namespace: shop}
                spec: {ports: [{name: http, port: 80, targetPort: "8000"}, {name: web, port: 80, targetPort: http_api}]}
                """,
            at="Service/shop/order",
            pointer="/spec/ports/0/targetPort",
            message='spec.ports[0].targetPort is "8000"; a number from 1 to 65535, or the name of a port: at most 15 '
            "lower-case letters, digits and single -, with a letter among them is required",
            also=(
                Pinned(
                    at="Service/shop/order",
                    pointer="/spec/ports/1/targetPort",
                    message='spec.ports[1].targetPort is "http_api"; a number from 1 to 65535, or the name of a port: at most 15 '
                    "lower-case letters, digits and single -, with a letter among them is required",
                ),
                Pinned(
                    at="Service/shop/order",
                    pointer="/spec/ports/1/port",
                    message="spec.ports[1].port is 80 a second time; the first is at spec.ports[0].port",
                ),
            ),
        ),
        Denied(
            name="a nodePort outside of the range that a server has unless it is told another",
            manifests="""
                apiVersion: v1
                kind: Service
                metadata: {name: order, namespace: shop}
                spec: {type: NodePort, ports: [{port: 80, nodePort: 8080}]}
                """,
            at="Service/shop/order",
            pointer="/spec/ports/0/nodePort",
            message="spec.ports[0].nodePort is 8080; 30000 to 32767, the range of node ports, is required",
        ),
    )

    def targets(self, world: World) -> Iterable[Manifest]:
        """Whatever holds pods, and every Service."""
        return (*pods(world), *world.of("", "Service"))

    def judge(self, world: World, target: Manifest) -> Iterator[Outcome]:
        """A finding for each port that the server refuses."""
        for pod in pods(world).get(target, ()):
            yield from self._said(world, pod.spec, container_ports)
        if target.ref.group == "" and target.ref.kind == "Service" and (spec := target.root.get("spec")) is not None:
            yield from self._said(world, spec, service_ports)
            if not world.derived(_has_own_range):
                yield from self._said(world, spec, node_ports, severity="error" if world.closed else "warning")

    def _said(self, world: World, node: Node, judge: Judge, severity: Severity = "error") -> Iterator[Outcome]:
        for place in places(world, node, judge(mapping(node.value))):
            yield self.finding(place.node, place.message, fix=place.fix, subject=place.subject, severity=severity)


def _has_own_range(world: World) -> bool:
    """Whether the configuration of a kind cluster gives its API server another range."""
    clusters = [one for one in (*world.documents, *world.manifests) if str(one.body.get("apiVersion")).startswith("kind.x-k8s.io/")]
    return any(_RANGE in str(cluster.body) for cluster in clusters)
