"""Routes of Gateway API's HTTPRoute, whose rewrites are filters of a rule or of a back end.

Source: https://gateway-api.sigs.k8s.io/reference/spec/#httpurlrewritefilter
"""

from collections.abc import Iterator
from typing import Final

from crema.policies.model.manifest import Manifest, Ref
from crema.policies.model.node import Node
from crema.policies.model.rewrites import traefik
from crema.policies.model.rewrites.regex import SED
from crema.policies.model.rewrites.rewrite import Rewrite, by_regex, fixed, literal_prefix, prefix_for_prefix, unknown
from crema.policies.model.routes.route import Backend, Route
from crema.policies.model.world import World

_ENVOY: Final = "gateway.envoyproxy.io"


def routes(world: World) -> Iterator[Route]:
    """Every path and back end of every HTTPRoute."""
    for manifest in world.of("gateway.networking.k8s.io", "HTTPRoute"):
        hosts = manifest.root.items("spec", "hostnames")
        named = tuple(str(host.value) for host in hosts) or ("",)
        for rule in manifest.root.items("spec", "rules"):
            yield from _of_rule(world, manifest, named, rule)


def _of_rule(world: World, manifest: Manifest, hosts: tuple[str, ...], rule: Node) -> Iterator[Route]:
    for reference in rule.items("backendRefs"):
        if (reference.text("kind") or "Service") != "Service" or reference.text("group"):
            continue
        port = reference.get("port")
        backend = Backend(
            namespace=reference.text("namespace") or manifest.ref.namespace,
            name=reference.text("name") or "",
            port="" if port is None else str(port.value),
        )
        for match in rule.items("matches") or (rule,):
            written = match.text("path", "value") or "/"
            is_regex = match.text("path", "type") == "RegularExpression"
            path = literal_prefix(written) if is_regex else written
            filters = (*rule.items("filters"), *reference.items("filters"))
            found = tuple(rewrite for each in filters for rewrite in _filter(world, manifest, each, path))
            pattern = written if is_regex else ""
            exact = match.text("path", "type") == "Exact"
            yield Route(
                node=match,
                host=hosts[0],
                hosts=hosts,
                path=path,
                written=written,
                kind=match.text("path", "type") or "PathPrefix",
                backend=backend,
                rewrites=found,
                pattern=pattern,
                exact=exact,
                to=reference,
            )


def _filter(world: World, manifest: Manifest, each: Node, path: str) -> Iterator[Rewrite]:
    change = each.get("urlRewrite", "path")
    if each.text("type") == "URLRewrite" and change is not None:
        full, prefix = change.get("replaceFullPath"), change.get("replacePrefixMatch")
        if change.text("type") == "ReplaceFullPath" and full is not None:
            yield fixed(full, str(full.value))
        elif change.text("type") == "ReplacePrefixMatch" and prefix is not None:
            yield prefix_for_prefix(prefix, path, str(prefix.value))
    extension = each.get("extensionRef")
    if each.text("type") == "ExtensionRef" and extension is not None:
        group, kind, name = (extension.text(key) or "" for key in ("group", "kind", "name"))
        if kind == "Middleware" and group in traefik.GROUPS:
            yield from traefik.middleware(world, manifest.ref.namespace, name, extension)
        elif kind == "HTTPRouteFilter" and group == _ENVOY:
            yield from _envoy(world, Ref(group=group, kind=kind, namespace=manifest.ref.namespace, name=name), extension)
        else:
            yield unknown(extension)


def _envoy(world: World, ref: Ref, asked_at: Node) -> Iterator[Rewrite]:
    """Envoy Gateway's own filter: https://gateway.envoyproxy.io/docs/tasks/traffic/http-urlrewrite/"""
    found = world.get(ref)
    if found is None:
        yield unknown(asked_at, f"names the {ref}, which is not here")
        return
    full = found.root.get("spec", "urlRewrite", "path", "replaceFullPath")
    if full is not None:
        yield fixed(full, str(full.value))
    regex = found.root.get("spec", "urlRewrite", "path", "replaceRegexMatch")
    if regex is not None:
        yield by_regex(regex, regex.text("pattern") or "", regex.text("substitution") or "", template=SED)
