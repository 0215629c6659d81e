"""The policy admission-volumes-are-valid."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example, Pinned
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.admission.places import places, pods
from crema.policies.model.admission.refusal import mapping
from crema.policies.model.admission.volumes import volumes
from crema.policies.model.manifest import Manifest
from crema.policies.model.world import World


class VolumesAreValid(Policy[Manifest]):
    """Every volume of a pod has one source, and every mount a path of its own.

    Why: the API server refuses the object, and with it Argo CD fails the sync of the whole application; two volumes of one name, two
    mounts at one path or a subPath that leads out of its volume are each valid by their schema.
    Fix: give the volume one source, and each mount a path of its own.
    Source: https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/validation.go
    """

    id = "admission-volumes-are-valid"
    basis = "breaks"
    allowed = (
        Example(
            name="a volume for each source, mounted at paths of their own",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  containers:
                    - name: order
                      image: order:1.0.0
                      volumeMounts:
                        - {name: data, mountPath: /data, subPath: a/b}
                        - {name: data, mountPath: /data/cache}
                  volumes: [{name: data, emptyDir: {}}]
                """,
        ),
        Example(
            name="a volume without a source, which is an emptyDir to the server",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  containers: [{name: order, image: "order:1.0.0"}]
                  volumes: [{name: data}]
                """,
        ),
    )
    denied = (
        Denied(
            name="two sources in one volume",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  containers: [{name: order, image: "order:1.0.0"}]
                  volumes: [{name: data, emptyDir: {}, configMap: {name: settings}}]
                """,
            at="Pod/shop/order",
            pointer="/spec/volumes/0/configMap",
            message="spec.volumes[0].configMap stands beside emptyDir; a volume has exactly one source",
        ),
        Denied(
            name="two volumes of one name, and a secret without a name",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  containers: [{name: order, image: "order:1.0.0"}]
                  volumes: [{name: data, emptyDir: {}}, {name: data, secret: {}}]
                """,
            at="Pod/shop/order",
            pointer="/spec/volumes/1/name",
            message='spec.volumes[1].name is "data" a second time',
            also=(
                Pinned(
                    at="Pod/shop/order",
                    pointer="/spec/volumes/1/secret",
                    message="spec.volumes[1].secret.secretName is missing; it is required",
                ),
            ),
        ),
        Denied(
            name="two mounts at one path, and a subPath that leads out",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  containers:
                    - name: order
                      image: order:1.0.0
                      volumeMounts:
                        - {name: data, mountPath: /data}
                        - {name: data, mountPath: /data, subPath: ../etc}
                  volumes: [{name: data, emptyDir: {}}]
                """,
            at="Pod/shop/order",
            pointer="/spec/containers/0/volumeMounts/1/mountPath",
            message='spec.containers[0].volumeMounts[1].mountPath is "/data" a second time',
            also=(
                Pinned(
                    at="Pod/shop/order",
                    pointer="/spec/containers/0/volumeMounts/1/subPath",
                    message='spec.containers[0].volumeMounts[1].subPath is "../etc"; a relative path without .. is required',
                ),
            ),
        ),
    )

    def targets(self, world: World) -> Iterable[Manifest]:
        """Whatever holds pods."""
        return pods(world)

    def judge(self, world: World, target: Manifest) -> Iterator[Outcome]:
        """A finding for each volume or mount that the server refuses."""
        for pod in pods(world)[target]:
            for place in places(world, pod.spec, volumes(mapping(pod.spec.value))):
                yield self.finding(place.node, place.message, fix=place.fix, subject=place.subject)
