"""Rewrites in snippets of nginx's own configuration, which annotations of both nginx controllers carry.

Source: https://nginx.org/en/docs/http/ngx_http_rewrite_module.html#rewrite
"""

import re
from collections.abc import Iterator
from typing import Final

from crema.policies.model.node import Node
from crema.policies.model.rewrites.regex import NGINX
from crema.policies.model.rewrites.rewrite import Rewrite, by_regex, unknown

_DIRECTIVE: Final = re.compile(
    r"""(?:^|[;{}\s])rewrite\s+(?P<pattern>"[^"]+"|'[^']+'|\S+)\s+(?P<target>"[^"]+"|'[^']+'|[^\s;]+)(?:\s+(?P<flag>\w+))?\s*;"""
)
_COMMENT: Final = re.compile(r"(?m)(?:^|(?<=[\s;{}]))#.*$")
_ELSEWHERE: Final = re.compile(r"\b(?:proxy_pass|grpc_pass|\w+_by_lua\w*)\b")


def rewrites(snippet: Node | None) -> Iterator[Rewrite]:
    """The rewrites of a snippet that stay inside nginx, in their order; redirects are new requests."""
    text = "" if snippet is None else _COMMENT.sub("", str(snippet.value))
    for directive in _DIRECTIVE.finditer(text):
        pattern, target = directive["pattern"].strip("\"'"), directive["target"].strip("\"'")
        if snippet is not None and directive["flag"] not in {"redirect", "permanent"}:
            yield by_regex(snippet, pattern, target, template=NGINX)
    if snippet is not None and _ELSEWHERE.search(text):
        yield unknown(snippet)
