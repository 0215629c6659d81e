"""`crema image publish --mode pr`: one pull request for each environment that holds what is not merged yet, whatever happens on the way."""

import signal
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.checkout import committed, git
from tests.external import Completed
from tests.pipeline.github_stand_in import TOKEN, StandIn, github
from tests.pipeline.github_troubles import broken, primary_limit, refused, reset, secondary_limit, truncated
from tests.pipeline.publishers import Clone, build
from tests.pipeline.small import FILES, image_in, pushed

BRANCH = "images/local"


@pytest.fixture
def hub(remote: Path) -> Iterator[StandIn]:
    """GitHub, for that remote."""
    with github("octo/coffee", git=remote) as stand_in:
        yield stand_in


def propose(clone: Clone, hub: StandIn, *builds: dict[str, Any], **env: str) -> Completed:
    """Publish by a pull request, as a runner would."""
    given = {"GITHUB_TOKEN": TOKEN, "GITHUB_REPOSITORY": "octo/coffee", "GITHUB_API_URL": hub.url, **env}
    done = clone.publish(builds, "local", "--mode", "pr", **given)
    assert TOKEN not in done.stdout + done.stderr
    return done


def waiting(remote: Path) -> dict[str, str]:
    """The image without its digest that each service would run once the branch is merged."""
    return {name: image_in(remote, name, branch=BRANCH).partition("@")[0].partition(":")[2] for name in ("order", "tea")}


def test_the_first_build_opens_one_that_merges_by_itself(clone: Clone, hub: StandIn, remote: Path, tmp_path: Path) -> None:
    """One commit on main, pushed to a branch of its own; main is left to the checks."""
    main = git(remote, "rev-parse", "main")
    done = propose(clone, hub, build("tea", "1"), GITHUB_OUTPUT=str(tmp_path / "output"))
    assert done.status == 0, done.stderr
    assert git(remote, "rev-parse", "main", f"{BRANCH}~").split() == main.split() * 2
    (pull,) = hub.pulls
    assert (pull.title, pull.branch, pull.base) == ("dist: local runs tea tea-1", BRANCH, "main")
    assert f"tea: tea-0 → tea-1@{build('tea', '1')['digest']}" in str(pull.body)
    assert pull.auto_merge is not None
    assert "pull request #1 created\n" in done.stdout
    head = git(remote, "rev-parse", BRANCH).strip()
    url = (tmp_path / "output").read_text().splitlines()[1].removeprefix("url=")
    assert url.endswith("/octo/coffee/pull/1")
    assert done.stdout.endswith(f"1 moved by {head[:12]} · {url}\n")
    hub.checks_pass()
    assert image_in(remote, "tea").startswith("tea:tea-1@")
    again = propose(clone, hub, build("tea", "1"))
    assert (again.status, len(hub.pulls), again.stdout.endswith(", which is this build\nnothing to move\n")) == (0, 1, True)


def test_the_next_build_joins_what_waits(clone: Clone, hub: StandIn, remote: Path) -> None:
    """Still one pull request and one commit, with both images; of one service the later build."""
    for builds in ([build("tea", "1")], [build("order", "1")], [build("tea", "2")]):
        assert propose(clone, hub, *builds).status == 0
    (pull,) = hub.pulls
    assert waiting(remote) == {"order": "order-1", "tea": "tea-2"}
    assert pull.title == "dist: local runs new images of order and tea"
    assert git(remote, "rev-list", "--count", f"main..{BRANCH}") == "1\n"


def test_run_again_it_pushes_nothing(clone: Clone, hub: StandIn, remote: Path) -> None:
    """So that checks that run do not begin anew."""
    propose(clone, hub, build("tea", "1"))
    head = git(remote, "rev-parse", BRANCH)
    done = propose(clone, hub, build("tea", "1"))
    assert (done.status, git(remote, "rev-parse", BRANCH), len(hub.pulls)) == (0, head, 1)
    assert "pull request #1 unchanged\n" in done.stdout


@pytest.mark.parametrize("decision", ["merged", "closed"])
def test_what_was_decided_on_is_not_proposed_again(clone: Clone, hub: StandIn, remote: Path, decision: str) -> None:
    """Though its branch is still there: a merged image is on main, a refused one stays refused."""
    propose(clone, hub, build("tea", "1"))
    if decision == "merged":
        hub.checks_pass()
    else:
        hub.pulls[0].open = False
    done = propose(clone, hub, build("order", "1"))
    assert done.status == 0, done.stderr
    assert hub.pulls[1].title == "dist: local runs order order-1"
    assert waiting(remote) == {"order": "order-1", "tea": "tea-1" if decision == "merged" else "tea-0"}


def test_a_branch_without_a_pull_request_is_gone_on_with(clone: Clone, hub: StandIn, remote: Path) -> None:
    """The publisher died between its push and its pull request: what it brought waits all the same."""
    hub.trouble(refused(401, "Bad credentials", on="POST"))
    broken_off = propose(clone, hub, build("tea", "1"))
    assert (broken_off.status, hub.pulls) == (2, [])
    assert broken_off.stderr.count("\n") == 1
    assert waiting(remote)["tea"] == "tea-1"
    assert propose(clone, hub, build("order", "1")).status == 0
    assert len(hub.pulls) == 1
    assert waiting(remote) == {"order": "order-1", "tea": "tea-1"}


def test_main_moves_and_the_branch_is_made_anew_on_it(clone: Clone, hub: StandIn, remote: Path, tmp_path: Path) -> None:
    """A branch that demands to be up to date gets it with the next build."""
    propose(clone, hub, build("tea", "1"))
    tip = pushed(remote, tmp_path / "somebody", {"a": "1"})
    assert propose(clone, hub, build("order", "1")).status == 0
    assert git(remote, "rev-parse", f"{BRANCH}~").strip() == tip
    assert waiting(remote) == {"order": "order-1", "tea": "tea-1"}


def test_it_is_merged_while_the_next_one_is_at_work(clone: Clone, hub: StandIn, remote: Path) -> None:
    """What it has just pushed is merged with the rest before it asks: nothing is proposed a second time."""
    propose(clone, hub, build("tea", "1"))

    def merge_once(heard: Any) -> None:
        del heard
        if hub.pulls[0].open and waiting(remote)["order"] == "order-1":  # it has been pushed, and is asked for next
            hub.checks_pass()

    hub.meanwhile = merge_once
    done = propose(clone, hub, build("order", "1"))
    hub.meanwhile = None
    assert done.status == 0, done.stderr
    assert done.stdout.endswith("nothing to move\n")
    assert [image_in(remote, name).partition("@")[0] for name in ("order", "tea")] == ["order:order-1", "tea:tea-1"]
    assert [pull.number for pull in hub.pulls] == [1]


def test_main_moves_while_the_first_pull_request_is_opened(clone: Clone, hub: StandIn, remote: Path, tmp_path: Path) -> None:
    """Its branch is made anew on what main is now."""
    tip = pushed(remote, tmp_path / "somebody", {"a": "1"})
    git(remote, "update-ref", "refs/heads/main", f"{tip}~")
    git(remote, "update-ref", "refs/heads/somebody", tip)

    def move(heard: Any) -> None:
        if heard.method == "POST" and heard.path.endswith("/pulls"):
            git(remote, "update-ref", "refs/heads/main", tip)

    hub.meanwhile = move
    assert propose(clone, hub, build("tea", "1")).status == 0
    assert (git(remote, "rev-parse", f"{BRANCH}~").strip(), len(hub.pulls)) == (tip, 1)


def test_a_pull_request_that_has_nothing_left_is_named(clone: Clone, hub: StandIn) -> None:
    """Somebody has put its images onto main another way; it is left to a person, or to the next build, which uses it."""
    propose(clone, hub, build("tea", "1"))
    assert clone.publish([build("tea", "1")]).status == 0
    done = propose(clone, hub, build("tea", "1"))
    assert done.status == 0
    assert "pull request #1 has nothing that main has not: close it, or leave it to the next build\n" in done.stdout
    assert propose(clone, hub, build("order", "1")).status == 0
    assert [(pull.number, pull.title) for pull in hub.pulls if pull.open] == [(1, "dist: local runs order order-1")]


def test_another_publisher_s_push_in_between_is_never_lost(clone: Clone, hub: StandIn, remote: Path) -> None:
    """It lands after this one has looked at the branch and before it pushes: what it brought waits in the end."""
    propose(clone, hub, build("tea", "1"))
    first = git(remote, "rev-parse", BRANCH).strip()
    propose(clone, hub, build("order", "9"))
    second = git(remote, "rev-parse", BRANCH).strip()
    git(remote, "update-ref", f"refs/heads/{BRANCH}", first)
    landed: list[Any] = []

    def land(heard: Any) -> None:
        if not landed:
            landed.append(heard)
            git(remote, "update-ref", f"refs/heads/{BRANCH}", second)

    hub.meanwhile = land
    done = propose(clone, hub, build("tea", "2"))
    assert done.status == 0, done.stderr
    assert "main or images/local of origin has moved meanwhile" in done.stderr
    assert waiting(remote) == {"order": "order-9", "tea": "tea-2"}


def test_somebody_s_work_on_the_branch_is_never_lost(clone: Clone, hub: StandIn, remote: Path, tmp_path: Path) -> None:
    """A person has pushed to it: the publisher says so instead of pushing over it."""
    propose(clone, hub, build("tea", "1"))
    git(tmp_path, "clone", "-q", "-b", BRANCH, str(remote), "somebody")
    (tmp_path / "somebody" / "charts" / "tea.py").write_text(FILES["charts/tea.py"] + "# mine\n", encoding="utf-8")
    committed(tmp_path / "somebody", "mine")
    git(tmp_path / "somebody", "push", "-q", "origin", f"HEAD:{BRANCH}")
    head = git(remote, "rev-parse", BRANCH)
    done = propose(clone, hub, build("order", "1"))
    assert (done.status, git(remote, "rev-parse", BRANCH)) == (2, head)
    assert done.stderr == f"error: {BRANCH} has somebody else's changes (charts/tea.py): merge or close its pull request first\n"


def test_an_older_build_does_not_replace_one_that_waits(clone: Clone, hub: StandIn, remote: Path, tmp_path: Path) -> None:
    """Two builds finish in the wrong order, and neither is merged yet."""
    old = pushed(remote, tmp_path / "somebody", {"a": "1"})
    new = pushed(remote, tmp_path / "somebody", {"a": "2"})
    propose(clone, hub, build("tea", "new", source_sha=new))
    done = propose(clone, hub, build("tea", "old", source_sha=old), build("order", "old", source_sha=old))
    assert done.status == 0, done.stderr
    assert "tea: tea-new waits in images/local, and was built from a later commit than tea-old\n" in done.stdout
    assert waiting(remote) == {"order": "order-old", "tea": "tea-new"}


def test_limits_and_failures_that_pass_are_sat_out(clone: Clone, hub: StandIn) -> None:
    """A rate limit, a bad gateway, a lost connection before and after GitHub acted, half an answer: one pull request."""
    hub.trouble(
        secondary_limit(1),
        broken(502),
        reset(on="POST /repos", acts=True),
        truncated(on="GET /repos", whole_length=False),
        primary_limit(1, on="graphql"),
    )
    done = propose(clone, hub, build("tea", "1"))
    assert done.status == 0, done.stderr
    assert (len(hub.pulls), hub.untroubled(), hub.hasty) == (1, True, [])


@pytest.mark.parametrize(
    ("settings", "env", "messages"),
    [
        (
            {},
            {"GITHUB_TOKEN": ""},
            ["GITHUB_TOKEN is not set: a pull request is opened with the token of a GitHub App; --mode push needs none"],
        ),
        ({}, {"GITHUB_TOKEN": "ghp_wrong"}, ["was answered 401 (Bad credentials)"]),
        ({}, {"GITHUB_REPOSITORY": ""}, ["GITHUB_REPOSITORY is not set, and the address of origin is no owner/name on GitHub"]),
        ({}, {"GITHUB_REPOSITORY": "octo/tea"}, ["404"]),
        ({"permissions": {"contents=write"}}, {}, ["403", "pull-requests: write"]),
        ({"actions_may_create": False}, {}, ["403", "Allow GitHub Actions to create and approve pull requests"]),
    ],
)
def test_what_github_does_not_permit_is_one_sentence(
    clone: Clone, hub: StandIn, settings: dict[str, Any], env: dict[str, str], messages: list[str]
) -> None:
    """Which request, what it says, and what to set; main stays."""
    for name, value in settings.items():
        setattr(hub, name, value)
    done = propose(clone, hub, build("tea", "1"), **env)
    assert done.status == 2
    (line,) = done.stderr.splitlines()
    assert [message for message in messages if message not in line] == []


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (
            {"allow_auto_merge": False},
            "octo/coffee does not allow auto-merge: switch on Settings → General → Pull Requests → 'Allow auto-merge'",
        ),
        ({"merge_state": "clean"}, "nothing that main requires is left to wait for, and auto-merge only waits"),
    ],
)
def test_a_pull_request_that_does_not_merge_by_itself_is_said(clone: Clone, hub: StandIn, settings: dict[str, Any], sentence: str) -> None:
    """It is there, a person merges it; and what to set is said."""
    for name, value in settings.items():
        setattr(hub, name, value)
    done = propose(clone, hub, build("tea", "1"))
    assert (done.status, len(hub.pulls), hub.pulls[0].open) == (0, 1, True)
    assert sentence in done.stdout


def test_proposals_at_once_end_in_one_pull_request_with_all_of_them(hub: StandIn, remote: Path, tmp_path: Path) -> None:
    """Six publishers in six clones, each killed once somewhere on its way; what waits in the end has an image of each service."""
    clones = [Clone.of(remote, tmp_path / f"clone-{number}") for number in range(6)]
    env = {"GITHUB_TOKEN": TOKEN, "GITHUB_REPOSITORY": "octo/coffee", "GITHUB_API_URL": hub.url}

    def work(number: int) -> Completed:
        builds = [build(("order", "tea")[number % 2], f"p{number}")]
        process = clones[number].begin(builds, "local", "pr", **env)
        try:
            process.communicate(timeout=1.5 + 2.5 * number)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.communicate()
        return propose(clones[number], hub, *builds)

    with ThreadPoolExecutor(6) as pool:
        done = list(pool.map(work, range(6)))
    assert [each.status for each in done] == [0] * 6, [each.stderr for each in done]
    (pull,) = [pull for pull in hub.pulls if pull.open]
    assert pull.branch == BRANCH
    found = waiting(remote)
    assert found["order"] in {"order-p0", "order-p2", "order-p4"}
    assert found["tea"] in {"tea-p1", "tea-p3", "tea-p5"}
    assert git(remote, "rev-list", "--count", f"main..{BRANCH}") == "1\n"
