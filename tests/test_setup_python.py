"""Set-up of the virtual environment, with the programs that it would start replaced by a list of their steps."""

from __future__ import annotations

import json
import platform
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import pytest

from tools.setup import python, wheels
from tools.setup.failure import SetupFailed
from tools.setup.place import Place

LOCK = {
    "_meta": {},
    "default": {"click": {"version": "==1", "hashes": [f"sha256:{sha256(b'default').hexdigest()}"]}},
    "develop": {"pytest": {"version": "==2", "hashes": [f"sha256:{sha256(b'develop').hexdigest()}"]}},
    "services": {"fastapi": {"version": "==4", "hashes": [f"sha256:{sha256(b'services').hexdigest()}"]}},
}
VENV, DEFAULT, DEVELOP, SERVICES, PROJECT = "venv", "default", "develop", "services", "project"
FETCH, FETCH_DEVELOP, FETCH_SERVICES = "download default", "download develop", "download services"
ALL, FETCHES = (DEFAULT, DEVELOP, SERVICES), (FETCH, FETCH_DEVELOP, FETCH_SERVICES)


@dataclass(kw_only=True)
class Runs:
    """What was started, and at which step it is to break off."""

    steps: list[str] = field(default_factory=list)
    break_at: str = ""
    offline: bool = False

    def __call__(self, place: Place, step: str, command: Sequence[str | Path]) -> None:
        words = [str(word) for word in command]
        category = words[-1].rpartition("-")[2].removesuffix(".txt")
        kind = (
            VENV if "venv" in words else PROJECT if "--editable" in words else f"download {category}" if "download" in words else category
        )
        self.steps.append(kind)
        if kind == VENV:
            (place.venv / "bin").mkdir(parents=True)
            place.python.touch()
        if kind == self.break_at:
            raise KeyboardInterrupt(step)
        if "download" in words:
            if self.offline:
                raise SetupFailed(step, fix="")
            (Path(words[words.index("--dest") + 1]) / f"{category}.whl").write_text(category)
        elif kind in {DEFAULT, DEVELOP, SERVICES}:
            assert {"--require-hashes", "--no-index", str(place.tools / "wheels" / category)} <= set(words)
            packages = place.venv / "lib" / "python3.11" / "site-packages"
            packages.mkdir(parents=True, exist_ok=True)
            (packages / f"{category}.py").write_text("installed")
        if kind == PROJECT:
            (place.venv / "bin" / "crema").write_text((place.root / "pyproject.toml").read_text())

    def taken(self) -> list[str]:
        """The steps since the last time this was asked."""
        steps, self.steps = self.steps, []
        return steps


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> Runs:
    """Start nothing; write down what would be started."""
    runs = Runs()
    monkeypatch.setattr(python, "run", runs)
    monkeypatch.setattr(wheels, "run", runs)
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
    assert runs.taken() == [VENV, *FETCHES, *ALL, PROJECT]
    python.set_up(place, tests=True)
    python.set_up(place, tests=False)
    assert runs.taken() == []


def test_synthesis_does_not_wait_for_what_only_tests_use(place: Place, runs: Runs) -> None:
    """`make synth` installs one category; `make test` after it adds the others and repeats nothing."""
    python.set_up(place, tests=False)
    assert runs.taken() == [VENV, FETCH, DEFAULT, PROJECT]
    python.set_up(place, tests=True)
    assert runs.taken() == [FETCH_DEVELOP, FETCH_SERVICES, DEVELOP, SERVICES]


@pytest.mark.parametrize(
    ("step", "repair"),
    [
        (VENV, [VENV, *FETCHES, *ALL, PROJECT]),
        (FETCH, [*FETCHES, *ALL, PROJECT]),
        (FETCH_DEVELOP, [FETCH_DEVELOP, FETCH_SERVICES, *ALL, PROJECT]),
        (FETCH_SERVICES, [FETCH_SERVICES, *ALL, PROJECT]),
        (DEFAULT, [VENV, *ALL, PROJECT]),
        (DEVELOP, [VENV, *ALL, PROJECT]),
        (SERVICES, [VENV, *ALL, PROJECT]),
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
    lock.write_text(lock.read_text().replace("==1", "==3"))
    python.set_up(place, tests=False)
    assert runs.taken() == [FETCH, VENV, DEFAULT, PROJECT]
    assert not (place.venv / "lib" / "python3.11" / "site-packages" / "develop.py").exists()
    python.set_up(place, tests=True)
    assert runs.taken() == [DEVELOP, SERVICES]
    lock.write_text(json.dumps({**json.loads(lock.read_text()), "go": {}}))
    python.set_up(place, tests=False)
    assert runs.taken() == []


def test_without_a_network_nothing_that_works_is_lost(place: Place, runs: Runs) -> None:
    """What replaces an installation is downloaded before it is touched, so `make test` on a train leaves `make synth` working."""
    python.set_up(place, tests=False)
    runs.taken()
    runs.offline = True
    with pytest.raises(SetupFailed):
        python.set_up(place, tests=True)
    assert runs.taken() == [FETCH_DEVELOP]
    python.set_up(place, tests=False)
    assert runs.taken() == []
    old = (place.root / "Pipfile.lock").read_text()
    (place.root / "Pipfile.lock").write_text(old.replace("==1", "==3"))
    with pytest.raises(SetupFailed):
        python.set_up(place, tests=False)
    assert runs.taken() == [FETCH]
    (place.root / "Pipfile.lock").write_text(old)
    python.set_up(place, tests=False)
    assert runs.taken() == []


@pytest.mark.parametrize("damage", ["lib/python3.11/site-packages/default.py", "bin/crema", "bin/python"])
def test_a_damaged_virtual_environment_is_made_anew_without_a_network(
    place: Place, runs: Runs, damage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file that is cut short is named, not run; an emptied command would do nothing and succeed."""
    python.set_up(place, tests=False)
    runs.taken()
    runs.offline = True
    (place.venv / damage).write_text("cut")
    python.set_up(place, tests=False)
    assert runs.taken() == [VENV, DEFAULT, PROJECT]
    assert f".venv/{damage} is not as it was installed" in capsys.readouterr().err
    (place.venv / damage).unlink()
    python.set_up(place, tests=False)
    assert runs.taken() == [VENV, DEFAULT, PROJECT]
    python.set_up(place, tests=False)
    assert runs.taken() == []


def test_what_was_added_to_the_virtual_environment_is_no_damage(place: Place, runs: Runs) -> None:
    """Compiled files come with every run, and people try packages out."""
    python.set_up(place, tests=True)
    runs.taken()
    packages = place.venv / "lib" / "python3.11" / "site-packages"
    (packages / "__pycache__").mkdir()
    (packages / "__pycache__" / "default.pyc").touch()
    (packages / "more.py").touch()
    python.set_up(place, tests=True)
    assert runs.taken() == []
    (place.venv / "bin" / "crema").unlink()  # everything is noted anew, with the compiled file in its place
    python.set_up(place, tests=True)
    (packages / "__pycache__").mkdir()
    (packages / "__pycache__" / "default.pyc").touch()
    (place.stamps / "project").unlink()
    python.set_up(place, tests=True)
    runs.taken()
    (packages / "__pycache__" / "default.pyc").write_text("compiled again")
    python.set_up(place, tests=True)
    assert runs.taken() == []


def test_what_was_installed_later_is_watched_too(place: Place, runs: Runs) -> None:
    """`make test` after `make synth` adds packages; a directory that is a file now is damage like any other."""
    python.set_up(place, tests=False)
    python.set_up(place, tests=True)
    runs.taken()
    packages = place.venv / "lib" / "python3.11" / "site-packages"
    (packages / "develop.py").write_text("")
    python.set_up(place, tests=True)
    assert runs.taken() == [VENV, *ALL, PROJECT]
    shutil.rmtree(packages)
    packages.touch()
    python.set_up(place, tests=True)
    assert runs.taken() == [VENV, *ALL, PROJECT]


def test_another_python_is_a_new_virtual_environment_and_other_wheels(place: Place, runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wheel is for one version of Python and one machine."""
    python.set_up(place, tests=False)
    runs.taken()
    monkeypatch.setattr(sys, "version", f"{sys.version} built anew")
    python.set_up(place, tests=False)
    assert runs.taken() == [VENV, FETCH, DEFAULT, PROJECT]
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    python.set_up(place, tests=False)
    assert runs.taken() == [VENV, FETCH, DEFAULT, PROJECT]


def test_a_moved_checkout_is_set_up_anew(place: Place, runs: Runs) -> None:
    """The scripts of a virtual environment hold its absolute path. The wheels moved along, so no network is needed."""
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
    python.set_up(place, tests=False)
    assert runs.taken() == []


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
    usage = shutil.disk_usage(place.root)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=500_000_000))
    with pytest.raises(SetupFailed, match=r"only 0\.5 GB are free on the disk of .*a checkout; this step takes up to 0\.6 GB"):
        python.set_up(place, tests=False)
    assert not place.venv.exists()
    assert runs.taken() == []
