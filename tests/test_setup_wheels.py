"""The wheels of the lock: downloaded once, checked, and installed without a network."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import pytest

from tools.setup import python, stamp, wheels
from tools.setup.failure import SetupFailed
from tools.setup.place import Place

PINNED = {"click": {"version": "==1", "hashes": [f"sha256:{sha256(b'wheel').hexdigest()}"]}}


@dataclass(kw_only=True)
class Pip:
    """The command lines that were started; a download leaves a wheel, an installation may fail."""

    commands: list[list[str]] = field(default_factory=list)
    fail: bool = False

    def __call__(self, place: Place, step: str, command: Sequence[str | Path]) -> None:
        assert place.root.is_dir()
        words = [str(word) for word in command]
        self.commands.append(words)
        if "download" in words:
            (Path(words[words.index("--dest") + 1]) / "click.whl").write_text("wheel")
        if self.fail:
            raise SetupFailed(step, fix="")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A checkout with one locked package."""
    root = tmp_path / "a checkout"
    root.mkdir()
    (root / "Pipfile.lock").write_text(json.dumps({"default": PINNED}))
    (root / "pyproject.toml").write_text('[project]\nname = "crema"\n[build-system]\nrequires = []\n')
    return Place(root=root)


@pytest.fixture
def pip(monkeypatch: pytest.MonkeyPatch) -> Pip:
    """Start nothing; write down what would be started."""
    pip = Pip()
    monkeypatch.setattr(wheels, "run", pip)
    monkeypatch.setattr(python, "run", pip)
    return pip


def fetch(place: Place) -> None:
    """Download what is not here."""
    wheels.fetch(place, "default", "things", "seconds")


@pytest.mark.parametrize(
    ("spoil", "downloads"),
    [(Path.touch, 1), (Path.unlink, 2), (lambda wheel: wheel.write_text("other"), 2)],
    ids=["whole", "gone", "other bytes"],
)
def test_kept_wheels_are_used_only_if_they_are_the_locks(place: Place, pip: Pip, spoil: Callable[[Path], object], downloads: int) -> None:
    """They are hashed each time they are needed; one that is gone or different is downloaded again."""
    fetch(place)
    spoil(place.tools / "wheels" / "default" / "click.whl")
    fetch(place)
    assert len(pip.commands) == downloads


def test_wheels_that_the_lock_does_not_name_are_removed(place: Place, pip: Pip) -> None:
    """They would pile up; pip's own cache of the same bytes goes too."""
    directory = place.tools / "wheels" / "default"
    (place.tools / "cache" / "pip").mkdir(parents=True)
    directory.mkdir(parents=True)
    (directory / "old.whl").touch()
    fetch(place)
    assert [file.name for file in directory.iterdir()] == ["click.whl"]
    assert not (place.tools / "cache" / "pip").exists()
    assert len(pip.commands) == 1


def test_after_a_failed_installation_the_wheels_are_downloaded_again(place: Place, pip: Pip) -> None:
    """They may be the reason, and a person could not know what to remove."""
    fetch(place)
    pip.fail = True
    with pytest.raises(SetupFailed):
        wheels.install(place, "default", "things", "seconds")
    pip.fail = False
    fetch(place)
    assert [words[3] for words in pip.commands] == ["download", "install", "download"]


def test_an_interrupted_download_is_not_taken_for_a_whole_one(place: Place, pip: Pip) -> None:
    """One wheel after another is copied into the directory."""
    pip.fail = True
    with pytest.raises(SetupFailed):
        fetch(place)
    pip.fail = False
    fetch(place)
    assert len(pip.commands) == 2


def test_only_hashed_wheels_come_from_the_network_and_no_code_of_theirs_is_run(place: Place, pip: Pip) -> None:
    """A source distribution runs its own program when it is installed, and reading its metadata runs it too."""
    fetch(place)
    wheels.install(place, "default", "things", "seconds")
    downloaded, installed = (" ".join(words) for words in pip.commands)
    for line in (downloaded, installed):
        assert "--require-hashes" in line
        assert "--only-binary :all:" in line
    assert "--no-index" not in downloaded
    assert f"--no-index --find-links {place.tools}/wheels/default" in installed


def test_the_project_itself_is_installed_without_a_network(place: Place, pip: Pip) -> None:
    """With the locked setuptools: pip would download another for the build, and the dependencies without hashes."""
    python._install_project(place, "python", stamp.Stamp(file=place.stamps / "files"))
    assert {"--no-deps", "--no-build-isolation", "--no-index", "--editable"} <= set(pip.commands[0])
