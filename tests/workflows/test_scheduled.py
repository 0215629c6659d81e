"""scheduled.yaml: what a day can make red, by the real date, on a clone."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.external import ROOT, start
from tests.workflows.files import steps, workflow
from tests.workflows.runner import Runner

CREMA = ROOT / ".venv" / "bin" / "crema"
JOBS = workflow("scheduled")["jobs"]


def step(job: str, name: str) -> dict[str, object]:
    """One step of a job."""
    (found,) = [one for one in JOBS[job]["steps"] if one["name"] == name]
    assert isinstance(found, dict)
    return found


def ran(clone: Path, temporary: Path, job: str, name: str) -> tuple[str, Runner]:
    """How a step ends in a clone."""
    (temporary / "workspace").symlink_to(clone)
    runner = Runner(temporary=temporary, contexts={"github": {"sha": "4" * 40, "token": "x"}})
    return runner.job({"steps": [step(job, name)]}, workflow={})[0], runner


def test_the_platform_is_judged_by_the_day_it_is(clone: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Without --as-of; on a clone it is green today."""
    assert "--as-of" not in str(step("today", "crema check")["run"])
    status, runner = ran(clone, tmp_path_factory.mktemp("runner"), "today", "crema check")
    assert status == "success", runner.log
    assert "manifests" in runner.summary


@pytest.mark.parametrize(("days", "warned"), [(None, False), (3, True), (13, True), (16, False)])
def test_a_waiver_that_ends_soon_is_a_warning(
    clone: Path, tmp_path_factory: pytest.TempPathFactory, days: int | None, warned: bool
) -> None:
    """And no failure, for a waiver of a finding that is there. One that ends later is not spoken of."""
    if days is not None:
        (rule,) = (clone / "dist" / "local" / "alerts").glob("prometheusrule-*.yaml")
        rule.write_text(rule.read_text(encoding="utf-8").replace("severity: warning", "severity: urgent", 1), encoding="utf-8")
        found = json.loads(start([CREMA, "check", "--format", "json"], cwd=clone).stdout)["findings"]
        day = (datetime.now(UTC) + timedelta(days=days)).date()
        for one in found:
            words = ["waivers", "add", one["fingerprint"], "--reason", "a while", "--owner", "someone", "--expires", str(day)]
            assert start([CREMA, *words], cwd=clone).status == 0
        assert found
    status, runner = ran(clone, tmp_path_factory.mktemp("runner"), "today", "which waivers end within two weeks?")
    assert status == "success", runner.log
    assert ("::warning file=policies/waivers.yaml::" in runner.log) is warned


def test_a_file_of_waivers_that_cannot_be_read_is_no_warning(clone: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The step fails as the command does."""
    (clone / "policies" / "waivers.yaml").write_text("- policy: [\n", encoding="utf-8")
    status, _ = ran(clone, tmp_path_factory.mktemp("runner"), "today", "which waivers end within two weeks?")
    assert status == "failure"


def test_all_tests_run_without_what_was_kept() -> None:
    """What a cache hides, a day shows."""
    assert [one.get("run") for one in JOBS["fresh"]["steps"] if "run" in one] == [".ci/run"]
    assert not [one for job, one in steps(ROOT / ".github" / "workflows" / "scheduled.yaml") if "cache" in one.get("uses", "")]


def test_the_actions_are_judged_with_what_github_knows() -> None:
    """The very command of the workflow, offline here; there it has a token that only reads."""
    words = str(step("actions", "zizmor")["run"]).split()
    assert start([ROOT / words[0], "--offline", *words[1:]]).status == 0
    assert "--offline" not in words
    assert JOBS["actions"]["permissions"] == {"contents": "read"}
