"""Rewrites of ingress-nginx.

`rewrite-target` becomes the nginx directive `rewrite "(?i)<path>" <target> break`: the whole path is replaced
wherever the Ingress path, as a regex, is found in it; only capture groups keep anything. A target equal to the path
does nothing. Source: https://github.com/kubernetes/ingress-nginx/blob/main/internal/ingress/controller/template/template.go
"""

import re
from collections.abc import Iterator
from typing import Final

from crema.policies.model.node import Node
from crema.policies.model.rewrites.rewrite import Rewrite, by_regex
from crema.policies.model.world import World

FAMILY: Final = "nginx"
_SNIPPETS: Final = ("server-snippet", "configuration-snippet")
_PREFIX: Final = "nginx.ingress.kubernetes.io/"
_DIRECTIVE: Final = re.compile(
    r"""(?:^|[;{}\s])rewrite\s+(?P<pattern>"[^"]+"|'[^']+'|\S+)\s+(?P<target>"[^"]+"|'[^']+'|[^\s;]+)(?:\s+(?P<flag>\w+))?\s*;"""
)


def rewrites(_world: World, annotations: Node, path: str, _service: str) -> Iterator[Rewrite]:
    """What the annotations of an Ingress do to requests that one of its paths takes, in the order nginx does it."""
    for name in _SNIPPETS:
        snippet = annotations.get(_PREFIX + name)
        if snippet is not None:
            for directive in _DIRECTIVE.finditer(_without_comments(str(snippet.value))):
                if directive["flag"] not in {"redirect", "permanent"}:
                    pattern, target = directive["pattern"].strip("\"'"), directive["target"].strip("\"'")
                    yield by_regex(snippet, pattern, target, whole=True)
    target_node = annotations.get(_PREFIX + "rewrite-target")
    if target_node is not None:
        target = str(target_node.value)
        if target not in {"", path} and not target.startswith(("http://", "https://")):
            yield by_regex(target_node, path, target, whole=True, ignore_case=True)


def _without_comments(snippet: str) -> str:
    return re.sub(r"(?m)^\s*#.*$", "", snippet)
