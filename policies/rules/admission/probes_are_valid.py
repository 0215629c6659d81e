"""The policy admission-probes-are-valid."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example, Pinned
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.admission.places import places, pods
from crema.policies.model.admission.probes import probes
from crema.policies.model.admission.refusal import mapping
from crema.policies.model.manifest import Manifest
from crema.policies.model.world import World


class ProbesAreValid(Policy[Manifest]):
    """Every probe and every lifecycle handler has exactly one action, with numbers that the server takes.

    Why: the API server refuses the object, and with it Argo CD fails the sync of the whole application; a probe with two actions, or a
    livenessProbe with a successThreshold of 2, is valid by its schema and refused all the same.
    Fix: give the probe one action, and numbers as the message asks.
    Source: https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/validation.go
    """

    id = "admission-probes-are-valid"
    basis = "breaks"
    allowed = (
        Example(
            name="one action each, and a successThreshold where it may be",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  containers:
                    - name: order
                      image: order:1.0.0
                      readinessProbe: {httpGet: {path: /ready, port: http}, successThreshold: 2}
                      livenessProbe: {exec: {command: [cat, /alive]}, successThreshold: 1}
                      lifecycle: {preStop: {sleep: {seconds: 5}}}
                """,
        ),
        Example(
            name="probes of an init container that runs on",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  initContainers: [{name: proxy, image: "envoy:1.30", restartPolicy: Always,
                    startupProbe: {tcpSocket: {port: 15001}}}]
                  containers: [{name: order, image: "order:1.0.0"}]
                """,
        ),
    )
    denied = (
        Denied(
            name="two actions in one probe",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  containers:
                    - name: order
                      image: order:1.0.0
                      livenessProbe: {httpGet: {path: /, port: 80}, tcpSocket: {port: 80}}
                """,
            at="Pod/shop/order",
            pointer="/spec/containers/0/livenessProbe/tcpSocket",
            message="spec.containers[0].livenessProbe.tcpSocket stands beside httpGet; exactly one handler is required",
        ),
        Denied(
            name="a probe without an action, and a port in quotes",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  containers:
                    - name: order
                      image: order:1.0.0
                      livenessProbe: {periodSeconds: 5}
                      readinessProbe: {httpGet: {path: /ready, port: "8000"}}
                """,
            at="Pod/shop/order",
            pointer="/spec/containers/0/livenessProbe",
            message="spec.containers[0].livenessProbe has no handler; exactly one of exec, httpGet, tcpSocket, grpc is required",
            also=(
                Pinned(
                    at="Pod/shop/order",
                    pointer="/spec/containers/0/readinessProbe/httpGet/port",
                    message='spec.containers[0].readinessProbe.httpGet.port is "8000"; a number from 1 to 65535, or the name of '
                    "a port: at most 15 lower-case letters, digits and single -, with a letter among them is required",
                ),
            ),
        ),
        Denied(
            name="a liveness probe that has to succeed twice, and a readiness probe with a grace period",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  containers:
                    - name: order
                      image: order:1.0.0
                      livenessProbe: {tcpSocket: {port: 80}, successThreshold: 2}
                      readinessProbe: {tcpSocket: {port: 80}, terminationGracePeriodSeconds: 5}
                """,
            at="Pod/shop/order",
            pointer="/spec/containers/0/livenessProbe/successThreshold",
            message="spec.containers[0].livenessProbe.successThreshold is 2; 1 for a livenessProbe is required",
            also=(
                Pinned(
                    at="Pod/shop/order",
                    pointer="/spec/containers/0/readinessProbe/terminationGracePeriodSeconds",
                    message="spec.containers[0].readinessProbe.terminationGracePeriodSeconds is given; a readinessProbe restarts "
                    "nothing and has none",
                ),
            ),
        ),
        Denied(
            name="a sleep that is longer than the grace period",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  terminationGracePeriodSeconds: 10
                  containers: [{name: order, image: "order:1.0.0", lifecycle: {preStop: {sleep: {seconds: 15}}}}]
                """,
            at="Pod/shop/order",
            pointer="/spec/containers/0/lifecycle/preStop/sleep/seconds",
            message="spec.containers[0].lifecycle.preStop.sleep.seconds is 15; at most 10, the "
            "terminationGracePeriodSeconds of the pod, is required",
        ),
    )

    def targets(self, world: World) -> Iterable[Manifest]:
        """Whatever holds pods."""
        return pods(world)

    def judge(self, world: World, target: Manifest) -> Iterator[Outcome]:
        """A finding for each probe or handler that the server refuses."""
        for pod in pods(world)[target]:
            for place in places(world, pod.spec, probes(mapping(pod.spec.value))):
                yield self.finding(place.node, place.message, fix=place.fix, subject=place.subject)
