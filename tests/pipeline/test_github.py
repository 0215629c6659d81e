"""Pull requests on a stand-in of GitHub: found, made once, changed; and what is said when GitHub refuses."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from requests import Session

from crema.pipeline.github import GITHUB, GitHub, GitHubError, NoCommits
from crema.pipeline.github_api import Api
from crema.pipeline.retries import Retries
from crema.pipeline.stopped import Stopped
from tests.external import system
from tests.pipeline.github_stand_in import TOKEN, StandIn, github
from tests.pipeline.github_troubles import (
    Trouble,
    broken,
    graphql_limit,
    moved,
    primary_limit,
    refused,
    reset,
    secondary_limit,
    too_quick,
    truncated,
)
from tests.pipeline.virtual_time import VirtualTime
from tests.pipeline.wire import Heard, Said, serving

WANTED = {"branch": "crema/images", "base": "main", "title": "order: 4f2a", "body": "From a build.\n\n- order ☕"}
CREATE = "POST /repos/octo/coffee/pulls"


@pytest.fixture
def time() -> VirtualTime:
    """Nobody waits for real."""
    return VirtualTime()


@pytest.fixture
def stand_in(time: VirtualTime) -> Iterator[StandIn]:
    """A GitHub with a branch that has a commit more than main."""
    with github(now=time.now) as made:
        made.branches["crema/images"] = "b" * 40
        yield made


def client(stand_in: StandIn, time: VirtualTime, *, token: str = TOKEN, patience: float = 300, repository: str | None = None) -> GitHub:
    """A client of the stand-in."""
    return GitHub(stand_in.url, repository or stand_in.repository, token, clock=time.clock, patience=patience)


def requests(stand_in: StandIn) -> list[str]:
    """What was asked, in order."""
    return [f"{heard.method} {heard.path}" for heard in stand_in.heard]


def test_a_first_pull_request_is_created(stand_in: StandIn, time: VirtualTime) -> None:
    """With the title, the text, the branch's commit, and the headers that GitHub asks every client for."""
    done = client(stand_in, time).ensure(**WANTED)
    assert not isinstance(done, NoCommits)
    assert (done.change, done.pull.number, done.pull.title, done.pull.body) == ("created", 1, WANTED["title"], WANTED["body"])
    assert (done.pull.head_sha, done.pull.open, done.pull.merged, done.pull.auto_merge) == ("b" * 40, True, False, None)
    assert done.pull.url == "https://github.com/octo/coffee/pull/1"
    assert requests(stand_in) == ["GET /repos/octo/coffee", "GET /repos/octo/coffee/pulls", CREATE]
    for heard in stand_in.heard:
        assert heard.headers["accept"] == "application/vnd.github+json"
        assert heard.headers["x-github-api-version"] == "2022-11-28"
        assert heard.headers["user-agent"].startswith("crema/")
        assert heard.headers["authorization"] == f"Bearer {TOKEN}"
    assert time.slept == []


def test_a_second_run_changes_what_differs_and_nothing_else(stand_in: StandIn, time: VirtualTime) -> None:
    """The pull request stays the same one; one that is right is left alone, one whose text GitHub keeps as null too."""
    here = client(stand_in, time)
    here.ensure(**WANTED)
    again = here.ensure(**WANTED)
    changed = here.ensure(**{**WANTED, "title": "billing too", "body": ""})
    same = here.ensure(**{**WANTED, "title": "billing too", "body": ""})
    assert [not isinstance(d, NoCommits) and d.change for d in (again, changed, same)] == ["unchanged", "updated", "unchanged"]
    assert [(p.title, p.body) for p in stand_in.pulls] == [("billing too", None)]


def test_after_a_merge_or_a_close_there_is_a_new_one(stand_in: StandIn, time: VirtualTime) -> None:
    """What is over is over; the newest stands first, and says whether it was merged."""
    here = client(stand_in, time)
    here.ensure(**WANTED)
    stand_in.merge(stand_in.pulls[0])
    here.ensure(**WANTED)
    stand_in.pulls[1].open = False
    here.ensure(**WANTED)
    found = [(p.number, p.open, p.merged) for p in here.pull_requests("crema/images", "main")]
    assert found == [(3, True, False), (2, False, False), (1, False, True)]
    there = here.open_pull_request("crema/images", "main")
    assert there is not None
    assert there.number == 3


def test_what_is_of_another_branch_or_a_fork_is_not_ours(stand_in: StandIn, time: VirtualTime) -> None:
    """Neither somebody's fork with a branch of that name, nor another base, nor another branch."""
    stand_in.open("crema/images", fork="eve")
    stand_in.open("crema/images", base="release")
    stand_in.open("other")
    assert client(stand_in, time).open_pull_request("crema/images", "main") is None
    assert list(client(stand_in, time).pull_requests("crema/images", "main")) == []


def test_a_filter_that_github_ignores_does_no_harm(time: VirtualTime) -> None:
    """A list with everything in it, forks that are gone included, is read for what was asked."""
    with github() as other:
        mine = other.open("crema/images")
        other.open("crema/images", fork="eve")
        other.open("else")

        def everything(heard: Heard) -> Said:
            said = other.answer(Heard(method=heard.method, path=heard.path, query="state=all", headers=heard.headers, body=heard.body))
            return Said(status=said.status, headers=said.headers, body=said.body.replace(b'"id": 77', b'"id": 78'))

        with serving(everything) as url:
            found = list(GitHub(url, "octo/coffee", TOKEN, clock=time.clock).pull_requests("crema/images", "main"))
    assert [p.number for p in found] == [mine.number]


def test_pages_are_followed_as_far_as_they_are_needed(stand_in: StandIn, time: VirtualTime) -> None:
    """Seventy of them are three pages; whoever stops at the first asks for one."""
    for _ in range(70):
        stand_in.open("crema/images").open = False
    here = client(stand_in, time)
    assert next(here.pull_requests("crema/images", "main")).number == 70
    assert len(stand_in.heard) == 2
    assert [p.number for p in here.pull_requests("crema/images", "main")] == list(range(70, 0, -1))
    assert len(stand_in.heard) == 5


def test_a_branch_without_a_commit_more_is_a_result(stand_in: StandIn, time: VirtualTime) -> None:
    """There is nothing to propose, and that is no error."""
    stand_in.branches["crema/images"] = stand_in.branches["main"]
    done = client(stand_in, time).ensure(**WANTED)
    assert done == NoCommits(sentence="crema/images has no commit that main has not, so there is nothing to propose")
    assert stand_in.pulls == []


def test_a_branch_that_was_just_pushed_is_waited_for(stand_in: StandIn, time: VirtualTime) -> None:
    """GitHub's API may know it some seconds later; one that never comes is named."""
    late = stand_in.branches.pop("crema/images")
    with pytest.raises(GitHubError) as refusal:
        client(stand_in, time).ensure(**WANTED)
    assert str(refusal.value) == (
        "GitHub does not accept the request: POST /repos/octo/coffee/pulls was answered 422 (head invalid);"
        " GitHub knows no branch crema/images in octo/coffee; push it first"
    )
    assert len(time.slept) == 3
    time.meanwhile = lambda: stand_in.branches.update({"crema/images": late})
    done = client(stand_in, time).ensure(**WANTED)
    assert not isinstance(done, NoCommits)
    assert (done.change, len(time.slept)) == ("created", 4)


def test_a_base_that_is_not_there_is_named(stand_in: StandIn, time: VirtualTime) -> None:
    """It cannot appear by waiting."""
    with pytest.raises(GitHubError, match=r"422 \(base invalid\); there is no branch mian to go into; name one that exists"):
        client(stand_in, time).ensure(**{**WANTED, "base": "mian"})
    assert time.slept == []


def test_the_branches_of_a_repository_on_disk(time: VirtualTime, tmp_path: Path) -> None:
    """Not pushed, pushed, merged: what GitHub knows is what the bare repository has, and a merge is a squashed commit on its main."""
    bare, work = tmp_path / "bare.git", tmp_path / "work"

    def git(*words: str, cwd: Path = work) -> str:
        done = system("git", "-c", "user.name=t", "-c", "user.email=t@example.com", *words, cwd=cwd)
        assert done.status == 0, done.stderr
        return done.stdout.strip()

    git("init", "-q", "--bare", "-b", "main", str(bare), cwd=tmp_path)
    git("init", "-q", "-b", "main", str(work), cwd=tmp_path)
    git("commit", "-q", "--allow-empty", "-m", "first")
    git("push", "-q", str(bare), "main")
    with github(git=bare, now=time.now) as stand_in:
        here = client(stand_in, time)
        with pytest.raises(GitHubError, match="push it first"):
            here.ensure(**WANTED)
        git("push", "-q", str(bare), "main:crema/images")
        assert isinstance(here.ensure(**WANTED), NoCommits)
        (work / "lock").write_text("order: 4f2a\n", encoding="utf-8")
        git("add", "lock")
        git("commit", "-q", "-m", "order")
        git("push", "-q", str(bare), "main:crema/images")
        done = here.ensure(**WANTED)
        assert not isinstance(done, NoCommits)
        assert done.pull.head_sha == git("rev-parse", "HEAD")
        assert here.enable_auto_merge(done.pull).merges
        stand_in.checks_pass()
        assert git("log", "--format=%s", "main", cwd=bare) == "order: 4f2a (#1)\nfirst"
        assert git("show", "main:lock", cwd=bare) == "order: 4f2a"
        assert [p.merged for p in here.pull_requests("crema/images", "main")] == [True]


def test_a_renamed_repository_is_followed(time: VirtualTime) -> None:
    """By 301, to the name that GitHub lists its branches under today."""
    with github("brew/coffee", former="octo/coffee", now=time.now, branches={"main": "a" * 40, "crema/images": "b" * 40}) as stand_in:
        here = client(stand_in, time, repository="octo/coffee")
        done = here.ensure(**WANTED)
        assert not isinstance(done, NoCommits)
        assert here.name() == "brew/coffee"
        assert here.enable_auto_merge(done.pull).merges
    assert requests(stand_in)[:3] == ["GET /repos/octo/coffee", "GET /repositories/1296269", "GET /repos/brew/coffee/pulls"]


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_keeps_the_method_and_the_body(stand_in: StandIn, time: VirtualTime, status: int) -> None:
    """A creation stays a creation, whichever redirect it is."""
    stand_in.trouble(moved("/repositories/1296269/pulls", status, on=CREATE))
    client(stand_in, time).ensure(**WANTED)
    assert requests(stand_in)[-2:] == [CREATE, "POST /repositories/1296269/pulls"]
    assert [p.title for p in stand_in.pulls] == [WANTED["title"]]


def test_an_enterprise_server_has_its_api_elsewhere(time: VirtualTime) -> None:
    """REST below /api/v3, GraphQL beside it."""
    with github(enterprise=True, now=time.now, branches={"main": "a" * 40, "crema/images": "b" * 40}) as stand_in:
        here = client(stand_in, time)
        done = here.ensure(**WANTED)
        assert not isinstance(done, NoCommits)
        assert here.enable_auto_merge(done.pull).merges
    assert requests(stand_in)[-1] == "POST /api/graphql"


@pytest.mark.parametrize(
    ("api", "graphql"),
    [
        (GITHUB, "https://api.github.com/graphql"),
        ("https://api.github.com/", "https://api.github.com/graphql"),
        ("https://api.octo.ghe.com", "https://api.octo.ghe.com/graphql"),
        ("https://github.example.com/api/v3", "https://github.example.com/api/graphql"),
        ("https://github.example.com:8443/api/v3/", "https://github.example.com:8443/api/graphql"),
    ],
)
def test_where_graphql_is(api: str, graphql: str, time: VirtualTime) -> None:
    """From GITHUB_API_URL alone: on github.com, with data residency, and on an Enterprise Server."""
    assert Api(api, "o/n", TOKEN, session=Session(), retries=Retries(seconds=1, clock=time.clock)).graphql_url == graphql


@pytest.mark.parametrize(
    ("api", "repository", "token", "said"),
    [
        ("http://github.example.com/api/v3", "o/n", TOKEN, "sent to github.example.com that way can be read on the way; use https://"),
        ("https://user:pw@github.example.com", "o/n", TOKEN, "must be like https://api.github.com or https://HOST/api/v3"),
        ("ftp://github.example.com", "o/n", TOKEN, "must be like https://api.github.com"),
        ("https://github.example.com:port", "o/n", TOKEN, "must be like https://api.github.com"),
        ("", "o/n", TOKEN, "must be like https://api.github.com"),
        (GITHUB, "coffee", TOKEN, "the repository is 'coffee'; it must be owner/name (GITHUB_REPOSITORY)"),
        (GITHUB, "o/n/../x", TOKEN, "it must be owner/name"),
        (GITHUB, "o/n", "", "the token is empty; set GITHUB_TOKEN to the token alone"),
        (GITHUB, "o/n", f"{TOKEN}\n", "the token holds blanks, line breaks or letters that no token has"),
        (GITHUB, "o/n", f"{TOKEN}é", "the token holds blanks, line breaks or letters that no token has"),
        (GITHUB, "o/n", f"a {TOKEN}", "the token holds blanks, line breaks or letters that no token has"),
    ],
)
def test_what_cannot_be_right_is_said_before_anything_is_asked(api: str, repository: str, token: str, said: str) -> None:
    """A URL that would give the token away, a name that is none, a token with a line break: without the token or a password."""
    with pytest.raises(Stopped) as stopped:
        GitHub(api, repository, token)
    assert said in str(stopped.value)
    assert TOKEN not in str(stopped.value)
    assert "pw" not in str(stopped.value)


REFUSALS = [
    (
        refused(401, "Bad credentials"),
        "GitHub does not accept the token: GET /repos/octo/coffee was answered 401 (Bad credentials);"
        " set GITHUB_TOKEN to one that is valid and has not expired",
    ),
    (
        refused(403, "Resource not accessible by integration", x_accepted_github_permissions="pull_requests=write,contents=read"),
        "the token may not do this: GET /repos/octo/coffee was answered 403 (Resource not accessible by integration); it needs"
        " pull_requests=write,contents=read: in a workflow, give the job `permissions:` with `pull-requests: write` and `contents: read`",
    ),
    (
        refused(
            403, "Resource not accessible by integration", x_accepted_github_permissions="contents=write; contents=write,workflows=write"
        ),
        "the token may not do this: GET /repos/octo/coffee was answered 403 (Resource not accessible by integration); it needs"
        " contents=write, or contents=write,workflows=write: in a workflow, give the job `permissions:` with `contents: write`",
    ),
    (
        refused(403, "GitHub Actions is not permitted to create or approve pull requests."),
        "a setting forbids this: GET /repos/octo/coffee was answered 403"
        " (GitHub Actions is not permitted to create or approve pull requests.);"
        " switch on Settings → Actions → General → 'Allow GitHub Actions to create and approve pull requests', or use a GitHub App's token",
    ),
    (
        refused(403, "Repository was archived so is read-only."),
        "a setting forbids this: GET /repos/octo/coffee was answered 403 (Repository was archived so is read-only.);"
        " take the repository out of the archive, or publish to another",
    ),
    (
        refused(404, "Not Found"),
        "GitHub shows the token no such thing: GET /repos/octo/coffee was answered 404 (Not Found); see that it is octo/coffee"
        " (GITHUB_REPOSITORY), and that the token may read it and has `contents: write` and `pull-requests: write`:"
        " to a token without access, a private repository does not exist",
    ),
    (
        refused(451, "Repository access\n::error::blocked"),
        "GitHub refuses: GET /repos/octo/coffee was answered 451 (Repository access ::error::blocked);"
        " act on what it says; https://www.githubstatus.com says whether GitHub is well",
    ),
]


@pytest.mark.parametrize(("trouble", "said"), REFUSALS, ids=[trouble.name for trouble, _ in REFUSALS])
def test_a_refusal_is_one_sentence(stand_in: StandIn, time: VirtualTime, trouble: Trouble, said: str) -> None:
    """What, which request, its status, GitHub's own words in one line, and what to do; nothing is asked twice."""
    stand_in.trouble(trouble)
    with pytest.raises(GitHubError) as error:
        client(stand_in, time).ensure(**WANTED)
    assert str(error.value) == said
    assert error.value.messages == (said,)
    assert (error.value.status, error.value.where, error.value.code) == (trouble.status, "GET /repos/octo/coffee", 2)
    assert len(stand_in.heard) == 1


def test_a_permission_that_is_missing_is_named_as_a_workflow_writes_it(stand_in: StandIn, time: VirtualTime) -> None:
    """Reading goes well, writing does not."""
    stand_in.permissions.discard("pull_requests=write")
    with pytest.raises(GitHubError, match=r"POST /repos/octo/coffee/pulls was answered 403 .* `permissions:` with `pull-requests: write`"):
        client(stand_in, time).ensure(**WANTED)


def test_a_text_that_github_does_not_take(stand_in: StandIn, time: VirtualTime) -> None:
    """What a 422 names is said, entry by entry."""
    with pytest.raises(GitHubError, match=r"422 \(body is too long \(maximum is 65536 characters\)\); change what it names"):
        client(stand_in, time).ensure(**{**WANTED, "body": "x" * 65537})


LIMITS = [
    (primary_limit(90), 91, "counts no more requests for this token (primary rate limit)"),
    (primary_limit(90, status=429), 91, "counts no more requests for this token (primary rate limit)"),
    (secondary_limit(17), 17, "limits how often it may be asked (secondary rate limit)"),
    (secondary_limit(17, status=429), 17, "limits how often it may be asked (secondary rate limit)"),
    (secondary_limit(), 60, "limits how often it may be asked (secondary rate limit)"),
    (too_quick(), 60, "limits how often it may be asked (secondary rate limit)"),
]


@pytest.mark.parametrize(("trouble", "wait", "why"), LIMITS)
def test_a_limit_is_waited_for_as_long_as_it_says(stand_in: StandIn, time: VirtualTime, trouble: Trouble, wait: float, why: str) -> None:
    """Not a second less, by GitHub's clock; longer than the patience, it is said at once until when."""
    stand_in.trouble(trouble)
    client(stand_in, time).ensure(**WANTED)
    assert time.slept == [wait]
    assert stand_in.hasty == []
    time.slept.clear()
    time.second = 1_795_000_000
    stand_in.trouble(trouble)
    with pytest.raises(GitHubError) as error:
        client(stand_in, time, patience=wait - 1).ensure(**WANTED)
    until = {91: "2026-11-18T11:08:11Z", 17: "2026-11-18T11:06:57Z", 60: "2026-11-18T11:07:40Z"}[int(wait)]
    assert str(error.value) == (
        f"GitHub {why}: GET /repos/octo/coffee was answered {trouble.status}; run this again after {until};"
        f" that is longer than the {wait - 1:.0f} s that it may wait here"
    )
    assert time.slept == []


def test_a_limit_without_a_time_doubles(stand_in: StandIn, time: VirtualTime) -> None:
    """A minute, two, four: as GitHub asks, since whoever goes on is banned."""
    stand_in.trouble(secondary_limit(), secondary_limit(), secondary_limit())
    client(stand_in, time, patience=1000).ensure(**WANTED)
    assert time.slept == [60, 120, 240]


@pytest.mark.parametrize("kind", ["RATE_LIMIT", "RATE_LIMITED"])
def test_graphql_limits_with_status_200(stand_in: StandIn, time: VirtualTime, kind: str) -> None:
    """It has a limit of its own, and says so in a body that looks like success."""
    here = client(stand_in, time)
    done = here.ensure(**WANTED)
    assert not isinstance(done, NoCommits)
    stand_in.trouble(graphql_limit(kind))
    assert here.enable_auto_merge(done.pull).merges
    assert time.slept == [60]


def test_a_creation_whose_answer_was_lost_is_found(stand_in: StandIn, time: VirtualTime) -> None:
    """The connection broke after GitHub had acted: there is one pull request, and the run goes on."""
    for trouble in (
        reset(CREATE, acts=True),
        truncated(CREATE, whole_length=True),
        truncated(CREATE, whole_length=False),
        broken(502, CREATE, acts=True),
    ):
        stand_in.pulls.clear()
        stand_in.trouble(trouble)
        done = client(stand_in, time).ensure(**WANTED)
        assert not isinstance(done, NoCommits)
        assert (done.pull.number, len(stand_in.pulls), stand_in.untroubled()) == (1, 1, True)


def test_a_pull_request_that_somebody_else_opens_meanwhile_is_taken_over(stand_in: StandIn, time: VirtualTime) -> None:
    """Two runs find none and both create: the second updates the first's."""
    first = client(stand_in, time)
    assert first.open_pull_request("crema/images", "main") is None
    stand_in.open("crema/images", title="theirs", body="their text")
    assert first.create(**WANTED) is None
    done = first.ensure(**WANTED)
    assert not isinstance(done, NoCommits)
    assert (done.change, [p.title for p in stand_in.pulls]) == ("updated", [WANTED["title"]])


def test_what_never_ends_is_given_up(stand_in: StandIn, time: VirtualTime) -> None:
    """A GitHub that is down costs the patience and no more, and few requests: waits double up to half a minute."""
    stand_in.trouble(*[broken(503)] * 1000)
    with pytest.raises(GitHubError) as error:
        client(stand_in, time).ensure(**WANTED)
    assert str(error.value) == (
        "GitHub answers 503, so something is broken there: GET /repos/octo/coffee was answered 503;"
        " run this again later, 300 s of trying were not enough; https://www.githubstatus.com says whether GitHub is well"
    )
    assert time.slept == [1, 2, 4, 8, 16, 30, 30, 30, 30, 30, 30, 30, 30]


def test_an_answer_without_what_is_promised_is_named(time: VirtualTime) -> None:
    """A URL that is no GitHub's: the place in the answer that is missing, not a KeyError."""
    said = Said(status=200, body=b'{"full_name": true}')
    with serving(lambda _: said) as url, pytest.raises(GitHubError) as error:
        GitHub(url, "octo/coffee", TOKEN, clock=time.clock).name()
    assert str(error.value) == (
        "GitHub's answer has no text at full_name: GET /repos/octo/coffee; see that GITHUB_API_URL is the URL of GitHub's API"
    )


def test_the_library_logs_no_token(stand_in: StandIn, time: VirtualTime, caplog: pytest.LogCaptureFixture) -> None:
    """At its most talkative."""
    caplog.set_level(logging.DEBUG)
    client(stand_in, time).ensure(**WANTED)
    assert "/repos/octo/coffee/pulls" in caplog.text
    assert TOKEN not in caplog.text
