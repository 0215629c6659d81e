"""The policy admission-variables-are-valid."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example, Pinned
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.admission.places import places, pods
from crema.policies.model.admission.refusal import mapping
from crema.policies.model.admission.variables import variables
from crema.policies.model.manifest import Manifest
from crema.policies.model.world import World


class VariablesAreValid(Policy[Manifest]):
    """Every environment variable has a name and one source of its value.

    Why: the API server refuses the object, and with it Argo CD fails the sync of the whole application; a value beside a valueFrom, or
    a fieldRef to a field that a pod does not give away, is valid by its schema.
    Fix: give the variable a value or one source.
    Source: https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/validation.go
    """

    id = "admission-variables-are-valid"
    basis = "breaks"
    allowed = (
        Example(
            name="a value, and one source each",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  containers:
                    - name: order
                      image: order:1.0.0
                      env:
                        - {name: LEVEL, value: info}
                        - {name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}
                        - {name: APP, valueFrom: {fieldRef: {fieldPath: "metadata.labels['app']"}}}
                      envFrom: [{secretRef: {name: mysql}}]
                """,
        ),
        Example(
            name="an empty value beside a source, which is none",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  containers:
                    - name: order
                      image: order:1.0.0
                      env: [{name: PASSWORD, value: "", valueFrom: {secretKeyRef: {name: mysql, key: password}}}]
                """,
        ),
    )
    denied = (
        Denied(
            name="a value and a source",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  containers:
                    - name: order
                      image: order:1.0.0
                      env: [{name: PASSWORD, value: secret, valueFrom: {secretKeyRef: {name: mysql, key: password}}}]
                """,
            at="Pod/shop/order",
            pointer="/spec/containers/0/env/0/valueFrom",
            message="spec.containers[0].env[0].valueFrom stands beside the value of PASSWORD; only one of both is allowed",
        ),
        Denied(
            name="two sources, and a field that is not given away",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  containers:
                    - name: order
                      image: order:1.0.0
                      env:
                        - {name: A, valueFrom: {configMapKeyRef: {name: a, key: a}, secretKeyRef: {name: a, key: a}}}
                        - {name: HOST, valueFrom: {fieldRef: {fieldPath: spec.hostname}}}
                """,
            at="Pod/shop/order",
            pointer="/spec/containers/0/env/0/valueFrom/secretKeyRef",
            message="spec.containers[0].env[0].valueFrom.secretKeyRef stands beside configMapKeyRef; exactly one source is required",
            also=(
                Pinned(
                    at="Pod/shop/order",
                    pointer="/spec/containers/0/env/1/valueFrom/fieldRef/fieldPath",
                    message='spec.containers[0].env[1].valueFrom.fieldRef.fieldPath is "spec.hostname"; one of metadata.name, '
                    "metadata.namespace, metadata.uid, spec.nodeName, spec.serviceAccountName, status.hostIP, "
                    "status.hostIPs, status.podIP, status.podIPs, metadata.labels['…'], metadata.annotations['…'] is "
                    "required",
                ),
            ),
        ),
        Denied(
            name="an envFrom of nothing, and a name with =",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  containers:
                    - name: order
                      image: order:1.0.0
                      env: [{name: "A=B", value: c}]
                      envFrom: [{prefix: A_}]
                """,
            at="Pod/shop/order",
            pointer="/spec/containers/0/env/0/name",
            message='spec.containers[0].env[0].name is "A=B"; a name of printable ASCII characters without = is required',
            also=(
                Pinned(
                    at="Pod/shop/order",
                    pointer="/spec/containers/0/envFrom/0",
                    message="spec.containers[0].envFrom[0] has neither of configMapRef and secretRef; exactly one is required",
                ),
            ),
        ),
    )

    def targets(self, world: World) -> Iterable[Manifest]:
        """Whatever holds pods."""
        return pods(world)

    def judge(self, world: World, target: Manifest) -> Iterator[Outcome]:
        """A finding for each variable that the server refuses."""
        for pod in pods(world)[target]:
            for place in places(world, pod.spec, variables(mapping(pod.spec.value))):
                yield self.finding(place.node, place.message, fix=place.fix, subject=place.subject)
