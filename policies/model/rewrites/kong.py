"""Rewrites of Kong: `konghq.com/strip-path` cuts the matched path, `konghq.com/rewrite` replaces the whole path.

Source: https://developer.konghq.com/kubernetes-ingress-controller/reference/annotations/
"""

from collections.abc import Iterator
from typing import Final

from crema.policies.model.node import Node
from crema.policies.model.rewrites.regex import NGINX
from crema.policies.model.rewrites.rewrite import IngressPath, Rewrite, by_regex, literal_prefix, prefix_for_prefix
from crema.policies.model.world import World

FAMILY: Final = "kong"


def rewrites(_world: World, annotations: Node, asked: IngressPath) -> Iterator[Rewrite]:
    """What Kong's annotations do to a path."""
    path = asked.path.removeprefix("/~")
    strip = annotations.get("konghq.com/strip-path")
    if strip is not None and str(strip.value).lower() == "true":
        yield prefix_for_prefix(strip, literal_prefix(path), "/")
    target = annotations.get("konghq.com/rewrite")
    if target is not None:
        yield by_regex(target, path, str(target.value), template=NGINX)
