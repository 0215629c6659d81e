"""A rewrite: the place where it is written, and what it does to a request's path."""

from collections.abc import Callable
from dataclasses import dataclass
from re import search

from crema.policies.model.node import Node
from crema.policies.model.rewrites.regex import Template, compiled

Change = Callable[[str], str | None]
"""From a request's path to the path that is passed on; None when that cannot be known from manifests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IngressPath:
    """A path of an Ingress, as the annotations of its controllers see it. `kind` is its pathType, or empty."""

    path: str
    kind: str
    service: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrite:
    """One rewrite at one place. `broken`: why no controller can do it, as far as is known from what is here; or
    empty.
    """

    node: Node
    change: Change
    broken: str = ""


def unknown(node: Node, broken: str = "") -> Rewrite:
    """A rewrite of which only that it exists is known (a middleware defined elsewhere, text that cannot be read)."""
    return Rewrite(node=node, change=lambda _path: None, broken=broken)


def fixed(node: Node, target: str) -> Rewrite:
    """Every request becomes one path."""
    return Rewrite(node=node, change=lambda _path: target)


def prefix_for_prefix(node: Node, prefix: str, replacement: str) -> Rewrite:
    """A prefix of whole path segments is replaced by another; paths outside the prefix stay as they are."""

    def change(path: str) -> str:
        return replace_prefix(path, prefix, replacement)

    return Rewrite(node=node, change=change)


def by_regex(node: Node, pattern: str, replacement: str, *, template: Template, ignore_case: bool = False) -> Rewrite:
    """Where the pattern is found, the replacement with its groups takes the place of the whole path (nginx) or of
    what was found (the others). A pattern that is not worked out here makes the outcome unknown.
    """

    def change(path: str) -> str | None:
        regex = compiled(pattern, path, ignore_case=ignore_case)
        if regex is None:
            return None
        found = regex.search(path)
        if found is None:
            return path
        put = template.filled(replacement, found)
        if put is None or template.whole:
            return put
        return path[: found.start()] + put + path[found.end() :]

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
    special = search(r"[\\^$.|?*+()\[\]{}]", bare)
    if special is None:
        return bare
    head = bare[: special.start()]
    return head.rstrip("/") if special.group() == "(" or head.endswith("/") else head.rpartition("/")[0]
