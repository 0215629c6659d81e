"""Rewrites of F5's NGINX Ingress Controller: `serviceName=order rewrite=/`, several separated by `;`.

The part of the path that the Ingress path matched is replaced.
Source: https://docs.nginx.com/nginx-ingress-controller/configuration/ingress-resources/advanced-configuration-with-annotations/
"""

import re
from collections.abc import Iterator
from typing import Final

from crema.policies.model.node import Node
from crema.policies.model.rewrites.rewrite import Rewrite, literal_prefix, prefix_for_prefix
from crema.policies.model.world import World

FAMILY: Final = "nginx"
_ENTRY: Final = re.compile(r"\s*serviceName=(?P<service>\S+)\s+rewrite=(?P<target>\S+)\s*")


def rewrites(_world: World, annotations: Node, path: str, service: str) -> Iterator[Rewrite]:
    """The rewrites that name the path's Service."""
    for prefix in ("nginx.org", "nginx.com"):
        node = annotations.get(f"{prefix}/rewrites")
        for entry in str(node.value).split(";") if node is not None else ():
            found = _ENTRY.fullmatch(entry)
            if node is not None and found is not None and found["service"] == service:
                yield prefix_for_prefix(node, literal_prefix(path), found["target"])
