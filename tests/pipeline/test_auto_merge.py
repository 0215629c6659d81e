"""Auto-merge: what GitHub makes of the request, as a state and a sentence."""

from typing import Any

import pytest

from crema.pipeline.github import AutoMergeState, GitHub, GitHubError, PullRequest
from tests.pipeline.github_stand_in import TOKEN, StandIn, github
from tests.pipeline.github_troubles import broken, reset
from tests.pipeline.virtual_time import VirtualTime
from tests.pipeline.wire import Heard

SWITCH = "octo/coffee does not allow auto-merge: switch on Settings → General → Pull Requests → 'Allow auto-merge', or merge #1 yourself"
REQUIRE = "require the checks that must pass under Settings → Rules → Rulesets for main"


def opened(stand_in: StandIn) -> tuple[GitHub, PullRequest]:
    """A client, and a pull request to let merge."""
    stand_in.branches["b"] = "b" * 40
    stand_in.open("b")
    here = GitHub(stand_in.url, stand_in.repository, TOKEN, clock=VirtualTime().clock)
    pull = here.open_pull_request("b", "main")
    assert pull is not None
    return here, pull


def test_it_is_enabled_once() -> None:
    """A second request finds it so; the pull request says it too."""
    with github() as stand_in:
        here, pull = opened(stand_in)
        first, second = here.enable_auto_merge(pull), here.enable_auto_merge(pull)
        assert (first.state, first.method, first.merges) == (AutoMergeState.ENABLED, "squash", True)
        assert first.sentence == "GitHub merges #1 into main (squash) once what main requires has passed"
        assert (second.state, second.method, second.merges) == (AutoMergeState.ALREADY_ENABLED, "squash", True)
        again = here.open_pull_request("b", "main")
        assert again is not None
        assert again.auto_merge == "squash"


@pytest.mark.parametrize(
    ("allowed", "method"), [({"squash", "merge", "rebase"}, "squash"), ({"merge", "rebase"}, "merge"), ({"rebase"}, "rebase")]
)
def test_the_method_is_one_that_the_repository_allows(allowed: set[str], method: str) -> None:
    """The first of those preferred; REST would not have said which to a workflow's token."""
    with github(methods=allowed) as stand_in:
        here, pull = opened(stand_in)
        assert here.enable_auto_merge(pull).method == method
        assert stand_in.pulls[0].auto_merge == method


def test_a_method_that_is_not_allowed_is_not_tried() -> None:
    """Whoever insists is told what there is."""
    with github(methods={"merge"}) as stand_in:
        here, pull = opened(stand_in)
        done = here.enable_auto_merge(pull, preferred=("squash",))
        assert (done.state, done.merges) == (AutoMergeState.OTHER, False)
        assert done.sentence == (
            "octo/coffee allows none of squash (it allows merge); merge #1 yourself, or allow one under Settings → Pull Requests"
        )


@pytest.mark.parametrize(
    ("settings", "state", "sentence"),
    [
        ({"allow_auto_merge": False}, AutoMergeState.NOT_ALLOWED, SWITCH),
        (
            {"merge_state": "clean"},
            AutoMergeState.NOTHING_REQUIRED,
            f"nothing that main requires is left to wait for, and auto-merge only waits: merge #1 yourself, and {REQUIRE},"
            " so that the next one can wait for them",
        ),
        (
            {"merge_state": "unstable"},
            AutoMergeState.UNSTABLE,
            "a check of #1 that main does not require runs or has failed, and all that it requires has passed:"
            f" look at it and merge #1 yourself, or {REQUIRE}",
        ),
        (
            {"merge_state": "has_hooks"},
            AutoMergeState.OTHER,
            "GitHub does not enable auto-merge for #1 (it says: Pull request Pull request is in has_hooks status); merge it yourself",
        ),
        (
            {"permissions": {"pull_requests=write"}},
            AutoMergeState.NOT_PERMITTED,
            "the token may not enable auto-merge for #1 (GitHub says: Resource not accessible by integration);"
            " give the job `permissions:` with `contents: write` and `pull-requests: write`",
        ),
    ],
)
def test_a_refusal_says_what_to_set(settings: dict[str, Any], state: AutoMergeState, sentence: str) -> None:
    """The pull request is there all the same, so no refusal is an exception."""
    with github("octo/coffee", **settings) as stand_in:
        here, pull = opened(stand_in)
        done = here.enable_auto_merge(pull)
        assert (done.state, done.sentence, done.merges, done.method) == (state, sentence, False, None)


@pytest.mark.parametrize(
    ("change", "state", "merges"),
    [
        ({"open": False, "merged": True}, AutoMergeState.MERGED, True),
        ({"open": False}, AutoMergeState.CLOSED, False),
        ({"draft": True}, AutoMergeState.DRAFT, False),
    ],
)
def test_what_is_over_or_not_ready_is_left_alone(change: dict[str, bool], state: AutoMergeState, merges: bool) -> None:
    """One look, no attempt."""
    with github() as stand_in:
        here, pull = opened(stand_in)
        for name, value in change.items():
            setattr(stand_in.pulls[0], name, value)
        before = len(stand_in.heard)
        done = here.enable_auto_merge(pull)
        assert (done.state, done.merges, len(stand_in.heard) - before) == (state, merges, 1)


def test_a_setting_that_changes_between_the_look_and_the_attempt_is_said() -> None:
    """The mutation's own refusal is read too."""
    with github() as stand_in:
        here, pull = opened(stand_in)

        def switched_off(heard: Heard) -> None:
            stand_in.allow_auto_merge = b"mutation" not in heard.body

        stand_in.meanwhile = switched_off
        done = here.enable_auto_merge(pull)
        assert (done.state, done.sentence) == (AutoMergeState.NOT_ALLOWED, SWITCH)


def test_an_attempt_that_was_heard_but_whose_answer_was_lost_is_found_done() -> None:
    """Enabled twice, or merged in the meantime since the checks were quick: both are what was wanted."""
    with github() as stand_in:
        here, pull = opened(stand_in)
        stand_in.trouble(broken(on="POST /graphql"), reset("POST /graphql", acts=True))
        assert here.enable_auto_merge(pull).merges
    with github() as stand_in:
        here, pull = opened(stand_in)

        def merged(heard: Heard) -> None:
            if b"mutation" in heard.body:
                stand_in.merge(stand_in.pulls[0])
                stand_in.merge_state = "clean"

        stand_in.meanwhile = merged
        assert here.enable_auto_merge(pull).state is AutoMergeState.MERGED


def test_a_pull_request_that_is_not_there_is_an_error() -> None:
    """GraphQL says so with status 200."""
    with github() as stand_in:
        here, pull = opened(stand_in)
        stand_in.pulls.clear()
        with pytest.raises(GitHubError) as error:
            here.enable_auto_merge(pull)
        assert str(error.value) == (
            "GitHub does not show the pull request: POST /graphql (repository.pullRequest)"
            " (Could not resolve to a PullRequest with the number of 1.); see that #1 is a pull request of octo/coffee,"
            " and that the token may read it (`pull-requests: read`)"
        )
