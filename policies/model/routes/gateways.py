"""What an HTTPRoute hangs on: its parents, the listeners of a Gateway, and which of these take it.

Source: https://gateway-api.sigs.k8s.io/concepts/api-overview/#attaching-routes-to-gateways
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from crema.policies.model.manifest import Manifest, Ref
from crema.policies.model.node import Node
from crema.policies.model.whole import whole
from crema.policies.model.world import World

GROUP: Final = "gateway.networking.k8s.io"
_TAKEN_BY: Final = {"HTTPRoute": ("HTTP", "HTTPS"), "GRPCRoute": ("HTTP", "HTTPS"), "TLSRoute": ("TLS",), "TCPRoute": ("TCP", "TLS")}
ROUTES: Final = ("HTTPRoute", "GRPCRoute", "TLSRoute")
_EVERY: Final = ("HTTP", "HTTPS", "TLS", "TCP", "UDP")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parent:
    """One entry of `parentRefs`, with the Gateway that it names if that is here. unclear: somebody's directory has several of that name."""

    route: Manifest
    node: Node
    ref: Ref
    gateway: Manifest | None
    unclear: bool = False

    def __str__(self) -> str:
        """The route and what it hangs on, as reports name them."""
        return f"{self.route} of {self.ref}"

    @property
    def named(self) -> tuple[Node, ...]:
        """The listeners that the entry means: one by its name, some by their port, or all."""
        listeners = self.gateway.root.items("spec", "listeners") if self.gateway is not None else ()
        section, port = self.node.text("sectionName"), self.node.get("port")
        return tuple(
            listener
            for listener in listeners
            if section in {None, listener.text("name")} and (port is None or listener.mapping().get("port") == port.value)
        )

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts of the route; none when it takes those of the listener."""
        return tuple(str(host.value) for host in self.route.root.items("spec", "hostnames"))


def parents(world: World) -> Iterator[Parent]:
    """Every entry of every route that names a Gateway."""
    return world.once(_parents)


def takes_protocol(parent: Parent, listener: Node) -> bool:
    """Whether a listener's protocol can carry this kind of route."""
    return (listener.text("protocol") or "HTTP") in _TAKEN_BY.get(parent.route.ref.kind, _EVERY)


def takes_kind(parent: Parent, listener: Node) -> bool:
    """Whether a listener allows this kind of route."""
    kinds = listener.items("allowedRoutes", "kinds")
    return not kinds or any(kind.text("kind") == parent.route.ref.kind for kind in kinds)


def takes_host(parent: Parent, listener: Node) -> bool:
    """Whether a listener and the route have a host in common."""
    host = listener.text("hostname") or ""
    return not host or not parent.hosts or any(_meet(host.lower(), own.lower()) for own in parent.hosts)


def takes_namespace(world: World, parent: Parent, listener: Node) -> bool | None:
    """Whether a listener allows routes of the route's namespace; None when a Namespace is not here whose labels decide."""
    allowed = listener.get("allowedRoutes", "namespaces")
    source = (allowed.text("from") if allowed is not None else None) or "Same"
    own = parent.route.ref.namespace
    if source == "Selector" and allowed is not None:
        labels = allowed.get("selector")
        found = whole(world).world.get(Ref(group="", kind="Namespace", namespace="", name=own))
        carried = {"kubernetes.io/metadata.name": own, **(found.root.texts("metadata", "labels") if found is not None else {})}
        matched = labels is not None and _selects(labels, carried)
        return matched if matched or found is not None else None
    return source == "All" or (source == "Same" and own == parent.ref.namespace)


def _parents(world: World) -> Iterator[Parent]:
    gateways = whole(world).world.derived(_gateways)
    for manifest in world.of(GROUP, *ROUTES):
        for node in manifest.root.items("spec", "parentRefs"):
            if (node.text("kind") or "Gateway") == "Gateway" and (node.text("group") or GROUP) == GROUP:
                namespace = node.text("namespace") or manifest.ref.namespace
                ref = Ref(group=GROUP, kind="Gateway", namespace=namespace, name=node.text("name") or "")
                claims = gateways.get(ref, ())
                near = [one for one in claims if one.file.rpartition("/")[0] == manifest.file.rpartition("/")[0]]
                found = claims if world.closed or len(claims) == 1 else near if len(near) == 1 else ()
                unclear = bool(claims) and not found
                yield Parent(route=manifest, node=node, ref=ref, gateway=next(iter(found), None), unclear=unclear)


def _gateways(world: World) -> dict[Ref, list[Manifest]]:
    found: defaultdict[Ref, list[Manifest]] = defaultdict(list)
    for manifest in world.of(GROUP, "Gateway"):
        found[manifest.ref].append(manifest)
    return dict(found)


def _meet(one: str, other: str) -> bool:
    """Whether two hosts, of which either may begin with `*.`, have a name in common. A wildcard stands for one label or more."""
    if one.startswith("*.") and other.startswith("*."):
        return one.endswith(other[1:]) or other.endswith(one[1:])
    if one.startswith("*."):
        return other.endswith(one[1:])
    return one.endswith(other[1:]) if other.startswith("*.") else one == other


def _selects(selector: Node, labels: dict[str, str]) -> bool:
    if not selector.texts("matchLabels").items() <= labels.items():
        return False
    for expression in selector.items("matchExpressions"):
        key, operator = expression.text("key") or "", expression.text("operator") or ""
        values = {str(value.value) for value in expression.items("values")}
        has = key in labels and (operator in {"Exists", "DoesNotExist"} or labels[key] in values)
        if has != (operator in {"In", "Exists"}):
            return False
    return True
