"""Rewrites of the two HAProxy controllers.

haproxy.org `path-rewrite`: one word replaces the whole path; two are a regex and its replacement, one pair a line.
haproxy-ingress (`haproxy-ingress.github.io`, formerly `ingress.kubernetes.io`) `rewrite-target`: replaces the matched
prefix. Sources: https://www.haproxy.com/documentation/kubernetes-ingress/community/configuration-reference/ingress/#path-rewrite
https://haproxy-ingress.github.io/docs/configuration/keys/#rewrite-target
"""

from collections.abc import Iterator
from typing import Final

from crema.policies.model.node import Node
from crema.policies.model.rewrites.regex import SED
from crema.policies.model.rewrites.rewrite import IngressPath, Rewrite, by_regex, fixed, literal_prefix, prefix_for_prefix
from crema.policies.model.world import World

FAMILY: Final = "haproxy"


def rewrites(_world: World, annotations: Node, asked: IngressPath) -> Iterator[Rewrite]:
    """What either controller's annotations do to a path."""
    whole = annotations.get("haproxy.org/path-rewrite")
    for line in str(whole.value).splitlines() if whole is not None else ():
        words = line.split()
        if whole is not None and len(words) == 1:
            yield fixed(whole, words[0])
        elif whole is not None and len(words) == 2:
            yield by_regex(whole, words[0], words[1], template=SED)
    for prefix in ("haproxy-ingress.github.io", "ingress.kubernetes.io"):
        target = annotations.get(f"{prefix}/rewrite-target")
        if target is not None:
            yield prefix_for_prefix(target, literal_prefix(asked.path), str(target.value))
