"""The policy admission-disruption-budgets-are-valid."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example, Pinned
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.admission.autoscalers import budget
from crema.policies.model.admission.places import places
from crema.policies.model.admission.refusal import below, mapping
from crema.policies.model.manifest import Manifest
from crema.policies.model.world import World


class DisruptionBudgetsAreValid(Policy[Manifest]):
    """A disruption budget has one bound, a number or a percentage.

    Why: the API server refuses the object, and with it Argo CD fails the sync of the whole application: minAvailable beside
    maxUnavailable, or a number in quotes, is valid by its schema.
    Fix: keep minAvailable or maxUnavailable, as a number or a percentage.
    Source: https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/policy/validation/validation.go
    """

    id = "admission-disruption-budgets-are-valid"
    basis = "breaks"
    allowed = (
        Example(
            name="a percentage",
            manifests="""
                apiVersion: policy/v1
                kind: PodDisruptionBudget
                metadata: {name: order, namespace: shop}
                spec: {maxUnavailable: 50%, selector: {matchLabels: {app: order}}}
                """,
        ),
        Example(
            name="a number, and the other one null",
            manifests="""
                apiVersion: policy/v1
                kind: PodDisruptionBudget
                metadata: {name: order, namespace: shop}
                spec: {minAvailable: 1, maxUnavailable: null, selector: {matchLabels: {app: order}}}
                """,
        ),
    )
    denied = (
        Denied(
            name="both bounds",
            manifests="""
                apiVersion: policy/v1
                kind: PodDisruptionBudget
                metadata: {name: order, namespace: shop}
                spec: {minAvailable: 1, maxUnavailable: 1, selector: {matchLabels: {app: order}}}
                """,
            at="PodDisruptionBudget/shop/order",
            pointer="/spec/maxUnavailable",
            message="spec.maxUnavailable stands beside minAvailable; only one of both is allowed",
        ),
        Denied(
            name="a number in quotes, and an operator without values",
            manifests="""
                apiVersion: policy/v1
                kind: PodDisruptionBudget
                metadata: {name: order, namespace: shop}
                spec: {minAvailable: "1", selector: {matchExpressions: [{key: app, operator: In}]}}
                """,
            at="PodDisruptionBudget/shop/order",
            pointer="/spec/minAvailable",
            message='spec.minAvailable is "1"; a number or a percentage such as 25% is required',
            also=(
                Pinned(
                    at="PodDisruptionBudget/shop/order",
                    pointer="/spec/selector/matchExpressions/0",
                    message="spec.selector.matchExpressions[0].values is missing; the operator In needs at least one",
                ),
            ),
        ),
        Denied(
            name="more than all",
            manifests="""
                apiVersion: policy/v1
                kind: PodDisruptionBudget
                metadata: {name: order, namespace: shop}
                spec: {minAvailable: 150%, selector: {matchLabels: {app: order}}}
                """,
            at="PodDisruptionBudget/shop/order",
            pointer="/spec/minAvailable",
            message='spec.minAvailable is "150%"; at most 100% is required',
        ),
    )

    def targets(self, world: World) -> Iterable[Manifest]:
        """Every PodDisruptionBudget."""
        return world.of("policy", "PodDisruptionBudget")

    def judge(self, world: World, target: Manifest) -> Iterator[Outcome]:
        """A finding for each bound that the server refuses."""
        for place in places(world, target.root, below("spec", budget(mapping(target.body.get("spec"))))):
            yield self.finding(place.node, place.message, fix=place.fix, subject=place.subject)
