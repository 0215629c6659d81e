"""The policy traffic-route-is-granted-other-namespaces."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.manifest import Manifest
from crema.policies.model.routes.every import routes
from crema.policies.model.routes.gateways import GROUP
from crema.policies.model.routes.route import Route
from crema.policies.model.whole import complete, whole
from crema.policies.model.world import World

_ROUTE = """
    apiVersion: v1
    kind: Service
    metadata: {name: order, namespace: shop}
    spec: {selector: {app: order}, ports: [{port: 80}]}
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: order, namespace: shop}
    spec: {template: {metadata: {labels: {app: order}}, spec: {containers: [{name: order}]}}}
    ---
    apiVersion: gateway.networking.k8s.io/v1
    kind: HTTPRoute
    metadata: {name: order, namespace: entry}
    spec:
      hostnames: [coffee.test]
      rules: [{backendRefs: [{name: order, namespace: shop, port: 80}]}]
"""
_GRANT = (
    _ROUTE
    + """
    ---
    apiVersion: gateway.networking.k8s.io/v1beta1
    kind: ReferenceGrant
    metadata: {name: routes, namespace: WHERE}
    spec:
      from: [{group: gateway.networking.k8s.io, kind: KIND, namespace: FROM}]
      to: [{group: '', kind: Service, name: TO}]
"""
)


def _grant(where: str = "shop", kind: str = "HTTPRoute", source: str = "entry", to: str = "order") -> str:
    return _GRANT.replace("WHERE", where).replace("KIND", kind).replace("FROM", source).replace("TO", to)


class RouteIsGrantedOtherNamespaces(Policy[Route]):
    """A route of Gateway API whose Service is in another namespace is allowed that by a ReferenceGrant of the Service's namespace.

    Why: without it the controller answers 500 for every such request, and says so nowhere but in the route's status.
    Fix: add a ReferenceGrant to the Service's namespace, from the route's kind and namespace to that Service.
    Source: https://gateway-api.sigs.k8s.io/api-types/referencegrant/
    """

    id = "traffic-route-is-granted-other-namespaces"
    basis = "breaks"
    allowed = (
        Example(name="granted by name", manifests=_grant(), closed=True),
        Example(name="granted to every Service", manifests=_grant().replace(", name: order}]\n", "}]\n"), closed=True),
        Example(name="a Service of its own namespace", manifests=_ROUTE.replace("entry", "shop"), closed=True),
    )
    denied = (
        Denied(
            name="no grant",
            manifests=_ROUTE,
            closed=True,
            at="HTTPRoute/entry/order",
            pointer="/spec/rules/0/backendRefs/0/namespace",
            message="requests to http://coffee.test/ end at HTTPRoute entry/order: no ReferenceGrant of namespace shop lets an HTTPRoute "
            "of entry use Service order",
        ),
        Denied(
            name="the grant stands in the route's namespace",
            manifests=_grant(where="entry"),
            closed=True,
            at="HTTPRoute/entry/order",
            pointer="/spec/rules/0/backendRefs/0/namespace",
            message="requests to http://coffee.test/ end at HTTPRoute entry/order: no ReferenceGrant of namespace shop lets an HTTPRoute "
            "of entry use Service order",
        ),
        Denied(
            name="granted to another Service",
            manifests=_grant(to="billing"),
            at="HTTPRoute/entry/order",
            pointer="/spec/rules/0/backendRefs/0/namespace",
            message="requests to http://coffee.test/ end at HTTPRoute entry/order: no ReferenceGrant of namespace shop lets an HTTPRoute "
            "of entry use Service order",
        ),
    )

    def targets(self, world: World) -> Iterable[Route]:
        """Every route of Gateway API, but those of a mesh, which hang on a Service."""
        return (route for route in routes(world) if route.manifest.ref.group == GROUP and not _is_mesh(route.manifest))

    def judge(self, world: World, target: Route) -> Iterator[Outcome]:
        """Look for a grant where the Service is."""
        route, backend = target.manifest.ref, target.backend
        if route.namespace == backend.namespace:
            return
        grants = _grants(world).get(backend.namespace, ())
        if any(_lets(grant, target) for grant in grants):
            return
        if not grants and not complete(world, backend.namespace):
            yield self.undecided(target.manifest, f"a ReferenceGrant in namespace {backend.namespace}")
            return
        place = (target.to.get("namespace") if target.to is not None else None) or target.node
        message = (
            f"requests to {target.url} end at {target.hops[1]}: no ReferenceGrant of namespace {backend.namespace} lets an {route.kind} "
        )
        yield self.finding(place, f"{message}of {route.namespace} use Service {backend.name}", path=target.hops, subject=backend.name)


def _is_mesh(route: Manifest) -> bool:
    parents = route.root.items("spec", "parentRefs")
    return bool(parents) and all(parent.text("kind") == "Service" for parent in parents)


def _lets(grant: Manifest, route: Route) -> bool:
    own = route.manifest.ref
    by = any(
        (each.text("group"), each.text("kind"), each.text("namespace")) == (own.group, own.kind, own.namespace)
        for each in grant.root.items("spec", "from")
    )
    return by and any(
        not each.text("group") and each.text("kind") == "Service" and each.text("name") in {None, route.backend.name}
        for each in grant.root.items("spec", "to")
    )


def _grants(world: World) -> Mapping[str, list[Manifest]]:
    return whole(world).world.derived(_by_namespace)


def _by_namespace(world: World) -> Mapping[str, list[Manifest]]:
    found: defaultdict[str, list[Manifest]] = defaultdict(list)
    for manifest in world.of(GROUP, "ReferenceGrant"):
        found[manifest.ref.namespace].append(manifest)
    return dict(found)
