"""The policy admission-storage-is-valid."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example, Pinned
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.admission.places import places
from crema.policies.model.admission.refusal import Refusal, below, mapping
from crema.policies.model.admission.storage import claim, storage_class, volume
from crema.policies.model.manifest import Manifest
from crema.policies.model.world import World


class StorageIsValid(Policy[Manifest]):
    """Claims, volumes and classes of storage say what the server needs of them.

    Why: the API server refuses the object, and with it Argo CD fails the sync of the whole application: a claim of no storage, a volume
    with two sources, or ReadWriteOncePod beside another mode is valid by its schema.
    Fix: complete the claim or the volume as the message asks.
    Source: https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/validation.go
    """

    id = "admission-storage-is-valid"
    basis = "breaks"
    allowed = (
        Example(
            name="a claim with a mode and a size",
            manifests="""
                apiVersion: v1
                kind: PersistentVolumeClaim
                metadata: {name: data, namespace: shop}
                spec: {accessModes: [ReadWriteOnce], storageClassName: "", resources: {requests: {storage: 1Gi}}}
                """,
        ),
        Example(
            name="a volume on one node",
            manifests="""
                apiVersion: v1
                kind: PersistentVolume
                metadata: {name: disk}
                spec:
                  capacity: {storage: 5Gi}
                  accessModes: [ReadWriteOncePod]
                  local: {path: /mnt/disk}
                  nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/hostname, operator: In,
                    values: [n]}]}]}}
                """,
        ),
    )
    denied = (
        Denied(
            name="a claim that asks for memory",
            manifests="""
                apiVersion: v1
                kind: PersistentVolumeClaim
                metadata: {name: data, namespace: shop}
                spec: {accessModes: [ReadWriteOnce], resources: {requests: {memory: 1Gi}}}
                """,
            at="PersistentVolumeClaim/shop/data",
            pointer="/spec/resources/requests",
            message="spec.resources.requests.storage is missing; a claim asks for some storage",
        ),
        Denied(
            name="modes that exclude each other, and a size of none",
            manifests="""
                apiVersion: v1
                kind: PersistentVolumeClaim
                metadata: {name: data, namespace: shop}
                spec: {accessModes: [ReadWriteOncePod, ReadOnlyMany], resources: {requests: {storage: 0}}}
                """,
            at="PersistentVolumeClaim/shop/data",
            pointer="/spec/accessModes",
            message="spec.accessModes has ReadWriteOncePod beside another mode; it stands alone",
            also=(
                Pinned(
                    at="PersistentVolumeClaim/shop/data",
                    pointer="/spec/resources/requests/storage",
                    message="spec.resources.requests.storage is 0; more than 0 is required",
                ),
            ),
        ),
        Denied(
            name="a volume with two sources, one of them on a node that is not said",
            manifests="""
                apiVersion: v1
                kind: PersistentVolume
                metadata: {name: disk}
                spec: {capacity: {storage: 5Gi}, accessModes: [ReadWriteOnce], local: {path: /mnt/../disk}, hostPath: {path: /mnt}}
                """,
            at="PersistentVolume/disk",
            pointer="/spec/local",
            message="spec.local stands beside hostPath; a volume has exactly one source",
            also=(
                Pinned(
                    at="PersistentVolume/disk",
                    pointer="/spec",
                    message="spec.nodeAffinity is missing; a local volume is on some node",
                ),
                Pinned(
                    at="PersistentVolume/disk",
                    pointer="/spec/local/path",
                    message='spec.local.path is "/mnt/../disk"; a path without .. is required',
                ),
            ),
        ),
    )

    def targets(self, world: World) -> Iterable[Manifest]:
        """Claims, volumes and classes of storage."""
        return (*world.of("", "PersistentVolumeClaim", "PersistentVolume"), *world.of("storage.k8s.io", "StorageClass"))

    def judge(self, world: World, target: Manifest) -> Iterator[Outcome]:
        """A finding for each field that the server refuses."""
        for place in places(world, target.root, _refusals(target)):
            yield self.finding(place.node, place.message, fix=place.fix, subject=place.subject)


def _refusals(target: Manifest) -> Iterator[Refusal]:
    if target.ref.kind == "StorageClass":
        return storage_class(target.body)
    spec = mapping(target.body.get("spec"))
    return below("spec", claim(spec) if target.ref.kind == "PersistentVolumeClaim" else volume(spec))
