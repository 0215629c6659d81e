"""The policy admission-security-contexts-are-valid."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example, Pinned
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.admission.places import places, pods
from crema.policies.model.admission.refusal import mapping
from crema.policies.model.admission.security import never_starts, security
from crema.policies.model.manifest import Manifest
from crema.policies.model.world import World


class SecurityContextsAreValid(Policy[Manifest]):
    """Security contexts do not contradict themselves.

    Why: the API server refuses the object, and with it Argo CD fails the sync of the whole application when allowPrivilegeEscalation is
    false beside privileged: true. With runAsNonRoot beside the user 0 the server takes it and no node starts the container
    (CreateContainerConfigError).
    Fix: decide for one of both, as the message says.
    Source: https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/validation.go
    """

    id = "admission-security-contexts-are-valid"
    basis = "breaks"
    allowed = (
        Example(
            name="a container with few rights",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  containers:
                    - name: order
                      image: order:1.0.0
                      securityContext: {runAsNonRoot: true, runAsUser: 1000, allowPrivilegeEscalation: false,
                        capabilities: {drop: [ALL]}, seccompProfile: {type: RuntimeDefault}}
                """,
        ),
        Example(
            name="a user of the container's own over the pod's",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  securityContext: {runAsNonRoot: true, runAsUser: 0}
                  containers: [{name: order, image: "order:1.0.0", securityContext: {runAsUser: 1000}}]
                """,
        ),
    )
    denied = (
        Denied(
            name="privileged and no escalation",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  containers:
                    - name: order
                      image: order:1.0.0
                      securityContext: {privileged: true, allowPrivilegeEscalation: false}
                """,
            at="Pod/shop/order",
            pointer="/spec/containers/0/securityContext/allowPrivilegeEscalation",
            message="spec.containers[0].securityContext.allowPrivilegeEscalation is false beside privileged: true, which "
            "always may; only one of both is allowed",
        ),
        Denied(
            name="root that must not be root",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  securityContext: {runAsNonRoot: true}
                  containers: [{name: order, image: "order:1.0.0", securityContext: {runAsUser: 0}}]
                """,
            at="Pod/shop/order",
            pointer="/spec/containers/0/securityContext/runAsUser",
            message="spec.containers[0].securityContext.runAsUser is 0, which is root, and runAsNonRoot is true: the "
            "kubelet refuses to start the container",
        ),
        Denied(
            name="a profile of a file without the file, and a user below zero",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  containers:
                    - name: order
                      image: order:1.0.0
                      securityContext: {runAsUser: -1, seccompProfile: {type: Localhost}}
                """,
            at="Pod/shop/order",
            pointer="/spec/containers/0/securityContext/runAsUser",
            message="spec.containers[0].securityContext.runAsUser is -1; 0 to 2147483647 is required",
            also=(
                Pinned(
                    at="Pod/shop/order",
                    pointer="/spec/containers/0/securityContext/seccompProfile",
                    message="spec.containers[0].securityContext.seccompProfile.localhostProfile is missing; a profile of the "
                    "type Localhost names a file",
                ),
            ),
        ),
    )

    def targets(self, world: World) -> Iterable[Manifest]:
        """Whatever holds pods."""
        return pods(world)

    def judge(self, world: World, target: Manifest) -> Iterator[Outcome]:
        """A finding for each contradiction."""
        for pod in pods(world)[target]:
            for place in places(world, pod.spec, (*security(mapping(pod.spec.value)), *never_starts(mapping(pod.spec.value)))):
                yield self.finding(place.node, place.message, fix=place.fix, subject=place.subject)
