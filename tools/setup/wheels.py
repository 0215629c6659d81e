"""The wheels that the lock names, kept in ``.tools/wheels``.

The law: nothing that is installed is touched before everything that will replace it is on this machine. So a run without
a network leaves what was there, and a virtual environment that has to be made anew (a moved checkout, a damaged file)
needs none.
"""

from __future__ import annotations

import hashlib
import platform
import shutil
import sys
from pathlib import Path

from tools.setup import lock, stamp
from tools.setup.failure import SetupFailed
from tools.setup.place import Place
from tools.setup.run import run, say


def install(place: Place, category: str, what: str, expected: str, *arguments: str | Path) -> None:
    """Install one category of the lock with the virtual environment's pip; ``fetch`` has been called for it."""
    step = f"install {what}"
    say(step, expected)
    file = write_requirements(place, category)
    here = ("--no-index", "--find-links", place.tools / "wheels" / category)
    try:
        run(place, step, pip(place, *here, "--require-hashes", *arguments, "--requirement", file))
    except SetupFailed:
        _mark(place, category).clear()  # perhaps it is the wheels: the next run fetches them again
        raise


def fetch(place: Place, category: str, what: str, expected: str) -> None:
    """Download the wheels of one category that are not here yet. pip checks each against the lock's hashes."""
    directory = place.tools / "wheels" / category
    mark = _mark(place, category)
    pinned = lock.packages(place.root / "Pipfile.lock", category)
    kept = _kept(directory, pinned)
    if kept and mark.read() == _digest(pinned, kept):
        return
    mark.clear()
    step = f"download {what}"
    say(step, expected)
    directory.mkdir(parents=True, exist_ok=True)
    file = write_requirements(place, category)
    quiet = ("--no-input", "--disable-pip-version-check", "--progress-bar", "off", "--retries", "2")
    words: list[str | Path] = [place.python, "-m", "pip", "download", *quiet, "--only-binary", ":all:"]
    run(place, step, [*words, "--require-hashes", "--dest", directory, "--requirement", file])
    kept = _kept(directory, pinned)
    for other in directory.iterdir():
        if other.name not in kept:
            other.unlink()
    mark.write(_digest(pinned, kept))
    shutil.rmtree(place.tools / "cache" / "pip", ignore_errors=True)  # the same bytes again


def pip(place: Place, *arguments: str | Path) -> list[str | Path]:
    """The command line that installs wheels and runs no package's own code."""
    return [
        *(place.python, "-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--no-compile"),
        *("--only-binary", ":all:", *arguments),
    ]


def write_requirements(place: Place, category: str) -> Path:
    """Put the requirements file beside the logs, where a person can see what was asked for."""
    place.logs.mkdir(parents=True, exist_ok=True)
    file = place.logs / f"requirements-{category}.txt"
    file.write_text(lock.requirements(lock.packages(place.root / "Pipfile.lock", category)), encoding="utf-8")
    return file


def _mark(place: Place, category: str) -> stamp.Stamp:
    return stamp.Stamp(file=place.stamps / f"wheels-{category}")


def _digest(pinned: lock.Packages, kept: dict[str, str]) -> str:
    """The interpreter decides which wheels and which markers apply."""
    return stamp.digest({"packages": pinned, "files": kept, "python": sys.version, "machine": platform.machine()})


def _kept(directory: Path, pinned: lock.Packages) -> dict[str, str]:
    """The files that the lock names, with their hashes."""
    named = {value for _, hashes, _ in pinned.values() for value in hashes}
    found = {}
    for file in sorted(directory.glob("*.whl")):
        with file.open("rb") as content:
            value = f"sha256:{hashlib.file_digest(content, 'sha256').hexdigest()}"
        if value in named:
            found[file.name] = value
    return found
