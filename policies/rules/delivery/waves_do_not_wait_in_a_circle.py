"""The policy delivery-waves-do-not-wait-in-a-circle."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome, Related
from crema.policies.engine.policy import Policy
from crema.policies.model.delivery.applications import Application
from crema.policies.model.delivery.ground import first_on, is_ground
from crema.policies.model.delivery.order import Turn, is_waited_for, place, turns
from crema.policies.model.delivery.owners import Owned, instance, owned, owners
from crema.policies.model.manifest import Manifest, Ref
from crema.policies.model.references.creators import creators
from crema.policies.model.references.every import references_of
from crema.policies.model.whole import whole
from crema.policies.model.world import World

_LATE_CLASS: Final = "WaitForFirstConsumer"
_NEEDED: Final = frozenset({"ClusterSecretStore", "ConfigMap", "PersistentVolumeClaim", "Secret", "SecretStore", "ServiceAccount"})
_APPLICATION = {
    "shop/_bootstrap/order.yaml": """
        apiVersion: argoproj.io/v1alpha1
        kind: Application
        metadata: {name: order, namespace: argocd}
        spec:
          destination: {server: https://kubernetes.default.svc, namespace: shop}
          source: {repoURL: https://git.example.com/platform, path: shop/order, directory: {recurse: true}}
    """
}


def _job(note: str, kind: str = "Job") -> dict[str, str]:
    text = f"""
        apiVersion: batch/v1
        kind: {kind}
        metadata: {{name: migrate, namespace: shop, annotations: {{{note}}}}}
        spec: {{template: {{spec: {{serviceAccountName: runner, containers: [{{name: migrate, image: a}}]}}}}}}
    """
    return {"shop/order/job.yaml": text}


def _account(note: str = "") -> dict[str, str]:
    text = f"""
        apiVersion: v1
        kind: ServiceAccount
        metadata: {{name: runner, namespace: shop, annotations: {{{note}}}}}
    """
    return {"shop/order/a.yaml": text}


def _namespace(wave: str) -> dict[str, str]:
    text = f"""
        apiVersion: v1
        kind: Namespace
        metadata: {{name: shop, annotations: {{argocd.argoproj.io/sync-wave: {wave}}}}}
    """
    return {"shop/order/namespace.yaml": text}


def _claim(first: str, then: str) -> dict[str, str]:
    text = """
        apiVersion: storage.k8s.io/v1
        kind: StorageClass
        metadata: {name: local}
        volumeBindingMode: WaitForFirstConsumer
        ---
        apiVersion: v1
        kind: PersistentVolumeClaim
        metadata: {name: data, namespace: shop, annotations: {argocd.argoproj.io/sync-wave: FIRST}}
        spec: {storageClassName: local}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: db, namespace: shop, annotations: {argocd.argoproj.io/sync-wave: THEN}}
        spec: {template: {spec: {containers: [{name: db}], volumes: [{name: d, persistentVolumeClaim: {claimName: data}}]}}}
    """
    return {"shop/order/claim.yaml": text.replace("FIRST", first).replace("THEN", then)}


_PRE = "argocd.argoproj.io/hook: PreSync"
_WAVE = "argocd.argoproj.io/sync-wave: '{}'"
_WHERE = "/metadata/annotations/argocd.argoproj.io~1"


class WavesDoNotWaitInACircle(Policy[Owned]):
    """What Argo CD waits for does not need what it applies only afterwards.

    Why: Argo CD goes on to the next wave, or the next phase, when everything of this one is healthy and every hook has run. A hook before
    the sync that needs a ServiceAccount of the sync, or a Deployment whose Secret is in a later wave, waits for what waits for it: the
    sync runs for ever, and no commit is applied.
    Fix: give both the same phase and wave, or put what is needed first.
    Source: https://argo-cd.readthedocs.io/en/stable/user-guide/sync-waves/
    """

    id = "delivery-waves-do-not-wait-in-a-circle"
    basis = "breaks"
    allowed = (
        Example(name="a hook and its account, which is one too", files={**_APPLICATION, **_job(_PRE), **_account(_PRE)}, closed=True),
        Example(
            name="what is needed comes first", files={**_APPLICATION, **_job(_WAVE.format(2)), **_account(_WAVE.format(-1))}, closed=True
        ),
        Example(name="both in one wave", files={**_APPLICATION, **_job(_WAVE.format(1)), **_account(_WAVE.format(1))}, closed=True),
        Example(
            name="nothing waits for a CronJob",
            files={**_APPLICATION, **_job(_WAVE.format(1), "CronJob"), **_account(_WAVE.format(2))},
            closed=True,
        ),
        Example(name="the account is of somebody else", files={**_APPLICATION, **_job(_PRE)}, closed=True),
        Example(name="a namespace in the wave of what is in it", files={**_APPLICATION, **_account(), **_namespace("'0'")}, closed=True),
        Example(name="a claim and its pod in one wave", files={**_APPLICATION, **_claim("'1'", "'1'")}, closed=True),
    )
    denied = (
        Denied(
            name="a hook before the sync needs an account of the sync",
            files={**_APPLICATION, **_job(_PRE), **_account()},
            closed=True,
            at="Job/shop/migrate",
            pointer=f"{_WHERE}hook",
            message="Job/shop/migrate (PreSync) needs ServiceAccount/shop/runner, which is applied only when it is done (Sync)",
        ),
        Denied(
            name="what is needed is in a later wave",
            files={**_APPLICATION, **_job(""), **_account(_WAVE.format(1))},
            closed=True,
            at="ServiceAccount/shop/runner",
            pointer=f"{_WHERE}sync-wave",
            message="Job/shop/migrate (Sync) needs ServiceAccount/shop/runner, which is applied only when it is done (Sync, wave 1)",
        ),
        Denied(
            name="a namespace in a later wave than what is in it",
            files={**_APPLICATION, **_account(), **_namespace("'2'")},
            closed=True,
            at="Namespace/shop",
            pointer=f"{_WHERE}sync-wave",
            message="ServiceAccount/shop/runner (Sync) is applied before Namespace/shop (Sync, wave 2), without which the API server "
            "refuses it",
        ),
        Denied(
            name="a claim that waits for its pod, which waits for the claim",
            files={**_APPLICATION, **_claim("'0'", "'1'")},
            closed=True,
            at="PersistentVolumeClaim/shop/data",
            pointer=f"{_WHERE}sync-wave",
            message="PersistentVolumeClaim/shop/data (Sync) is bound only when a pod uses it (class local), "
            "and Deployment/shop/db is applied only then (Sync, wave 1)",
        ),
    )

    def targets(self, world: World) -> Iterable[Owned]:
        """Every object that Argo CD waits for, every claim, and what others stand on."""
        for objects in owned(world).values():
            for each in objects:
                if (
                    each.release is None
                    and turns(each.manifest)
                    and (is_waited_for(each.manifest) or each.ref.kind == "PersistentVolumeClaim" or is_ground(each))
                ):
                    yield each

    def judge(self, world: World, target: Owned) -> Iterator[Outcome]:
        """What it needs, and when that comes."""
        mine = turns(target.manifest)[0]
        if target.ref.kind == "PersistentVolumeClaim":
            yield from self._claim(world, target, mine)
            return
        if is_ground(target):
            yield from self._ground(world, target, mine)
            return
        seen: set[Ref] = set()
        for reference in references_of(target.manifest):
            if reference.strange is not None or reference.optional or reference.ref.kind not in _NEEDED or reference.ref in seen:
                continue
            seen.add(reference.ref)
            makers = _makers(world, reference.ref, target.application)
            later = [(turn, maker) for turn, maker in makers if turn > mine]
            if later and len(later) == len(makers):
                turn, maker = min(later, key=lambda one: one[0])
                by = f" of {maker.ref}" if maker.ref.kind != reference.ref.kind else ""
                what = f"{target.ref} ({mine}) needs {reference.ref}{by}, which is applied only when it is done ({turn})"
                node = (place(target.manifest) if mine.phase < turn.phase else None) or place(maker) or place(target.manifest)
                other = maker if node is None or node.manifest is target.manifest else target.manifest
                there = Related(manifest=other, pointer="", note="the other end of the circle")
                path = (str(target.application), f"{target.ref} ({mine})", f"{maker.ref} ({turn})")
                yield self.finding(node or target.at(), what, path=path, related=(there,), subject=str(reference.ref))

    def _ground(self, world: World, target: Owned, mine: Turn) -> Iterator[Outcome]:
        """A Namespace, or a definition, that comes after what stands on it: the API server refuses that, and the sync goes no further."""
        found = first_on(world, target)
        if found is not None and found[0] < mine:
            turn, first = found
            what = f"{first.ref} ({turn}) is applied before {target.ref} ({mine}), without which the API server refuses it"
            there = Related(manifest=first.manifest, pointer="", note="what comes too early")
            path = (str(target.application), f"{first.ref} ({turn})", f"{target.ref} ({mine})")
            yield self.finding(place(target.manifest) or target.at(), what, path=path, related=(there,))

    def _claim(self, world: World, target: Owned, mine: Turn) -> Iterator[Outcome]:
        """A claim whose volume is made only when a pod wants it is not healthy before that pod is there."""
        users = world.derived(_users).get((target.application, target.ref.namespace, target.ref.name), ())
        later = [(turns(user.manifest)[0], user) for user in users if turns(user.manifest)]
        if not later or any(turn <= mine for turn, _ in later):
            return
        spec = target.manifest.root.get("spec")
        name = (spec.text("storageClassName") if spec is not None else None) or ""
        known = world.get(Ref(group="storage.k8s.io", kind="StorageClass", namespace="", name=name))
        turn, user = min(later, key=lambda one: one[0])
        if known is None:
            yield self.undecided(target.manifest, f"storage_classes.{name or '(default)'}: when its volumes are bound")
        elif known.root.text("volumeBindingMode") == _LATE_CLASS:
            what = f"{target.ref} ({mine}) is bound only when a pod uses it (class {name}), and {user.ref} is applied only then ({turn})"
            there = Related(manifest=user.manifest, pointer="", note="the other end of the circle")
            yield self.finding(place(target.manifest) or target.at(), what, related=(there,))


def _makers(world: World, ref: Ref, application: Application) -> list[tuple[Turn, Manifest]]:
    """What makes an object, with its turn, if all of that is in one Application; otherwise nothing is known of the order."""
    found = []
    for creator in creators(whole(world).world).of(ref, anywhere=True):
        owner = owners(world).get(creator.manifest, ()) if creator.manifest is not None else ()
        turn = turns(creator.manifest) if creator.manifest is not None else ()
        if owner and all(instance(world, each.application) != instance(world, application) for each in owner):
            continue
        if creator.manifest is None or not turn or not any(each.application is application for each in owner):
            return []
        found.append((turn[0], creator.manifest))
    return found


def _users(world: World) -> Mapping[tuple[Application, str, str], list[Owned]]:
    """Application, namespace and claim → the objects that mount it."""
    found: defaultdict[tuple[Application, str, str], list[Owned]] = defaultdict(list)
    for application, objects in owned(world).items():
        for each in objects:
            for reference in references_of(each.manifest) if each.release is None else ():
                if reference.ref.kind == "PersistentVolumeClaim" and reference.strange is None:
                    found[application, each.ref.namespace, reference.ref.name].append(each)
    return found
