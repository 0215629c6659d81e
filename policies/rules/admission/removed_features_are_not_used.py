"""The policy admission-removed-features-are-not-used."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example, Pinned
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.admission.places import holder, places, pods
from crema.policies.model.admission.refusal import mapping
from crema.policies.model.admission.removed import in_metadata, in_pod
from crema.policies.model.manifest import Manifest
from crema.policies.model.world import World


class RemovedFeaturesAreNotUsed(Policy[Manifest]):
    """Pods use nothing that Kubernetes once read and reads no longer.

    Why: the server takes the old annotation, label or volume without a word; the profile is not applied, the pod stays pending, the
    volume is never mounted.
    Fix: use what has replaced it.
    Source: https://kubernetes.io/docs/reference/labels-annotations-taints/
    """

    id = "admission-removed-features-are-not-used"
    severity = "warning"
    basis = "breaks"
    allowed = (
        Example(
            name="what has replaced it",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  nodeSelector: {node-role.kubernetes.io/control-plane: ""}
                  securityContext: {seccompProfile: {type: RuntimeDefault}}
                  containers: [{name: order, image: "order:1.0.0"}]
                """,
        ),
        Example(
            name="a toleration of the old taint, which harms nobody",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  tolerations: [{key: node-role.kubernetes.io/master, operator: Exists, effect: NoSchedule}]
                  containers: [{name: order, image: "order:1.0.0"}]
                """,
        ),
    )
    denied = (
        Denied(
            name="a label that nodes no longer carry, and a volume that nobody mounts",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  nodeSelector: {node-role.kubernetes.io/master: ""}
                  containers: [{name: order, image: "order:1.0.0"}]
                  volumes: [{name: site, gitRepo: {repository: "https://git.example.com/site.git"}}]
                """,
            at="Pod/shop/order",
            pointer="/spec/nodeSelector/node-role.kubernetes.io~1master",
            message='spec.nodeSelector["node-role.kubernetes.io/master"] asks for node-role.kubernetes.io/master, which '
            "nodes no longer carry: the pod stays pending",
            also=(
                Pinned(
                    at="Pod/shop/order",
                    pointer="/spec/volumes/0/gitRepo",
                    message="spec.volumes[0].gitRepo is a kind of volume that the kubelet no longer mounts: the pod does not start",
                ),
            ),
        ),
        Denied(
            name="an annotation of a template that a field has replaced",
            manifests="""
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: order, namespace: shop}
                spec:
                  selector: {matchLabels: {app: order}}
                  template:
                    metadata:
                      labels: {app: order}
                      annotations: {seccomp.security.alpha.kubernetes.io/pod: runtime/default}
                    spec:
                      containers: [{name: order, image: "order:1.0.0"}]
                """,
            at="Deployment/shop/order",
            pointer="/spec/template/metadata/annotations/seccomp.security.alpha.kubernetes.io~1pod",
            message='spec.template.metadata.annotations["seccomp.security.alpha.kubernetes.io/pod"] is an annotation '
            "that Kubernetes no longer reads; securityContext.seccompProfile is the field for it",
        ),
    )

    def targets(self, world: World) -> Iterable[Manifest]:
        """Whatever holds pods."""
        return pods(world)

    def judge(self, world: World, target: Manifest) -> Iterator[Outcome]:
        """A finding for each label, volume or annotation that is read no longer."""
        for pod in pods(world)[target]:
            for place in places(world, pod.spec, in_pod(mapping(pod.spec.value))):
                yield self.finding(place.node, place.message, fix=place.fix)
            metadata = holder(pod).get("metadata")
            for place in places(world, metadata, in_metadata(mapping(metadata.value))) if metadata is not None else ():
                yield self.finding(place.node, place.message, fix=place.fix)
