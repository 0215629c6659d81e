"""The Makefile's verbs, the workflows, and the plugin that says what did not run."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
import yaml

from tests.external import ROOT, Completed, start, system

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.y*ml"))


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


def mistakes(text: str) -> list[str]:
    """What is wrong with one workflow: actions that are not pinned by hash, permissions that are not least."""
    workflow = yaml.safe_load(text)
    found = []
    for uses in re.findall(r"(?m)^\s*(?:- )?uses: (.*)$", text):
        if not re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", uses):
            found.append(f"not pinned by hash with its version: {uses}")
    if workflow.get("permissions") != {}:
        found.append("permissions at the top are not {}")
    if True in workflow and "pull_request_target" in workflow[True]:  # YAML 1.1 reads the key `on` as true
        found.append("pull_request_target gives a stranger's code the repository's token")
    for name, job in workflow["jobs"].items():
        if "permissions" not in job or job["permissions"] in ("write-all", "read-all"):
            found.append(f"{name}: no permissions of its own")
        if "timeout-minutes" not in job:
            found.append(f"{name}: no timeout-minutes")
        for step in job.get("steps", []):
            checkout = step.get("uses", "").startswith("actions/checkout@")
            if checkout and step.get("with", {}).get("persist-credentials") is not False:
                found.append(f"{name}: checkout leaves its credentials behind")
    return found


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_workflows_are_pinned_and_have_least_permissions(file: Path) -> None:
    """A moved tag once turned 76 releases of a popular action into a credential stealer (CVE-2026-33634)."""
    assert mistakes(file.read_text()) == []


def test_a_loose_workflow_is_caught() -> None:
    """Each mistake that the test above looks for, made."""
    text = """
on: {pull_request_target: {}}
jobs:
  a:
    steps:
      - uses: actions/checkout@v7
"""
    assert mistakes(text) == [
        "not pinned by hash with its version: actions/checkout@v7",
        "permissions at the top are not {}",
        "pull_request_target gives a stranger's code the repository's token",
        "a: no permissions of its own",
        "a: no timeout-minutes",
        "a: checkout leaves its credentials behind",
    ]


def test_continuous_integration_runs_make_test() -> None:
    """One list of tests, wherever they run."""
    assert WORKFLOWS
    assert "run: .ci/run" in (ROOT / ".github" / "workflows" / "ci.yaml").read_text()
    assert (ROOT / ".ci" / "run").read_text().rstrip().endswith("\nmake test")
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111


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
