"""Rewrites of F5's NGINX Ingress Controller: `serviceName=order rewrite=/`, several separated by `;`, and snippets.

`rewrites` replaces the part of the path that the Ingress path matched; `rewrite-target` the whole path.
Source: https://docs.nginx.com/nginx-ingress-controller/configuration/ingress-resources/advanced-configuration-with-annotations/
"""

import re
from collections.abc import Iterator
from typing import Final

from crema.policies.model.node import Node
from crema.policies.model.rewrites import snippet
from crema.policies.model.rewrites.regex import NGINX
from crema.policies.model.rewrites.rewrite import IngressPath, Rewrite, by_regex, literal_prefix, prefix_for_prefix
from crema.policies.model.world import World

FAMILY: Final = "nginx"
_ENTRY: Final = re.compile(r"\s*serviceName=(?P<service>\S+)\s+rewrite=(?P<target>\S+)\s*")


def server(annotations: Node) -> Iterator[Rewrite]:
    """The rewrites of the host's server, whichever of its paths is asked for."""
    yield from snippet.rewrites(annotations.get("nginx.org/server-snippets"))


def rewrites(_world: World, annotations: Node, asked: IngressPath) -> Iterator[Rewrite]:
    """The rewrites that name the path's Service, and those of all of the Ingress."""
    yield from snippet.rewrites(annotations.get("nginx.org/location-snippets"))
    whole = annotations.get("nginx.org/rewrite-target")
    if whole is not None:
        yield by_regex(whole, asked.path, str(whole.value), template=NGINX, ignore_case=True)
    for prefix in ("nginx.org", "nginx.com"):
        node = annotations.get(f"{prefix}/rewrites")
        for entry in str(node.value).split(";") if node is not None else ():
            found = _ENTRY.fullmatch(entry)
            if node is not None and found is not None and found["service"] == asked.service:
                yield prefix_for_prefix(node, literal_prefix(asked.path), found["target"])
