"""The policy identity-class-exists."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.facts import fact
from crema.policies.model.references.creators import creators
from crema.policies.model.references.every import references_to
from crema.policies.model.references.made import hint, hops, made
from crema.policies.model.references.reference import Reference
from crema.policies.model.whole import whole
from crema.policies.model.world import World

_CLAIM = """
    apiVersion: v1
    kind: PersistentVolumeClaim
    metadata: {name: data, namespace: shop}
    spec: {accessModes: [ReadWriteOnce], CLASS}
    ---
"""
_POD = """
    apiVersion: v1
    kind: Pod
    metadata: {name: mysql, namespace: shop}
    spec: {priorityClassName: NAME, containers: [{name: mysql}]}
    ---
"""
_STANDARD = {"storage_classes": {"standard": {"default": True, "expandable": False}}}
_GP3 = {"storage_classes": {"gp3": {"default": False, "expandable": True}}}


class ClassExists(Policy[Reference]):
    """Every StorageClass, PriorityClass and RuntimeClass that something names exists; a claim that names none has a default class.

    Why: a claim whose class does not exist is never bound and its pod stays Pending; a pod of a PriorityClass or RuntimeClass that is not
    there is refused.
    Fix: name a class that the cluster has (`storage_classes` of the facts), or make the class.
    Source: https://kubernetes.io/docs/concepts/storage/storage-classes/

    Which classes a cluster has by itself no manifest says: facts do.
    """

    id = "identity-class-exists"
    basis = "breaks"
    allowed = (
        Example(name="a class that a fact names", manifests=_CLAIM.replace("CLASS", "storageClassName: gp3"), closed=True, facts=_GP3),
        Example(name="none is named and there is a default one", manifests=_CLAIM.replace(", CLASS", ""), closed=True, facts=_STANDARD),
        Example(name="no class on purpose", manifests=_CLAIM.replace("CLASS", 'storageClassName: ""'), closed=True, facts=_GP3),
        Example(name="a priority that every cluster has", manifests=_POD.replace("NAME", "system-cluster-critical"), closed=True),
        Example(name="a cluster of which nothing is said", manifests=_CLAIM.replace("CLASS", "storageClassName: fast")),
    )
    denied = (
        Denied(
            name="the class of another environment",
            manifests=_CLAIM.replace("CLASS", "storageClassName: gp3"),
            closed=True,
            facts=_STANDARD,
            at="PersistentVolumeClaim/shop/data",
            pointer="/spec/storageClassName",
            message="PersistentVolumeClaim shop/data needs StorageClass gp3, which the cluster does not have; known: standard",
        ),
        Denied(
            name="none is named, and no class is the default one",
            manifests=_CLAIM.replace(", CLASS", ""),
            closed=True,
            facts=_GP3,
            at="PersistentVolumeClaim/shop/data",
            pointer="/spec",
            message="PersistentVolumeClaim shop/data names no StorageClass, and no class of the cluster is the default one",
        ),
        Denied(
            name="a priority that is defined under another name",
            manifests=_POD.replace("NAME", "database")
            + """
    apiVersion: scheduling.k8s.io/v1
    kind: PriorityClass
    metadata: {name: databases}
    value: 1000
""",
            at="Pod/shop/mysql",
            pointer="/spec/priorityClassName",
            message="Pod shop/mysql priorityClassName needs PriorityClass database, which the cluster does not have; "
            "did you mean databases?",
        ),
    )

    def targets(self, world: World) -> Iterable[Reference]:
        """Every reference to a class, and every claim without one."""
        return references_to(world, "StorageClass", "PriorityClass", "RuntimeClass")

    def judge(self, world: World, target: Reference) -> Iterator[Outcome]:
        """Whether the cluster has it, as far as facts and manifests say."""
        if target.strange is not None:
            raise target.strange
        told = world.closed or (target.ref.kind == "StorageClass" and bool(fact(world.facts, "storage_classes")))
        if not target.ref.name:
            if not creators(whole(world).world).default_class:
                message = f"{target.by} names no StorageClass, and no class of the cluster is the default one"
                yield (
                    self.finding(target.place, message, path=hops(target))
                    if told
                    else self.undecided(target.manifest, "storage_classes: which one is the default")
                )
            return
        answer = made(world, target)
        if answer.verdict == "missing" or (answer.verdict == "unknown" and told):
            message = f"{target.by} needs {target.what}, which the cluster does not have{hint(answer, world, target.ref)}"
            yield self.finding(target.place, message, path=hops(target), subject=target.ref.name)
        elif answer.verdict == "unknown":
            yield self.undecided(target.manifest, f"whether {target.what} exists")
