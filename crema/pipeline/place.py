"""Where a platform is: the directory that has `charts/environments.py`, its lock of images, its services."""

import fcntl
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from crema.generators.image_lock import LOCK_NAME
from crema.generators.lock_text import BrokenLock, Lock, LockedImage, edited, read_lock
from crema.generators.state import DIRECTORY
from crema.pipeline.stopped import Stopped

Changes = Mapping[tuple[str, str], LockedImage]
"""New entries by environment and service."""


@dataclass(frozen=True, slots=True)
class Place:
    """A platform's root."""

    root: Path

    @classmethod
    def around(cls, start: Path) -> "Place":
        """The platform that a directory is in.

        Raises:
            Stopped: it is in none.

        """
        found = next((d for d in (start, *start.parents) if (d / "charts" / "environments.py").is_file()), None)
        if found is None:
            raise Stopped("there is no directory charts/ with an environments.py here or above; run this inside a platform")
        return cls(found)

    @property
    def lock(self) -> Path:
        """The lock of images."""
        return self.root / "charts" / LOCK_NAME

    def shown(self, file: Path) -> str:
        """A file as people know it: by its path below the root."""
        return file.relative_to(self.root).as_posix()

    def built_here(self) -> tuple[str, ...]:
        """The services whose sources are here, sorted."""
        return tuple(sorted(file.parent.name for file in (self.root / "services").glob("*/Dockerfile")))

    def read(self) -> Lock:
        """The lock as it is now.

        Raises:
            Stopped: it is not there or broken.

        """
        try:
            return read_lock(self.lock.read_bytes())
        except BrokenLock as broken:
            raise Stopped(f"{self.shown(self.lock)}:{broken.line}: {broken}") from None
        except OSError as error:
            raise Stopped(f"{self.shown(self.lock)} cannot be read: {error.strerror}") from None

    def change(self, decide: Callable[[Lock], Changes]) -> tuple[Lock, Changes]:
        """Read the lock, decide, and write it, alone: a second writer waits and decides on what the first one wrote.

        Returns what the lock was and what changed in it. The file is written beside and renamed, so that nobody ever reads half of it;
        a writer that dies leaves the old one.

        Raises:
            Stopped: as `decide` says, or the file cannot be read, edited or written.

        """
        try:
            with self._alone():
                lock = self.read()
                changes = decide(lock)
                text = self.edited(lock, changes)
                if text != lock.text:
                    _replace(self.lock.resolve(), text)
                return lock, changes
        except OSError as error:
            raise Stopped(f"{error.filename or self.lock} cannot be written: {error.strerror}; nothing was changed") from None

    def edited(self, lock: Lock, changes: Changes) -> str:
        """The text with other entries."""
        try:
            return edited(lock, changes)
        except BrokenLock as broken:
            raise Stopped(f"{self.shown(self.lock)}:{broken.line}: {broken}; nothing was changed") from None

    @contextmanager
    def _alone(self) -> Iterator[None]:
        directory = self.root / DIRECTORY
        directory.mkdir(exist_ok=True)
        with (directory / "images.lock").open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)  # the kernel lets go of it when its holder dies
            yield


def _replace(file: Path, text: str) -> None:
    mode = file.stat().st_mode & 0o777
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    aside = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as opened:
            opened.write(text)
            opened.flush()
            os.fsync(opened.fileno())
        aside.chmod(mode)
        aside.replace(file)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
