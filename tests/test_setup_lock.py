"""Pipfile and Pipfile.lock: exact, hashed, and the same; and what the set-up makes of them."""

from __future__ import annotations

import json
import tomllib
from itertools import combinations
from pathlib import Path

import pytest

from tests.external import ROOT
from tools.lock import services_requirements, without_index
from tools.setup import lock
from tools.setup.failure import SetupFailed
from tools.setup.python import LAYERS

LOCK = ROOT / "Pipfile.lock"
CATEGORIES = {"packages": "default", "dev-packages": "develop", "services": "services", "go": "go"}


@pytest.mark.parametrize(("section", "category"), CATEGORIES.items())
def test_the_lock_holds_what_the_pipfile_asks_for(section: str, category: str) -> None:
    """Every version in the Pipfile is exact, and is the version in the lock."""
    asked = tomllib.loads((ROOT / "Pipfile").read_text())[section]
    locked = {name: version for name, (version, _, _) in lock.packages(LOCK, category).items()}
    assert {name: version for name, version in asked.items() if not version.startswith("==")} == {}
    assert {name: locked.get(name) for name in asked} == asked


def test_the_pipfile_has_no_section_that_is_not_installed() -> None:
    """A new category would be locked and never used."""
    assert set(tomllib.loads((ROOT / "Pipfile").read_text())) == set(CATEGORIES)


def test_every_locked_package_has_hashes() -> None:
    """So pip refuses a file that the lock does not name; reading the lock checks it."""
    for category in CATEGORIES.values():
        assert lock.packages(LOCK, category)


def test_categories_agree_on_what_they_share() -> None:
    """They go into one environment, one after the other."""
    installed = [lock.packages(LOCK, layer.category) for layer in LAYERS]
    for one, other in combinations(installed, 2):
        shared = one.keys() & other.keys()
        assert {name: one[name] for name in shared} == {name: other[name] for name in shared}


def test_the_lock_names_no_index() -> None:
    """Everyone installs from the index that their pip is set up for. Run `make lock` instead of `pipenv lock`."""
    content = json.loads(LOCK.read_text())
    assert content == without_index(content)
    assert "://" not in LOCK.read_text()


def test_without_index_takes_out_the_index_and_nothing_else() -> None:
    """The hash of the Pipfile, by which pipenv knows the lock is current, stays."""
    entry = {"version": "==1", "hashes": ["sha256:a"]}
    made = {
        "_meta": {"hash": {"sha256": "x"}, "sources": [{"name": "index"}]},
        "default": {"a": {**entry, "index": "i"}},
    }
    assert without_index(made) == {"_meta": {"hash": {"sha256": "x"}, "sources": []}, "default": {"a": entry}}


def test_requirements_keep_version_marker_and_hashes(tmp_path: Path) -> None:
    """One line a package, in the form that pip's hash-checking mode reads."""
    file = tmp_path / "Pipfile.lock"
    entries = {
        "b": {"version": "==2", "hashes": ["sha256:y", "sha256:x"], "markers": "python_version >= '3.9'"},
        "a": {"version": "==1", "hashes": ["sha256:z"]},
    }
    file.write_text(json.dumps({"default": entries}))
    assert lock.requirements(lock.packages(file, "default")) == (
        "a==1 --hash=sha256:z\nb==2 ; python_version >= '3.9' --hash=sha256:x --hash=sha256:y\n"
    )


def test_images_of_services_install_what_is_locked() -> None:
    """services/requirements.txt is the category `services` of the lock. Run `make lock` after a change."""
    assert (ROOT / "services" / "requirements.txt").read_text(encoding="utf-8") == services_requirements(LOCK)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "cannot be read"),
        ("{}", "category 'default' cannot be read"),
        ('{"default": {"a": {"version": "*", "hashes": ["sha256:x"]}}}', "a has no exact version or no hash"),
        ('{"default": {"a": {"version": "==1", "hashes": []}}}', "a has no exact version or no hash"),
        ('{"default": {"a": {"version": "==1"}}}', "cannot be read"),
    ],
)
def test_a_lock_that_does_not_pin_is_refused(tmp_path: Path, text: str, message: str) -> None:
    """Nothing is installed from a lock with a hole in it."""
    (tmp_path / "Pipfile.lock").write_text(text)
    with pytest.raises(SetupFailed, match=message):
        lock.packages(tmp_path / "Pipfile.lock", "default")
