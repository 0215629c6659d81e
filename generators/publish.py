"""The only code that writes `dist/`: all or nothing, one publisher at a time, and never over somebody's work.

Order: take the lock; compare; refuse what is not ours; write every changed file beside its target; record what is coming; rename;
delete what is left over; record what was written. An error before the first rename leaves the tree as it was. A run that is killed between
two renames leaves files that the next run recognises as ours and completes.
"""

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from crema.generators import state
from crema.generators.layout import File
from crema.generators.tree import TEMPORARY, Comparison, Difference, compare


class Refused(Exception):
    """Publishing would have overwritten or kept somebody's files; nothing was written."""

    def __init__(self, differences: tuple[Difference, ...]) -> None:
        """Keep the files in question."""
        super().__init__(", ".join(d.path for d in differences))
        self.differences = differences


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What a publish did."""

    written: tuple[str, ...]
    deleted: tuple[str, ...]
    completed: bool


def publish(root: Path, dist: str, scopes: tuple[str, ...], files: Mapping[str, File]) -> Published:
    """Make the tree below `scopes` what `files` say.

    Args:
        root: the project's root; `.crema/` is kept there.
        dist: the directory of all environments, below `root`.
        scopes: the directories that `files` describe completely: `dist` itself, or some of its environments.
        files: by path below `root`.

    Raises:
        Refused: a file there is not ours, or was edited by hand.
        OSError: the tree cannot be read or written.

    """
    with _lock(root):
        known = state.load(root)
        found = compare(root, scopes, dist, files, known)
        refused = tuple(d for d in found.differences if d.state in {"foreign", "hand-edited"})
        if refused:
            raise Refused(refused)
        changed = tuple(files[d.path] for d in found.differences if d.state in {"missing", "stale"})
        left_over = tuple(d.path for d in found.differences if d.state == "left over")
        for path in found.temporary:
            (root / path).unlink(missing_ok=True)
        _write(root, changed, known)
        for path in left_over:
            (root / path).unlink()
        _remove_empty(root, {path.rpartition("/")[0] for path in (*left_over, *found.temporary)}, dist)
        state.finish(root, known, files)
        state.write_provenance(root, files, scopes)
        return Published(written=tuple(f.path for f in changed), deleted=left_over, completed=known.interrupted)


def difference(root: Path, dist: str, scopes: tuple[str, ...], files: Mapping[str, File]) -> Comparison:
    """What publishing would find; writes nothing."""
    return compare(root, scopes, dist, files, state.load(root))


@contextmanager
def _lock(root: Path) -> Iterator[None]:
    """One publisher at a time: a second one waits. The kernel drops the lock of a process that dies."""
    directory = root / state.DIRECTORY
    directory.mkdir(exist_ok=True)
    with (directory / "lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _write(root: Path, changed: tuple[File, ...], known: state.State) -> None:
    aside: list[tuple[Path, Path]] = []
    made: list[Path] = []
    try:
        for number, file in enumerate(changed):
            target = root / file.path
            _make_directories(target.parent, made)
            temporary = target.parent / f"{TEMPORARY}{os.getpid()}-{number}.tmp"
            aside.append((temporary, target))
            temporary.write_bytes(file.content)
        state.begin(root, known, changed)
    except BaseException:
        for temporary, _ in aside:
            temporary.unlink(missing_ok=True)
        for directory in reversed(made):
            directory.rmdir()
        raise
    for temporary, target in aside:
        os.replace(temporary, target)


def _make_directories(directory: Path, made: list[Path]) -> None:
    """Make a directory and its parents, and add to `made` those that were not there, outermost first."""
    missing = [d for d in (directory, *directory.parents) if not d.exists()]
    for wanted in reversed(missing):
        wanted.mkdir()
        made.append(wanted)


def _remove_empty(root: Path, directories: set[str], dist: str) -> None:
    for directory in sorted(directories):
        current = directory
        while current.startswith(f"{dist}/") and not any((root / current).iterdir()):
            (root / current).rmdir()
            current = current.rpartition("/")[0]
