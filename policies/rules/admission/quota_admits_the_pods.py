"""The policy admission-quota-admits-the-pods."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example, Pinned
from crema.policies.engine.finding import Outcome, Related
from crema.policies.engine.policy import Policy
from crema.policies.model.admission.namespaces import Rules, beyond, claimed, demanded, outside, replicas, rules
from crema.policies.model.admission.places import own, places, pods
from crema.policies.model.admission.refusal import Refusal, mapping
from crema.policies.model.manifest import Manifest
from crema.policies.model.node import Node
from crema.policies.model.world import World


class QuotaAdmitsThePods(Policy[Manifest]):
    """The quotas and ranges of a namespace take the pods and claims that are meant for it.

    Why: the server takes the Deployment and refuses its pods (exceeded quota; must specify limits.memory; maximum memory usage per
    Container): nothing runs, and only an event of the ReplicaSet says so.
    Fix: give the container the amounts that the namespace asks for.
    Source: https://kubernetes.io/docs/concepts/policy/resource-quotas/
    """

    id = "admission-quota-admits-the-pods"
    basis = "breaks"
    allowed = (
        Example(
            name="amounts that the quota counts",
            manifests="""
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: order, namespace: shop}
                spec:
                  selector: {matchLabels: {app: order}}
                  template:
                    metadata: {labels: {app: order}}
                    spec:
                      containers: [{name: order, image: "order:1.0.0", resources: {requests: {cpu: 100m}, limits: {memory: 128Mi}}}]
                ---
                apiVersion: v1
                kind: ResourceQuota
                metadata: {name: quota, namespace: shop}
                spec: {hard: {requests.cpu: 4, limits.memory: 8Gi, pods: 10}}
                """,
        ),
        Example(
            name="amounts that a range gives to whoever names none",
            manifests="""
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: order, namespace: shop}
                spec:
                  selector: {matchLabels: {app: order}}
                  template:
                    metadata: {labels: {app: order}}
                    spec:
                      containers: [{name: order, image: "order:1.0.0"}]
                ---
                apiVersion: v1
                kind: ResourceQuota
                metadata: {name: quota, namespace: shop}
                spec: {hard: {requests.cpu: 4, limits.memory: 8Gi}}

                ---
                apiVersion: v1
                kind: LimitRange
                metadata: {name: range, namespace: shop}
                spec: {limits: [{type: Container, defaultRequest: {cpu: 100m}, default: {memory: 128Mi}}]}
                """,
        ),
        Example(
            name="a quota of another namespace, and one for some pods only",
            manifests="""
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: order, namespace: shop}
                spec:
                  selector: {matchLabels: {app: order}}
                  template:
                    metadata: {labels: {app: order}}
                    spec:
                      containers: [{name: order, image: "order:1.0.0"}]
                ---
                apiVersion: v1
                kind: ResourceQuota
                metadata: {name: quota, namespace: other}
                spec: {hard: {requests.cpu: 4}}

                ---
                apiVersion: v1
                kind: ResourceQuota
                metadata: {name: quota, namespace: shop}
                spec: {hard: {requests.cpu: 4}, scopes: [Terminating]}
                """,
        ),
    )
    denied = (
        Denied(
            name="a container without the amounts that a quota counts",
            manifests="""
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: order, namespace: shop}
                spec:
                  selector: {matchLabels: {app: order}}
                  template:
                    metadata: {labels: {app: order}}
                    spec:
                      containers: [{name: order, image: "order:1.0.0", resources: {requests: {cpu: 100m}}}]
                ---
                apiVersion: v1
                kind: ResourceQuota
                metadata: {name: quota, namespace: shop}
                spec: {hard: {requests.cpu: 4, limits.memory: 8Gi}}
                """,
            at="Deployment/shop/order",
            pointer="/spec/template/spec/containers/0",
            message="spec.template.spec.containers[0] names no limits of memory; the quota quota counts limits.memory, "
            "so the server refuses the pods",
        ),
        Denied(
            name="more pods than a quota has room for",
            manifests="""
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: order, namespace: shop}
                spec:
                  replicas: 10
                  selector: {matchLabels: {app: order}}
                  template:
                    metadata: {labels: {app: order}}
                    spec:
                      containers: [{name: order, image: "order:1.0.0", resources: {requests: {cpu: 500m}}}]
                ---
                apiVersion: v1
                kind: ResourceQuota
                metadata: {name: quota, namespace: shop}
                spec: {hard: {requests.cpu: 4}}
                """,
            at="Deployment/shop/order",
            pointer="/spec/template/spec",
            message="spec.template.spec asks for 10 × 0.5 requests of cpu; the quota quota has room for 4",
        ),
        Denied(
            name="a container and a claim beyond the range of their namespace",
            manifests="""
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: order, namespace: shop}
                spec:
                  selector: {matchLabels: {app: order}}
                  template:
                    metadata: {labels: {app: order}}
                    spec:
                      containers: [{name: order, image: "order:1.0.0", resources: {requests: {memory: 16Mi},
                        limits: {memory: 4Gi}}}]
                ---
                apiVersion: v1
                kind: LimitRange
                metadata: {name: range, namespace: shop}
                spec: {limits: [{type: Container, min: {memory: 32Mi}, max: {memory: 1Gi}}, {type: PersistentVolumeClaim,
                  max: {storage: 10Gi}}]}

                ---
                apiVersion: v1
                kind: PersistentVolumeClaim
                metadata: {name: data, namespace: shop}
                spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 20Gi}}}
                """,
            at="Deployment/shop/order",
            pointer="/spec/template/spec/containers/0/resources/limits/memory",
            message="spec.template.spec.containers[0].resources.limits.memory is 4Gi; the range range allows at most "
            "1Gi, so the server refuses the pods",
            also=(
                Pinned(
                    at="Deployment/shop/order",
                    pointer="/spec/template/spec/containers/0/resources/requests/memory",
                    message="spec.template.spec.containers[0].resources.requests.memory is 16Mi; the range range allows at least "
                    "32Mi, so the server refuses the pods",
                ),
                Pinned(
                    at="PersistentVolumeClaim/shop/data",
                    pointer="/spec/resources/requests/storage",
                    message="spec.resources.requests.storage is 20Gi; the range range allows at most 10Gi",
                ),
            ),
        ),
    )

    def targets(self, world: World) -> Iterable[Manifest]:
        """Whatever holds pods, and every claim."""
        return (*(each for each in pods(world) if own(each)), *world.of("", "PersistentVolumeClaim"))

    def judge(self, world: World, target: Manifest) -> Iterator[Outcome]:
        """A finding for each amount that its namespace refuses."""
        found = rules(world, target.ref.namespace)
        if not (found.quotas or found.ranges):
            return
        for pod in pods(world).get(target, ()):
            spec = mapping(pod.spec.value)
            yield from self._said(world, pod.spec, (*demanded(found, spec), *outside(found, spec), *self._many(found, target)))
        claim = target.root.get("spec") if target.ref.kind == "PersistentVolumeClaim" else None
        if claim is not None:
            yield from self._said(world, claim, claimed(found, mapping(claim.value)))

    @staticmethod
    def _many(found: Rules, target: Manifest) -> Iterator[tuple[Refusal, Manifest]]:
        template = mapping(mapping(mapping(target.body.get("spec")).get("template")).get("spec"))
        return beyond(found, template, replicas(target.body))

    def _said(self, world: World, node: Node, refused: Iterable[tuple[Refusal, Manifest]]) -> Iterator[Outcome]:
        for refusal, by in refused:
            hops = (
                f"{node.manifest.ref.kind} {node.manifest.ref.namespace}/{node.manifest.ref.name}",
                f"{by.ref.kind} {by.ref.namespace}/{by.ref.name}",
            )
            note = "what the namespace asks for"
            for place in places(world, node, (refusal,)):
                related = (Related(manifest=by, pointer="/spec", note=note),)
                yield self.finding(place.node, place.message, fix=place.fix, path=hops, related=related, subject=by.ref.name)
