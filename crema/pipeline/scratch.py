"""A commit's files in a directory of their own, where charts are synthesised and judged by that commit's own code."""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from crema.pipeline.git import Git, Said
from crema.pipeline.place import Place
from crema.pipeline.stopped import Stopped
from crema.platform_root import is_platform

_SECONDS: Final = 900
_PREFIX: Final = "crema-publish-"
_IN_USE: Final = "in-use"
_OLD: Final = 3600.0
# What the code of a commit has no business with, and what would make Python find other code than that.
_HIDDEN: Final = ("GITHUB_TOKEN", "GH_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "ACTIONS_RUNTIME_TOKEN", "PYTHONSAFEPATH", "PYTHONPATH")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scratch:
    """The files of a commit, and an index of them.

    Args:
        git: of the clone, whose work tree and index are left alone.
        parent: the commit.
        place: the platform in the copy.
        top: what is the root of the repository there. located: variables that point a git of the clone at it and at an index of its own.

    """

    git: Git
    parent: str
    place: Place
    top: Path
    located: Mapping[str, str]

    def run(self, *verb: str) -> Said:
        """A verb of crema, as that commit has it, on these files."""
        hidden = {name: value for name, value in os.environ.items() if name not in _HIDDEN}
        try:
            done = subprocess.run(
                [sys.executable, "-m", "crema", *verb],
                cwd=self.place.root,
                env={**hidden, "GIT_CEILING_DIRECTORIES": str(self.top.parent), "PYTHONDONTWRITEBYTECODE": "1"},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
                encoding="utf-8",
                errors="replace",
                timeout=_SECONDS,
            )
        except subprocess.TimeoutExpired:
            raise Stopped(f"crema {verb[0]} took longer than {_SECONDS} seconds; nothing was published") from None
        return Said(done.returncode, done.stdout, done.stderr)

    def tree(self, *paths: str) -> str:
        """The tree of git that these files make, taking in what changed below some paths of the platform."""
        prefix = self.place.root.relative_to(self.top)
        self._git("add", "--all", "--", *[(prefix / path).as_posix() for path in paths])
        return self._git("write-tree").strip()

    def _git(self, *words: str) -> str:
        return self.git.tell(*words, env=self.located)


@contextmanager
def scratch(git: Git, commit: str, root: Path) -> Iterator[Scratch]:
    """Write the files of a commit into a temporary directory, which goes with the block.

    Args:
        git: the clone.
        commit: whose files.
        root: the platform's root in the clone's work tree: it is at the same place in the copy.

    """
    with _directory() as base:
        top, index = base / git.top.name, base / "index"
        top.mkdir()
        located = _located(git, top, index)
        git.tell("read-tree", commit, env=located)
        git.tell("checkout-index", "--all", "--force", env=located)
        place = Place(top / root.resolve().relative_to(git.top.resolve()))
        if not is_platform(place.root):
            raise Stopped(f"{commit[:12]} has no charts/environments.py; is that the branch of the platform?")
        yield Scratch(git=git, parent=commit, place=place, top=top, located=located)


@contextmanager
def _directory() -> Iterator[Path]:
    """A temporary directory that is locked while it is in use, so that the next run knows those that a killed one left."""
    parent = Path(tempfile.gettempdir())
    for left in parent.glob(f"{_PREFIX}*"):
        _remove_if_left(left)
    with tempfile.TemporaryDirectory(prefix=_PREFIX, ignore_cleanup_errors=True) as directory:
        base = Path(directory).resolve()
        with (base / _IN_USE).open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield base


def _remove_if_left(directory: Path) -> None:
    """Not a young one: it may not have been locked yet. What is not ours to remove stays."""
    with suppress(OSError):
        if time.time() - directory.stat().st_mtime < _OLD:
            return
        with (directory / _IN_USE).open("r+") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(directory)


def _located(git: Git, top: Path, index: Path) -> Mapping[str, str]:
    """Variables that point a git of the clone at other files and another index."""
    directory = git.tell("rev-parse", "--absolute-git-dir").strip()
    return {"GIT_DIR": directory, "GIT_WORK_TREE": str(top), "GIT_INDEX_FILE": str(index)}
