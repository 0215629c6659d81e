"""The image lock: which image of each service each environment runs.

One file, `images.lock.yaml`, beside the charts: environment → service → entry. Charts ask it for an image; no tag stands in a chart, and
`crema image` writes it.
"""

from functools import lru_cache
from pathlib import Path

from crema.generators.lock_text import BrokenLock, Lock, LockedImage, read_lock
from crema.generators.source import Line, caller
from crema.generators.spec import Mistake

LOCK_NAME = "images.lock.yaml"


class MistakeError(Exception):
    """A mistake found while a chart is being built, in a file that is not the chart."""

    def __init__(self, mistake: Mistake) -> None:
        """Keep the mistake; whoever builds the charts lists it with the others."""
        super().__init__(mistake.message)
        self.mistake = mistake

    def seen_from(self, chart: str) -> Mistake:
        """The mistake as the author of a chart's file should see it."""
        del chart
        return self.mistake


class NoEntry(MistakeError):
    """A chart asks for the image of a service that the lock does not know; the line that asks is where the mistake is."""

    def __init__(self, environment: str, service: str, lock: Path) -> None:
        """Remember who asked."""
        self.source = caller()
        known = f"run `crema image add {service}`, which notes a placeholder until one is built"
        message = f"{service} has no image for {environment} in {lock.name}; {known}"
        super().__init__(Mistake.at(self.source.line, message))

    def seen_from(self, chart: str) -> Mistake:
        """At the line of that file that asked, through whatever helper."""
        return Mistake.at(self.source.line_in(chart), self.mistake.message)


def locked_image(lock: Path, environment: str, service: str) -> LockedImage:
    """The entry of a service in an environment.

    Raises:
        MistakeError: when the lock cannot be read (at its line), or has no entry (at the line that asks).

    """
    try:
        changed = lock.stat().st_mtime_ns
    except OSError as error:
        why = f"cannot be read: {error.strerror}; `crema image add {service}` begins one"
        raise MistakeError(Mistake.at(Line(str(lock), 1), f"{lock.name} {why}")) from None
    entry = _lock(lock, changed).entries.get(environment, {}).get(service)
    if entry is None:
        raise NoEntry(environment, service, lock)
    return entry


@lru_cache(maxsize=4)
def _lock(lock: Path, changed: int) -> Lock:
    del changed  # part of the cache's key alone: a changed file is read again
    try:
        return read_lock(lock.read_bytes())
    except BrokenLock as broken:
        raise MistakeError(Mistake.at(Line(str(lock), broken.line), f"{lock.name}: {broken}")) from None
    except OSError as error:
        raise MistakeError(Mistake.at(Line(str(lock), 1), f"{lock.name} cannot be read: {error.strerror}")) from None
