"""`crema image publish --mode push`: one right commit, or none and the reason."""

import contextlib
import fcntl
import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from crema.__main__ import crema
from crema.pipeline.publish import in_turn, turn_file
from tests.checkout import git
from tests.external import Completed, start
from tests.pipeline.publishers import LOCK, Clone, build, history, lock_of
from tests.pipeline.small import FILES, image_in, images, pushed, small_remote


def _given(clone: Clone, value: object, *more: str) -> Completed:
    """Publish what a file says."""
    words = ["image", "publish", "--images", images(clone, value), "--env", "local", "--mode", "push", *more]
    with contextlib.chdir(clone.root):
        done = CliRunner().invoke(crema, words)
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return Completed(status=done.exit_code, stdout=done.stdout, stderr=done.stderr)


def test_it_is_one_commit_that_says_what_moved(clone: Clone, remote: Path) -> None:
    """The lock and one line of dist/ for each service; the message names old and new, commit and run; the clone is left alone."""
    before = git(clone.root, "rev-parse", "HEAD")
    builds = [build("tea", "1"), build("order", "1", digest=None, source_sha=None, run=None)]
    done = clone.publish(builds)
    assert done.status == 0, done.stderr
    (_, commit) = history(remote)
    tea = builds[0]
    assert commit.message == (
        "dist: local runs new images of order and tea\n\n"
        "order: order-0 → order-1\n\n"
        f"tea: tea-0 → tea-1@{tea['digest']}\n  built from {tea['source_sha']}\n  {tea['run']}"
    )
    assert done.stdout == (f"local: order: order-0 → order-1\nlocal: tea: tea-0 → tea-1@{tea['digest']}\n2 moved by {commit.id[:12]}\n")
    assert git(remote, "diff", "--numstat", "main~", "main").split("\n")[:-1] == [
        "5\t5\tcharts/images.lock.yaml",
        "1\t1\tdist/local/order/deployment-order.yaml",
        "1\t1\tdist/local/tea/deployment-tea.yaml",
    ]
    assert image_in(remote, "order") == "order:order-1"
    assert (git(clone.root, "rev-parse", "HEAD"), git(clone.root, "status", "--porcelain")) == (before, "")
    assert git(remote, "log", "-1", "--format=%an <%ae>", "main") == "crema <crema@localhost>\n"


def test_on_a_runner_it_is_the_runner_s_account_summary_and_outputs(clone: Clone, remote: Path, tmp_path: Path) -> None:
    """By the files and variables that a runner sets."""
    files = {"GITHUB_OUTPUT": str(tmp_path / "output"), "GITHUB_STEP_SUMMARY": str(tmp_path / "summary")}
    done = clone.publish([build("tea", "1")], "local", GITHUB_ACTIONS="true", **files)
    assert done.status == 0, done.stderr
    assert git(remote, "log", "-1", "--format=%cn", "main") == "github-actions[bot]\n"
    commit = git(remote, "rev-parse", "main").strip()
    assert (tmp_path / "output").read_text() == f"commit={commit}\nurl=\nservices=tea\n"
    assert f"- 1 moved by {commit[:12]}\n" in (tmp_path / "summary").read_text()


def test_what_is_there_already_makes_no_commit(clone: Clone, remote: Path) -> None:
    """A job that is run again, from a clone of before: exit 0, and it says so."""
    builds = [build("tea", "1"), build("order", "1")]
    assert clone.publish(builds).status == 0
    done = clone.publish(builds)
    assert (done.status, len(history(remote))) == (0, 2)
    assert "local: tea stays at tea-1@sha256:" in done.stdout
    assert done.stdout.endswith(", which is this build\nnothing to move\n")
    rerun = clone.publish([build("tea", "1", run="https://github.com/o/r/actions/runs/2")])
    assert (rerun.status, len(history(remote))) == (0, 2)


def test_what_was_replaced_does_not_come_back_by_itself(clone: Clone, remote: Path) -> None:
    """A publisher that died after its push and is started again does not undo what came after it; --again does."""
    for name in ("1", "2"):
        assert clone.publish([build("tea", name)]).status == 0
    done = clone.publish([build("tea", "1"), build("order", "1")])
    assert done.status == 0
    assert (
        f"which has replaced tea-1 of {history(remote)[1].id[:12]} (`crema image rollback tea --env local` or --again moves it back)"
        in done.stdout
    )
    assert [image_in(remote, name).partition("@")[0] for name in ("tea", "order")] == ["tea:tea-2", "order:order-1"]
    assert clone.publish([build("tea", "1")], "local", "--again").status == 0
    assert image_in(remote, "tea").startswith("tea:tea-1@")


def test_another_environment_s_history_is_not_this_one_s(clone: Clone, remote: Path) -> None:
    """An image that local had and replaced is new to eks."""
    for name in ("1", "2"):
        assert clone.publish([build("tea", name)]).status == 0
    assert clone.publish([build("tea", "1")], "eks").status == 0
    assert image_in(remote, "tea", "eks").startswith("tea:tea-1@")


def test_an_older_commit_s_build_does_not_replace_a_newer_one_s(clone: Clone, remote: Path, tmp_path: Path) -> None:
    """Two builds finish in the wrong order; git knows which commit came first."""
    old = pushed(remote, tmp_path / "somebody", {"a": "1"})
    new = pushed(remote, tmp_path / "somebody", {"a": "2"})
    assert clone.publish([build("tea", "new", source_sha=new)]).status == 0
    done = clone.publish([build("tea", "old", source_sha=old), build("order", "old", source_sha=old)])
    assert done.status == 0
    assert f", which was built from {new[:12]}, later than {old[:12]} (--again moves it back)" in done.stdout
    assert [image_in(remote, name).partition("@")[0] for name in ("tea", "order")] == ["tea:tea-new", "order:order-old"]


def test_a_branch_that_moves_meanwhile_is_fetched_and_the_step_done_again(clone: Clone, remote: Path, tmp_path: Path) -> None:
    """Somebody pushes while this publisher is at work: a hook of the remote does it once, before the first push arrives."""
    pushed(remote, tmp_path / "somebody", {"a": "1"})
    other = git(tmp_path / "somebody", "rev-parse", "HEAD").strip()
    git(tmp_path / "somebody", "push", "-q", "-f", "origin", "HEAD~:main", f"{other}:refs/heads/other")
    hook = remote / "hooks" / "pre-receive"
    hook.write_text(
        f"#!/bin/sh\nrm -f hooks/pre-receive\nenv -u GIT_QUARANTINE_PATH git update-ref refs/heads/main {other}\n", encoding="utf-8"
    )
    hook.chmod(hook.stat().st_mode | stat.S_IXUSR)
    done = clone.publish([build("tea", "1")])
    assert done.status == 0, done.stderr
    assert "main of origin has moved meanwhile; once more on what it is now\n" in done.stderr
    assert [commit.id for commit in history(remote)][1:2] == [other]
    assert len(history(remote)) == 3


def test_a_failed_build_blocks_nobody_and_is_said(clone: Clone, remote: Path, tmp_path: Path) -> None:
    """What the matrix left is a directory; a service with a Dockerfile and no build is named."""
    pushed(remote, tmp_path / "somebody", {f"services/{name}/Dockerfile": "FROM scratch\n" for name in ("order", "tea")})
    git(clone.root, "pull", "-q")
    directory = tmp_path / "builds"
    (directory / "build-tea").mkdir(parents=True)
    (directory / "build-tea" / "build.json").write_text(json.dumps(build("tea", "1")), encoding="utf-8")
    command = [sys.executable, "-m", "crema", "image", "publish", "--images", str(directory), "--env", "local", "--mode", "push"]
    done = start(command, cwd=clone.root)
    assert done.status == 0, done.stderr
    assert "local: order was not built; it stays as it is\n" in done.stdout
    assert image_in(remote, "order") == "order:order-0"


_TEA = build("tea", "1")


@pytest.mark.parametrize(
    ("value", "status", "messages"),
    [
        ("", 2, ["builds.json is not JSON: Expecting value"]),
        ("[" * 100_000, 2, ["builds.json is not JSON: "]),
        ("[]", 3, ["builds.json has no build: no image was pushed, so nothing moves"]),
        ("[1]", 2, ["builds.json[0] must be an object with service, tag, digest, source_sha, run"]),
        ('{"service": "tea", "service": "order"}', 2, ["builds.json is not JSON: it has 'service' twice"]),
        ([{}], 2, ["builds.json[0]: service is missing", "builds.json[0]: tag is missing"]),
        ([{**_TEA, "tag": 1234567}], 2, ["builds.json[0]: tag must be a text"]),
        ([{**_TEA, "digest": "sha256:1"}], 2, ["builds.json[0]: digest of tea is 'sha256:1'; it must be sha256: and 64"]),
        ([{**_TEA, "digest": ""}], 2, ["builds.json[0]: digest of tea is ''; it must be sha256: and 64"]),
        ([{**_TEA, "dgst": "x"}], 2, ["builds.json[0] has the unknown field 'dgst'; did you mean digest?"]),
        ([{**_TEA, "source_sha": "HEAD"}], 2, ["builds.json[0]: source_sha of tea is 'HEAD'; it must be the whole hash"]),
        ([_TEA, build("tea", "2")], 2, ["builds.json[1]: tea is named twice, first by "]),
        ([build("coffee", "1"), _TEA], 2, ["builds.json[0]: local has no service 'coffee'"]),
    ],
)
def test_builds_that_are_not_right_move_nothing(clone: Clone, remote: Path, value: object, status: int, messages: list[str]) -> None:
    """All of it is said, with the file and the place in it; not one image of them moves."""
    done = _given(clone, value)
    assert done.status == status
    lines = done.stderr.splitlines()
    assert [message in line for line, message in zip(lines, messages, strict=True)] == [True] * len(messages), done.stderr
    assert len(history(remote)) == 1


def test_a_branch_whose_lock_is_broken_is_named_with_its_line(clone: Clone, remote: Path, tmp_path: Path) -> None:
    """It is main's lock, not this clone's, that counts."""
    pushed(remote, tmp_path / "somebody", {LOCK: FILES[LOCK].replace("  tea:", "<<<<<<< ours\n  tea:", 1)})
    done = clone.publish([build("tea", "1")])
    tip = git(remote, "rev-parse", "main")[:12]
    assert (done.status, f"error: {tip}: charts/images.lock.yaml:9: has the marker of a merge conflict" in done.stderr) == (2, True), (
        done.stderr
    )


def test_a_branch_that_cannot_be_synthesised_is_left_alone(clone: Clone, remote: Path, tmp_path: Path) -> None:
    """With the line of the chart that is wrong."""
    tip = pushed(remote, tmp_path / "somebody", {"charts/tea.py": FILES["charts/tea.py"].replace("port=8000", "port=80")})
    done = clone.publish([build("order", "1")])
    assert done.status == 2
    assert done.stderr.splitlines()[0] == f"error: {tip[:12]} with these images cannot be synthesised; nothing was published"
    assert "charts/tea.py:9: WebService 'tea': port is 80" in done.stderr
    assert git(remote, "rev-parse", "main").strip() == tip


def test_a_finding_keeps_an_image_from_being_published(clone: Clone, remote: Path, tmp_path: Path) -> None:
    """What a pull request would not pass, a push does not either: exit 1 and the finding."""
    text = FILES["charts/tea.py"] + (
        '        cdk8s.ApiObject(self, "wrong", api_version="v1", kind="Service", metadata={"name": "wrong"})\n'
        '        self.node.find_child("wrong").add_json_patch(cdk8s.JsonPatch.add("/spec", {"ports": [{"port": "x"}]}))\n'
    )
    somebody = tmp_path / "somebody"
    pushed(remote, somebody, {"charts/tea.py": text})
    assert start([sys.executable, "-m", "crema", "synth"], cwd=somebody).status == 0
    tip = pushed(remote, somebody, {})
    done = clone.publish([build("order", "1")])
    assert (done.status, git(remote, "rev-parse", "main").strip()) == (1, tip), done.stdout + done.stderr
    assert done.stderr.splitlines()[0] == f"error: {tip[:12]} with these images does not pass `crema check` (exit 1); nothing was published"
    assert "schema-manifest-is-valid" in done.stderr


def test_somebody_s_unsynthesised_change_is_not_swept_in(clone: Clone, remote: Path, tmp_path: Path) -> None:
    """The commit of an image is that and nothing else; what waits in the charts is named."""
    tip = pushed(remote, tmp_path / "somebody", {"charts/tea.py": FILES["charts/tea.py"].replace("port=8000", "port=8001")})
    done = clone.publish([build("order", "1")])
    assert done.status == 2
    assert f"error: dist/ of {tip[:12]} is not what its charts say (dist/local/" in done.stderr
    assert "run `make synth` there and commit it first; nothing was published" in done.stderr
    assert git(remote, "rev-parse", "main").strip() == tip


def test_a_chart_that_says_more_by_its_image_is_no_stranger(clone: Clone, remote: Path, tmp_path: Path) -> None:
    """A version in a label moves with the image: it is what the charts say, on a branch that is current."""
    labels = '{"version": spec.image.rpartition(":")[2]}'
    metadata = f'{{"name": "v", "labels": {labels}}}'
    more = f'        cdk8s.ApiObject(self, "v", api_version="v1", kind="ConfigMap", metadata={metadata})\n'
    somebody = tmp_path / "somebody"
    pushed(remote, somebody, {"charts/order.py": FILES["charts/order.py"] + more})
    assert start([sys.executable, "-m", "crema", "synth"], cwd=somebody).status == 0
    pushed(remote, somebody, {})
    done = clone.publish([build("order", "2", digest=None)])
    assert done.status == 0, done.stderr
    assert "version: order-2" in git(remote, "show", "main:dist/local/order/configmap-v.yaml")


def test_a_branch_that_refuses_pushes_is_explained(clone: Clone, remote: Path) -> None:
    """As GitHub's rulesets do: what it says, and the two ways out; no second try."""
    hook = remote / "hooks" / "pre-receive"
    hook.write_text(
        "#!/bin/sh\necho 'GH013: Repository rule violations found for refs/heads/main.' >&2\necho x >> tries\nexit 1\n", encoding="utf-8"
    )
    hook.chmod(hook.stat().st_mode | stat.S_IXUSR)
    done = clone.publish([build("tea", "1")])
    assert done.status == 2
    assert done.stderr == (
        "error: origin refuses a push to main: [remote rejected] (pre-receive hook declined)\n"
        "error: GH013: Repository rule violations found for refs/heads/main.\n"
        "error: a branch that demands a pull request or a status check takes no push: use --mode pr, or let the pusher bypass its rules\n"
    )
    assert (remote / "tries").read_text() == "x\n"


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--remote", "upstream"], "git cannot reach upstream: fatal: 'upstream' does not appear to be a git repository; name a remote"),
        (["--branch", "trunk"], "origin has no branch trunk; name one with --branch"),
        (["--env", "locl"], "there is no environment 'locl' in charts/images.lock.yaml of "),
    ],
)
def test_a_place_that_is_not_there_is_named(clone: Clone, more: list[str], message: str) -> None:
    """Not tried again: waiting brings no remote, branch or environment."""
    done = _given(clone, [_TEA], *more)
    assert (done.status, message in done.stderr) == (2, True), done.stderr


def test_a_remote_that_does_not_answer_is_asked_again_within_bounds(clone: Clone, remote: Path) -> None:
    """A server that is away for good ends the run, with nothing half-done; nobody waits for ever."""
    git(clone.root, "remote", "set-url", "origin", "http://127.0.0.1:9/nobody.git")
    done = clone.publish([_TEA], "local", "--timeout", "1")
    assert done.status in {1, 2}
    assert "git cannot reach origin: fatal: unable to access 'http://127.0.0.1:9/nobody.git/'" in done.stderr
    assert len(history(remote)) == 1


def test_no_hook_and_no_index_of_the_clone_takes_part(clone: Clone, remote: Path) -> None:
    """What a person has staged or changed stays theirs, on whatever branch they are, and their hooks judge their own commits."""
    for name in ("pre-push", "pre-commit", "reference-transaction", "post-index-change", "post-checkout"):
        hook = clone.root / ".git" / "hooks" / name
        hook.write_text(f"#!/bin/sh\ntouch {clone.root.parent}/ran\nexit 1\n", encoding="utf-8")
        hook.chmod(0o755)
    (clone.root / "charts" / "tea.py").write_text("broken", encoding="utf-8")
    (clone.root / "new").write_text("staged", encoding="utf-8")
    git(clone.root, "-c", "core.hooksPath=/dev/null", "add", "new")
    before = git(clone.root, "-c", "core.hooksPath=/dev/null", "status", "--porcelain")
    done = clone.publish([build("tea", "1")])
    assert done.status == 0, done.stderr
    assert not (clone.root.parent / "ran").exists()
    assert git(clone.root, "-c", "core.hooksPath=/dev/null", "status", "--porcelain") == before != ""
    assert "new" not in git(remote, "ls-tree", "--name-only", "main").split()


def test_a_platform_below_the_top_of_its_repository_and_a_shallow_clone(tmp_path: Path) -> None:
    """Both are common: a directory of a monorepo, and what a runner checks out by default."""
    remote = small_remote(tmp_path, below="deploy/platform")
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{remote}", str(tmp_path / "shallow"))
    clone = Clone(root=tmp_path / "shallow" / "deploy" / "platform")
    command = clone.command([build("tea", "1")], "local", "--mode", "push")
    done = start(command, cwd=clone.root)
    assert done.status == 0, done.stderr
    changed = git(remote, "diff", "--name-only", "main~", "main").split()
    assert changed == ["deploy/platform/charts/images.lock.yaml", "deploy/platform/dist/local/tea/deployment-tea.yaml"]


def test_the_code_of_the_branch_never_sees_the_token(clone: Clone, remote: Path, tmp_path: Path) -> None:
    """Charts are anybody's code; what they need of the environment they still have."""
    spy = 'import os\n\nassert "HOME" in os.environ\nassert [n for n in os.environ if "TOKEN" in n] == []\n'
    pushed(remote, tmp_path / "somebody", {"charts/tea.py": spy + FILES["charts/tea.py"]})
    done = clone.publish([build("tea", "1")], "local", GITHUB_TOKEN="ghs_x", ACTIONS_RUNTIME_TOKEN="y", ACTIONS_ID_TOKEN_REQUEST_TOKEN="z")
    assert done.status == 0, done.stderr


def test_publishers_of_one_machine_take_turns(clone: Clone, remote: Path, tmp_path: Path) -> None:
    """The second waits, whatever clone it is in, and goes on when the first is done or dead."""
    with turn_file(tmp_path, str(remote)).open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        process = clone.begin([build("tea", "1")], "local", TMPDIR=str(tmp_path))
        with pytest.raises(subprocess.TimeoutExpired):
            process.communicate(timeout=5)
        assert len(history(remote)) == 1
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0, said


def test_nobody_waits_for_a_turn_for_ever(tmp_path: Path) -> None:
    """Whoever hangs, or a file that cannot be opened, keeps nobody from publishing; and a turn ends with its block."""
    file = turn_file(tmp_path, "https://example.com/a.git")
    assert file != turn_file(tmp_path, "https://example.com/b.git")
    with in_turn(file, seconds=0.0) as first, in_turn(file, seconds=0.2) as second:
        assert (first, second) == (True, False)
    with in_turn(file, seconds=0.0) as again:
        assert again
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with in_turn(tmp_path / "link", seconds=0.0) as held:
        assert (held, (tmp_path / "elsewhere").exists()) == (False, False)


def test_what_a_killed_run_left_is_removed_by_a_later_one(clone: Clone, tmp_path: Path) -> None:
    """An old directory that nobody holds goes; a young one, one in use and a stranger's stay, and so does nothing of this run."""
    temporary = tmp_path / "tmp"
    for name in ("crema-publish-dead", "crema-publish-young", "crema-publish-busy", "crema-publish-strange", "other"):
        (temporary / name / "tree").mkdir(parents=True)
        if name != "crema-publish-strange":
            (temporary / name / "in-use").touch()
        if name != "crema-publish-young":
            os.utime(temporary / name, (0, 0))
    with (temporary / "crema-publish-busy" / "in-use").open("r+") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        assert clone.publish([build("tea", "1")], "local", TMPDIR=str(temporary)).status == 0
    left = sorted(path.name for path in temporary.iterdir() if not path.name.startswith("crema-turn-"))
    assert left == ["crema-publish-busy", "crema-publish-strange", "crema-publish-young", "other"]


def test_a_push_goes_on_when_its_publisher_and_its_group_are_killed(clone: Clone, remote: Path, tmp_path: Path) -> None:
    """Otherwise a remote on a disk would keep the lock of its branch for ever, and no publisher would ever be done."""
    reached = tmp_path / "reached"
    hook = remote / "hooks" / "pre-receive"
    hook.write_text(f"#!/bin/sh\ntouch {reached}\nsleep 2\n", encoding="utf-8")
    hook.chmod(hook.stat().st_mode | stat.S_IXUSR)
    process = clone.begin([build("tea", "1")], "local")
    deadline = time.monotonic() + 60
    while not reached.exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    while len(history(remote)) == 1:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    done = clone.publish([build("tea", "1")])
    assert (done.status, done.stdout.endswith("nothing to move\n")) == (0, True)


def test_who_commits_is_who_the_clone_or_the_environment_says(clone: Clone, remote: Path) -> None:
    """Where neither does, crema."""
    assert clone.publish([build("tea", "1")], "local", GIT_COMMITTER_EMAIL="e@example.com", GIT_COMMITTER_NAME="E").status == 0
    git(clone.root, "config", "user.name", "C")
    git(clone.root, "config", "user.email", "c@example.com")
    assert clone.publish([build("tea", "2")]).status == 0
    assert git(remote, "log", "-2", "--format=%cn <%ce>", "main") == "C <c@example.com>\nE <e@example.com>\n"


def test_the_token_is_shown_to_its_own_server_alone(clone: Clone) -> None:
    """It is in no message, no argument and no file of the clone; another host does not get it."""
    secret = "ghs_verysecret"
    git(clone.root, "remote", "set-url", "origin", "http://127.0.0.1:9/o/r.git")
    done = clone.publish([_TEA], "local", "--timeout", "1", GITHUB_TOKEN=secret, GIT_TRACE_CURL="1", GIT_TRACE="1")
    assert done.status in {1, 2}
    assert secret not in done.stdout + done.stderr
    assert all(secret not in file.read_text(errors="replace") for file in (clone.root / ".git").rglob("*") if file.is_file())
    assert lock_of(clone.root / ".git", "HEAD").entries
