"""The policy admission-quantities-are-valid."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from crema.policies.engine.example import Denied, Example, Pinned
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.admission.places import places, pods
from crema.policies.model.admission.refusal import Refusal, below, items, mapping
from crema.policies.model.admission.resources import beyond_nodes, odd, odd_size, resources
from crema.policies.model.facts import fact
from crema.policies.model.manifest import Manifest
from crema.policies.model.values import Json
from crema.policies.model.world import World

_SIZE: Final = ("resources", "requests", "storage")


class QuantitiesAreValid(Policy[Manifest]):
    """Requests, limits and sizes are amounts that the server takes, and that somebody can mean.

    Why: the API server refuses the object, and with it Argo CD fails the sync of the whole application when a request is above its
    limit or an extended resource is asked for in parts. It takes 128m of memory (an eighth of a byte) and 500 processors, and then no
    node ever has the room, or the container is killed at once.
    Fix: write the amount in the unit that is meant.
    Source: https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#meaning-of-memory

    An error where the server refuses the object; a warning for an amount that it takes and that nobody can mean.
    """

    id = "admission-quantities-are-valid"
    basis = "breaks"
    allowed = (
        Example(
            name="usual amounts, and a limit without a request",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  containers:
                    - name: order
                      image: order:1.0.0
                      resources: {requests: {cpu: 100m, memory: 128Mi}, limits: {cpu: 1.5, memory: 1G, ephemeral-storage: 2Gi,
                        example.com/gpu: 1}}
                """,
        ),
        Example(
            name="as much as the limit, written in another unit",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  containers:
                    - name: order
                      image: order:1.0.0
                      resources: {requests: {cpu: 1000m, memory: 1Gi}, limits: {cpu: 1, memory: 1024Mi}}
                """,
        ),
    )
    denied = (
        Denied(
            name="a request above its limit",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  containers:
                    - name: order
                      image: order:1.0.0
                      resources: {requests: {cpu: 2, memory: 512Mi}, limits: {cpu: 500m, memory: 1Gi}}
                """,
            at="Pod/shop/order",
            pointer="/spec/containers/0/resources/requests/cpu",
            message="spec.containers[0].resources.requests.cpu is 2; at most the limit of 500m is required",
        ),
        Denied(
            name="half a device, and a resource that nobody knows",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  containers:
                    - name: order
                      image: order:1.0.0
                      resources: {requests: {example.com/gpu: 500m, mem: 1Gi}, limits: {example.com/gpu: 500m}}
                """,
            at="Pod/shop/order",
            pointer="/spec/containers/0/resources/limits/example.com~1gpu",
            message='spec.containers[0].resources.limits["example.com/gpu"] is "500m"; a whole number: example.com/gpu '
            "is counted, is required",
            also=(
                Pinned(
                    at="Pod/shop/order",
                    pointer="/spec/containers/0/resources/requests/example.com~1gpu",
                    message='spec.containers[0].resources.requests["example.com/gpu"] is "500m"; a whole number: example.com/gpu '
                    "is counted, is required",
                ),
                Pinned(
                    at="Pod/shop/order",
                    pointer="/spec/containers/0/resources/requests/mem",
                    message='spec.containers[0].resources.requests.mem names the resource "mem"; cpu, memory, ephemeral-storage '
                    "or a name such as example.com/gpu is required",
                ),
            ),
        ),
        Denied(
            name="thousandths of a byte, and processors by the hundred",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  containers:
                    - name: order
                      image: order:1.0.0
                      resources: {requests: {cpu: 500, memory: 128m}}
                """,
            at="Pod/shop/order",
            pointer="/spec/containers/0/resources/requests/cpu",
            message="spec.containers[0].resources.requests.cpu is 500: 500 processors",
            also=(
                Pinned(
                    at="Pod/shop/order",
                    pointer="/spec/containers/0/resources/requests/memory",
                    message='spec.containers[0].resources.requests.memory is "128m": thousandths of a byte, 0.128 bytes in all',
                ),
            ),
        ),
        Denied(
            name="memory without a unit, and a claim of bytes",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  containers:
                    - name: order
                      image: order:1.0.0
                      resources: {limits: {memory: 512}}
                ---
                apiVersion: v1
                kind: PersistentVolumeClaim
                metadata: {name: data, namespace: shop}
                spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 10m}}}
                """,
            at="Pod/shop/order",
            pointer="/spec/containers/0/resources/limits/memory",
            message="spec.containers[0].resources.limits.memory is 512: 512 bytes",
            also=(
                Pinned(
                    at="PersistentVolumeClaim/shop/data",
                    pointer="/spec/resources/requests/storage",
                    message='spec.resources.requests.storage is "10m": thousandths of a byte, 0.01 bytes in all',
                ),
            ),
        ),
        Denied(
            name="more than a node has",
            manifests="""
                apiVersion: v1
                kind: Pod
                metadata: {name: order, namespace: shop}
                spec:
                  containers:
                    - name: order
                      image: order:1.0.0
                      resources: {requests: {cpu: 8}, limits: {memory: 100Gi}}
                """,
            at="Pod/shop/order",
            pointer="/spec/containers/0/resources/requests/cpu",
            message="spec.containers[0].resources.requests.cpu is 8, and a node has 4 in all: the pod is never scheduled",
            also=(
                Pinned(
                    at="Pod/shop/order",
                    pointer="/spec/containers/0/resources/limits/memory",
                    message="spec.containers[0].resources.limits.memory is 100Gi, and a node has 8Gi in all: the pod is never scheduled",
                ),
            ),
            facts={"cluster": {"nodes": {"count": 1, "cpu": "4", "memory": "8Gi"}}},
        ),
    )

    def targets(self, world: World) -> Iterable[Manifest]:
        """Whatever holds pods, claims, and what makes claims."""
        held = pods(world)
        return (*held, *(each for each in _claims(world) if each not in held))

    def judge(self, world: World, target: Manifest) -> Iterator[Outcome]:
        """An error for each amount that is refused, a warning for each that nobody can mean."""
        for pod in pods(world).get(target, ()):
            spec = mapping(pod.spec.value)
            for place in places(world, pod.spec, resources(spec)):
                yield self.finding(place.node, place.message, fix=place.fix, subject=place.subject)
            beyond = tuple(beyond_nodes(spec, mapping(fact(world.facts, "cluster", "nodes"))))
            for place in places(world, pod.spec, beyond):
                yield self.finding(place.node, place.message, fix=place.fix)
            known = {refusal.way for refusal in beyond}
            for place in places(world, pod.spec, (each for each in odd(spec) if each.way not in known)):
                yield self.finding(place.node, place.message, fix=place.fix, severity="warning")
        for place in places(world, target.root, _sizes(target)):
            yield self.finding(place.node, place.message, fix=place.fix, severity="warning")


def _claims(world: World) -> tuple[Manifest, ...]:
    return (*world.of("", "PersistentVolumeClaim"), *world.of("apps", "StatefulSet"))


def _sizes(target: Manifest) -> Iterator[Refusal]:
    """What is odd about the storage that a claim, or a claim's template, asks for."""
    spec = mapping(target.body.get("spec"))
    kind = (target.ref.group, target.ref.kind)
    if kind == ("", "PersistentVolumeClaim"):
        yield from below(("spec", *_SIZE), odd_size(_asked(spec)))
    elif kind == ("apps", "StatefulSet"):
        for index, template in items(spec.get("volumeClaimTemplates")):
            way = ("spec", "volumeClaimTemplates", index, "spec", *_SIZE)
            yield from below(way, odd_size(_asked(mapping(template.get("spec")))))


def _asked(claim: Mapping[str, Json]) -> Json:
    return mapping(mapping(claim.get("resources")).get("requests")).get("storage")
