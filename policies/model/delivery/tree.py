"""The files of a world as a repository: which folder of it an Application's `path` means.

Paths begin at the top of a repository, names of files where crema was started; what stands before the one or the other is found by
comparing both: the beginning under which most paths are there.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from crema.policies.model.delivery.applications import Source, applications
from crema.policies.model.delivery.folders import Tree, tree
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
