"""The policy delivery-application-syncs-by-itself."""

from collections.abc import Iterable, Iterator
from typing import Final

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.delivery.applications import Application, applications
from crema.policies.model.world import World

_LOST: Final = {"prune": "what is taken out of git stays in the cluster", "selfHeal": "what is changed by hand stays changed"}


def _application(policy: str) -> str:
    return f"""
        apiVersion: argoproj.io/v1alpha1
        kind: Application
        metadata: {{name: order, namespace: argocd}}
        spec:
          destination: {{server: https://kubernetes.default.svc, namespace: shop}}
          source: {{repoURL: https://git.example.com/platform, path: live/order}}
          syncPolicy: {{{policy}}}
    """


_AT = "Application/argocd/order"


class ApplicationSyncsByItself(Policy[Application]):
    """An Application applies each commit by itself, takes away what left git, and undoes what is changed by hand.

    Why: without `automated` a commit waits for a person; without `prune` objects that left git live on; without `selfHeal` the cluster is
    no longer what git says.
    Fix: write syncPolicy.automated: {prune: true, selfHeal: true}.
    Source: https://argo-cd.readthedocs.io/en/stable/user-guide/auto_sync/
    """

    id = "delivery-application-syncs-by-itself"
    basis = "house"
    severity = "warning"
    allowed = (
        Example(name="all three", manifests=_application("automated: {prune: true, selfHeal: true}")),
        Example(name="said to be enabled", manifests=_application("automated: {enabled: true, prune: true, selfHeal: true}")),
    )
    denied = (
        Denied(
            name="a person has to sync",
            manifests=_application("syncOptions: [ServerSideApply=true]"),
            at=_AT,
            pointer="/spec/syncPolicy",
            message="syncPolicy.automated is missing: no commit is applied until a person syncs Application order",
        ),
        Denied(
            name="it is switched off",
            manifests=_application("automated: {enabled: false, prune: true, selfHeal: true}"),
            at=_AT,
            pointer="/spec/syncPolicy/automated/enabled",
            message="syncPolicy.automated is switched off: no commit is applied until a person syncs Application order",
        ),
        Denied(
            name="nothing is taken away",
            manifests=_application("automated: {selfHeal: true}"),
            at=_AT,
            pointer="/spec/syncPolicy/automated",
            message="automated.prune is not true: what is taken out of git stays in the cluster",
        ),
    )

    def targets(self, world: World) -> Iterable[Application]:
        """Every Application."""
        return applications(world)

    def judge(self, world: World, target: Application) -> Iterator[Outcome]:
        """Whether, and how."""
        del world
        automated = target.automated
        if automated is None:
            policy = target.spec.get("syncPolicy") or target.spec
            off = policy.get("automated", "enabled") if policy.get("automated") is not None else None
            state = "missing" if off is None else "switched off"
            what = f"syncPolicy.automated is {state}: no commit is applied until a person syncs {target}"
            yield self.finding(off or policy, what)
            return
        for key, lost in _LOST.items():
            if automated.flag(key) is not True:
                yield self.finding(automated.get(key) or automated, f"automated.{key} is not true: {lost}", fix=f"write {key}: true")
