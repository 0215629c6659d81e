"""What the quotas and ranges of a namespace ask of its pods and claims: a workload is taken, and its pods are refused.

https://kubernetes.io/docs/concepts/policy/resource-quotas/ and https://kubernetes.io/docs/concepts/policy/limit-range/
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from crema.policies.model.admission.quantity import quantity
from crema.policies.model.admission.refusal import Refusal, Way, items, mapping, number
from crema.policies.model.manifest import Manifest
from crema.policies.model.values import Json
from crema.policies.model.whole import whole
from crema.policies.model.world import World

_DEMANDS: Final[Mapping[str, tuple[str, str]]] = {
    **{name: ("requests", name) for name in ("cpu", "memory", "ephemeral-storage")},
    **{f"{kind}.{name}": (kind, name) for kind in ("requests", "limits") for name in ("cpu", "memory", "ephemeral-storage")},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The quotas of a namespace that count every pod, and its ranges."""

    quotas: tuple[Manifest, ...] = ()
    ranges: tuple[Manifest, ...] = ()

    def limits(self, kind: str) -> Iterator[tuple[Manifest, Mapping[str, Json]]]:
        """The items of ranges for containers, pods or claims."""
        for each in self.ranges:
            for _, limit in items(mapping(each.body.get("spec")).get("limits")):
                if limit.get("type") == kind:
                    yield each, limit


def rules(world: World, namespace: str) -> Rules:
    """The quotas and ranges of a namespace, those that charts bring included."""
    return world.derived(_rules).get(namespace, _NONE)


def demanded(found: Rules, spec: Mapping[str, Json]) -> Iterator[tuple[Refusal, Manifest]]:
    """What quotas ask of a pod and it does not say: of a resource that a quota counts every container names an amount."""
    if spec.get("resources") is not None:
        return
    for quota in found.quotas:
        for counted in mapping(mapping(quota.body.get("spec")).get("hard")):
            if counted in _DEMANDS:
                kind, name = _DEMANDS[counted]
                for way, container in _both(spec):
                    if _amount(found, container, kind, name) is None:
                        said = f"names no {kind} of {name}; the quota {quota.ref.name} counts {counted}, so the server refuses the pods"
                        yield Refusal(way, said, f"give the container {kind} of {name}"), quota


def beyond(found: Rules, spec: Mapping[str, Json], replicas: int) -> Iterator[tuple[Refusal, Manifest]]:
    """Quotas that have no room for all pods of one workload."""
    for quota in found.quotas:
        for counted, most in mapping(mapping(quota.body.get("spec")).get("hard")).items():
            room = quantity(most)
            if counted == "pods" and room is not None and replicas > room:
                yield (
                    Refusal(
                        (), f"asks for {replicas} pods; the quota {quota.ref.name} has room for {most}", "raise the quota, or run fewer"
                    ),
                    quota,
                )
            elif counted in _DEMANDS and room is not None:
                kind, name = _DEMANDS[counted]
                each = sum((_amount(found, c, kind, name) or Fraction(0) for _, c in items(spec.get("containers"))), Fraction(0))
                if each * replicas > room:
                    said = f"asks for {replicas} × {_written(each)} {kind} of {name}; the quota {quota.ref.name} has room for {most}"
                    yield Refusal((), said, "raise the quota, or ask for less"), quota


def outside(found: Rules, spec: Mapping[str, Json]) -> Iterator[tuple[Refusal, Manifest]]:
    """Amounts of containers that a range of their namespace does not allow."""
    for each, limit in found.limits("Container"):
        for way, container in _both(spec):
            given = mapping(container.get("resources"))
            for kind, bound in (("limits", "max"), ("requests", "max"), ("requests", "min"), ("limits", "min")):
                for name, most in mapping(limit.get(bound)).items():
                    amount, edge = quantity(mapping(given.get(kind)).get(name)), quantity(most)
                    if amount is None or edge is None or not (amount > edge if bound == "max" else amount < edge):
                        continue
                    word = "at most" if bound == "max" else "at least"
                    asked = mapping(given.get(kind)).get(name)
                    said = f"is {asked}; the range {each.ref.name} allows {word} {most}, so the server refuses the pods"
                    yield Refusal((*way, "resources", kind, name), said), each


def claimed(found: Rules, spec: Mapping[str, Json]) -> Iterator[tuple[Refusal, Manifest]]:
    """The storage of a claim that a range of its namespace does not allow."""
    asked = mapping(mapping(spec.get("resources")).get("requests")).get("storage")
    size = quantity(asked)
    for each, limit in found.limits("PersistentVolumeClaim"):
        for bound, word in (("max", "at most"), ("min", "at least")):
            edge = quantity(mapping(limit.get(bound)).get("storage"))
            if size is not None and edge is not None and (size > edge if bound == "max" else size < edge):
                said = f"is {asked}; the range {each.ref.name} allows {word} {mapping(limit.get(bound)).get('storage')}"
                yield Refusal(("resources", "requests", "storage"), said), each


_NONE: Final = Rules()


def _rules(world: World) -> dict[str, Rules]:
    every = whole(world).world
    quotas: dict[str, list[Manifest]] = {}
    ranges: dict[str, list[Manifest]] = {}
    for each in every.of("", "ResourceQuota"):
        spec = mapping(each.body.get("spec"))
        if not spec.get("scopes") and not spec.get("scopeSelector"):
            quotas.setdefault(each.ref.namespace, []).append(each)
    for each in every.of("", "LimitRange"):
        ranges.setdefault(each.ref.namespace, []).append(each)
    return {name: Rules(quotas=tuple(quotas.get(name, ())), ranges=tuple(ranges.get(name, ()))) for name in {*quotas, *ranges}}


def _both(spec: Mapping[str, Json]) -> Iterator[tuple[Way, Mapping[str, Json]]]:
    for kind in ("initContainers", "containers"):
        for index, container in items(spec.get(kind)):
            yield (kind, index), container


def _amount(found: Rules, container: Mapping[str, Json], kind: str, name: str) -> Fraction | None:
    """What a container asks for: its own amount, what its limit makes of its request, and what a range gives it."""
    given = mapping(container.get("resources"))
    own = quantity(mapping(given.get(kind)).get(name))
    if own is None and kind == "requests":
        own = quantity(mapping(given.get("limits")).get(name))
    if own is not None:
        return own
    for _, limit in found.limits("Container"):
        for field in ("defaultRequest", "default", "min", "max") if kind == "requests" else ("default", "max"):
            default = quantity(mapping(limit.get(field)).get(name))
            if default is not None:
                return default
    return None


def _written(amount: Fraction) -> str:
    if amount.denominator != 1:
        return f"{float(amount):g}"
    for suffix, size in (("Gi", 1 << 30), ("Mi", 1 << 20)):
        if amount >= size and amount % size == 0:
            return f"{int(amount) // size}{suffix}"
    return str(int(amount))


def replicas(body: Mapping[str, Json]) -> int:
    """How many pods a workload runs at least at once."""
    spec = mapping(body.get("spec"))
    given = number(spec.get("replicas"))
    return 1 if given is None or body.get("kind") not in ("Deployment", "StatefulSet", "ReplicaSet") else max(given, 0)
