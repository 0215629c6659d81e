"""The folders of a world: which there are, which are inside which, which have almost a name."""

import posixpath
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from crema.policies.model.delivery.nearly import Names
from crema.policies.model.world import World


@dataclass(frozen=True, kw_only=True, eq=False)
class Tree:
    """Names of files, and the folders that they are in."""

    files: tuple[str, ...]

    @cached_property
    def folders(self) -> frozenset[str]:
        """Every folder with a file somewhere below it; the top is empty."""
        found = {""}
        for file in self.files:
            folder = posixpath.dirname(file)
            while folder and folder not in found:
                found.add(folder)
                folder = posixpath.dirname(folder) if folder != "/" else ""
        return frozenset(found)

    def below(self, folder: str) -> tuple[str, ...]:
        """The files of a folder and of the folders in it."""
        if not folder:
            return self.files
        start = f"{folder.rstrip('/')}/"
        return self.files[bisect_left(self.files, start) : bisect_left(self.files, f"{start}\U0010ffff")]

    def like(self, folder: str) -> str:
        """A folder beside the one that is not there, with a name like it; empty when there is none."""
        above, name = posixpath.split(folder)
        near = self._inside[above].like(name) if above in self._inside else ""
        return posixpath.join(above, near) if near else ""

    @cached_property
    def ends(self) -> Mapping[str, tuple[str, ...]]:
        """The folders by every end that their names have: `a/b` by `a/b` and `b`."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for folder in sorted(self.folders):
            parts = folder.split("/")
            for position in range(len(parts)):
                found["/".join(parts[position:])].append(folder)
        return {end: tuple(folders) for end, folders in found.items() if end}

    @cached_property
    def _inside(self) -> Mapping[str, Names]:
        found: defaultdict[str, list[str]] = defaultdict(list)
        for folder in self.folders - {""}:
            above, name = posixpath.split(folder)
            found[above].append(name)
        return {above: Names(names) for above, names in found.items()}


def tree(world: World) -> Tree:
    """The files that a world was read from, those that hold no objects included."""
    return world.derived(_tree)


def _tree(world: World) -> Tree:
    return Tree(files=tuple(sorted({*(manifest.file for manifest in world.manifests), *world.beside})))
