"""Requests, limits and quantities elsewhere: what the server refuses, and what it takes although nobody can mean it."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from crema.policies.model.admission.containers import containers
from crema.policies.model.admission.forms import DNS_LABEL, QUALIFIED, is_qualified
from crema.policies.model.admission.quantity import quantity, suffix
from crema.policies.model.admission.refusal import Refusal, Refusals, below, items, mapping, shown, text, twice, wrong
from crema.policies.model.values import Json

_OF_CONTAINERS: Final = frozenset({"cpu", "memory", "ephemeral-storage"})
_OF_PODS: Final = frozenset({"cpu", "memory"})
_HUGE: Final = "hugepages-"
_MILLI: Final = Fraction(1, 1000)
_MEBIBYTE: Final = 1 << 20
_PROCESSORS: Final = 100
"""As many no container asks for, and as few anybody means who forgot the m of thousandths."""


def resources(spec: Mapping[str, Json]) -> Refusals:
    """What is wrong with the resources of a pod and of its containers."""
    claims = {text(one.get("name")) for _, one in items(spec.get("resourceClaims"))}
    for way, container in containers(spec):
        if container.get("resources") is not None:
            yield from below((*way, "resources"), requirements(mapping(container.get("resources")), claims))
    if spec.get("resources") is not None:
        yield from below("resources", requirements(mapping(spec.get("resources")), frozenset(), of_pod=True))
        yield from _within_pod(spec)
    yield from _claims(spec)


def requirements(value: Mapping[str, Json], claims: frozenset[str] | set[str], *, of_pod: bool = False) -> Refusals:
    """What is wrong with the requests and limits of one container, or of a pod as a whole."""
    limits, requests = mapping(value.get("limits")), mapping(value.get("requests"))
    for kind, amounts in (("limits", limits), ("requests", requests)):
        for name, amount in amounts.items():
            yield from below(kind, _amount(name, amount, of_pod=of_pod))
    for name, amount in requests.items():
        asked, most = quantity(amount), quantity(limits.get(name))
        shared = name in _OF_CONTAINERS
        if asked is None or resource_name(name):
            continue
        if most is None and limits.get(name) is None and not shared:
            yield Refusal(("requests", name), f"has no limit beside it; {name} is not shared, so a limit of the same amount is required")
        elif most is not None and asked > most:
            yield wrong(("requests", name), amount, f"at most the limit of {limits[name]}", "lower the request or raise the limit")
        elif most is not None and asked != most and not shared:
            yield wrong(("requests", name), amount, f"{limits[name]}, the limit: {name} is not shared,", "write the same amount in both")
    named = {*limits, *requests}
    if any(name.startswith(_HUGE) for name in named) and not named & _OF_PODS:
        yield Refusal((), "has huge pages without cpu or memory; one of both is required beside them")
    seen: set[str] = set()
    for index, one in items(value.get("claims")):
        name = text(one.get("name"))
        if of_pod:
            yield Refusal(("claims",), "is given for a pod; only its containers have claims")
        elif name not in claims:
            yield wrong(
                ("claims", index, "name"), name, f"a name in the pod's resourceClaims ({', '.join(sorted(claims)) or 'it has none'})"
            )
        if f"{name}/{one.get('request') or ''}" in seen:
            yield Refusal(("claims", index), twice(name))
        seen.add(f"{name}/{one.get('request') or ''}")


def resource_name(name: str) -> str:
    """What a name of a resource would have to be for a container; empty where it is one."""
    if not is_qualified(name):
        return QUALIFIED.words
    if "/" not in name:
        return (
            "" if name in _OF_CONTAINERS or name.startswith(_HUGE) else "cpu, memory, ephemeral-storage or a name such as example.com/gpu"
        )
    domain = name.partition("/")[0]
    if domain.endswith("kubernetes.io"):
        return ""
    return "a resource whose name does not begin with requests." if name.startswith("requests.") else ""


def odd(spec: Mapping[str, Json]) -> Refusals:
    """Amounts in a pod that the server takes and that nobody can mean: `128m` of memory, 500 processors."""
    for way, container in containers(spec):
        given = mapping(container.get("resources"))
        for kind in ("requests", "limits"):
            for name, amount in mapping(given.get(kind)).items():
                yield from below((*way, "resources", kind, name), _odd(name, amount))
    for index, volume in items(spec.get("volumes")):
        limit = mapping(volume.get("emptyDir")).get("sizeLimit")
        yield from below(("volumes", index, "emptyDir", "sizeLimit"), _odd("memory", limit))


def beyond_nodes(spec: Mapping[str, Json], nodes: Mapping[str, Json]) -> Refusals:
    """Requests that no node of a cluster has room for, when it is known how large its nodes are (`cpu`, `memory`)."""
    for way, container in containers(spec):
        given = mapping(container.get("resources"))
        for name in ("cpu", "memory"):
            kind = "requests" if mapping(given.get("requests")).get(name) is not None else "limits"
            asked, room = quantity(mapping(given.get(kind)).get(name)), quantity(nodes.get(name))
            if asked is not None and room is not None and asked > room:
                said = f"is {mapping(given.get(kind)).get(name)}, and a node has {nodes[name]} in all: the pod is never scheduled"
                yield Refusal((*way, "resources", kind, name), said, "ask for less, or say in facts how large the nodes are")


def odd_size(amount: Json) -> Refusals:
    """What is odd about an amount of storage."""
    return _odd("storage", amount)


def _odd(name: str, amount: Json) -> Refusals:
    size = quantity(amount)
    if size is None or size <= 0:
        return
    unit = suffix(amount)
    bare = text(amount).strip().removesuffix(unit) if isinstance(amount, str) else str(amount)
    if name == "cpu":
        if size >= _PROCESSORS:
            yield Refusal((), f"is {shown(amount)}: {int(size)} processors", f"write {bare}m for {bare} thousandths of a processor")
        elif size < _MILLI:
            yield Refusal((), f"is {shown(amount)}: less than a thousandth of a processor, which is rounded up to 1m", "write 1m or more")
    elif name in ("memory", "ephemeral-storage", "storage"):
        if unit in ("m", "u", "n"):
            yield Refusal((), f"is {shown(amount)}: thousandths of a byte, {float(size):g} bytes in all", f"write {bare}Mi for mebibytes")
        elif not unit and size < _MEBIBYTE:
            yield Refusal((), f"is {shown(amount)}: {int(size)} bytes", f"write {bare}Mi if mebibytes are meant")


def _amount(name: str, amount: Json, *, of_pod: bool) -> Refusals:
    required = resource_name(name)
    if of_pod and not required and name not in _OF_PODS and not name.startswith(_HUGE):
        required = "cpu, memory or hugepages-… for a pod as a whole"
    if required:
        yield Refusal((name,), f"names the resource {shown(name)}; {required} is required")
    size = quantity(amount)
    if size is None:
        return
    if size < 0:
        yield wrong(name, amount, "0 or more")
    elif "/" in name and size.denominator != 1:
        yield wrong(name, amount, f"a whole number: {name} is counted,")
    elif name.startswith(_HUGE):
        page = quantity(name.removeprefix(_HUGE))
        if page and size % page:
            yield wrong(name, amount, f"a multiple of {name.removeprefix(_HUGE)}")


def _within_pod(spec: Mapping[str, Json]) -> Refusals:
    """Containers ask for no more than their pod, where it has an amount of its own."""
    whole = mapping(spec.get("resources"))
    most, asked = mapping(whole.get("limits")), mapping(whole.get("requests"))
    totals: dict[str, Fraction] = {}
    for index, container in items(spec.get("containers")):
        own = mapping(container.get("resources"))
        for name, amount in mapping(own.get("limits")).items():
            limit, size = quantity(most.get(name)), quantity(amount)
            if limit is not None and size is not None and size > limit:
                yield wrong(("containers", index, "resources", "limits", name), amount, f"at most {most[name]}, the pod's own limit,")
        for name in {*mapping(own.get("requests")), *mapping(own.get("limits"))}:
            size = quantity(mapping(own.get("requests")).get(name, mapping(own.get("limits")).get(name)))
            totals[name] = totals.get(name, Fraction(0)) + (size or 0)
    for name, amount in asked.items():
        size = quantity(amount)
        if size is not None and totals.get(name, Fraction(0)) > size:
            yield wrong(("resources", "requests", name), amount, "at least what its containers request together")


def _claims(spec: Mapping[str, Json]) -> Refusals:
    seen: set[str] = set()
    for index, one in items(spec.get("resourceClaims")):
        name = text(one.get("name"))
        if name in seen:
            yield Refusal(("resourceClaims", index, "name"), twice(name))
        elif not DNS_LABEL.fits(name):
            yield wrong(("resourceClaims", index, "name"), name, DNS_LABEL.words)
        seen.add(name)
        if (one.get("resourceClaimName") is None) == (one.get("resourceClaimTemplateName") is None):
            yield Refusal(("resourceClaims", index), "needs exactly one of resourceClaimName and resourceClaimTemplateName")
