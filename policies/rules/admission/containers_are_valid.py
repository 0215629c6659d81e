"""The policy admission-containers-are-valid."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example, Pinned
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.admission.containers import shapes
from crema.policies.model.admission.places import places, pods
from crema.policies.model.admission.refusal import mapping
from crema.policies.model.manifest import Manifest
from crema.policies.model.world import World


class ContainersAreValid(Policy[Manifest]):
    """Containers have names of DNS labels, and an init container that ends has no probes.

    Why: the API server refuses the object, and with it Argo CD fails the sync of the whole application; names with dots or capitals,
    and probes of an init container without restartPolicy Always, are valid by their schema.
    Fix: write the name in lower case with -, and leave to containers what is theirs.
    Source: https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/validation.go
    """

    id = "admission-containers-are-valid"
    basis = "breaks"
    allowed = (
        Example(
            name="an init container that runs on and has a probe",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  initContainers: [{name: proxy, image: "envoy:1.30", restartPolicy: Always,
                    readinessProbe: {tcpSocket: {port: 15001}}}]
                  containers: [{name: order-api, image: "order:1.0.0"}]
                """,
        ),
        Example(
            name="a name that a deployment tool fills in",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  containers: [{name: "${NAME}", image: "order:1.0.0"}]
                """,
        ),
    )
    denied = (
        Denied(
            name="names with capitals and dots",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  initContainers: [{name: wait.db, image: "busybox:1.36"}]
                  containers: [{name: Order, image: "order:1.0.0"}]
                """,
            at="Pod/shop/order",
            pointer="/spec/initContainers/0/name",
            message='spec.initContainers[0].name is "wait.db"; at most 63 lower-case letters, digits and -, with a '
            "letter or digit at both ends, is required",
            also=(
                Pinned(
                    at="Pod/shop/order",
                    pointer="/spec/containers/0/name",
                    message='spec.containers[0].name is "Order"; at most 63 lower-case letters, digits and -, with a letter or '
                    "digit at both ends, is required",
                ),
            ),
        ),
        Denied(
            name="a probe of an init container that ends",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  initContainers: [{name: wait, image: "busybox:1.36", livenessProbe: {tcpSocket: {port: 80}}}]
                  containers: [{name: order, image: "order:1.0.0"}]
                """,
            at="Pod/shop/order",
            pointer="/spec/initContainers/0/livenessProbe",
            message="spec.initContainers[0].livenessProbe is given, and this init container runs to its end: only one "
            "with restartPolicy Always may have it",
        ),
        Denied(
            name="an empty image, and a container resized by a restart in a pod that never restarts",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  restartPolicy: Never
                  containers: [{name: order, image: "", resizePolicy: [{resourceName: cpu, restartPolicy: RestartContainer}]}]
                """,
            at="Pod/shop/order",
            pointer="/spec/containers/0/image",
            message='spec.containers[0].image is ""; the name of an image is required',
            also=(
                Pinned(
                    at="Pod/shop/order",
                    pointer="/spec/containers/0/resizePolicy/0/restartPolicy",
                    message='spec.containers[0].resizePolicy[0].restartPolicy is "RestartContainer"; NotRequired in a pod whose '
                    "restartPolicy is Never is required",
                ),
            ),
        ),
    )

    def targets(self, world: World) -> Iterable[Manifest]:
        """Whatever holds pods."""
        return pods(world)

    def judge(self, world: World, target: Manifest) -> Iterator[Outcome]:
        """A finding for each container that the server refuses."""
        for pod in pods(world)[target]:
            for place in places(world, pod.spec, shapes(mapping(pod.spec.value))):
                yield self.finding(place.node, place.message, fix=place.fix, subject=place.subject)
