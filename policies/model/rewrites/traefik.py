"""Rewrites of Traefik: Middlewares, named by annotations and routes, and the annotations of Traefik 1.

Sources: https://doc.traefik.io/traefik/reference/routing-configuration/http/middlewares/overview/
https://doc.traefik.io/traefik/v1.7/configuration/backends/kubernetes/
"""

from collections.abc import Iterator
from typing import Final

from crema.policies.model.manifest import Ref
from crema.policies.model.node import Node
from crema.policies.model.rewrites.rewrite import (
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
_LONGEST_CHAIN: Final = 20


def rewrites(world: World, annotations: Node, path: str, _service: str) -> Iterator[Rewrite]:
    """What the annotations of an Ingress do to a path: the Middlewares they name, then those of Traefik 1."""
    named = annotations.get(_PREFIX + "router.middlewares")
    for name in str(named.value).split(",") if named is not None else ():
        bare, _, provider = name.strip().partition("@")
        if named is not None and provider == "kubernetescrd":
            yield from _called(world, bare, named)
    target = annotations.get(_PREFIX + "rewrite-target")
    if target is not None:
        yield prefix_for_prefix(target, literal_prefix(path), str(target.value))
    rule = annotations.get(_PREFIX + "rule-type") or annotations.get("traefik.frontend.rule.type")
    if rule is not None and str(rule.value).split(":")[0].strip() in {"PathPrefixStrip", "PathStrip"}:
        yield prefix_for_prefix(rule, literal_prefix(path), "/")
    modifier = annotations.get(_PREFIX + "request-modifier")
    if modifier is not None:
        yield from _modifier(modifier)


def middleware(world: World, namespace: str, name: str, asked_at: Node, depth: int = 0) -> Iterator[Rewrite]:
    """What a Middleware does to a path. One that is not here, or a chain that never ends, is unknown."""
    refs = (Ref(group=group, kind="Middleware", namespace=namespace, name=name) for group in GROUPS)
    found = next((manifest for ref in refs if (manifest := world.get(ref)) is not None), None)
    spec = found.root.get("spec") if found is not None else None
    if spec is None or depth > _LONGEST_CHAIN:
        yield unknown(asked_at)
        return
    for prefix in spec.items("stripPrefix", "prefixes"):
        yield prefix_for_prefix(prefix, str(prefix.value), "/")
    for pattern in spec.items("stripPrefixRegex", "regex"):
        yield by_regex(pattern, f"^{str(pattern.value).removeprefix('^')}", "", whole=False)
    replaced = spec.get("replacePath", "path")
    if replaced is not None:
        yield fixed(replaced, str(replaced.value))
    regex = spec.get("replacePathRegex")
    if regex is not None:
        yield by_regex(regex, regex.text("regex") or "", regex.text("replacement") or "", whole=False)
    added = spec.get("addPrefix", "prefix")
    if added is not None:
        yield prefix_for_prefix(added, "/", str(added.value))
    for link in spec.items("chain", "middlewares"):
        yield from middleware(world, link.text("namespace") or namespace, link.text("name") or "", link, depth + 1)


def _called(world: World, called: str, asked_at: Node) -> Iterator[Rewrite]:
    """An annotation joins namespace and name by `-`, both of which may contain one: the Middlewares here decide."""
    for group in GROUPS:
        for manifest in world.of(group, "Middleware"):
            if f"{manifest.ref.namespace}-{manifest.ref.name}" == called:
                yield from middleware(world, manifest.ref.namespace, manifest.ref.name, asked_at)
                return
    yield unknown(asked_at)


def _modifier(node: Node) -> Iterator[Rewrite]:
    kind, _, text = str(node.value).partition(":")
    words = text.split()
    if kind.strip() == "ReplacePath" and words:
        yield fixed(node, words[0])
    elif kind.strip() == "ReplacePathRegex" and len(words) == 2:
        yield by_regex(node, words[0], words[1], whole=False)
    elif kind.strip() == "AddPrefix" and words:
        yield prefix_for_prefix(node, "/", words[0])
