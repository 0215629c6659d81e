"""Routes of Istio's VirtualService, with their `rewrite`.

Source: https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRewrite
"""

from collections.abc import Iterator

from crema.policies.model.manifest import Manifest
from crema.policies.model.node import Node
from crema.policies.model.rewrites.regex import SED
from crema.policies.model.rewrites.rewrite import Rewrite, by_regex, fixed, literal_prefix, prefix_for_prefix
from crema.policies.model.routes.route import Backend, Route
from crema.policies.model.world import World


def routes(world: World) -> Iterator[Route]:
    """Every matched path and destination of every VirtualService."""
    for manifest in world.of("networking.istio.io", "VirtualService"):
        hosts = manifest.root.items("spec", "hosts")
        host = str(hosts[0].value) if hosts else ""
        for rule in manifest.root.items("spec", "http"):
            for match in rule.items("match") or (rule,):
                for destination in rule.items("route"):
                    yield _route(manifest, host, rule, match, destination)


def _route(manifest: Manifest, host: str, rule: Node, match: Node, destination: Node) -> Route:
    exact, prefix, regex = (match.text("uri", key) for key in ("exact", "prefix", "regex"))
    path = exact or prefix or (literal_prefix(regex) if regex is not None else "/")
    name, _, rest = (destination.text("destination", "host") or "").partition(".")
    port = destination.get("destination", "port", "number")
    backend = Backend(
        namespace=rest.partition(".")[0] or manifest.ref.namespace,
        name=name,
        port="" if port is None else str(port.value),
    )
    rewrites = tuple(_rewrites(rule, path, exact is not None))
    to = destination.get("destination") or destination
    return Route(node=match, host=host, path=path, backend=backend, rewrites=rewrites, pattern=regex or "", exact=exact is not None, to=to)


def _rewrites(rule: Node, path: str, exact: bool) -> Iterator[Rewrite]:
    uri = rule.get("rewrite", "uri")
    if uri is not None:
        yield fixed(uri, str(uri.value)) if exact else prefix_for_prefix(uri, path, str(uri.value))
    regex = rule.get("rewrite", "uriRegexRewrite")
    if regex is not None:
        yield by_regex(regex, regex.text("match") or "", regex.text("rewrite") or "", template=SED)
