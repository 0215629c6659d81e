"""`dist/` as it is on disk, compared with what the charts say."""

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Literal

from crema.generators import git
from crema.generators.layout import File, is_ours
from crema.generators.state import State

# Files on their way into `dist/`; one that is left over belongs to a run that was killed.
TEMPORARY = ".crema-"

State_ = Literal["missing", "stale", "hand-edited", "foreign", "left over"]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Difference:
    """One file that is not as the charts say.

    Args:
        path: below the project's root.
        state: missing (not there), stale (the charts have moved on), hand-edited (neither HEAD nor any publish has these bytes), foreign
            (not ours), left over (ours, and no chart makes it any more).
        line: the first line that differs, for a stale or hand-edited file.

    """

    path: str
    state: State_
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """All differences, sorted, and the temporary files a killed run left."""

    differences: tuple[Difference, ...]
    temporary: tuple[str, ...] = field(default=())


def compare(root: Path, scopes: tuple[str, ...], dist: str, files: Mapping[str, File], state: State) -> Comparison:
    """What differs between the tree below `scopes` and `files`."""
    known = _Known(root, dist, state)
    found: list[Difference] = []
    temporary: list[str] = []
    seen: set[str] = set()
    for scope in scopes:
        in_the_way = _in_the_way(root, scope)
        for path, content in [(in_the_way, None)] if in_the_way else _scan(root, scope, files):
            seen.add(path)
            if path.rpartition("/")[2].startswith(TEMPORARY):
                temporary.append(path)
            elif content is None or not is_ours(content):
                found.append(_unless_restored(path, content, files))
            elif path not in files:
                found.append(Difference(path=path, state="left over" if known.has(path, content) else "hand-edited"))
            elif content != files[path].content:
                line = _first_difference(content, files[path].content)
                found.append(Difference(path=path, state="stale" if known.has(path, content) else "hand-edited", line=line))
    found += [Difference(path=path, state="missing") for path in files if path not in seen]
    return Comparison(differences=tuple(sorted(found, key=lambda d: d.path)), temporary=tuple(sorted(temporary)))


def _unless_restored(path: str, content: bytes | None, files: Mapping[str, File]) -> Difference:
    # A file of ours whose header was edited away is a hand edit; where the charts make no such file it is somebody else's.
    if content is not None and path in files:
        return Difference(path=path, state="hand-edited", line=_first_difference(content, files[path].content))
    return Difference(path=path, state="foreign")


class _Known:
    """Bytes that are nobody's hand edit: HEAD's, or those that some publish wrote. git is asked only when something differs."""

    def __init__(self, root: Path, dist: str, state: State) -> None:
        self._root, self._dist, self._state = root, dist, state
        self._asked = False
        self._head: Mapping[str, str] | None = None

    def has(self, path: str, content: bytes) -> bool:
        if self._state.wrote(path, hashlib.sha256(content).hexdigest()):
            return True
        if not self._asked:
            self._head, self._asked = git.committed(self._root, self._dist), True
        if self._head is None:
            # Without git there is only our own record; without that too, nothing says that a person wrote this.
            return not self._state.knows(path)
        return path in self._head and git.is_blob(content, self._head[path])


def _in_the_way(root: Path, scope: str) -> str | None:
    """What stands where `scope` or a directory above it belongs: a link, which may lead out of the project, or a file."""
    for directory in (*PurePosixPath(scope).parents[:-1], PurePosixPath(scope)):
        place = root / directory
        if place.is_symlink() or (place.exists() and not place.is_dir()):
            return str(directory)
    return None


def _scan(root: Path, scope: str, files: Mapping[str, File]) -> Iterator[tuple[str, bytes | None]]:
    """Every file below `scope` with its bytes; None for what is never ours: a link, a socket, a directory where a file belongs."""
    try:
        entries = list(os.scandir(root / scope))
    except FileNotFoundError:
        return
    for entry in entries:
        path = f"{scope}/{entry.name}"
        if entry.is_dir(follow_symlinks=False) and path not in files:
            yield from _scan(root, path, files)
        elif entry.is_file(follow_symlinks=False):
            yield path, Path(entry.path).read_bytes()
        else:
            yield path, None


def _first_difference(old: bytes, new: bytes) -> int:
    for number, (a, b) in enumerate(zip(old.split(b"\n"), new.split(b"\n"), strict=False), 1):
        if a != b:
            return number
    return min(old.count(b"\n"), new.count(b"\n")) + 1
