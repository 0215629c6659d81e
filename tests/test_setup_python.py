"""Set-up of the virtual environment, with the programs that it would start replaced by a list of their steps."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tools.setup import python
from tools.setup.failure import SetupFailed
from tools.setup.place import Place

LOCK = {
    "_meta": {},
    "default": {"click": {"version": "==1", "hashes": ["sha256:a"]}},
    "develop": {"pytest": {"version": "==2", "hashes": ["sha256:b"]}},
}
VENV, DEFAULT, DEVELOP, PROJECT = "venv", "default", "develop", "project"


@dataclass(kw_only=True)
class Runs:
    """What was started, and at which step it is to break off."""

    steps: list[str] = field(default_factory=list)
    break_at: str = ""

    def __call__(self, place: Place, step: str, command: Sequence[str | Path]) -> None:
        words = [str(word) for word in command]
        kind = (
            VENV
            if "venv" in words
            else PROJECT
            if "--editable" in words
            else DEFAULT
            if words[-1].endswith("requirements-default.txt")
            else DEVELOP
        )
        self.steps.append(kind)
        (place.venv / "bin").mkdir(parents=True, exist_ok=True)
        place.python.touch()
        if kind == self.break_at:
            raise KeyboardInterrupt(step)
        if kind == PROJECT:
            (place.venv / "bin" / "crema").touch()

    def taken(self) -> list[str]:
        """The steps since the last time this was asked."""
        steps, self.steps = self.steps, []
        return steps


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> Runs:
    """Start nothing; write down what would be started."""
    runs = Runs()
    monkeypatch.setattr(python, "run", runs)
    return runs


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A checkout in a directory whose name has a space."""
    root = tmp_path / "a checkout"
    root.mkdir()
    (root / "Pipfile.lock").write_text(json.dumps(LOCK))
    (root / "pyproject.toml").write_text('[project]\nname = "crema"\n[build-system]\nrequires = []\n')
    return Place(root=root)


def test_the_second_time_nothing_is_started(place: Place, runs: Runs) -> None:
    """Everything is in place, so no program runs and nothing needs a network."""
    python.set_up(place, tests=True)
    assert runs.taken() == [VENV, DEFAULT, DEVELOP, PROJECT]
    python.set_up(place, tests=True)
    python.set_up(place, tests=False)
    assert runs.taken() == []


def test_synthesis_does_not_wait_for_what_only_tests_use(place: Place, runs: Runs) -> None:
    """`make synth` installs one category; `make test` after it adds the other and repeats nothing."""
    python.set_up(place, tests=False)
    assert runs.taken() == [VENV, DEFAULT, PROJECT]
    python.set_up(place, tests=True)
    assert runs.taken() == [DEVELOP]


@pytest.mark.parametrize(
    ("step", "repair"),
    [
        (VENV, [VENV, DEFAULT, DEVELOP, PROJECT]),
        (DEFAULT, [VENV, DEFAULT, DEVELOP, PROJECT]),
        (DEVELOP, [VENV, DEFAULT, DEVELOP, PROJECT]),
        (PROJECT, [PROJECT]),
    ],
)
def test_an_interrupted_set_up_is_repaired_by_the_next(place: Place, runs: Runs, step: str, repair: list[str]) -> None:
    """For pip takes a half-installed package for a whole one, so an interrupted installation starts from nothing."""
    runs.break_at = step
    with pytest.raises(KeyboardInterrupt):
        python.set_up(place, tests=True)
    (place.venv / "half").touch()
    runs.break_at = ""
    runs.taken()
    python.set_up(place, tests=True)
    assert runs.taken() == repair
    assert (place.venv / "half").exists() == (VENV not in repair)
    python.set_up(place, tests=True)
    assert runs.taken() == []


def test_a_changed_lock_makes_everything_anew(place: Place, runs: Runs) -> None:
    """A package that the lock no longer names must not stay behind; other categories' pins are no reason."""
    python.set_up(place, tests=True)
    runs.taken()
    lock = place.root / "Pipfile.lock"
    lock.write_text(lock.read_text().replace("==2", "==3"))
    python.set_up(place, tests=False)
    assert runs.taken() == [VENV, DEFAULT, PROJECT]
    lock.write_text(json.dumps({**json.loads(lock.read_text()), "go": {}}))
    python.set_up(place, tests=False)
    assert runs.taken() == []


def test_a_moved_checkout_is_set_up_anew(place: Place, runs: Runs) -> None:
    """The scripts of a virtual environment hold its absolute path."""
    python.set_up(place, tests=False)
    runs.taken()
    moved = Place(root=place.root.with_name("elsewhere"))
    shutil.move(place.root, moved.root)
    python.set_up(moved, tests=False)
    assert runs.taken() == [VENV, DEFAULT, PROJECT]


def test_changed_entry_points_are_installed_again(place: Place, runs: Runs) -> None:
    """Only the project's own step runs; tool settings in the same file are no reason."""
    python.set_up(place, tests=False)
    runs.taken()
    project = place.root / "pyproject.toml"
    project.write_text(project.read_text() + "[tool.ruff]\nline-length = 120\n")
    python.set_up(place, tests=False)
    assert runs.taken() == []
    project.write_text(project.read_text().replace('name = "crema"', 'name = "crema"\nversion = "2"'))
    python.set_up(place, tests=False)
    assert runs.taken() == [PROJECT]


def test_a_virtual_environment_of_somebody_else_is_left_alone(place: Place, runs: Runs) -> None:
    """It may hold work; the message says how to go on."""
    place.venv.mkdir()
    (place.venv / "theirs").touch()
    with pytest.raises(SetupFailed, match=r"\.venv is there and was not made by this set-up") as failed:
        python.set_up(place, tests=False)
    assert "rm -rf .venv" in failed.value.fix
    assert (place.venv / "theirs").exists()
    assert runs.taken() == []


def test_a_missing_ensurepip_names_the_package_that_brings_it(place: Place, runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    """Debian and Ubuntu ship Python without it; nothing is written before that is said."""
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "ensurepip" else object())
    with pytest.raises(SetupFailed, match="ensurepip is missing") as failed:
        python.set_up(place, tests=False)
    assert f"python{sys.version_info.major}.{sys.version_info.minor}-venv" in failed.value.fix
    assert "python3-venv" in failed.value.fix
    assert not place.venv.exists()
    assert runs.taken() == []


def test_a_disk_that_is_too_small_is_said_before_anything_is_written(place: Place, runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a set-up on a full disk helps nobody."""
    monkeypatch.setattr(python, "FREE_BYTES", shutil.disk_usage(place.root).total + 1)
    with pytest.raises(SetupFailed, match=r"GB are free here; the set-up takes up to"):
        python.set_up(place, tests=False)
    assert not place.venv.exists()
    assert runs.taken() == []


def test_caches_stay_in_the_checkout_unless_the_caller_named_another(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty or read-only home directory is enough, and a shared cache of a build machine is still used."""
    for name in ("GOCACHE", "PIP_CACHE_DIR", "npm_config_cache", "GOPATH", "GOMODCACHE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    environment = place.environment()
    for name in ("GOCACHE", "PIP_CACHE_DIR", "npm_config_cache", "GOPATH", "GOMODCACHE"):
        assert environment[name].startswith(f"{place.tools}/")
    assert "PYTHONPATH" not in environment
    monkeypatch.setenv("GOCACHE", "/shared")
    assert place.environment()["GOCACHE"] == "/shared"
