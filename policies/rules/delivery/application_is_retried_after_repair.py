"""The policy delivery-application-is-retried-after-repair."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.delivery.applications import Application, applications
from crema.policies.model.world import World


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


class ApplicationIsRetriedAfterRepair(Policy[Application]):
    """An Application that syncs by itself tries again without end, and takes the newest commit each time.

    Why: Argo CD tries a commit that failed a few times and never again, so one that only came too early stays undone; while it tries, it
    holds on to the broken commit, and the repaired one waits.
    Fix: write syncPolicy.retry: {limit: -1, refresh: true, backoff: {duration: 5s, factor: 2, maxDuration: 3m}}.
    Source: https://argo-cd.readthedocs.io/en/stable/user-guide/auto_sync/#automatic-retry-with-a-limit
    """

    id = "delivery-application-is-retried-after-repair"
    basis = "house"
    severity = "warning"
    allowed = (
        Example(name="without end, with the newest commit", manifests=_application("automated: {}, retry: {limit: -1, refresh: true}")),
        Example(name="a person syncs it", manifests=_application("retry: {limit: 2}")),
    )
    denied = (
        Denied(
            name="nothing is said of it",
            manifests=_application("automated: {selfHeal: true}"),
            at=_AT,
            pointer="/spec/syncPolicy",
            message="a sync that fails is tried 5 times more and never again for that commit",
        ),
        Denied(
            name="a few times, of the same commit",
            manifests=_application("automated: {}, retry: {limit: 3, refresh: true}"),
            at=_AT,
            pointer="/spec/syncPolicy/retry/limit",
            message="a sync that fails is tried 3 times more and never again for that commit",
        ),
        Denied(
            name="a repaired commit waits",
            manifests=_application("automated: {}, retry: {limit: -1}"),
            at=_AT,
            pointer="/spec/syncPolicy/retry",
            message="retry.refresh is not true: a repaired commit waits behind the retries of the broken one",
        ),
    )

    def targets(self, world: World) -> Iterable[Application]:
        """Every Application that syncs by itself."""
        return (application for application in applications(world) if application.automated is not None)

    def judge(self, world: World, target: Application) -> Iterator[Outcome]:
        """How often, and of what."""
        del world
        policy = target.spec.get("syncPolicy")
        if policy is None:
            return
        retry = policy.get("retry")
        if target.retries >= 0:
            what = f"a sync that fails is tried {target.retries} times more and never again for that commit"
            yield self.finding((retry and (retry.get("limit") or retry)) or policy, what)
        elif retry is not None and retry.flag("refresh") is not True:
            what = "retry.refresh is not true: a repaired commit waits behind the retries of the broken one"
            yield self.finding(retry.get("refresh") or retry, what)
