"""The policy delivery-hook-leaves-what-others-use."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome, Related
from crema.policies.engine.policy import Policy
from crema.policies.model.delivery.order import goes_when_done, is_hook
from crema.policies.model.manifest import Manifest, Ref
from crema.policies.model.references.every import references_to
from crema.policies.model.references.reference import Reference
from crema.policies.model.world import World

_USED: Final = ("ConfigMap", "PersistentVolumeClaim", "Secret", "ServiceAccount")


def _secret(notes: str) -> str:
    return f"""
        apiVersion: v1
        kind: Secret
        metadata: {{name: keys, namespace: shop, annotations: {{{notes}}}}}
        ---
        apiVersion: KIND
        metadata: {{name: order, namespace: shop, annotations: {{NOTES}}}}
        spec: {{template: {{spec: {{containers: [{{name: order, envFrom: [{{secretRef: {{name: keys}}}}]}}]}}}}}}
    """


def _deployment(notes: str) -> str:
    return _secret(notes).replace("KIND", "apps/v1\n        kind: Deployment").replace("NOTES", "")


def _job(notes: str) -> str:
    return _secret(notes).replace("KIND", "batch/v1\n        kind: Job").replace("NOTES", "argocd.argoproj.io/hook: PreSync")


_PRE = "argocd.argoproj.io/hook: PreSync"
_GOES = f"{_PRE}, argocd.argoproj.io/hook-delete-policy: HookSucceeded"


class HookLeavesWhatOthersUse(Policy[Manifest]):
    """A hook that is deleted when it has succeeded is not what a workload needs for as long as it runs.

    Why: Argo CD deletes it at the end of the sync. The pods that are there go on; the next one that starts (a crash, a new node, more
    replicas) waits for a Secret, ConfigMap or account that is no more.
    Fix: take the hook annotation out: what workloads need is no hook; a wave puts it before them.
    Source: https://argo-cd.readthedocs.io/en/stable/user-guide/resource_hooks/#hook-deletion-policies
    """

    id = "delivery-hook-leaves-what-others-use"
    basis = "breaks"
    allowed = (
        Example(name="only another hook uses it", manifests=_job(_GOES)),
        Example(name="it is only replaced before the next sync", manifests=_deployment(_PRE)),
        Example(name="no hook", manifests=_deployment("argocd.argoproj.io/sync-wave: '-1'")),
    )
    denied = (
        Denied(
            name="a Deployment uses it",
            manifests=_deployment(_GOES),
            at="Secret/shop/keys",
            pointer="/metadata/annotations/argocd.argoproj.io~1hook-delete-policy",
            message="Secret/shop/keys is deleted when the sync has succeeded, and Deployment shop/order needs it to start a pod",
        ),
        Denied(
            name="with the words of Helm",
            manifests=_deployment("helm.sh/hook: pre-install, helm.sh/hook-delete-policy: 'before-hook-creation,hook-succeeded'").replace(
                "pre-install,", "'pre-install,pre-upgrade',"
            ),
            at="Secret/shop/keys",
            pointer="/metadata/annotations/helm.sh~1hook-delete-policy",
            message="Secret/shop/keys is deleted when the sync has succeeded, and Deployment shop/order needs it to start a pod",
        ),
    )

    def targets(self, world: World) -> Iterable[Manifest]:
        """Every object of the kinds that pods need."""
        return world.of("", *_USED)

    def judge(self, world: World, target: Manifest) -> Iterator[Outcome]:
        """If it is a hook that goes when it has succeeded: who uses it and is no hook."""
        node = goes_when_done(target)
        user = next(iter(world.derived(_users).get(target.ref, ())), None) if node is not None else None
        if node is not None and user is not None:
            who = user.by.partition(" container ")[0]
            what = f"{target} is deleted when the sync has succeeded, and {who} needs it to start a pod"
            there = Related(manifest=user.place.manifest, pointer=user.place.pointer, note="needs it")
            yield self.finding(node, what, path=(str(user), f"{target} until the end of the sync"), related=(there,))


def _users(world: World) -> Mapping[Ref, list[Reference]]:
    """What pods refer to that are of no hook, and must have."""
    found: defaultdict[Ref, list[Reference]] = defaultdict(list)
    for reference in references_to(world, *_USED):
        if reference.strange is None and not reference.optional and not is_hook(reference.manifest):
            found[reference.ref].append(reference)
    return found
