"""From sources to dist/: images.yaml and the two actions it uses, run as a runner would, down to the commit on the remote's branch."""

import json
import re
from pathlib import Path

import pytest
import yaml

from crema.pipeline.builds import of_files
from tests.checkout import bare_remote, committed, git
from tests.external import ROOT, start
from tests.pipeline.github_stand_in import github
from tests.workflows.expressions import holds
from tests.workflows.files import workflow
from tests.workflows.stand_ins import REGISTRY, Run, records

SERVICES = ("billing", "frontend", "inventory", "order")
JOBS = workflow("images")["jobs"]


@pytest.fixture(scope="module")
def remote(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A remote whose main is this checkout."""
    return bare_remote(tmp_path_factory.mktemp("remote"))


@pytest.fixture
def run(remote: Path, tmp_path: Path) -> Run:
    """A run of the newest commit."""
    own = tmp_path / "own.git"
    git(tmp_path, "clone", "-q", "--bare", str(remote), str(own))
    return Run(directory=tmp_path / "run", remote=own, commit=git(own, "rev-parse", "main").strip())


def matrix(run: Run) -> list[dict[str, str]]:
    """What the first job puts out."""
    status, outputs, runner = run.job("services")
    assert status == "success", runner.log
    found = json.loads(outputs["matrix"])
    assert isinstance(found, list)
    return found


def test_the_matrix_is_what_crema_services_says(run: Run) -> None:
    """No service is written into a workflow: the job's output is the command's, word for word."""
    _, outputs, runner = run.job("services")
    said = start([ROOT / ".venv" / "bin" / "crema", "services", "--json", "--env", "local"], cwd=runner.workspace)
    assert outputs == {"matrix": said.stdout.strip()}
    assert [leg["service"] for leg in json.loads(outputs["matrix"])] == [*SERVICES]
    assert (run.directory / "set-up").read_text() == "set-up: python\n"
    assert JOBS["build"]["strategy"] == {"fail-fast": False, "matrix": {"include": "${{ fromJSON(needs.services.outputs.matrix) }}"}}
    assert "order" not in (ROOT / ".github" / "workflows" / "images.yaml").read_text(encoding="utf-8")


def test_nothing_to_build_is_a_red_run(run: Run) -> None:
    """An empty matrix would skip every job, and a skipped run looks green."""
    work = run.directory / "emptied"
    git(run.remote.parent, "clone", "-q", str(run.remote), str(work))
    git(work, "rm", "-r", "-q", "services")
    committed(work, "no services")
    git(work, "push", "-q", "origin", "main")
    run.commit = git(work, "rev-parse", "HEAD").strip()
    status, _, runner = run.job("services")
    assert status == "failure"
    assert "nothing is built here" in runner.log


def test_a_leg_pushes_one_service_and_records_it(run: Run) -> None:
    """By the tag of service and commit, with the bases of the list, from the time of the commit; the digest is in the record."""
    leg = next(leg for leg in matrix(run) if leg["service"] == "order")
    status, _, runner = run.job("build", matrix=leg, needs={"services": {"result": "success"}})
    assert status == "success", runner.log
    (built,) = run.what("build")
    image = f"{REGISTRY}/coffee_machine:order-{run.commit}"
    assert (built["tags"], built["context"], built["file"]) == (image, "services", "services/order/Dockerfile")
    assert built["outputs"].split(",")[0] == "type=registry"
    assert built["build-args"] in (ROOT / "services" / "bases.env").read_text(encoding="utf-8").splitlines()
    assert built["build-args"].startswith("PYTHON=")
    assert built["cache-from"] == f"type=registry,ref={REGISTRY}/coffee_machine:cache-order"
    assert built["cache-to"].startswith(f"type=registry,ref={REGISTRY}/coffee_machine:cache-order,mode=max,")
    assert run.what("aws") == [
        {"role-to-assume": "arn:aws:iam::123456789012:role/images", "aws-region": "ap-northeast-2", "role-session-name": "images-77"}
    ]
    digest = run.registry.read_text(encoding="utf-8").split()[1]
    assert [*run.artifacts] == ["build-order"]
    assert records(run) == {
        "order": {
            "service": "order",
            "tag": f"order-{run.commit}",
            "digest": digest,
            "source_sha": run.commit,
            "run": "https://github.com/someone/platform/actions/runs/77",
        }
    }


def test_a_leg_that_runs_again_takes_what_it_pushed(run: Run) -> None:
    """Tags are immutable: a second build of the same commit could not be pushed under its name."""
    leg = matrix(run)[0]
    assert run.job("build", matrix=leg)[0] == run.job("build", matrix=leg)[0] == "success"
    assert len(run.what("build")) == 1
    assert records(run)[leg["service"]]["digest"] == run.registry.read_text(encoding="utf-8").split()[1]


def test_a_role_for_another_registry_is_named(run: Run) -> None:
    """Before anything is built, with the two registries."""
    run.logged_in = "999999999999.dkr.ecr.us-east-1.amazonaws.com"
    status, _, runner = run.job("build", matrix=matrix(run)[0])
    assert status == "failure"
    assert f"logs in to {run.logged_in}, and the environment's registry is {REGISTRY}" in runner.log
    assert run.what("build") == []


def test_a_leg_without_a_digest_is_red(run: Run) -> None:
    """An image that was not pushed is not recorded, and neither is nothing."""
    leg, steps = matrix(run)[0], {step["name"]: step for step in JOBS["build"]["steps"]}
    nothing = {**steps["write the record"], "env": {"SERVICE": leg["service"], "DIGEST": ""}}
    status, _, runner = run.run({"steps": [steps["check out"], nothing, steps["keep it for the job that publishes"]]}, {}, matrix=leg)
    assert (status, run.artifacts) == ("failure", {})
    assert "DIGEST is ''; it must be sha256:" in runner.log
    keep = steps["keep it for the job that publishes"]
    assert run.run({"steps": [{**keep, "with": {**keep["with"], "name": "build-x", "path": ""}}]}, {})[0] == "failure"


def test_what_is_not_set_up_is_named(run: Run) -> None:
    """A fork that has no role yet reads which page says how."""
    run.variables = {"AWS_ROLE_ARN": ""}
    status, _, runner = run.job("build", matrix=matrix(run)[0])
    assert (status, run.what("aws")) == ("failure", [])
    assert "AWS_ROLE_ARN; docs/pipeline.md says what has to be set up" in runner.log


def test_a_build_that_fails_blocks_nothing(run: Run) -> None:
    """The services that were built move by one commit on the remote's branch; the other one stays, and the summary says so."""
    run.broken, run.variables = frozenset({"billing"}), {"PUBLISH_MODE": "push"}
    ended = {leg["service"]: run.job("build", matrix=leg)[0] for leg in matrix(run)}
    assert ended == {service: "failure" if service == "billing" else "success" for service in SERVICES}
    before = git(run.remote, "rev-parse", "main").strip()
    status, _, runner = run.job("publish", needs={"services": {"result": "success"}, "build": {"result": "failure"}})
    assert status == "success", runner.log
    assert [*records(run)] == ["frontend", "inventory", "order"]
    lock = yaml.safe_load(git(run.remote, "show", "main:charts/images.lock.yaml"))["local"]
    assert {s: lock[s]["tag"] for s in SERVICES} == {s: f"{s}-{'placeholder' if s == 'billing' else run.commit}" for s in SERVICES}
    assert {s: lock[s]["digest"] for s in records(run)} == {s: record["digest"] for s, record in records(run).items()}
    manifest = git(run.remote, "show", "main:dist/local/order/deployment-order.yaml")
    assert f"coffee_machine:order-{run.commit}@{lock['order']['digest']}" in manifest
    assert git(run.remote, "rev-parse", "main^").strip() == before
    assert "billing was not built; it stays as it is" in runner.summary
    changed = git(run.remote, "diff", "--name-only", "main^", "main").splitlines()
    assert {name for name in changed if not name.startswith("dist/local/")} == {"charts/images.lock.yaml"}
    assert [name for name in changed if starts_a_run(name)] == []


def test_what_is_published_already_moves_nothing(run: Run) -> None:
    """A run that is repeated ends well and commits nothing."""
    run.variables = {"PUBLISH_MODE": "push"}
    for leg in matrix(run)[:1]:
        run.job("build", matrix=leg)
    for _ in range(2):
        status, _, runner = run.job("publish")
        assert status == "success", runner.log
    assert git(run.remote, "rev-list", "--count", f"{run.commit}..main").strip() == "1"


def test_by_default_it_is_a_pull_request_of_the_app(run: Run) -> None:
    """The App's token is for one repository and two permissions; main moves when the checks of the pull request are green."""
    for leg in matrix(run)[:2]:
        run.job("build", matrix=leg)
    with github(repository="someone/platform", git=run.remote) as hub:
        run.api, run.token = hub.url, hub.token
        status, _, runner = run.job("publish")
        assert status == "success", runner.log
        (pull,) = hub.pulls
        assert (pull.base, pull.auto_merge is not None, git(run.remote, "rev-parse", "main").strip()) == ("main", True, run.commit)
        hub.checks_pass()
    lock = yaml.safe_load(git(run.remote, "show", "main:charts/images.lock.yaml"))["local"]
    assert [s for s in SERVICES if lock[s]["tag"].endswith(run.commit)] == ["billing", "frontend"]
    assert run.what("token") == [
        {
            "client-id": "Iv1",
            "private-key": "-----KEY-----",
            "owner": "someone",
            "repositories": "platform",
            "permission-contents": "write",
            "permission-pull-requests": "write",
        }
    ]
    platform = run.what("checkout")[-1]
    assert (platform["repository"], platform["ref"], platform["fetch-depth"]) == ("someone/platform", "main", "0")
    assert run.token not in runner.log + runner.summary
    assert "-----KEY-----" not in runner.log + runner.summary


FOREIGN = """
env: {IMAGES: local}
jobs:
  build:
    steps:
      - name: record it
        uses: $/.github/actions/record-build
        with: {service: order, digest: "sha256:%s"}
  publish:
    steps:
      - name: publish
        uses: $/.github/actions/publish-images
        with:
          environment: ${{ env.IMAGES }}
          platform: someone/platform
          client-id: ${{ vars.APP_CLIENT_ID }}
          private-key: ${{ secrets.APP_PRIVATE_KEY }}
"""


def test_a_workflow_of_another_repository_proposes_what_it_built(run: Run) -> None:
    """With a token for the platform's repository, not its own; the record names its own commit and its own run."""
    run.repository = "someone/order"
    whole = yaml.safe_load(FOREIGN % ("d" * 64))
    assert run.run(whole["jobs"]["build"], whole)[0] == "success"
    with github(repository="someone/platform", git=run.remote) as hub:
        run.api, run.token = hub.url, hub.token
        status, _, runner = run.run(whole["jobs"]["publish"], whole)
        assert status == "success", runner.log
        assert len(hub.pulls) == 1
    (token,) = run.what("token")
    assert (token["owner"], token["repositories"], run.what("checkout")[-1]["repository"]) == ("someone", "platform", "someone/platform")
    lock = yaml.safe_load(git(run.remote, "show", "images/local:charts/images.lock.yaml"))["local"]["order"]
    assert (lock["tag"], lock["run"]) == (f"order-{run.commit}", "https://github.com/someone/order/actions/runs/77")


@pytest.mark.parametrize("platform", ["", "platform", "someone/", "/platform", "someone/plat form", "a/b/c", "someone/*"])
def test_a_token_is_never_for_all_of_an_owners_repositories(run: Run, platform: str) -> None:
    """Which is what GitHub makes of an owner without the name of a repository."""
    whole = yaml.safe_load(FOREIGN % ("d" * 64))
    whole["jobs"]["publish"]["steps"][0]["with"]["platform"] = platform
    run.run(whole["jobs"]["build"], whole)
    status, _, runner = run.run(whole["jobs"]["publish"], whole)
    assert (status, run.what("token")) == ("failure", [])
    assert "it must be OWNER/NAME" in runner.log


def test_without_any_build_nothing_is_published_and_the_job_is_red(run: Run) -> None:
    """It says where to look, and no token is made."""
    status, _, runner = run.job("publish")
    assert status == "failure"
    assert "every build failed" in runner.log
    assert run.what("token") == []


def test_crema_gives_up_before_its_job_is_ended() -> None:
    """So that a run without luck ends with a sentence."""
    said = start([ROOT / ".venv" / "bin" / "crema", "image", "publish", "--help"]).stdout
    (seconds,) = re.findall(r"--timeout SECONDS.*?default: (\d+)", said, re.DOTALL)
    assert JOBS["publish"]["timeout-minutes"] * 60 >= int(seconds) + 600


@pytest.mark.parametrize(
    ("services", "build", "status", "publishes"),
    [
        ("success", "success", "success", True),
        ("success", "failure", "failure", True),
        ("success", "cancelled", "cancelled", False),
        ("failure", "skipped", "failure", False),
        ("skipped", "skipped", "skipped", False),
    ],
)
def test_when_the_last_job_runs(services: str, build: str, status: str, publishes: bool) -> None:
    """After failed builds too, but not when the run was cancelled, and not from another branch, where the first job is skipped."""
    needs = {"services": {"result": services}, "build": {"result": build}}
    assert holds(JOBS["publish"]["if"], {"needs": needs}, status) is publishes
    for ref in ("refs/heads/main", "refs/heads/mine", "refs/tags/main"):
        assert holds(JOBS["services"]["if"], {"github": {"ref": ref}}, "success") is (ref == "refs/heads/main")


def starts_a_run(name: str) -> bool:
    """Whether a push to main that changes that file starts images.yaml."""
    trigger = workflow("images")[True]["push"]
    assert trigger["branches"] == ["main"]
    patterns = [re.escape(path).replace(r"\*\*", ".*").replace(r"\*", "[^/]*") for path in trigger["paths"]]
    return any(re.fullmatch(pattern, name) for pattern in patterns)


def test_a_run_starts_no_other_run() -> None:
    """Its trigger and what it commits have no path in common; a test above compares with a real commit."""
    assert starts_a_run("services/order/main.py")
    assert starts_a_run("services/bases.env")
    committed_files = ["charts/images.lock.yaml", *(p.relative_to(ROOT).as_posix() for p in (ROOT / "dist").rglob("*.yaml"))]
    assert [name for name in committed_files if starts_a_run(name)] == []


def test_the_records_are_what_publishing_reads(run: Run, tmp_path: Path) -> None:
    """The same bytes, through the reader of `crema image publish`."""
    run.job("build", matrix=matrix(run)[0])
    ((name, content),) = run.artifacts["build-billing"].items()
    (tmp_path / name).write_bytes(content)
    (build,) = of_files(tmp_path / name)
    assert (build.service, build.tag, build.source_sha) == ("billing", f"billing-{run.commit}", run.commit)
