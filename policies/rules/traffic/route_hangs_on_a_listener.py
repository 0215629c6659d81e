"""The policy traffic-route-hangs-on-a-listener."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome, Related
from crema.policies.engine.nearest import nearest
from crema.policies.engine.policy import Policy
from crema.policies.model.node import Node
from crema.policies.model.routes.gateways import Parent, parents, takes_host, takes_kind, takes_namespace, takes_protocol
from crema.policies.model.whole import complete
from crema.policies.model.world import World

_GATEWAY = """
    apiVersion: gateway.networking.k8s.io/v1
    kind: Gateway
    metadata: {name: web, namespace: entry}
    spec:
      gatewayClassName: eg
      listeners:
        - {name: http, port: 80, protocol: PROTOCOL, hostname: '*.coffee.test', allowedRoutes: {namespaces: {from: FROM}}}
    ---
    apiVersion: gateway.networking.k8s.io/v1
    kind: HTTPRoute
    metadata: {name: order, namespace: shop}
    spec:
      parentRefs: [{name: NAME, namespace: entry, sectionName: SECTION}]
      hostnames: [HOST]
      rules: [{backendRefs: [{name: order, port: 80}]}]
"""


def _route(name: str = "web", section: str = "http", host: str = "shop.coffee.test", take: str = "All", protocol: str = "HTTP") -> str:
    text = _GATEWAY.replace("NAME", name).replace("SECTION", section).replace("HOST", host)
    return text.replace("FROM", take).replace("PROTOCOL", protocol)


class RouteHangsOnAListener(Policy[Parent]):
    """A route of Gateway API names a Gateway that is there, with a listener that takes it: by name, port, protocol, host, namespace.

    Why: a route that no listener takes is attached to nothing: the Gateway answers 404 for all of its hosts, and no object is in error.
    Fix: name the Gateway and a listener of it, and let the listener allow the route's namespace and hosts.
    Source: https://gateway-api.sigs.k8s.io/reference/spec/#parentreference

    A listener takes routes of its own namespace only, unless `allowedRoutes.namespaces.from` says otherwise.
    """

    id = "traffic-route-hangs-on-a-listener"
    basis = "breaks"
    allowed = (
        Example(name="a listener for every namespace", manifests=_route(), closed=True),
        Example(
            name="a listener that picks namespaces by the label that each has",
            manifests=_route(take="Selector, selector: {matchLabels: {kubernetes.io/metadata.name: shop}}"),
            closed=True,
        ),
        Example(name="a Gateway that stands elsewhere", manifests=_route(name="other")),
    )
    denied = (
        Denied(
            name="no such Gateway",
            manifests=_route(name="wed"),
            closed=True,
            at="HTTPRoute/shop/order",
            pointer="/spec/parentRefs/0/name",
            message="HTTPRoute shop/order hangs on nothing: there is no Gateway entry/wed",
        ),
        Denied(
            name="no such listener",
            manifests=_route(section="htpp"),
            at="HTTPRoute/shop/order",
            pointer="/spec/parentRefs/0/sectionName",
            message="HTTPRoute shop/order hangs on nothing: Gateway entry/web has no listener htpp; did you mean http?",
        ),
        Denied(
            name="a host that the listener does not have",
            manifests=_route(host="shop.tea.test"),
            at="HTTPRoute/shop/order",
            pointer="/spec/hostnames/0",
            message="HTTPRoute shop/order hangs on nothing: listener http of Gateway entry/web takes *.coffee.test, not shop.tea.test",
        ),
        Denied(
            name="another namespace, which the listener does not allow",
            manifests=_route(take="Same"),
            at="HTTPRoute/shop/order",
            pointer="/spec/parentRefs/0/namespace",
            message="HTTPRoute shop/order hangs on nothing: listener http of Gateway entry/web takes routes of namespace entry only, "
            "not of shop",
        ),
        Denied(
            name="a listener that carries no HTTP",
            manifests=_route(protocol="TCP"),
            at="HTTPRoute/shop/order",
            pointer="/spec/parentRefs/0/sectionName",
            message="HTTPRoute shop/order hangs on nothing: listener http of Gateway entry/web speaks TCP, which carries no HTTPRoute",
        ),
    )

    def targets(self, world: World) -> Iterable[Parent]:
        """Every entry of `parentRefs` that names a Gateway."""
        return parents(world)

    def judge(self, world: World, target: Parent) -> Iterator[Outcome]:
        """Of the listeners that are meant, one must take the route."""
        ref = target.route.ref
        own, gateway = f"{ref.kind} {ref.namespace}/{ref.name}", f"Gateway {target.ref.namespace}/{target.ref.name}"
        if target.gateway is None:
            if not target.unclear and complete(world, target.ref.namespace) and (world.closed or target.ref.namespace == ref.namespace):
                message = f"{own} hangs on nothing: there is no {gateway}"
                yield self.finding(target.node.get("name") or target.node, message, path=(own, gateway))
            else:
                yield self.undecided(target.route, f"{gateway}, which is not here")
            return
        if not target.named:
            place = target.node.get("sectionName") or target.node.get("port") or target.node
            names = [name for listener in target.gateway.root.items("spec", "listeners") if (name := listener.text("name"))]
            asked = f"no listener {place.value}" if place.key == "sectionName" else f"no listener at port {place.value}"
            message = f"{own} hangs on nothing: {gateway} has {asked}{nearest(str(place.value), names)}"
            yield self.finding(place, message, path=(own, gateway))
            return
        refusals = [_refusal(world, target, listener, gateway) for listener in target.named]
        if None in refusals:
            return
        if any(refusal == ("", target.node) for refusal in refusals):
            yield self.undecided(target.route, f"the labels of Namespace {ref.namespace}")
            return
        why, place = next(refusal for refusal in refusals if refusal is not None)
        related = [Related(manifest=target.gateway, pointer=target.named[0].pointer, note="the listener")]
        yield self.finding(place, f"{own} hangs on nothing: {why}", path=(own, gateway), related=related)


def _refusal(world: World, parent: Parent, listener: Node, gateway: str) -> tuple[str, Node] | None:
    """Why a listener does not take a route, and which place says so; None when it does. Without words: the labels of a Namespace decide."""
    name = f"listener {listener.text('name') or ''} of {gateway}"
    place = parent.node.get("sectionName") or parent.node.get("name") or parent.node
    if not takes_protocol(parent, listener):
        return f"{name} speaks {listener.text('protocol')}, which carries no {parent.route.ref.kind}", place
    if not takes_kind(parent, listener):
        return f"{name} allows no {parent.route.ref.kind}", place
    if not takes_host(parent, listener):
        hosts = parent.route.root.items("spec", "hostnames")
        return f"{name} takes {listener.text('hostname')}, not {', '.join(parent.hosts)}", hosts[0]
    taken = takes_namespace(world, parent, listener)
    if taken is None:
        return "", parent.node
    if not taken:
        place = parent.node.get("namespace") or place
        selected = listener.text("allowedRoutes", "namespaces", "from") == "Selector"
        only = "only namespaces with the labels that it selects" if selected else f"routes of namespace {parent.ref.namespace} only"
        return f"{name} takes {only}, not of {parent.route.ref.namespace}", place
    return None
