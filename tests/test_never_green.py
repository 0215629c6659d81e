"""Whatever is taken out of this repository, it is noticed: a file emptied or deleted, a kind misspelt, a policy deleted."""

import shutil
import tomllib
from pathlib import Path

import pytest

from crema.policies.engine import discover as discovering
from crema.policies.engine.discover import Catalog
from crema.policies.model.read import read
from tests.external import ROOT
from tests.policies.projects import run_crema

_CONFIGURED = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["crema"]
_FILES = sorted(path.relative_to(ROOT) for path in (ROOT / "dist" / "local").rglob("*.yaml"))


def _one_of_each() -> list[Path]:
    """One file for each kind of object: those of one kind are alike in what is asked here. The bootstrap's documents all count."""
    found: dict[str, Path] = {}
    for file in _FILES:
        lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
        kind = next((line for line in lines if line.startswith("kind: ")), f"document {file.name}")
        found.setdefault(kind, file)
    return sorted(found.values())


@pytest.fixture(scope="module")
def _copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    top = tmp_path_factory.mktemp("platform")
    shutil.copytree(ROOT / "dist", top / "dist")
    shutil.copy(ROOT / "pyproject.toml", top)
    (top / "charts").mkdir()
    shutil.copy(ROOT / "charts" / "images.lock.yaml", top / "charts")
    shutil.copytree(ROOT / ".github", top / ".github")
    return top


@pytest.fixture
def platform(_copied: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of what is judged, as it is committed."""
    monkeypatch.chdir(_copied)
    return _copied


def test_it_is_green_as_it_is(platform: Path) -> None:
    """Otherwise nothing below would say anything."""
    assert platform.is_dir()
    assert run_crema("check").exit_code == 0
    assert run_crema("check", "dist").exit_code == 0
    assert run_crema("check", "--env", "repository").exit_code == 0


@pytest.mark.parametrize("file", _one_of_each(), ids=lambda file: file.name)
@pytest.mark.parametrize("spoilt", ["emptied", "only its comments left", "deleted", "kind misspelt"])
def test_a_file_that_is_spoilt_is_never_green(platform: Path, file: Path, spoilt: str) -> None:
    """Of every kind, and whatever bootstraps a cluster."""
    whole = (platform / file).read_text(encoding="utf-8")
    lines = whole.splitlines(keepends=True)
    kind = next((line for line in lines if line.startswith("kind: ")), "")
    if spoilt == "kind misspelt" and not kind:
        return
    became = {
        "emptied": "",
        "only its comments left": "".join(lines[:3]),
        "kind misspelt": whole.replace(kind, f"{kind.rstrip()[:-1]}\n", 1),
    }
    try:
        if spoilt == "deleted":
            (platform / file).unlink()
        else:
            (platform / file).write_text(became[spoilt], encoding="utf-8")
        assert run_crema("check").exit_code in {1, 3}
    finally:
        (platform / file).write_text(whole, encoding="utf-8")


@pytest.mark.parametrize("policy", Catalog())
def test_a_policy_that_is_deleted_is_never_green(platform: Path, policy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The configuration names each of them."""
    assert platform.is_dir()

    class Without(Catalog):
        """The policies without one."""

        def __init__(self, *given: object) -> None:
            super().__init__(*given)  # type: ignore[arg-type]  # as they came
            del self._files[policy]

        def with_parameters(self, given: object) -> Catalog:
            """The same."""
            return Without(self._package, given)

    monkeypatch.setattr("crema.project.Catalog", Without)
    assert discovering.Catalog is not Without
    done = run_crema("check")
    assert done.exit_code == 2
    assert policy in done.output


def test_the_configuration_expects_what_there_is() -> None:
    """A number that is lower than what is there would let something go unnoticed; every policy is named, also one without a target here:
    its file could be lost unnoticed.
    """
    reading = read([ROOT / "dist"], repository=[ROOT / ".github", ROOT / "charts" / "images.lock.yaml"])
    for world in reading.worlds:
        counted = {policy.id: len([*policy.targets(world)]) for policy in Catalog().values()}
        named = {policy: number for policy, number in counted.items() if number or not world.repository}
        expected = _CONFIGURED["environments"][world.environment]["expect"]
        assert {**({"manifests": len(world.manifests)} if world.manifests else {}), **named} == expected
