"""The policy identity-claim-exists."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.references.every import references_to
from crema.policies.model.references.made import hint, hops, made
from crema.policies.model.references.reference import Reference
from crema.policies.model.world import World

_POD = """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: backup, namespace: shop}
    spec:
      template:
        metadata: {labels: {app: backup}}
        spec: {containers: [{name: backup}], volumes: [{name: data, persistentVolumeClaim: {claimName: CLAIM}}]}
    ---
"""
_CLAIM = """
    apiVersion: v1
    kind: PersistentVolumeClaim
    metadata: {name: dumps, namespace: shop}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
    ---
"""
_SET = """
    apiVersion: apps/v1
    kind: StatefulSet
    metadata: {name: mysql, namespace: shop}
    spec: {volumeClaimTemplates: [{metadata: {name: data}, spec: {accessModes: [ReadWriteOnce]}}]}
    ---
"""


class ClaimExists(Policy[Reference]):
    """Every PersistentVolumeClaim that a pod mounts is made by something in its namespace.

    Why: a pod whose claim does not exist is never scheduled; it stays Pending.
    Fix: make the PersistentVolumeClaim, or mount the one that is there.
    Source: https://kubernetes.io/docs/concepts/storage/persistent-volumes/#claims-as-volumes
    """

    id = "identity-claim-exists"
    basis = "breaks"
    allowed = (
        Example(name="it is there", manifests=_POD.replace("CLAIM", "dumps") + _CLAIM, closed=True),
        Example(name="a StatefulSet makes it for its pod", manifests=_POD.replace("CLAIM", "data-mysql-0") + _SET, closed=True),
        Example(name="a part of somebody's directory", manifests=_POD.replace("CLAIM", "dumps")),
    )
    denied = (
        Denied(
            name="a claim of another name",
            manifests=_POD.replace("CLAIM", "dump") + _CLAIM,
            closed=True,
            at="Deployment/shop/backup",
            pointer="/spec/template/spec/volumes/0/persistentVolumeClaim/claimName",
            message="Deployment shop/backup volume data needs PersistentVolumeClaim shop/dump, and nothing makes it; did you mean dumps?",
        ),
        Denied(
            name="a StatefulSet makes one for each pod, under another name",
            manifests=_POD.replace("CLAIM", "mysql-data-0") + _SET,
            closed=True,
            at="Deployment/shop/backup",
            pointer="/spec/template/spec/volumes/0/persistentVolumeClaim/claimName",
            message="Deployment shop/backup volume data needs PersistentVolumeClaim shop/mysql-data-0, and nothing makes it",
        ),
    )

    def targets(self, world: World) -> Iterable[Reference]:
        """Every reference to a claim."""
        return references_to(world, "PersistentVolumeClaim")

    def judge(self, world: World, target: Reference) -> Iterator[Outcome]:
        """Whether something makes it."""
        if target.strange is not None:
            raise target.strange
        answer = made(world, target)
        if answer.verdict == "missing":
            message = f"{target.by} needs {target.what}, and nothing makes it{hint(answer, world, target.ref)}"
            yield self.finding(target.place, message, path=hops(target), subject=target.ref.name)
        elif answer.verdict == "unknown":
            yield self.undecided(target.manifest, f"whether {target.what} exists")
