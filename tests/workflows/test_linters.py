"""Workflows are programs: actionlint, zizmor and shellcheck read them, all of each one's rules on and nothing ignored."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.external import ROOT, Completed, run, server, start, system
from tests.workflows.files import ACTIONS, GITHUB, WORKFLOWS, read, steps

ZIZMOR = ROOT / ".venv" / "bin" / "zizmor"
HEAD = "name: canary\non: {push: {branches: [main]}}\npermissions: {}\njobs:\n  a:\n    name: a\n    runs-on: ubuntu-24.04\n"


def zizmor(*paths: Path) -> tuple[Completed, list[dict[str, Any]]]:
    """Its findings in its most suspicious mode, without a network, a configuration or a comment that ignores."""
    words = ["--offline", "--no-config", "--no-ignores", "--persona", "auditor", "--strict-collection", "--format", "json"]
    done = start([ZIZMOR, *words, *paths])
    return done, json.loads(done.stdout)


def test_zizmor_finds_nothing() -> None:
    """In any workflow or action, and it read all of them."""
    done, findings = zizmor(GITHUB)
    assert [(one["ident"], one["locations"][0]["symbolic"]["key"]) for one in findings] == []
    assert done.status == 0
    assert {*re.findall(r"completed (\S+)", done.stderr)} == {str(file) for file in (*WORKFLOWS, *ACTIONS)}


CANARIES = {
    "template-injection": "    steps:\n      - run: echo ${{ github.event.head_commit.message }}\n",
    "artipacked": f"    steps:\n      - uses: actions/checkout@{'3' * 40} # v7.0.1\n",
    "excessive-permissions": "    permissions: write-all\n    steps: []\n",
    "unpinned-uses": "    steps:\n      - uses: actions/checkout@v7\n        with: {persist-credentials: false}\n",
    "secrets-outside-env": "    steps:\n      - run: ./x\n        env: {KEY: '${{ secrets.KEY }}'}\n",
    "unredacted-secrets": "    steps:\n      - run: ./x\n        env: {KEY: '${{ fromJSON(secrets.KEY).a }}'}\n",
    "undocumented-permissions": "    permissions:\n      id-token: write\n    steps: []\n",
    "github-app": f"    steps:\n      - uses: actions/create-github-app-token@{'b' * 40}\n        with: {{client-id: a, private-key: b}}\n",
    "concurrency-limits": "    steps: []\n",
    "self-repository": "    steps:\n      - uses: ./.github/actions/crema\n",
}


@pytest.mark.parametrize("audit", CANARIES)
def test_zizmor_would_find_it(tmp_path: Path, audit: str) -> None:
    """A canary for each audit that these workflows come near to."""
    (tmp_path / "canary.yaml").write_text(HEAD + CANARIES[audit], encoding="utf-8")
    done, findings = zizmor(tmp_path / "canary.yaml")
    assert audit in {one["ident"] for one in findings}
    assert done.status != 0


def shellcheck() -> Path:
    """The program that reads scripts."""
    return server("shellcheck", package="shellcheck")


def actionlint(project: Path) -> list[dict[str, Any]]:
    """What it says of the workflows of a project, the scripts in them included."""
    done = run("actionlint", "-shellcheck", shellcheck(), "-format", "{{json .}}", cwd=project)
    found = json.loads(done.stdout)
    assert isinstance(found, list)
    assert (done.status == 0) is (not found), done.stderr
    return found


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """These workflows and actions, to break."""
    shutil.copytree(GITHUB, tmp_path / ".github")
    assert system("git", "init", "-q", cwd=tmp_path).status == 0
    return tmp_path


@pytest.mark.engine
def test_actionlint_finds_nothing() -> None:
    """Expressions, the inputs of actions, what a job needs, and the scripts; in the files as they are."""
    assert actionlint(ROOT) == []


@pytest.mark.engine
@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("steps.matrix.outputs.matrix", "steps.metrix.outputs.matrix", "expression"),
        ("needs: [services, build]", "needs: [service, build]", "job-needs"),
        ("runs-on: ubuntu-24.04", "runs-on: ubuntu-24", "runner-label"),
        ('--env "$ENVIRONMENT")', "--env $ENVIRONMENT)", "shellcheck"),
        ("        id: build", "        id: commit", "id"),
        ("workflow_dispatch:", "workflow_dispach:", "events"),
    ],
)
def test_actionlint_would_find_it(project: Path, old: str, new: str, kind: str) -> None:
    """A slip of the finger in images.yaml, one of each kind."""
    file = project / ".github" / "workflows" / "images.yaml"
    text = file.read_text(encoding="utf-8")
    old, new = (old, new) if old in text else (old.strip(), new.strip())
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert kind in {one["kind"] for one in actionlint(project)}


SCRIPTS = {f"{file.parent.name}: {step['name']}": step["run"] for file in ACTIONS for _, step in steps(file) if "run" in step}


@pytest.mark.engine
@pytest.mark.parametrize("name", SCRIPTS)
def test_shellcheck_finds_nothing_in_an_actions_script(name: str) -> None:
    """Those of workflows are read by actionlint."""
    done = start([shellcheck(), "--shell=bash", "--severity=style", "-"], stdin=SCRIPTS[name])
    assert (done.status, done.stdout) == (0, "")


@pytest.mark.engine
def test_shellcheck_finds_nothing_in_any_script() -> None:
    """Of this repository; not even a matter of style."""
    files = system("git", "ls-files", "*.sh", ".ci/run", "bench/run").stdout.split()
    assert len(files) > 4
    done = start([shellcheck(), "--severity=style", "--external-sources", "--source-path=SCRIPTDIR", *files])
    assert (done.status, done.stdout) == (0, "")


@pytest.mark.engine
def test_shellcheck_would_find_it() -> None:
    """A word that could become several."""
    done = start([shellcheck(), "--shell=bash", "-"], stdin="cd $1 || exit\n")
    assert done.status == 1
    assert "SC2086" in done.stdout


def test_nothing_is_ignored() -> None:
    """No comment and no file tells a linter to look away."""
    marks = re.compile(r"zizmor: *ignore|shellcheck +disable")
    assert [file for file in (*WORKFLOWS, *ACTIONS) if marks.search(file.read_text(encoding="utf-8"))] == []
    assert not [*GITHUB.glob("*zizmor*"), *GITHUB.glob("*actionlint*"), *ROOT.glob("*zizmor*")]
    assert all(read(file) for file in (*WORKFLOWS, *ACTIONS))
