"""The policy admission-selectors-match."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example, Pinned
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.admission.labels import workload_selector
from crema.policies.model.admission.places import places
from crema.policies.model.admission.refusal import below, mapping
from crema.policies.model.admission.workloads import lasting
from crema.policies.model.manifest import Manifest
from crema.policies.model.world import World


class SelectorsMatch(Policy[Manifest]):
    """The selector of a workload is valid, not empty, and takes the labels of its own template.

    Why: the API server refuses the object, and with it Argo CD fails the sync of the whole application: a workload that does not select
    its own pods would make pods for ever.
    Fix: write the template's own labels into the selector.
    Source: https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/apps/validation/validation.go

    That matchLabels are those of the template, schema-object-agrees-with-itself says.
    """

    id = "admission-selectors-match"
    basis = "breaks"
    allowed = (
        Example(
            name="expressions that take the template",
            manifests="""
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: order, namespace: shop}
                spec:
                  selector: {matchExpressions: [{key: app, operator: In, values: [order, orders]}, {key: canary,
                    operator: DoesNotExist}]}
                  template:
                    metadata: {labels: {app: order}}
                    spec:
                      containers: [{name: order, image: "order:1.0.0"}]
                """,
        ),
        Example(
            name="a key that is not there and must not be a value",
            manifests="""
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: order, namespace: shop}
                spec:
                  selector: {matchLabels: {app: order}, matchExpressions: [{key: tier, operator: NotIn, values: [db]}]}
                  template:
                    metadata: {labels: {app: order}}
                    spec:
                      containers: [{name: order, image: "order:1.0.0"}]
                """,
        ),
    )
    denied = (
        Denied(
            name="expressions that take other pods",
            manifests="""
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: order, namespace: shop}
                spec:
                  selector: {matchExpressions: [{key: app, operator: In, values: [orders]}, {key: tier, operator: Exists}]}
                  template:
                    metadata: {labels: {app: order}}
                    spec:
                      containers: [{name: order, image: "order:1.0.0"}]
                """,
            at="Deployment/shop/order",
            pointer="/spec/selector/matchExpressions/0",
            message="spec.selector.matchExpressions[0] asks for app In orders; the pods of the template have app: order",
            also=(
                Pinned(
                    at="Deployment/shop/order",
                    pointer="/spec/selector/matchExpressions/1",
                    message="spec.selector.matchExpressions[1] asks for tier Exists; the pods of the template have no tier",
                ),
            ),
        ),
        Denied(
            name="an empty selector",
            manifests="""
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: order, namespace: shop}
                spec:
                  selector: {}
                  template:
                    metadata: {labels: {app: order}}
                    spec:
                      containers: [{name: order, image: "order:1.0.0"}]
                """,
            at="Deployment/shop/order",
            pointer="/spec/selector",
            message="spec.selector is empty; a label of the pods is required",
        ),
        Denied(
            name="an operator without values, and one with",
            manifests="""
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: order, namespace: shop}
                spec:
                  selector: {matchLabels: {app: order}, matchExpressions: [{key: app, operator: Exists, values: [order]}, {key: a,
                    operator: NotIn}]}
                  template:
                    metadata: {labels: {app: order}}
                    spec:
                      containers: [{name: order, image: "order:1.0.0"}]
                """,
            at="Deployment/shop/order",
            pointer="/spec/selector/matchExpressions/0/values",
            message="spec.selector.matchExpressions[0].values is given; the operator Exists takes none",
            also=(
                Pinned(
                    at="Deployment/shop/order",
                    pointer="/spec/selector/matchExpressions/1",
                    message="spec.selector.matchExpressions[1].values is missing; the operator NotIn needs at least one",
                ),
            ),
        ),
    )

    def targets(self, world: World) -> Iterable[Manifest]:
        """Workloads that select their pods."""
        return lasting(world)

    def judge(self, world: World, target: Manifest) -> Iterator[Outcome]:
        """A finding for each part of a selector that is wrong."""
        for place in places(world, target.root, below("spec", workload_selector(target.ref.kind, mapping(target.body.get("spec"))))):
            yield self.finding(place.node, place.message, fix=place.fix, subject=place.subject)
