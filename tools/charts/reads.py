"""What was read: a tree of keys.

A tree is True (one value is read here), "*" (all that stands here is used as it is) or a mapping of keys to trees, in
which the key "*" stands for every other key or every item of a list.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tools.charts.atoms import ANY, Path

Tree = bool | str | dict[str, "Tree"]

OPEN: Final = "*"


class Reads:
    """Collects paths, in any order."""

    def __init__(self) -> None:
        self.read: set[Path] = set()
        self.open: set[Path] = set()

    def tree(self) -> Tree:
        """Everything that was read, as one tree."""
        if () in self.open:
            return OPEN
        top: dict[str, Tree] = {}
        for path in sorted(self.read | self.open):
            _put(top, path, OPEN if path in self.open else True)
        return settled(top)


def _put(top: dict[str, Tree], path: Path, what: Tree) -> None:
    """Sorted paths come before those below them; what is open stays open, what is one value may become a mapping."""
    here = top
    for key in path[:-1]:
        below = here.get(key, True)
        if below == OPEN:
            return
        here[key] = below = below if isinstance(below, dict) else {}
        here = below
    if path and here.get(path[-1]) != OPEN and not (what is True and path[-1] in here):
        here[path[-1]] = what


def merged(one: Tree, other: Tree) -> Tree:
    """A tree that takes what either takes."""
    if OPEN in (one, other):
        return OPEN
    if not isinstance(one, dict) or not isinstance(other, dict):
        return one if isinstance(one, dict) else other
    both = {key: merged(one[key], other[key]) for key in one.keys() & other.keys()}
    return {**one, **other, **both}


def settled(tree: Tree) -> Tree:
    """The same tree in its one form, keys sorted: a key by its name takes what any key takes too, and is left out if it
    takes no more; what takes any key with anything below it is open.
    """
    if not isinstance(tree, dict):
        return tree
    below = {key: settled(tree[key]) for key in sorted(tree)}
    if ANY not in below:
        return below
    anything = below[ANY]
    named = {key: merged(one, anything) for key, one in below.items() if key != ANY}
    return OPEN if anything == OPEN else {ANY: anything} | {key: one for key, one in named.items() if one != anything}


def leaves(tree: Tree, path: Path = ()) -> Iterator[tuple[Path, Tree]]:
    """Every path that ends in a value or in something open."""
    if isinstance(tree, dict):
        for key, below in tree.items():
            yield from leaves(below, (*path, key))
    else:
        yield path, tree


def find(tree: Tree, path: Path) -> Tree | None:
    """The tree at a path of values; None where no template reads."""
    for key in path:
        if tree == OPEN:
            return OPEN
        found = tree.get(key, tree.get(ANY)) if isinstance(tree, dict) else None
        if found is None:
            return None
        tree = found
    return tree
