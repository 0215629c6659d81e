"""The policy admission-scheduling-is-valid."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example, Pinned
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.admission.places import places, pods
from crema.policies.model.admission.refusal import mapping
from crema.policies.model.admission.scheduling import scheduling, taints
from crema.policies.model.manifest import Manifest
from crema.policies.model.world import World


class SchedulingIsValid(Policy[Manifest]):
    """Tolerations, affinities and spread constraints are ones that the server takes.

    Why: the API server refuses the object, and with it Argo CD fails the sync of the whole application; a toleration with a value and
    Exists, a weight of 0 or an operator without its values is valid by its schema.
    Fix: write the operator, its values and the numbers as the message asks.
    Source: https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/validation.go
    """

    id = "admission-scheduling-is-valid"
    basis = "breaks"
    allowed = (
        Example(
            name="operators with what belongs to them",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  tolerations: [{key: spot, operator: Exists}, {operator: Exists, effect: NoExecute, tolerationSeconds: 60}]
                  topologySpreadConstraints:
                    - {maxSkew: 1, topologyKey: topology.kubernetes.io/zone, whenUnsatisfiable: DoNotSchedule, minDomains: 2}
                  containers: [{name: order, image: "order:1.0.0"}]
                """,
        ),
        Example(
            name="one topology with two reactions",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  topologySpreadConstraints:
                    - {maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: ScheduleAnyway}
                    - {maxSkew: 2, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: DoNotSchedule}
                  containers: [{name: order, image: "order:1.0.0"}]
                """,
        ),
    )
    denied = (
        Denied(
            name="a value beside Exists, and seconds beside another effect than NoExecute",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  tolerations:
                    - {key: spot, operator: Exists, value: "true"}
                    - {key: spot, operator: Exists, effect: NoSchedule, tolerationSeconds: 60}
                  containers: [{name: order, image: "order:1.0.0"}]
                """,
            at="Pod/shop/order",
            pointer="/spec/tolerations/0/value",
            message="spec.tolerations[0].value is given beside the operator Exists, which takes none",
            also=(
                Pinned(
                    at="Pod/shop/order",
                    pointer="/spec/tolerations/1/tolerationSeconds",
                    message="spec.tolerations[1].tolerationSeconds is given beside the effect NoSchedule; NoExecute is required beside it",
                ),
            ),
        ),
        Denied(
            name="a weight of 0, an operator without values, and a label whose key has two slashes",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  nodeSelector: {a/b/c: x}
                  affinity:
                    podAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 0, podAffinityTerm: {topologyKey: zone,
                      labelSelector: {matchExpressions: [{key: a, operator: In}]}}}]}
                  containers: [{name: order, image: "order:1.0.0"}]
                """,
            at="Pod/shop/order",
            pointer="/spec/nodeSelector/a~1b~1c",
            message='spec.nodeSelector["a/b/c"] is a label whose key is "a/b/c"; a key such as example.com/name: '
            "letters, digits, -, _ and ., at most 63 after the slash is required",
            also=(
                Pinned(
                    at="Pod/shop/order",
                    pointer="/spec/affinity/podAffinity/preferredDuringSchedulingIgnoredDuringExecution/0/weight",
                    message="spec.affinity.podAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight is 0; 1 to 100 "
                    "is required",
                ),
                Pinned(
                    at="Pod/shop/order",
                    pointer="/spec/affinity/podAffinity/preferredDuringSchedulingIgnoredD"
                    "uringExecution/0/podAffinityTerm/labelSelector/matchExpressions/0",
                    message="spec.affinity.podAffinity.preferredDuringSchedulingIgnoredDu"
                    "ringExecution[0].podAffinityTerm.labelSelector.matchExpressions[0].values is missing; the operator "
                    "In needs at least one",
                ),
            ),
        ),
        Denied(
            name="the same spread twice, and minDomains without DoNotSchedule",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  topologySpreadConstraints:
                    - {maxSkew: 1, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway, minDomains: 2}
                    - {maxSkew: 2, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway}
                  containers: [{name: order, image: "order:1.0.0"}]
                """,
            at="Pod/shop/order",
            pointer="/spec/topologySpreadConstraints/0/minDomains",
            message="spec.topologySpreadConstraints[0].minDomains is given beside whenUnsatisfiable: ScheduleAnyway; "
            "DoNotSchedule is required beside it",
            also=(
                Pinned(
                    at="Pod/shop/order",
                    pointer="/spec/topologySpreadConstraints/1",
                    message="spec.topologySpreadConstraints[1] spreads over zone with ScheduleAnyway a second time",
                ),
            ),
        ),
    )

    def targets(self, world: World) -> Iterable[Manifest]:
        """Whatever holds pods, and every node that is written by hand."""
        return (*pods(world), *world.of("", "Node"))

    def judge(self, world: World, target: Manifest) -> Iterator[Outcome]:
        """A finding for each part that the server refuses."""
        for pod in pods(world).get(target, ()):
            for place in places(world, pod.spec, scheduling(mapping(pod.spec.value))):
                yield self.finding(place.node, place.message, fix=place.fix, subject=place.subject)
        spec = target.root.get("spec") if target.ref.kind == "Node" else None
        for place in places(world, spec, taints(mapping(spec.value))) if spec is not None else ():
            yield self.finding(place.node, place.message, fix=place.fix, subject=place.subject)
