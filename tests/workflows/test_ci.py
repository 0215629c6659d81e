"""ci.yaml: one required check that nothing but success passes, a report that is kept, and who may upload it."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.external import ROOT
from tests.workflows.expressions import filled, holds
from tests.workflows.files import workflow
from tests.workflows.runner import Runner, StandIn

CI = workflow("ci")
JOBS = CI["jobs"]
GITHUB = {
    "event_name": "push",
    "ref": "refs/heads/main",
    "repository": "someone/platform",
    "sha": "4" * 40,
    "event": {"repository": {"private": False}},
}


def needs(**results: str) -> dict[str, Any]:
    """What a job sees of those it waited for."""
    return {name: {"result": result, "outputs": {}} for name, result in results.items()}


@pytest.mark.parametrize("ended", ["failure", "cancelled", "skipped"])
@pytest.mark.parametrize("job", [*JOBS["required"]["needs"]])
def test_nothing_but_success_passes(tmp_path: Path, job: str, ended: str) -> None:
    """Of each job it waits for, whatever the others did; it says how that one ended."""
    results = {name: ended if name == job else "success" for name in JOBS["required"]["needs"]}
    runner = Runner(temporary=tmp_path, contexts={"github": GITHUB})
    status, _ = runner.job(JOBS["required"], workflow={}, needs=needs(**results))
    assert status == "failure"
    assert f"::error::a job ended as {ended}" in runner.log


def test_success_passes(tmp_path: Path) -> None:
    """And no job at all does not."""
    runner = Runner(temporary=tmp_path, contexts={"github": GITHUB})
    assert runner.job(JOBS["required"], workflow={}, needs=needs(synth="success", check="success", test="success"))[0] == "success"
    assert runner.job(JOBS["required"], workflow={}, needs={})[0] == "failure"
    assert "no job ran" in runner.log


def test_it_waits_for_every_job_and_always_runs() -> None:
    """A job that nobody added to its list could be red for ever; a skipped check counts as passed."""
    assert {*JOBS["required"]["needs"]} == {*JOBS} - {"required", "code-scanning"}
    assert [holds(JOBS["required"]["if"], {}, status) for status in ("success", "failure", "cancelled", "skipped")] == [True] * 4
    assert JOBS["required"]["name"] == "required"
    assert JOBS["required"]["permissions"] == {}


def test_it_runs_for_pull_requests_main_and_the_merge_queue() -> None:
    """A merge queue waits for ever for a check that does not run for it. Forks' pull requests get no secret, for there is none."""
    assert {*CI[True]} == {"pull_request", "push", "merge_group"}
    assert CI[True]["push"] == {"branches": ["main"]}
    text = (ROOT / ".github" / "workflows" / "ci.yaml").read_text(encoding="utf-8")
    assert "secrets." not in text
    assert "paths" not in text  # a required check that does not run is waited for for ever


def test_a_newer_push_ends_an_older_run_of_a_pull_request_only() -> None:
    """On main every commit keeps its verdict: two runs of it never share a group, in which the second would replace one that waits."""

    def group(event: str, ref: str, run: str) -> tuple[str, str]:
        seen = {"github": {"event_name": event, "ref": ref, "run_id": run}}
        return filled(CI["concurrency"]["group"], seen), filled(CI["concurrency"]["cancel-in-progress"], seen)

    assert (
        group("pull_request", "refs/pull/1/merge", "1")
        == group("pull_request", "refs/pull/1/merge", "2")
        == ("ci-refs/pull/1/merge", "true")
    )
    assert group("push", "refs/heads/main", "3") == ("ci-3", "false")
    assert group("merge_group", "refs/heads/gh-readonly-queue/main/pr-1", "4") == ("ci-4", "false")


def test_the_check_is_the_action_that_others_use_and_its_report_is_kept(clone: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Run in a clone: strict, all of it, with the summary; both forms of the report are in one artifact, by the names that are read."""
    temporary = tmp_path_factory.mktemp("runner")
    (temporary / "workspace").symlink_to(clone)
    kept: dict[str, list[Path]] = {}

    def upload(given: Any) -> dict[str, str]:
        kept[given["name"]] = [Path(line) for line in given["path"].split()]
        return {}

    nothing: dict[str, StandIn] = {name: lambda _: {} for name in ("actions/checkout", "actions/setup-python")}
    runner = Runner(temporary=temporary, contexts={"github": GITHUB}, stand_ins={**nothing, "actions/upload-artifact": upload})
    wheels = ROOT / ".tools" / "wheels" / "default"
    status, _ = runner.job(JOBS["check"], workflow={"env": {"CREMA_INSTALL": f"--no-index --find-links {wheels} {clone}"}})
    assert status == "success", runner.log
    sarif, report = kept["report"]
    assert (sarif.name, report.name, sarif.parent) == ("crema.sarif", "crema.json", report.parent)
    assert json.loads(report.read_text(encoding="utf-8"))["summary"]["manifests"] > 100
    assert "manifests" in runner.summary
    upload_step = JOBS["code-scanning"]["steps"][-1]["with"]
    assert upload_step["sarif_file"] == "${{ runner.temp }}/report/" + sarif.name


OURS = {"head": {"repo": {"full_name": "someone/platform"}}}
STRANGERS = {"head": {"repo": {"full_name": "stranger/platform"}}}


@pytest.mark.parametrize(
    ("what", "seen", "status", "uploads"),
    [
        ("a commit of main", {}, "success", True),
        ("one with findings", {}, "failure", True),
        ("a pull request", {"event_name": "pull_request", "pull_request": OURS}, "success", True),
        ("of a fork", {"event_name": "pull_request", "pull_request": STRANGERS}, "success", False),
        ("of a fork that is gone", {"event_name": "pull_request", "pull_request": {"head": {"repo": None}}}, "success", False),
        ("in a private repository", {"private": True}, "success", False),
        ("that pays for it", {"private": True, "variable": "true"}, "success", True),
        ("the merge queue", {"event_name": "merge_group"}, "success", False),
        ("a run that was cancelled", {}, "cancelled", False),
    ],
)
def test_who_uploads_to_code_scanning(what: str, seen: dict[str, Any], status: str, uploads: bool) -> None:
    """Whoever may; where it is not to be had the job is skipped, and the required check does not ask for it."""
    payload = {"repository": {"private": seen.get("private", False)}, "pull_request": seen.get("pull_request")}
    contexts = {
        "github": {**GITHUB, "event_name": seen.get("event_name", "push"), "event": payload},
        "vars": {"CODE_SCANNING": seen.get("variable", "")},
        "needs": needs(check="failure" if status == "failure" else "success"),
    }
    assert holds(JOBS["code-scanning"]["if"], contexts, status) is uploads, what


def test_the_job_that_may_write_runs_nothing_of_this_repository() -> None:
    """A pull request changes what its own checks run."""
    assert all("run" not in step and not step["uses"].startswith("$/") for step in JOBS["code-scanning"]["steps"])


@pytest.mark.parametrize(("spoilt", "ended"), [("", "success"), ("README.md", "failure"), ("new.txt", "failure")])
def test_what_synthesis_changes_or_adds_is_seen(clone: Path, tmp_path_factory: pytest.TempPathFactory, spoilt: str, ended: str) -> None:
    """`git diff` alone would not see a new file."""
    temporary = tmp_path_factory.mktemp("runner")
    (temporary / "workspace").symlink_to(clone)
    if spoilt:
        (clone / spoilt).write_text("x\n", encoding="utf-8")
    nothing_changed = [step for step in JOBS["synth"]["steps"] if "git diff" in step.get("run", "")]
    runner = Runner(temporary=temporary, contexts={"github": GITHUB})
    assert runner.job({"steps": nothing_changed}, workflow={})[0] == ended
    assert spoilt in runner.log


def test_a_cache_is_exact_and_only_of_what_main_made_green() -> None:
    """Nothing older is taken instead, what is fetched is what was kept, and a red run keeps nothing: it is kept after the tests."""
    names = [step.get("uses", step.get("run", "")).partition("@")[0] for step in JOBS["test"]["steps"]]
    assert names[2:] == ["actions/cache/restore", ".ci/run", "actions/cache/save"]
    fetched, kept = JOBS["test"]["steps"][2]["with"], JOBS["test"]["steps"][4]
    assert fetched["path"] == kept["with"]["path"]
    assert "restore-keys" not in fetched
    fetched_key = {"steps": {"cache": {"outputs": {"cache-hit": "", "cache-primary-key": "k"}}}}
    for event in ("push", "pull_request", "merge_group"):
        assert holds(kept["if"], {"github": {"event_name": event}, **fetched_key}, "success") is (event == "push")
    assert holds(kept["if"], {"github": {"event_name": "push"}, **fetched_key}, "failure") is False
    texts = [(ROOT / ".github" / "workflows" / f"{name}.yaml").read_text(encoding="utf-8") for name in ("images", "scheduled")]
    assert [text for text in texts if "actions/cache" in text or "type=gha" in text] == []
