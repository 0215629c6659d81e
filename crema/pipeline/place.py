"""Where a platform is: the directory that has `charts/environments.py`, its lock of images, its services."""

import fcntl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from crema.generators.image_lock import LOCK_NAME
from crema.generators.lock_edit import edited
from crema.generators.lock_text import BrokenLock, Lock, LockedImage, read_lock
from crema.generators.state import DIRECTORY
from crema.pipeline.stopped import Stopped
from crema.platform_root import platform_root
from crema.whole_file import write_whole

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
        found = platform_root(start)
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
                    write_whole(self.lock.resolve(), text)
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
