"""The policy admission-quotas-are-valid."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example, Pinned
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.admission.places import places
from crema.policies.model.admission.quotas import limit_range, priority_class, quota, runtime_class
from crema.policies.model.admission.refusal import Refusal, below, mapping
from crema.policies.model.manifest import Manifest
from crema.policies.model.world import World


class QuotasAreValid(Policy[Manifest]):
    """Quotas, ranges of limits and classes of priority name resources and amounts that the server takes.

    Why: the API server refuses the object, and with it Argo CD fails the sync of the whole application: a default above its max, a
    quota on a resource that there is not, or a priority above 1000000000 is valid by its schema.
    Fix: write the amounts in order, and the names as the message asks.
    Source: https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/validation.go
    """

    id = "admission-quotas-are-valid"
    basis = "breaks"
    allowed = (
        Example(
            name="amounts in order",
            manifests="""
                apiVersion: v1
                kind: LimitRange
                metadata: {name: limits, namespace: shop}
                spec: {limits: [{type: Container, min: {cpu: 50m}, defaultRequest: {cpu: 100m}, default: {cpu: 500m},
                  max: {cpu: 2}}]}
                """,
        ),
        Example(
            name="a quota on counted objects",
            manifests="""
                apiVersion: v1
                kind: ResourceQuota
                metadata: {name: quota, namespace: shop}
                spec: {hard: {requests.cpu: 4, pods: 20, count/deployments.apps: 10, requests.example.com/gpu: 1}}
                """,
        ),
    )
    denied = (
        Denied(
            name="a default above the max, and defaults of a Pod",
            manifests="""
                apiVersion: v1
                kind: LimitRange
                metadata: {name: limits, namespace: shop}
                spec: {limits: [{type: Container, default: {cpu: 4}, max: {cpu: 2}}, {type: Pod, default: {cpu: 1}}]}
                """,
            at="LimitRange/shop/limits",
            pointer="/spec/limits/0/default/cpu",
            message="spec.limits[0].default.cpu is 4; at most 2, the max, is required",
            also=(
                Pinned(
                    at="LimitRange/shop/limits",
                    pointer="/spec/limits/1/default",
                    message="spec.limits[1].default is given for the type Pod; only a Container has defaults",
                ),
            ),
        ),
        Denied(
            name="a resource that there is not, and half a pod",
            manifests="""
                apiVersion: v1
                kind: ResourceQuota
                metadata: {name: quota, namespace: shop}
                spec: {hard: {request.cpu: 4, pods: 500m}}
                """,
            at="ResourceQuota/shop/quota",
            pointer="/spec/hard/request.cpu",
            message='spec.hard["request.cpu"] names "request.cpu"; a name such as requests.cpu, pods or count/deployments.apps is required',
            also=(
                Pinned(
                    at="ResourceQuota/shop/quota",
                    pointer="/spec/hard/pods",
                    message='spec.hard.pods is "500m"; a whole number is required',
                ),
            ),
        ),
        Denied(
            name="a priority of the system",
            manifests="""
                {apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: urgent}, value: 2000000000}
                """,
            at="PriorityClass/urgent",
            pointer="/value",
            message="value is 2000000000; at most 1000000000 is required",
        ),
    )

    def targets(self, world: World) -> Iterable[Manifest]:
        """What rules over the resources of pods."""
        return (
            *world.of("", "LimitRange", "ResourceQuota"),
            *world.of("scheduling.k8s.io", "PriorityClass"),
            *world.of("node.k8s.io", "RuntimeClass"),
        )

    def judge(self, world: World, target: Manifest) -> Iterator[Outcome]:
        """A finding for each amount or name that the server refuses."""
        for place in places(world, target.root, _refusals(target)):
            yield self.finding(place.node, place.message, fix=place.fix, subject=place.subject)


def _refusals(target: Manifest) -> Iterator[Refusal]:
    kind, spec = target.ref.kind, mapping(target.body.get("spec"))
    if kind == "LimitRange":
        return below("spec", limit_range(spec))
    if kind == "ResourceQuota":
        return below("spec", quota(spec))
    return priority_class(target.body) if kind == "PriorityClass" else runtime_class(target.body)
