"""The policy admission-strategies-are-valid."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example, Pinned
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.admission.places import places
from crema.policies.model.admission.refusal import below, mapping
from crema.policies.model.admission.workloads import lasting, workload
from crema.policies.model.manifest import Manifest
from crema.policies.model.world import World


class StrategiesAreValid(Policy[Manifest]):
    """A workload's numbers and its roll-out strategy are ones by which pods can be replaced.

    Why: the API server refuses the object, and with it Argo CD fails the sync of the whole application: Recreate with rollingUpdate,
    maxSurge and maxUnavailable both 0, or a number in quotes is valid by its schema.
    Fix: write the strategy as the message asks.
    Source: https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/apps/validation/validation.go
    """

    id = "admission-strategies-are-valid"
    basis = "breaks"
    allowed = (
        Example(
            name="a surge without unavailable pods",
            manifests="""
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: order, namespace: shop}
                spec:
                  strategy: {rollingUpdate: {maxSurge: 25%, maxUnavailable: 0}}
                  selector: {matchLabels: {app: order}}
                  template:
                    metadata: {labels: {app: order}}
                    spec:
                      containers: [{name: order, image: "order:1.0.0"}]
                """,
        ),
        Example(
            name="stopping first",
            manifests="""
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: order, namespace: shop}
                spec:
                  strategy: {type: Recreate, rollingUpdate: null}
                  selector: {matchLabels: {app: order}}
                  template:
                    metadata: {labels: {app: order}}
                    spec:
                      containers: [{name: order, image: "order:1.0.0"}]
                """,
        ),
    )
    denied = (
        Denied(
            name="Recreate with what belongs to RollingUpdate",
            manifests="""
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: order, namespace: shop}
                spec:
                  strategy: {type: Recreate, rollingUpdate: {maxSurge: 1}}
                  selector: {matchLabels: {app: order}}
                  template:
                    metadata: {labels: {app: order}}
                    spec:
                      containers: [{name: order, image: "order:1.0.0"}]
                """,
            at="Deployment/shop/order",
            pointer="/spec/strategy/rollingUpdate",
            message="spec.strategy.rollingUpdate is given beside the type Recreate, which stops every pod first",
        ),
        Denied(
            name="no pod more and no pod less",
            manifests="""
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: order, namespace: shop}
                spec:
                  replicas: -1
                  strategy: {rollingUpdate: {maxSurge: 0%, maxUnavailable: 0}}
                  selector: {matchLabels: {app: order}}
                  template:
                    metadata: {labels: {app: order}}
                    spec:
                      containers: [{name: order, image: "order:1.0.0"}]
                """,
            at="Deployment/shop/order",
            pointer="/spec/replicas",
            message="spec.replicas is -1; 0 or more is required",
            also=(
                Pinned(
                    at="Deployment/shop/order",
                    pointer="/spec/strategy/rollingUpdate/maxUnavailable",
                    message="spec.strategy.rollingUpdate.maxUnavailable is 0 beside a maxSurge of 0%: no pod could ever be replaced",
                ),
            ),
        ),
        Denied(
            name="a number in quotes, and a deadline before a pod is ready",
            manifests="""
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: order, namespace: shop}
                spec:
                  minReadySeconds: 600
                  strategy: {rollingUpdate: {maxUnavailable: "1"}}
                  selector: {matchLabels: {app: order}}
                  template:
                    metadata: {labels: {app: order}}
                    spec:
                      activeDeadlineSeconds: 60
                      containers: [{name: order, image: "order:1.0.0"}]
                """,
            at="Deployment/shop/order",
            pointer="/spec/template/spec/activeDeadlineSeconds",
            message="spec.template.spec.activeDeadlineSeconds is given; a pod of a Deployment runs for ever and has no deadline",
            also=(
                Pinned(
                    at="Deployment/shop/order",
                    pointer="/spec/minReadySeconds",
                    message="spec.minReadySeconds is 600; less than progressDeadlineSeconds, which is 600, is required",
                ),
                Pinned(
                    at="Deployment/shop/order",
                    pointer="/spec/strategy/rollingUpdate/maxUnavailable",
                    message='spec.strategy.rollingUpdate.maxUnavailable is "1"; a number or a percentage such as 25% is required',
                ),
            ),
        ),
        Denied(
            name="a DaemonSet that surges and is unavailable",
            manifests="""
                apiVersion: apps/v1
                kind: DaemonSet
                metadata: {name: agent, namespace: shop}
                spec:
                  selector: {matchLabels: {app: agent}}
                  updateStrategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 10%}}
                  template: {metadata: {labels: {app: agent}}, spec: {containers: [{name: agent, image: "agent:1.0.0"}]}}
                """,
            at="DaemonSet/shop/agent",
            pointer="/spec/updateStrategy/rollingUpdate/maxSurge",
            message="spec.updateStrategy.rollingUpdate.maxSurge is 1 beside a maxUnavailable of 10%; one of both has to be 0",
        ),
    )

    def targets(self, world: World) -> Iterable[Manifest]:
        """Workloads that run for ever."""
        return lasting(world)

    def judge(self, world: World, target: Manifest) -> Iterator[Outcome]:
        """A finding for each number or strategy that the server refuses."""
        for place in places(world, target.root, below("spec", workload(target.ref.kind, mapping(target.body.get("spec"))))):
            yield self.finding(place.node, place.message, fix=place.fix, subject=place.subject)
