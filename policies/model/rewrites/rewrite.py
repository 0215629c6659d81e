"""A rewrite: the place where it is written, and what it does to a request's path."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from crema.policies.model.node import Node

Change = Callable[[str], str | None]
"""From a request's path to the path that is passed on; None when that cannot be known from manifests."""

_GROUP: Final = re.compile(r"\$\{(\w+)\}|[$\\](\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrite:
    """One rewrite at one place."""

    node: Node
    change: Change


def unknown(node: Node) -> Rewrite:
    """A rewrite of which only that it exists is known (a middleware defined elsewhere, text that cannot be read)."""
    return Rewrite(node=node, change=lambda _path: None)


def fixed(node: Node, target: str) -> Rewrite:
    """Every request becomes one path."""
    return Rewrite(node=node, change=lambda _path: target)


def prefix_for_prefix(node: Node, prefix: str, replacement: str) -> Rewrite:
    """A prefix of whole path segments is replaced by another; paths outside the prefix stay as they are."""

    def change(path: str) -> str:
        return replace_prefix(path, prefix, replacement)

    return Rewrite(node=node, change=change)


def by_regex(node: Node, pattern: str, replacement: str, *, whole: bool, ignore_case: bool = False) -> Rewrite:
    """Where the pattern is found, the replacement with its groups takes the place of the whole path (nginx) or of
    what was found (Go, Envoy, HAProxy). A pattern that Python cannot compile makes the outcome unknown.
    """

    def change(path: str) -> str | None:
        compiled = _compiled(pattern, ignore_case)
        if compiled is None:
            return None
        found = compiled.search(path)
        if found is None:
            return path
        put = _filled(replacement, found)
        return put if whole else path[: found.start()] + put + path[found.end() :]

    return Rewrite(node=node, change=change)


def replace_prefix(path: str, prefix: str, replacement: str) -> str:
    """`/api/order/menu` with `/api/order` replaced by `/` is `/menu`; the result always begins with one slash."""
    if not is_under(path, prefix):
        return path
    rest = path[len(prefix.rstrip("/")) :]
    return "/" + (replacement.rstrip("/") + rest).lstrip("/")


def is_under(path: str, prefix: str) -> bool:
    """Whether a path is a prefix or lies below it, by whole segments: `/api/orders` is not under `/api/order`."""
    bare = prefix.rstrip("/")
    return path == bare or path.startswith(f"{bare}/")


def literal_prefix(pattern: str) -> str:
    """The text with which every match of a path's regex begins, cut to whole segments: `/api/order(/|$)(.*)` begins
    with `/api/order`.
    """
    bare = pattern.removeprefix("~").strip().removeprefix("^")
    special = re.search(r"[\\^$.|?*+()\[\]{}]", bare)
    if special is None:
        return bare
    head = bare[: special.start()]
    return head.rstrip("/") if special.group() == "(" or head.endswith("/") else head.rpartition("/")[0]


@lru_cache(maxsize=1024)
def _compiled(pattern: str, ignore_case: bool) -> re.Pattern[str] | None:
    try:
        return re.compile(pattern, re.IGNORECASE if ignore_case else 0)
    except (re.error, RecursionError, OverflowError):
        return None


def _filled(template: str, found: re.Match[str]) -> str:
    r"""A template with `$1`, `${1}`, `${name}` or `\1` filled in; a group that is not there is empty, as for nginx
    and Go.
    """

    def group(mark: re.Match[str]) -> str:
        name = mark[1] or mark[2]
        if name.isdecimal():
            return (found[int(name)] or "") if int(name) <= (found.re.groups or 0) else ""
        return (found[name] or "") if name in found.re.groupindex else ""

    return _GROUP.sub(group, template)
