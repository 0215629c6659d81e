"""The policy identity-scale-target-exists."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.references.every import references
from crema.policies.model.references.made import hint, hops, made
from crema.policies.model.references.reference import Reference
from crema.policies.model.world import World

_SCALER = """
    apiVersion: autoscaling/v2
    kind: HorizontalPodAutoscaler
    metadata: {name: order, namespace: shop}
    spec: {minReplicas: 1, maxReplicas: 3, scaleTargetRef: {apiVersion: VERSION, kind: KIND, name: NAME}}
    ---
"""
_DEPLOYMENT = """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: order, namespace: shop}
    spec: {template: {metadata: {labels: {app: order}}, spec: {containers: [{name: order}]}}}
    ---
"""


def _scaler(name: str, kind: str = "Deployment", version: str = "apps/v1") -> str:
    return _SCALER.replace("NAME", name).replace("KIND", kind).replace("VERSION", version)


class ScaleTargetExists(Policy[Reference]):
    """What an autoscaler scales exists, in its namespace, with that kind and API group.

    Why: an autoscaler whose target is not found scales nothing (FailedGetScale), so the load of the day meets the replicas of the night.
    Fix: name the workload that is there, with its kind and apiVersion.
    Source: https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/
    """

    id = "identity-scale-target-exists"
    basis = "breaks"
    allowed = (
        Example(name="a Deployment of the same namespace", manifests=_scaler("order") + _DEPLOYMENT, closed=True),
        Example(name="somebody's directory without it", manifests=_scaler("payments")),
    )
    denied = (
        Denied(
            name="another name",
            manifests=_scaler("orders") + _DEPLOYMENT,
            at="HorizontalPodAutoscaler/shop/order",
            pointer="/spec/scaleTargetRef/name",
            message="HorizontalPodAutoscaler shop/order scaleTargetRef names Deployment shop/orders of apps, which nothing makes; "
            "did you mean order?",
        ),
        Denied(
            name="another kind",
            manifests=_scaler("order", kind="StatefulSet") + _DEPLOYMENT,
            closed=True,
            at="HorizontalPodAutoscaler/shop/order",
            pointer="/spec/scaleTargetRef/name",
            message="HorizontalPodAutoscaler shop/order scaleTargetRef names StatefulSet shop/order of apps, which nothing makes",
        ),
        Denied(
            name="an API group that has no Deployments any more",
            manifests=_scaler("order", version="extensions/v1beta1") + _DEPLOYMENT,
            closed=True,
            at="HorizontalPodAutoscaler/shop/order",
            pointer="/spec/scaleTargetRef/name",
            message="HorizontalPodAutoscaler shop/order scaleTargetRef names Deployment shop/order of extensions, which nothing makes",
        ),
    )

    def targets(self, world: World) -> Iterable[Reference]:
        """Every reference of an autoscaler to what it scales."""
        return (each for each in references(world) if each.strange or each.place.pointer == "/spec/scaleTargetRef/name")

    def judge(self, world: World, target: Reference) -> Iterator[Outcome]:
        """Whether something makes it."""
        if target.strange is not None:
            raise target.strange
        answer = made(world, target)
        group = target.ref.group or "the core group"
        if answer.verdict == "missing":
            message = f"{target.by} names {target.what} of {group}, which nothing makes{hint(answer, world, target.ref)}"
            yield self.finding(target.place, message, path=hops(target), subject=target.ref.name)
        elif answer.verdict == "unknown":
            yield self.undecided(target.manifest, f"whether {target.what} exists")
