"""Rewrites of Traefik: Middlewares, named by annotations and routes, and the annotations of Traefik 1.

Sources: https://doc.traefik.io/traefik/reference/routing-configuration/http/middlewares/overview/
https://doc.traefik.io/traefik/v1.7/configuration/backends/kubernetes/
"""

from collections.abc import Iterator
from typing import Final

from crema.policies.model.manifest import Ref
from crema.policies.model.node import Node
from crema.policies.model.rewrites.regex import GO
from crema.policies.model.rewrites.rewrite import (
    IngressPath,
    Rewrite,
    by_regex,
    fixed,
    literal_prefix,
    prefix_for_prefix,
    unknown,
)
from crema.policies.model.world import World

FAMILY: Final = "traefik"
GROUPS: Final = ("traefik.io", "traefik.containo.us")
_PREFIX: Final = "traefik.ingress.kubernetes.io/"
_LONGEST_CHAIN: Final = 8


def rewrites(world: World, annotations: Node, asked: IngressPath) -> Iterator[Rewrite]:
    """What the annotations of an Ingress do to a path: the Middlewares they name, then those of Traefik 1."""
    path = asked.path
    named = annotations.get(_PREFIX + "router.middlewares")
    for name in str(named.value).split(",") if named is not None else ():
        if named is not None and name.strip():
            yield from of_provider(world, name.strip(), named)
    target = annotations.get(_PREFIX + "rewrite-target")
    if target is not None:
        yield prefix_for_prefix(target, literal_prefix(path), str(target.value))
    rule = annotations.get(_PREFIX + "rule-type") or annotations.get("traefik.frontend.rule.type")
    if rule is not None and str(rule.value).split(":")[0].strip() in {"PathPrefixStrip", "PathStrip"}:
        yield prefix_for_prefix(rule, literal_prefix(path), "/")
    modifier = annotations.get(_PREFIX + "request-modifier")
    if modifier is not None:
        yield from _modifier(modifier)


def of_provider(world: World, name: str, asked_at: Node, above: tuple[Ref, ...] = ()) -> Iterator[Rewrite]:
    """What a Middleware does that is named with its provider: `shop-strip@kubernetescrd`. Those of other providers are
    in none of these manifests.
    """
    called, _, provider = name.partition("@")
    if provider != "kubernetescrd":
        yield unknown(asked_at)
        return
    # Namespace and name are joined by `-`, and both may contain one: the Middlewares that are here decide.
    found = world.derived(_by_provider_name).get(called)
    if found is None:
        yield unknown(asked_at, f"names the Middleware {called}, which is not here")
    else:
        yield from middleware(world, found.namespace, found.name, asked_at, above)


def _by_provider_name(world: World) -> dict[str, Ref]:
    every = [manifest.ref for group in GROUPS for manifest in world.of(group, "Middleware")]
    return {f"{ref.namespace}-{ref.name}": ref for ref in reversed(every)}


def middleware(world: World, namespace: str, name: str, asked_at: Node, above: tuple[Ref, ...] = ()) -> Iterator[Rewrite]:
    """What a Middleware does to a path. One that is not here, or a chain that never ends, is unknown. `above`: the
    chains that lead to it.
    """
    if "@" in name:
        yield from of_provider(world, name, asked_at, above)
        return
    refs = (Ref(group=group, kind="Middleware", namespace=namespace, name=name) for group in GROUPS)
    found = next((manifest for ref in refs if (manifest := world.get(ref)) is not None), None)
    spec = found.root.get("spec") if found is not None else None
    if found is None or spec is None or found.ref in above or len(above) > _LONGEST_CHAIN:
        why = "which is not here" if spec is None else "a chain without end"
        yield unknown(asked_at, f"names the Middleware {namespace}/{name}, {why}")
        return
    prefixes = spec.items("stripPrefix", "prefixes")
    if prefixes:
        yield _strip(prefixes, spec.get("stripPrefix", "prefixes") or spec)
    for pattern in spec.items("stripPrefixRegex", "regex"):
        yield by_regex(pattern, f"^{str(pattern.value).removeprefix('^')}", "", template=GO)
    replaced = spec.get("replacePath", "path")
    if replaced is not None:
        yield fixed(replaced, str(replaced.value))
    regex = spec.get("replacePathRegex")
    if regex is not None and regex.text("replacement"):
        yield by_regex(regex, regex.text("regex") or "", regex.text("replacement") or "", template=GO)
    added = spec.get("addPrefix", "prefix")
    if added is not None:
        yield prefix_for_prefix(added, "/", str(added.value))
    for link in spec.items("chain", "middlewares"):
        yield from middleware(world, link.text("namespace") or namespace, link.text("name") or "", link, (*above, found.ref))


def _strip(prefixes: tuple[Node, ...], listed: Node) -> Rewrite:
    """The first prefix with which the path's text begins is cut, in the middle of a segment too, and no other."""

    def change(path: str) -> str:
        found = next((text for prefix in prefixes if path.startswith(text := str(prefix.value))), "")
        return "/" + path.removeprefix(found).removeprefix("/") if found else path

    return Rewrite(node=prefixes[0] if len(prefixes) == 1 else listed, change=change)


def _modifier(node: Node) -> Iterator[Rewrite]:
    kind, _, text = str(node.value).partition(":")
    words = text.split()
    if kind.strip() == "ReplacePath" and words:
        yield fixed(node, words[0])
    elif kind.strip() == "ReplacePathRegex" and len(words) == 2:
        yield by_regex(node, words[0], words[1], template=GO)
    elif kind.strip() == "AddPrefix" and words:
        yield prefix_for_prefix(node, "/", words[0])
