"""What holds of every workflow and action: pinned, least permissions, no text of strangers in a script, true to this repository."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.external import ROOT, start, system
from tests.workflows.files import ACTIONS, WORKFLOWS, read, steps

FILES = [*WORKFLOWS, *ACTIONS]
_OURS = re.compile(r"make|sh|python3|\.ci/\S+|\.github/\S+|\.venv/bin/\S+|['\"]*\$GITHUB_ACTION_PATH/\S+")
_USES = re.compile(r"(?m)^\s*(?:- )?uses: (?P<action>[^@\s]+)@(?P<pin>\S+)(?: # (?P<version>\S+))?$")
# What may write, and why: anything else is a mistake.
WRITING = {
    ("images", "build"): {"id-token": "write"},  # to prove to AWS which workflow this is
    ("ci", "code-scanning"): {"security-events": "write"},  # to upload a report
}
NEVER = {"pull_request_target", "workflow_run", "issue_comment"}


def mistakes(name: str, text: str) -> list[str]:
    """What is wrong with one workflow or action, `name` being the file's."""
    body = yaml.safe_load(text)
    return [*_pins(text), *(_workflow(name, body) if "jobs" in body else ()), *_steps(body)]


def _pins(text: str) -> Iterator[str]:
    for uses in re.findall(r"(?m)^\s*(?:- )?uses: (.*)$", text):
        if not uses.startswith("$/") and not re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", uses):
            yield f"not pinned by hash with its version: {uses}"


def _workflow(name: str, body: dict[Any, Any]) -> Iterator[str]:
    if body.get("permissions") != {}:
        yield "permissions at the top are not {}"
    for trigger in sorted(NEVER & set(body.get(True, {}))):  # YAML 1.1 reads the key `on` as true
        yield f"{trigger} gives a stranger's code the repository's token"
    for job, described in body["jobs"].items():
        if not isinstance(described.get("permissions"), dict):
            yield f"{job}: no permissions of its own"
            continue
        writes = {scope: level for scope, level in described["permissions"].items() if level != "read"}
        if writes != WRITING.get((name, job), {}):
            yield f"{job}: may write {', '.join(writes)}"
        if "timeout-minutes" not in described:
            yield f"{job}: no timeout-minutes"
        if "secrets." in str(described) and "environment" not in described:
            yield f"{job}: a secret without an environment, which every branch could read"


def _steps(body: dict[Any, Any]) -> Iterator[str]:
    action = "runs" in body
    for job, described in body.get("jobs", {"action": body.get("runs")}).items():
        for step in described["steps"]:
            where = f"{job}: {step.get('name', 'a step without a name')}"
            if "name" not in step:
                yield where
            script = step.get("run", "")
            if "${{" in script:
                yield f"{where}: an expression inside a script; hand it over in env"
            if action and script and step.get("shell") != "bash":
                yield f"{where}: an action's step needs a shell"
            if re.search(r"(?<!\|)\|(?!\|)", script) and step.get("shell") != "bash":
                yield f"{where}: what fails before a pipe goes unnoticed without `shell: bash`"
            checkout = step.get("uses", "").startswith("actions/checkout@")
            if checkout and step.get("with", {}).get("persist-credentials") is not False:
                yield f"{where}: checkout leaves its credentials behind"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(ROOT / ".github").as_posix())
def test_every_file_is_as_it_should_be(file: Path) -> None:
    """A moved tag once turned 76 releases of a popular action into a credential stealer (CVE-2026-33634)."""
    assert mistakes(file.stem, file.read_text(encoding="utf-8")) == []


def test_each_mistake_is_caught() -> None:
    """All that the test above looks for, made."""
    text = """
on: {pull_request_target: {}}
jobs:
  a:
    steps:
      - uses: actions/checkout@v7
  b:
    permissions: {contents: write}
    steps:
      - {name: run, run: "echo ${{ github.head_ref }} | cat", env: {KEY: "${{ secrets.KEY }}"}}
  c:
    permissions: write-all
    steps: []
"""
    assert mistakes("ci", text) == [
        "not pinned by hash with its version: actions/checkout@v7",
        "permissions at the top are not {}",
        "pull_request_target gives a stranger's code the repository's token",
        "a: no permissions of its own",
        "b: may write contents",
        "b: no timeout-minutes",
        "b: a secret without an environment, which every branch could read",
        "c: no permissions of its own",
        "a: a step without a name",
        "a: a step without a name: checkout leaves its credentials behind",
        "b: run: an expression inside a script; hand it over in env",
        "b: run: what fails before a pipe goes unnoticed without `shell: bash`",
    ]
    assert mistakes("action", "runs: {using: composite, steps: [{name: x, run: echo}]}") == ["action: x: an action's step needs a shell"]


def test_an_action_has_one_version_everywhere() -> None:
    """In every workflow, in every action and in what the documentation tells people to copy."""
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    found: dict[str, set[tuple[str, str | None]]] = {}
    for file in (*FILES, *pages):
        for uses in _USES.finditer(file.read_text(encoding="utf-8")):
            if not uses["action"].startswith("YOUR/"):
                found.setdefault(uses["action"], set()).add((uses["pin"], uses["version"]))
    assert len(found) > 5
    assert {action: pins for action, pins in found.items() if len(pins) > 1} == {}


def test_workflows_use_no_action_of_this_repository() -> None:
    """Zizmor wants one called `$/PATH`, which actionlint does not know, and refuses `./PATH`, which it knows. They run the same steps."""
    used = [step["uses"] for file in WORKFLOWS for _, step in steps(file) if step.get("uses", "").startswith(("$", "."))]
    assert used == []


# What a workflow of this repository says where the action of that name asks for an input.
INLINED = {
    "record-build": ("images", "build", {"service": "${{ matrix.service }}"}),
    "publish-images": (
        "images",
        "publish",
        {
            "environment": "${{ env.ENVIRONMENT }}",
            "mode": "${{ vars.PUBLISH_MODE || 'pr' }}",
            "platform": "${{ github.repository }}",
            "branch": "main",
            "client-id": "${{ vars.APP_CLIENT_ID }}",
            "private-key": "${{ secrets.APP_PRIVATE_KEY }}",
            "python-version": "3.12",
        },
    ),
}


@pytest.mark.parametrize("name", INLINED)
def test_a_workflow_of_ours_runs_the_steps_of_the_action_for_others(name: str) -> None:
    """Word for word, with our values for its inputs: what is tested here is what other repositories use."""
    workflow, job, given = INLINED[name]
    action = read(ROOT / ".github" / "actions" / name / "action.yaml")
    text = json.dumps(action["runs"]["steps"])
    for one, value in {**given, "digest": "${{ steps.pushed.outputs.digest || steps.build.outputs.digest }}"}.items():
        text = text.replace(f"${{{{ inputs.{one} }}}}", value)
    text = text.replace(json.dumps('"$GITHUB_ACTION_PATH/')[1:-1], f".github/actions/{name}/").replace('record.py\\""', 'record.py"')
    expected = json.loads(text)
    ours = read(ROOT / ".github" / "workflows" / f"{workflow}.yaml")["jobs"][job]["steps"]
    assert "inputs." not in text
    assert ours[-len(expected) :] == expected
    assert set(given) | {"digest"} >= set(action["inputs"])


def test_every_action_is_documented_or_run() -> None:
    """One for others that nobody can find would rot."""
    pages = (ROOT / "README.md").read_text(encoding="utf-8") + (ROOT / "docs" / "pipeline.md").read_text(encoding="utf-8")
    assert [file.parent.name for file in ACTIONS if f".github/actions/{file.parent.name}@" not in pages] == []


def commands() -> list[tuple[str, list[str]]]:
    """Every simple command of every script that starts a program of this repository or make: the file and its words."""
    found = []
    for file in FILES:
        for _, step in steps(file):
            for line in step.get("run", "").replace("\\\n", " ").splitlines():
                for part in re.split(r"\|\||&&|;|\$\(|\)", line):
                    words = [word for word in part.split() if not re.fullmatch(r"[A-Za-z_]+=\S*", word)]
                    if words and _OURS.fullmatch(words[0]):
                        found.append((file.name, words))
    return found


def test_every_command_exists() -> None:
    """A verb, an option or a step of the set-up that is gone would be noticed only on GitHub."""
    verbs = set(re.findall(r"(?m)^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8")))
    seen = set()
    for file, words in commands():
        program, *rest = (word.strip("'\"") for word in words)
        if program == "make":
            assert set(rest) <= verbs, (file, words)
        elif program == "sh":
            assert (ROOT / rest[0]).is_file(), (file, words)
            assert set(rest[1:]) <= {"python", "dev", "go", "cdk8s-cli"}, (file, words)
        elif program.startswith(".venv/bin/"):
            names = []
            while rest and re.fullmatch(r"[a-z]+", rest[0]):
                names.append(rest.pop(0))
            said = start([ROOT / program, *names, "--help"])
            assert said.status == 0, (file, words)
            unknown = {word for word in rest if word.startswith("--") and not re.search(rf"{word}\b", said.stdout)}
            assert not unknown, (file, words)
        elif program == "python3" or program.startswith("$GITHUB_ACTION_PATH/"):
            script = (program, *rest)[-1]
            pattern = f".github/actions/*/{script.removeprefix('$GITHUB_ACTION_PATH/')}" if "$" in script else script
            assert list(ROOT.glob(pattern)), (file, words)
        else:
            assert (ROOT / program).stat().st_mode & 0o111, (file, words)
        seen.add(program)
    ours = {
        ".venv/bin/crema",
        ".venv/bin/python",
        ".venv/bin/zizmor",
        ".ci/run",
        ".github/actions/crema/run.sh",
        "$GITHUB_ACTION_PATH/run.sh",
    }
    assert seen == {"make", "sh", "python3"} | ours


def test_continuous_integration_runs_make_test() -> None:
    """One list of tests, wherever they run."""
    assert "run: .ci/run" in (ROOT / ".github" / "workflows" / "ci.yaml").read_text(encoding="utf-8")
    assert (ROOT / ".ci" / "run").read_text(encoding="utf-8").rstrip().endswith("\nmake test")
    assert system("bash", "-n", ".ci/run").status == 0
