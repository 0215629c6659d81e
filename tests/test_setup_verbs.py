"""The Makefile's verbs, and the plugin that says what did not run."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from tests.external import ROOT, Completed, start, system


def verbs() -> set[str]:
    """Every phony target of the Makefile."""
    return set(re.findall(r"(?m)^\.PHONY: (.*)$", (ROOT / "Makefile").read_text())[0].split())


def test_help_lists_every_verb_and_nothing_else() -> None:
    """`make` alone prints the help."""
    done = system("make", env={"PATH": "/usr/bin:/bin"})
    assert done.status == 0
    assert set(re.findall(r"(?m)^make (\S+)", done.stdout)) == verbs() - {"help"}
    assert done.stdout == system("make", "help", env={"PATH": "/usr/bin:/bin"}).stdout


def test_every_verb_has_a_rule() -> None:
    """A phony target without a recipe would do nothing and succeed."""
    rules = set(re.findall(r"(?m)^([a-z]+):(?: .*)?\n\t", (ROOT / "Makefile").read_text()))
    assert verbs() == rules


def test_everything_that_make_makes_is_ignored_by_git() -> None:
    """`make clean` removes nothing that is in git, and git shows nothing that make made."""
    removed = re.findall(r"(?m)^\trm -rf (.*)$", (ROOT / "Makefile").read_text())[0].split()
    ignored = {line.rstrip("/") for line in (ROOT / ".gitignore").read_text().split()}
    assert [path for path in removed if path not in ignored and path != "crema.egg-info"] == []
    assert "*.egg-info" in ignored


def run_pytest(tmp_path: Path, name: str, text: str, *arguments: str) -> Completed:
    """One test file, run by another pytest with the plugin, notes in tmp_path."""
    file = tmp_path / name
    file.write_text(text)
    plugin = ["-p", "tools.not_run", f"--not-run-notes={tmp_path / 'notes'}"]
    alone = ["-p", "no:cacheprovider", "-c", "/dev/null", f"--rootdir={tmp_path}"]
    return start([sys.executable, "-m", "pytest", *plugin, *alone, file, *arguments])


SKIPPED = 'import pytest\n\n@pytest.mark.skip("no engine")\ndef test_a(): pass\n'
PASSED = "def test_b(): pass\n"


def test_what_did_not_run_is_listed_at_the_end_of_every_part(tmp_path: Path) -> None:
    """A skip in the Python part is still on the screen when the engine part ends."""
    first = run_pytest(tmp_path, "test_first.py", SKIPPED + PASSED)
    assert first.status == 0
    assert "NOT RUN: 1" in first.stdout
    second = run_pytest(tmp_path, "test_second.py", PASSED)
    assert second.status == 0
    assert "NOT RUN: 1" in second.stdout
    assert "test_first.py::test_a: no engine" in second.stdout


def test_a_run_in_which_no_test_ran_fails(tmp_path: Path) -> None:
    """All skipped is not green."""
    done = run_pytest(tmp_path, "test_first.py", SKIPPED)
    assert done.status == 5
    assert "NO TEST RAN" in done.stdout


def test_a_run_without_skips_says_nothing_more(tmp_path: Path) -> None:
    """The list appears only when it has something on it; an expected failure is a test that ran."""
    done = run_pytest(tmp_path, "test_first.py", PASSED + "import pytest\n@pytest.mark.xfail\ndef test_c(): assert 0\n")
    assert done.status == 0
    assert "NOT RUN" not in done.stdout
