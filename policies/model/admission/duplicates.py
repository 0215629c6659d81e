"""Lists whose items have keys, and one key that stands there twice.

Server-side apply merges such lists by their keys and refuses a key that it finds twice; of custom resources the server refuses it always.
https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy
"""

from collections.abc import Mapping
from typing import Final

from crema.policies.model.admission.containers import containers
from crema.policies.model.admission.refusal import Refusal, Refusals, Way, below, items, mapping, shown, texts
from crema.policies.model.values import Json

_OF_PODS: Final[Mapping[str, tuple[str, ...]]] = {"imagePullSecrets": ("name",), "hostAliases": ("ip",)}
_OF_CONTAINERS: Final[Mapping[str, tuple[str, ...]]] = {"env": ("name",), "ports": ("containerPort", "protocol")}
_DEFAULTS: Final[Mapping[str, Json]] = {"protocol": "TCP"}


def in_pods(spec: Mapping[str, Json]) -> Refusals:
    """Keys given twice in the lists of a pod and its containers, as far as no other policy speaks of them."""
    for field, keys in _OF_PODS.items():
        yield from below(field, repeated(spec.get(field), keys))
    for way, container in containers(spec):
        for field, keys in _OF_CONTAINERS.items():
            yield from below((*way, field), repeated(container.get(field), keys))


def in_metadata(meta: Mapping[str, Json]) -> Refusals:
    """Finalizers given twice."""
    seen: set[str] = set()
    for index, one in texts(meta.get("finalizers")):
        if one in seen:
            yield Refusal(("finalizers", index), f"is {shown(one)} a second time", "leave it out")
        seen.add(one)


def in_custom(group: str, kind: str, body: Mapping[str, Json]) -> Refusals:
    """Keys given twice in the lists of a custom resource that is known."""
    spec = mapping(body.get("spec"))
    if (group, kind) == ("monitoring.coreos.com", "PrometheusRule"):
        yield from below(("spec", "groups"), repeated(spec.get("groups"), ("name",)))
    elif (group, kind) == ("gateway.networking.k8s.io", "Gateway"):
        yield from below(("spec", "listeners"), repeated(spec.get("listeners"), ("name",)))
    elif group == "gateway.networking.k8s.io" and kind in ("HTTPRoute", "GRPCRoute"):
        for index, rule in items(spec.get("rules")):
            yield from below(("spec", "rules", index), _rule(rule))


def _rule(rule: Mapping[str, Json]) -> Refusals:
    for index, match in items(rule.get("matches")):
        for field in ("headers", "queryParams"):
            yield from below(("matches", index, field), repeated(match.get(field), ("name",)))
    yield from _headers(rule.get("filters"), ("filters",))
    for index, backend in items(rule.get("backendRefs")):
        yield from _headers(backend.get("filters"), ("backendRefs", index, "filters"))


def _headers(filters: Json, way: Way) -> Refusals:
    for index, one in items(filters):
        for kind in ("requestHeaderModifier", "responseHeaderModifier"):
            for field in ("set", "add"):
                yield from below((*way, index, kind, field), repeated(mapping(one.get(kind)).get(field), ("name",)))


def repeated(value: Json, keys: tuple[str, ...]) -> Refusals:
    """The items of a list whose keys an item before them has."""
    seen: dict[tuple[str, ...], int] = {}
    for index, one in items(value):
        key = tuple(str(one.get(name) or _DEFAULTS.get(name, "")) for name in keys)
        if key in seen and key[0]:
            written = " ".join(key)
            yield Refusal((index,), f"is {written} a second time; the first is at [{seen[key]}]", f"leave one of the two {written} out")
        seen.setdefault(key, index)
