"""docs/pipeline.md: what it tells people to copy is what the workflows read, and passes the laws that hold for the workflows."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from charts.environments import LOCAL
from tests.external import ROOT, run, system
from tests.workflows.files import WORKFLOWS, own_action, read
from tests.workflows.test_laws import mistakes
from tests.workflows.test_linters import actionlint, zizmor

PAGE = (ROOT / "docs" / "pipeline.md").read_text(encoding="utf-8")
COMMIT = "0123456789abcdef0123456789abcdef01234567"


def blocks(language: str) -> list[str]:
    """The code of one language."""
    return re.findall(rf"(?ms)^```{language}\n(.*?)^```$", PAGE)


TRUST, PUSH, HISTORY, CHECKS = (json.loads(block) for block in blocks("json"))
(WORKFLOW,) = blocks("yaml")


def test_every_name_that_a_workflow_reads_is_explained() -> None:
    """Each variable, secret and environment has a row, and each row is read by a workflow."""
    texts = "\n".join(file.read_text(encoding="utf-8") for file in WORKFLOWS)
    names = {*re.findall(r"\b(?:vars|secrets)\.([A-Z_]+)", texts), *re.findall(r"(?m)^ +environment: (\w+)$", texts)}
    assert {*re.findall(r"(?m)^\| `(\w+)` \|", PAGE)} == names
    assert names >= {"images", "AWS_ROLE_ARN", "APP_PRIVATE_KEY"}


def test_the_role_trusts_the_environment_of_the_build_and_nothing_else() -> None:
    """No wildcard, the audience of AWS, and the environment by the name that the workflow gives."""
    (statement,) = TRUST["Statement"]
    build = read(next(file for file in WORKFLOWS if file.stem == "images"))["jobs"]["build"]
    issuer = "token.actions.githubusercontent.com"
    assert statement["Condition"] == {
        "StringEquals": {f"{issuer}:aud": "sts.amazonaws.com", f"{issuer}:sub": f"repo:OWNER/NAME:environment:{build['environment']}"}
    }
    assert statement["Principal"]["Federated"].endswith(f":oidc-provider/{issuer}")
    assert "*" not in json.dumps(TRUST)


def test_the_role_may_push_to_one_repository() -> None:
    """The one of charts/environments.py; only the log-in, which has no narrower form, is for all."""
    account, region = LOCAL.registry.split(".")[0], LOCAL.registry.split(".")[3]
    everywhere, there = PUSH["Statement"]
    assert (everywhere["Action"], everywhere["Resource"]) == ("ecr:GetAuthorizationToken", "*")
    assert there["Resource"] == f"arn:aws:ecr:{region}:{account}:repository/coffee_machine"
    assert "*" not in json.dumps(there)
    assert "ecr:PutImage" in there["Action"]
    assert not [action for action in there["Action"] if "Delete" in action]


def test_what_can_be_replaced_is_the_cache_alone() -> None:
    """The exception to immutable tags fits the tags of the cache and no tag of an image."""
    (wildcard,) = re.findall(r"filterType=WILDCARD,filter=([\w*-]+)'", PAGE)
    step = next(s for s in read(ROOT / ".github/workflows/images.yaml")["jobs"]["build"]["steps"] if s.get("id") == "build")
    for cache in ("cache-from", "cache-to"):
        assert f":{wildcard.removesuffix('*')}${{{{ matrix.service" in step["with"][cache]
    assert wildcard == "cache-*"


def test_the_check_that_is_asked_for_is_the_one_that_waits_for_all() -> None:
    """By its name, reported by GitHub Actions; nobody passes over the rules of history."""
    rules = {rule["type"]: rule.get("parameters") for rule in CHECKS["rules"]}
    assert rules["required_status_checks"]["required_status_checks"] == [{"context": "required", "integration_id": 15368}]
    assert "required" in read(ROOT / ".github/workflows/ci.yaml")["jobs"]
    assert "bypass_actors" not in HISTORY
    assert CHECKS["bypass_actors"] == []


def here(text: str) -> str:
    """The workflow of another repository, as it would be used from this one."""
    return text.replace(f"OWNER/NAME/.github/actions/record-build@{COMMIT}", "$/.github/actions/record-build").replace(
        f"OWNER/NAME/.github/actions/publish-images@{COMMIT}", "$/.github/actions/publish-images"
    )


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """The workflow of another repository, with a commit, in a project of its own."""
    (tmp_path / ".github" / "workflows").mkdir(parents=True)
    (tmp_path / ".github" / "workflows" / "images.yaml").write_text(WORKFLOW.replace("COMMIT", COMMIT), encoding="utf-8")
    assert system("git", "init", "-q", cwd=tmp_path).status == 0
    return tmp_path


def test_the_other_repositorys_workflow_is_held_to_the_same_laws(foreign: Path) -> None:
    """Pinned, least permissions, and zizmor finds nothing."""
    file = foreign / ".github" / "workflows" / "images.yaml"
    assert mistakes("images", here(file.read_text(encoding="utf-8"))) == []
    assert zizmor(file)[1] == []


def test_the_other_repositorys_workflow_gives_what_the_actions_need(foreign: Path) -> None:
    """Their inputs, by their names."""
    text = here((foreign / ".github" / "workflows" / "images.yaml").read_text(encoding="utf-8"))
    (foreign / "here.yaml").write_text(text, encoding="utf-8")
    jobs: dict[str, Any] = read(foreign / "here.yaml")["jobs"]
    ours = [(own_action(step["uses"]), step["with"]) for job in jobs.values() for step in job["steps"] if step["uses"].startswith("$/")]
    assert len(ours) == 2
    for action, given in ours:
        assert action is not None
        inputs = read(action)["inputs"]
        assert {name for name, one in inputs.items() if one.get("required")} <= set(given) <= set(inputs)


@pytest.mark.engine
def test_actionlint_finds_nothing_in_it(foreign: Path) -> None:
    """Nor shellcheck."""
    assert run("actionlint", "-version").status == 0
    assert actionlint(foreign) == []
