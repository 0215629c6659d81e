"""The files of a world as a repository: which folder of it an Application's `path` means.

Paths begin at the top of a repository, names of files where crema was started; what stands before the one or the other is found by
comparing both: the beginning under which most paths are there.
"""

import posixpath
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from crema.policies.model.delivery.applications import Source, applications
from crema.policies.model.delivery.nearly import Names
from crema.policies.model.world import World

_TOP: Final = "."
_NEWEST: Final = frozenset({"", "HEAD", "develop", "main", "master", "trunk"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """Where a repository begins. `before`: what stands before its paths in names of files; `within`: what paths have before names of
    files, where only a part of the repository is here. `sure`: that it is this repository is beyond doubt.
    """

    before: str = ""
    within: str = ""
    sure: bool = False

    def folder(self, path: str) -> str | None:
        """The folder that a path of the repository means, as files are named; None when it is outside of what is here."""
        if self.within:
            if path == self.within.rstrip("/"):
                return ""
            return path[len(self.within) :] if path.startswith(self.within) else None
        return self.before.rstrip("/") if path == _TOP else f"{self.before}{path}"


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


def roots(world: World) -> Mapping[str, Root]:
    """Address of a repository → where it begins, of every repository that is here at least in part."""
    return world.derived(_roots)


def folder_of(world: World, source: Source) -> str | None:
    """The folder that a source reads, as files are named; None when its repository is not here. The folder itself may not exist."""
    root = roots(world).get(source.url)
    return None if root is None or source.is_chart or not source.path or not source.known else root.folder(source.path)


def is_current(world: World, source: Source) -> bool:
    """Whether what is here is what a source reads: of somebody's directory it is not that of a tag, or of a branch of a release."""
    return world.closed or source.revision in _NEWEST


def _tree(world: World) -> Tree:
    return Tree(files=tuple(sorted({*(manifest.file for manifest in world.manifests), *world.beside})))


def _roots(world: World) -> Mapping[str, Root]:
    paths: defaultdict[str, set[str]] = defaultdict(set)
    for application in applications(world):
        for source in application.sources:
            if source.known and source.path and not source.is_chart and source.repository:
                paths[source.url].add(source.path)
    if not world.closed:
        return {url: root for url, named in sorted(paths.items()) if (root := _root(tree(world), named)) is not None}
    # An environment comes from one repository: its Applications together say where that begins, however one of them writes its address.
    every = {path for named in paths.values() for path in named}
    root = _root(tree(world), every)
    if root is None:
        return {url: Root(sure=True) for url in paths}
    whole = Root(before=root.before, within=root.within, sure=True)
    here = {url: sum(whole.folder(path) in tree(world).folders for path in named) for url, named in paths.items()}
    return {url: whole for url, found in here.items() if found or len(paths) == 1}


def _root(here: Tree, paths: Iterable[str]) -> Root | None:
    """The beginning under which most of the paths are folders; None when none is."""
    named = sorted({path for path in paths if path != _TOP})
    before = Counter(folder[: len(folder) - len(path)] for path in named for folder in here.ends.get(path, ()))
    if before:
        best = min(before, key=lambda start: (-before[start], len(start), start))
        return Root(before=best, sure=before[best] * 2 > len(named) and (not best or before[best] > 1))
    within = Counter(start for path in named for start in _within(here, path))
    if not within:
        return None
    best = min(within, key=lambda start: (-within[start], len(start), start))
    return Root(within=best, sure=within[best] > 1 and within[best] * 2 > len(named)) if within[best] > 1 else None


def _within(here: Tree, path: str) -> Iterator[str]:
    """What may stand before the names of files in a path, if only a part of its repository is here."""
    parts = path.split("/")
    for position in range(1, len(parts)):
        if "/".join(parts[position:]) in here.folders:
            yield f"{'/'.join(parts[:position])}/"
