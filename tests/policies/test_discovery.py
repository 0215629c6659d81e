"""What stands on disk is what runs; a file that is no policy stops the run instead of being skipped."""

import sys
from collections.abc import Iterator
from importlib import import_module, invalidate_caches
from pathlib import Path

import pytest

from crema.policies import rules
from crema.policies.engine.discover import BrokenPolicyFile, Catalog, discover

POLICY = '''
from crema.policies.engine.policy import Policy


class {name}(Policy):
    """Law."""

    id = "{id}"
    basis = "house"
    allowed = denied = ()

    def targets(self, world):
        return ()

    def judge(self, world, target):
        return iter(())
'''


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty package of rules with one path, `traffic`."""
    folder = tmp_path / "foreign_rules"
    (folder / "traffic").mkdir(parents=True)
    (folder / "__init__.py").touch()
    (folder / "traffic" / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    invalidate_caches()
    yield folder
    for name in [name for name in sys.modules if name.startswith("foreign_rules")]:
        del sys.modules[name]


def test_every_file_is_one_policy_and_every_policy_one_file() -> None:
    """The ids of the policies are the names of the files under policies/rules/."""
    folder = Path(rules.__path__[0])
    files = {f"{path.parent.name}-{path.stem}".replace("_", "-") for path in folder.glob("*/*.py") if path.name != "__init__.py"}
    assert {policy.id for policy in discover()} == files


def test_a_new_file_is_found_without_any_other_edit(package: Path) -> None:
    """Adding a policy is adding a file."""
    text = POLICY.format(name="NothingIsLost", id="traffic-nothing-is-lost")
    (package / "traffic" / "nothing_is_lost.py").write_text(text, encoding="utf-8")
    assert [policy.id for policy in discover(import_module("foreign_rules"))] == ["traffic-nothing-is-lost"]


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("traffic/a_law.py", "", "policies/rules/traffic/a_law.py defines 0 policies; it must define exactly one"),
        (
            "traffic/a_law.py",
            POLICY.format(name="ALaw", id="traffic-a-law") + POLICY.format(name="Another", id="traffic-another"),
            "policies/rules/traffic/a_law.py defines 2 policies; it must define exactly one",
        ),
        (
            "traffic/a_law.py",
            POLICY.format(name="Law", id="traffic-a-law"),
            "policies/rules/traffic/a_law.py defines the class Law; its name must be ALaw",
        ),
        (
            "traffic/a_law.py",
            POLICY.format(name="ALaw", id="traffic-law"),
            "policies/rules/traffic/a_law.py has the id 'traffic-law'; it must be 'traffic-a-law'",
        ),
        ("a_law.py", "", "policies/rules/a_law.py is not in the folder of a path, such as policies/rules/traffic/"),
    ],
)
def test_a_file_that_is_not_one_well_named_policy_stops_the_run(package: Path, file: str, text: str, message: str) -> None:
    """The message names the file and what is wrong with it."""
    (package / file).write_text(text, encoding="utf-8")
    with pytest.raises(BrokenPolicyFile) as stopped:
        discover(import_module("foreign_rules"))
    assert str(stopped.value) == message


def test_a_policy_that_is_left_out_is_not_even_loaded(package: Path) -> None:
    """What a file says of itself is not asked before somebody wants its policy."""
    (package / "traffic" / "one.py").write_text(POLICY.format(name="One", id="traffic-one"), encoding="utf-8")
    (package / "traffic" / "two.py").write_text("raise SystemExit('loaded')", encoding="utf-8")
    catalog = Catalog(import_module("foreign_rules"))
    assert (list(catalog), "traffic-two" in catalog, catalog["traffic-one"].id) == (["traffic-one", "traffic-two"], True, "traffic-one")
