"""The virtual environment: made with the standard library, filled from Pipfile.lock, holding the project itself.

The layers are stamped one by one, so that `make synth` need not wait for what only tests use. When a layer's input
has changed, or a layer was interrupted, everything is made anew: pip cannot tell a half-installed package from a whole
one, and would leave packages that the lock no longer names.
"""

from __future__ import annotations

import importlib.util
import platform
import shutil
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

from tools.setup import inventory, lock, stamp, wheels
from tools.setup.failure import SetupFailed
from tools.setup.place import Place
from tools.setup.run import run, say

OLDEST = (3, 11)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One category of Pipfile.lock, as installed. ``room`` is what it takes on the disk in bytes, downloads included."""

    category: str
    what: str
    expected: str
    room: int


LAYERS = (
    Layer(category="default", what="what synthesis needs", expected="about 1 minute", room=600_000_000),
    Layer(category="develop", what="what tests need", expected="about 1 minute", room=600_000_000),
    Layer(category="services", what="what the shop's services need", expected="seconds", room=200_000_000),
)


def set_up(place: Place, *, tests: bool) -> None:
    """Bring ``.venv`` to what the lock says; with ``tests``, also the packages that only tests and the services use."""
    interpreter = stamp.digest(
        {
            "python": sys.version,
            "prefix": sys.base_prefix,
            "machine": platform.machine(),
            "place": str(place.venv),  # scripts in a virtual environment hold its absolute path
        }
    )
    made = stamp.Stamp(file=place.stamps / "venv")
    pinned = {layer.category: lock.packages(place.root / "Pipfile.lock", layer.category) for layer in LAYERS}
    wanted = {category: stamp.digest({"venv": interpreter, "packages": packages}) for category, packages in pinned.items()}
    marks = {category: stamp.Stamp(file=place.stamps / f"packages-{category}") for category in wanted}
    begun = stamp.Stamp(file=place.stamps / "packages-begun")
    files = stamp.Stamp(file=place.stamps / "files")
    layers = LAYERS if tests else LAYERS[:1]

    def obtain() -> None:
        for layer in layers:
            if marks[layer.category].read() != wanted[layer.category]:
                require_room(place, layer.room)
                what = f"{len(pinned[layer.category])} locked Python packages, {layer.what}"
                wheels.fetch(place, layer.category, what, layer.expected)

    whole = made.read() == interpreter and begun.read() is None and place.python.exists()
    changed = any(marks[category].read() not in (None, wanted[category]) for category in wanted)
    if whole and (damage := inventory.damaged(files, place.venv)) is not None:
        say(f".venv/{damage} is not as it was installed: making .venv anew", "about 1 minute")
        whole = False
    elif whole:
        obtain()  # first, so that without a network the old one stays
    if not whole or changed:
        for mark in (*marks.values(), stamp.Stamp(file=place.stamps / "project"), files):
            mark.clear()
        _make(place, made, interpreter)
        begun.clear()
        obtain()
    for layer in layers:
        mark = marks[layer.category]
        if mark.read() != wanted[layer.category]:
            files.clear()
            begun.write("begun")
            wheels.install(place, layer.category, layer.what, "seconds")
            mark.write(wanted[layer.category])
            begun.clear()
    _install_project(place, interpreter, files)
    if files.read() is None:
        inventory.write(files, place.venv)


def require_room(place: Place, needed: int) -> None:
    """Say that the disk is too small before half of a download fills it."""
    free = shutil.disk_usage(place.root).free
    if free < needed:
        raise SetupFailed(
            f"only {free / 1e9:.1f} GB are free on the disk of {place.root}; this step takes up to {needed / 1e9:.1f} GB",
            fix="free some space there and run the same command again; all of the set-up takes 4 GB, and 5.5 GB while it builds",
        )


def require_venv_module() -> None:
    """Debian and Ubuntu leave ensurepip out of python3; say which package brings it.

    See https://packages.debian.org/stable/python3-venv.
    """
    if importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip"):
        return
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    raise SetupFailed(
        f"Python {version} ({sys.executable}) cannot make virtual environments: its module ensurepip is missing",
        fix=f"on Debian or Ubuntu: apt-get install python3-venv (or python{version}-venv); elsewhere your system's "
        "package of that module. Or name another Python: make PYTHON=/path/to/python3.12",
    )


def discard(place: Place, directory: Path) -> None:
    """Take a directory away at once, so that no half of it is ever taken for the whole."""
    trash = place.tools / "trash"
    shutil.rmtree(trash, ignore_errors=True)
    if directory.exists() or directory.is_symlink():
        trash.mkdir(parents=True)
        directory.rename(trash / "old")
        shutil.rmtree(trash, ignore_errors=True)


def _make(place: Place, made: stamp.Stamp, interpreter: str) -> None:
    if place.venv.exists() and made.read() is None:
        raise SetupFailed(
            f"{place.venv} is there and was not made by this set-up",
            fix="move it away or remove it (rm -rf .venv), then run the same command again",
        )
    require_venv_module()
    require_room(place, LAYERS[0].room)
    made.write("begun")  # from here on .venv is ours, whatever happens
    discard(place, place.venv)
    step = f"make .venv with Python {platform.python_version()}"
    say(step, "seconds")
    run(place, step, [sys.executable, "-m", "venv", place.venv])
    made.write(interpreter)


def _install_project(place: Place, interpreter: str, files: stamp.Stamp) -> None:
    """Put the command ``crema`` into ``.venv/bin``, reading this checkout's own files (an editable installation)."""
    project = tomllib.loads((place.root / "pyproject.toml").read_text(encoding="utf-8"))
    mark = stamp.Stamp(file=place.stamps / "project")
    wanted = stamp.digest(
        {
            "venv": interpreter,
            "project": project["project"],
            "build": project["build-system"],
            "setuptools": project.get("tool", {}).get("setuptools"),
        }
    )
    if mark.read() == wanted and (place.venv / "bin" / "crema").exists():
        return
    mark.clear()
    files.clear()
    step = "install the command crema into .venv"
    say(step, "seconds")
    run(place, step, wheels.pip(place, "--no-deps", "--no-build-isolation", "--no-index", "--editable", place.root))
    mark.write(wanted)
