"""The policy admission-autoscalers-are-valid."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example, Pinned
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.admission.autoscalers import autoscaler
from crema.policies.model.admission.places import places
from crema.policies.model.admission.refusal import below, mapping
from crema.policies.model.manifest import Manifest
from crema.policies.model.world import World


class AutoscalersAreValid(Policy[Manifest]):
    """The bounds and metrics of an autoscaler agree.

    Why: the API server refuses the object, and with it Argo CD fails the sync of the whole application: more minReplicas than
    maxReplicas, or a metric whose type and source differ, is valid by its schema.
    Fix: write the bounds in order, and each metric with its own source.
    Source: https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/autoscaling/validation/validation.go
    """

    id = "admission-autoscalers-are-valid"
    basis = "breaks"
    allowed = (
        Example(
            name="bounds in order and a metric",
            manifests="""
                apiVersion: autoscaling/v2
                kind: HorizontalPodAutoscaler
                metadata: {name: order, namespace: shop}
                spec:
                  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: order}
                  minReplicas: 2
                  maxReplicas: 2
                  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 80}}}]
                """,
        ),
        Example(
            name="a behaviour without policies, which has the server's own",
            manifests="""
                apiVersion: autoscaling/v2
                kind: HorizontalPodAutoscaler
                metadata: {name: order, namespace: shop}
                spec:
                  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: order}
                  maxReplicas: 5
                  behavior: {scaleDown: {stabilizationWindowSeconds: 3600}}
                """,
        ),
    )
    denied = (
        Denied(
            name="more at least than at most",
            manifests="""
                apiVersion: autoscaling/v2
                kind: HorizontalPodAutoscaler
                metadata: {name: order, namespace: shop}
                spec:
                  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: order}
                  minReplicas: 5
                  maxReplicas: 3
                """,
            at="HorizontalPodAutoscaler/shop/order",
            pointer="/spec/minReplicas",
            message="spec.minReplicas is 5, and maxReplicas is 3; at most as many are required",
        ),
        Denied(
            name="a metric of another type than its source, and a target of nothing",
            manifests="""
                apiVersion: autoscaling/v2
                kind: HorizontalPodAutoscaler
                metadata: {name: order, namespace: shop}
                spec:
                  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: order}
                  maxReplicas: 5
                  metrics: [{type: Pods, resource: {name: cpu, target: {type: Utilization, averageUtilization: 80}}},
                    {type: Resource, resource: {name: cpu, target: {type: Utilization}}}]
                """,
            at="HorizontalPodAutoscaler/shop/order",
            pointer="/spec/metrics/0",
            message="spec.metrics[0] has the type Pods and no pods; it is required",
            also=(
                Pinned(
                    at="HorizontalPodAutoscaler/shop/order",
                    pointer="/spec/metrics/0/resource",
                    message="spec.metrics[0].resource stands in a metric of the type Pods; only pods is allowed there",
                ),
                Pinned(
                    at="HorizontalPodAutoscaler/shop/order",
                    pointer="/spec/metrics/1/resource/target",
                    message="spec.metrics[1].resource.target has no averageUtilization and no averageValue; one is required for "
                    "a metric of resource",
                ),
            ),
        ),
        Denied(
            name="a target without its group, and a window of two hours",
            manifests="""
                apiVersion: autoscaling/v2
                kind: HorizontalPodAutoscaler
                metadata: {name: order, namespace: shop}
                spec:
                  scaleTargetRef: {apiVersion: v1, kind: Deployment, name: order}
                  maxReplicas: 5
                  behavior: {scaleDown: {stabilizationWindowSeconds: 7200}}
                """,
            at="HorizontalPodAutoscaler/shop/order",
            pointer="/spec/scaleTargetRef/apiVersion",
            message='spec.scaleTargetRef.apiVersion is "v1", without a group; one such as apps/v1 is required',
            also=(
                Pinned(
                    at="HorizontalPodAutoscaler/shop/order",
                    pointer="/spec/behavior/scaleDown/stabilizationWindowSeconds",
                    message="spec.behavior.scaleDown.stabilizationWindowSeconds is 7200; 0 to 3600 (an hour) is required",
                ),
            ),
        ),
    )

    def targets(self, world: World) -> Iterable[Manifest]:
        """Every HorizontalPodAutoscaler."""
        return world.of("autoscaling", "HorizontalPodAutoscaler")

    def judge(self, world: World, target: Manifest) -> Iterator[Outcome]:
        """A finding for each number or metric that the server refuses."""
        for place in places(world, target.root, below("spec", autoscaler(mapping(target.body.get("spec"))))):
            yield self.finding(place.node, place.message, fix=place.fix, subject=place.subject)
