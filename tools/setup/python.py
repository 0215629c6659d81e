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

from tools.setup import lock, stamp
from tools.setup.failure import SetupFailed
from tools.setup.place import Place
from tools.setup.run import run, say

OLDEST = (3, 11)
FREE_BYTES = 1_500_000_000
"""What .venv and .tools take when everything is in them, and some room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One category of Pipfile.lock, as installed."""

    category: str
    what: str
    expected: str


LAYERS = (
    Layer(category="default", what="what synthesis needs", expected="about 1 minute"),
    Layer(category="develop", what="what tests need", expected="about 1 minute"),
)


def set_up(place: Place, *, tests: bool) -> None:
    """Bring ``.venv`` to what the lock says; with ``tests``, also the packages that only tests use."""
    interpreter = stamp.digest(
        {
            "python": sys.version,
            "prefix": sys.base_prefix,
            "machine": platform.machine(),
            "place": str(place.venv),  # scripts in a virtual environment hold its absolute path
        }
    )
    made = stamp.Stamp(file=place.stamps / "venv")
    wanted = {
        layer.category: stamp.digest({"venv": interpreter, "packages": lock.packages(place.root / "Pipfile.lock", layer.category)})
        for layer in LAYERS
    }
    marks = {category: stamp.Stamp(file=place.stamps / f"packages-{category}") for category in wanted}
    begun = stamp.Stamp(file=place.stamps / "packages-begun")
    changed = any(marks[category].read() not in (None, wanted[category]) for category in wanted)
    if made.read() != interpreter or changed or begun.read() is not None or not place.python.exists():
        for mark in (*marks.values(), stamp.Stamp(file=place.stamps / "project")):
            mark.clear()
        _make(place, made, interpreter)
        begun.clear()
    for layer in LAYERS[: 2 if tests else 1]:
        mark = marks[layer.category]
        if mark.read() != wanted[layer.category]:
            begun.write("begun")
            _install(place, layer)
            mark.write(wanted[layer.category])
            begun.clear()
    _install_project(place, interpreter)


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


def pip(place: Place, *arguments: str | Path) -> list[str | Path]:
    """The command line that installs locked wheels and runs no package's own code."""
    return [
        *(place.python, "-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--no-compile"),
        *("--retries", "2", "--only-binary", ":all:", *arguments),
    ]


def write_requirements(place: Place, pinned: lock.Packages, name: str) -> Path:
    """Put the requirements file beside the logs, where a person can see what was asked for."""
    place.logs.mkdir(parents=True, exist_ok=True)
    file = place.logs / f"requirements-{name}.txt"
    file.write_text(lock.requirements(pinned), encoding="utf-8")
    return file


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
    free = shutil.disk_usage(place.root).free
    if free < FREE_BYTES:
        raise SetupFailed(
            f"only {free / 1e9:.1f} GB are free here; the set-up takes up to {FREE_BYTES / 1e9:.1f} GB",
            fix="free some space there and run the same command again",
        )
    made.write("begun")  # from here on .venv is ours, whatever happens
    discard(place, place.venv)
    step = f"make .venv with Python {platform.python_version()}"
    say(step, "seconds")
    run(place, step, [sys.executable, "-m", "venv", place.venv])
    made.write(interpreter)


def _install(place: Place, layer: Layer) -> None:
    pinned = lock.packages(place.root / "Pipfile.lock", layer.category)
    step = f"install {len(pinned)} locked Python packages, {layer.what}"
    say(step, layer.expected)
    run(place, step, pip(place, "--require-hashes", "--requirement", write_requirements(place, pinned, layer.category)))


def _install_project(place: Place, interpreter: str) -> None:
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
    step = "install the command crema into .venv"
    say(step, "seconds")
    run(place, step, pip(place, "--no-deps", "--no-build-isolation", "--no-index", "--editable", place.root))
    mark.write(wanted)
