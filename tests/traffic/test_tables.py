"""How routes are put together and resolved where no nginx is at hand to ask: load balancers, Gateways, Traefik."""

import pytest

from crema.policies.engine.example import Example
from crema.policies.model.routes.every import routes
from crema.policies.model.routes.resolve import Table, resolve, tables


def ingress(name: str, *paths: str, reader: str = "alb", annotations: str = "", host: str = "coffee.test") -> str:
    """An Ingress whose paths lead to a Service of its own name."""
    listed = ", ".join(
        f"{{path: '{path.partition(' ')[0]}', pathType: {path.partition(' ')[2] or 'Prefix'}, "
        f"backend: {{service: {{name: {name}, port: {{number: 80}}}}}}}}"
        for path in paths
    )
    return f"""
    ---
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata: {{name: {name}, namespace: shop, annotations: {{{annotations}}}}}
    spec:
      ingressClassName: {reader}
      rules: [{{host: '{host}', http: {{paths: [{listed}]}}}}]
"""


def grouped(name: str, order: int, *paths: str, host: str = "coffee.test") -> str:
    """An Ingress of the group coffee."""
    alb = "alb.ingress.kubernetes.io"
    return ingress(name, *paths, annotations=f"{alb}/group.name: coffee, {alb}/group.order: '{order}'", host=host)


def route(name: str, path: str, host: str = "coffee.test", kind: str = "PathPrefix") -> str:
    """An HTTPRoute to a Service of its own name."""
    return f"""
    ---
    apiVersion: gateway.networking.k8s.io/v1
    kind: HTTPRoute
    metadata: {{name: {name}, namespace: shop}}
    spec:
      parentRefs: [{{name: web}}]
      hostnames: ['{host}']
      rules: [{{matches: [{{path: {{type: {kind}, value: {path}}}}}], backendRefs: [{{name: {name}, port: 80}}]}}]
"""


def table(text: str) -> Table:
    """The one table of some manifests."""
    (found,) = tables(Example(name="", manifests=text).world())
    return found


def asked(text: str, path: str, host: str = "coffee.test") -> str:
    """The Service that gets a request, or nothing."""
    found = table(text).resolve(host, path)
    return "" if found is None else found.backend.name


@pytest.mark.parametrize(
    ("text", "path", "gets"),
    [
        (grouped("front", 1, "/") + grouped("order", 2, "/api"), "/api", "front"),
        (grouped("front", 2, "/") + grouped("order", 1, "/api"), "/api/menu", "order"),
        (grouped("front", 2, "/") + grouped("order", 1, "/api"), "/apis", "front"),
        (grouped("b", 1, "/") + grouped("a", 1, "/api"), "/api", "a"),
        (grouped("front", 1, "/ Exact") + grouped("order", 2, "/api/"), "/api", "order"),
        (ingress("order", "/api ImplementationSpecific"), "/api/menu", ""),
        (ingress("order", "/api/* ImplementationSpecific"), "/api/menu", "order"),
        (ingress("order", "/api/?enu ImplementationSpecific"), "/api/menu", "order"),
        (ingress("order", "/api", host="*.test"), "/api", "order"),
        (ingress("order", "/api", host="*.other"), "/api", ""),
        (grouped("one", 1, "/api", host="tea.test") + grouped("two", 2, "/"), "/api", "two"),
    ],
)
def test_a_load_balancer_takes_the_first_rule_that_matches(text: str, path: str, gets: str) -> None:
    """By group.order, then by name; wildcards in a path without a type; a host's own rules and no other's."""
    assert asked(text, path) == gets


@pytest.mark.parametrize(
    ("text", "path", "gets"),
    [
        (route("front", "/") + route("order", "/api"), "/api/menu", "order"),
        (route("front", "/") + route("order", "/api"), "/apis", "front"),
        (route("order", "/api") + route("one", "/api", kind="Exact"), "/api", "one"),
        (route("order", "/api") + route("any", "/api/menu", host="*.test"), "/api/menu", "order"),
        (route("order", "/api") + route("any", "/tea", host="*.test"), "/tea", "any"),
    ],
)
def test_a_gateway_takes_the_most_specific_route(text: str, path: str, gets: str) -> None:
    """The host first, then an exact path, then the longest prefix, by whole segments."""
    assert asked(text, path) == gets


def test_the_longest_rule_of_traefik_is_taken() -> None:
    """Whatever order the Ingresses stand in."""
    text = ingress("front", "/", reader="traefik") + ingress("order", "/api", reader="traefik")
    assert (asked(text, "/api/menu"), asked(text, "/other")) == ("order", "front")


def test_a_canary_has_no_requests_of_its_own() -> None:
    """Requests go to the main Ingress, which passes a share on."""
    canary = ingress("next", "/", reader="nginx", annotations="nginx.ingress.kubernetes.io/canary: 'true'")
    assert asked(canary + ingress("front", "/", reader="nginx"), "/api") == "front"


def test_a_default_back_end_takes_what_no_path_of_its_hosts_does() -> None:
    """ingress-nginx puts it behind the root of each host of its Ingress, unless a path is the root."""
    text = ingress("order", "/api", reader="nginx").replace(
        "spec:\n", "spec:\n      defaultBackend: {service: {name: front, port: {number: 80}}}\n"
    )
    assert (asked(text, "/other"), asked(text, "/api"), asked(text, "/other", "elsewhere.test")) == ("front", "order", "")


def test_tables_are_of_one_class_one_load_balancer_or_one_gateway() -> None:
    """Two classes never take each other's requests."""
    world = Example(
        name="",
        manifests=ingress("a", "/", reader="nginx") + ingress("b", "/", reader="internal-nginx") + grouped("c", 1, "/") + route("d", "/"),
    ).world()
    assert sorted(found.name for found in tables(world)) == [
        "Gateway shop/web",
        "class internal-nginx",
        "class nginx",
        "load balancer group coffee",
    ]
    given = [each for each in routes(world) if each.backend.name in {"a", "c"}]
    first = resolve(given[:1], "coffee.test", "/x")
    assert first is not None
    assert first.backend.name == "a"
    assert resolve((), "coffee.test", "/") is None


def test_a_redirect_to_the_slash_leads_to_the_exact_path_with_it() -> None:
    """ingress-nginx sends the client from /api to /api/, and what gets that is asked then; found by comparing with nginx itself."""
    text = ingress("below", "/api/", reader="nginx") + ingress("itself", "/api/ Exact", reader="nginx")
    assert (asked(text, "/api"), asked(text, "/api/menu")) == ("itself", "below")
