"""Rewrites of ingress-nginx.

`rewrite-target` becomes the nginx directive `rewrite "(?i)<path>" <target> break`: the whole path is replaced
wherever the Ingress path, as a regex, is found in it; only capture groups keep anything. A target equal to the path
does nothing. But where neither regexes nor other targets are at work, a path that is not Exact becomes two locations,
`/api/order` and `/api/order/`, of which the second is not equal to the target `/api/order`. Sources:
https://github.com/kubernetes/ingress-nginx/blob/main/internal/ingress/controller/template/template.go (buildProxyPass)
https://github.com/kubernetes/ingress-nginx/blob/main/internal/ingress/controller/location.go (updateServerLocations)
"""

from collections.abc import Iterator
from typing import Final

from crema.policies.model.node import Node
from crema.policies.model.rewrites import snippet
from crema.policies.model.rewrites.regex import NGINX
from crema.policies.model.rewrites.rewrite import IngressPath, Rewrite, by_regex, fixed
from crema.policies.model.world import World

FAMILY: Final = "nginx"
_PREFIX: Final = "nginx.ingress.kubernetes.io/"


def server(annotations: Node) -> Iterator[Rewrite]:
    """The rewrites of the host's server, whichever of its paths, of whichever Ingress, is asked for."""
    yield from snippet.rewrites(annotations.get(_PREFIX + "server-snippet"))


def rewrites(_world: World, annotations: Node, asked: IngressPath) -> Iterator[Rewrite]:
    """What the annotations of an Ingress do to requests that one of its paths takes, in the order nginx does it."""
    yield from snippet.rewrites(annotations.get(_PREFIX + "configuration-snippet"))
    node = annotations.get(_PREFIX + "rewrite-target")
    target = "" if node is None else str(node.value)
    if node is None or not target or target.startswith(("http://", "https://")):
        return
    regex = annotations.get(_PREFIX + "use-regex")
    if target != asked.path:
        # The request was taken by this very path: a target without groups or variables is where it ends.
        constant = "$" not in target and "?" not in target
        yield fixed(node, target) if constant else by_regex(node, asked.path, target, template=NGINX, ignore_case=True)
    elif asked.kind != "Exact" and not target.endswith("/") and (regex is None or str(regex.value).lower() != "true"):
        yield by_regex(node, f"{target}/", target, template=NGINX, ignore_case=True)
