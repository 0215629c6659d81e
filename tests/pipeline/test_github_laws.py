"""Whatever breaks on the way, in whatever order: one pull request, no hurry, an end with a reason, and the token where it belongs."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crema.pipeline.github import GitHub, GitHubError, NoCommits
from tests.pipeline.github_stand_in import TOKEN, StandIn, github
from tests.pipeline.github_troubles import (
    Trouble,
    broken,
    graphql_broken,
    graphql_limit,
    moved,
    primary_limit,
    refused,
    reset,
    secondary_limit,
    too_quick,
    truncated,
)
from tests.pipeline.told import told
from tests.pipeline.virtual_time import VirtualTime
from tests.pipeline.wire import Heard, Said, serving

WANTED = {"branch": "crema/images", "base": "main", "title": "order: 4f2a", "body": "text"}
PLACES = st.sampled_from(["", "GET ", "POST ", "POST /repos", "PATCH ", "POST /graphql"])
SECONDS = st.integers(0, 400)
TRANSIENT = st.one_of(
    st.builds(broken, st.sampled_from([500, 502, 503, 504]), PLACES, acts=st.booleans()),
    st.builds(reset, PLACES, acts=st.booleans()),
    st.builds(truncated, PLACES, whole_length=st.booleans()),
    st.builds(primary_limit, SECONDS, PLACES, status=st.sampled_from([403, 429])),
    st.builds(secondary_limit, st.none() | SECONDS, PLACES, status=st.sampled_from([403, 429])),
    st.builds(too_quick, PLACES),
    st.builds(graphql_limit, st.sampled_from(["RATE_LIMIT", "RATE_LIMITED"])),
    st.builds(graphql_broken),
)
ECHO = f"the token {TOKEN} is not enough"
LASTING = st.one_of(
    st.builds(
        refused, st.sampled_from([400, 401, 403, 404, 405, 409, 410, 418, 422, 451]), st.sampled_from(["No", ECHO, "::error::no"]), PLACES
    ),
    st.builds(moved, st.sampled_from(["ELSEWHERE", "ELSEWHERE/repos/octo/coffee", "", "//", "https://", "ftp://x", "/repos/octo/coffee"])),
)
TOUCHED = st.sampled_from([None, "the same", "another"])


@contextmanager
def world(found: str | None, time: VirtualTime) -> Iterator[StandIn]:
    """A GitHub with the branch, on which a pull request was found or not."""
    with github(now=time.now) as stand_in:
        stand_in.branches["crema/images"] = "b" * 40
        if found is not None:
            stand_in.open("crema/images", title=WANTED["title"] if found == "the same" else found, body=WANTED["body"])
        yield stand_in


def published(here: GitHub) -> GitHubError | None:
    """What a publisher does; the error it ends with."""
    try:
        done = here.ensure(**WANTED)
        assert not isinstance(done, NoCommits)
        assert here.enable_auto_merge(done.pull).merges
    except GitHubError as error:
        return error
    return None


def client(stand_in: StandIn, time: VirtualTime, patience: float) -> GitHub:
    """A client of the stand-in."""
    return GitHub(stand_in.url, stand_in.repository, TOKEN, clock=time.clock, patience=patience)


@given(st.lists(TRANSIENT, max_size=12), TOUCHED, st.floats(0, 1, exclude_max=True))
@example([reset("POST ", acts=True), reset("POST ", acts=True), reset("POST /graphql", acts=True)], None, 0.0)
@example([reset("POST ", acts=True), truncated(whole_length=False)], None, 0.0)
def test_whatever_passes_ends_in_one_pull_request(script: list[Trouble], found: str | None, chance: float) -> None:
    """For every finite script of troubles that pass: exactly one is open, with this title and text, and it merges by itself.

    No request came before a limit's end, and none was wasted: at most three for each trouble (a creation that is refused since it was
    done already, and looking for it) beside the six that it takes without any.
    """
    time = VirtualTime(chance=chance)
    with world(found, time) as stand_in:
        stand_in.trouble(*script)
        assert published(client(stand_in, time, 100_000)) is None
        assert [(p.title, p.body, p.branch, p.base, p.open, p.auto_merge) for p in stand_in.pulls] == [
            (WANTED["title"], WANTED["body"], "crema/images", "main", True, "squash")
        ]
        assert stand_in.hasty == []
        assert len(stand_in.heard) <= 6 + 3 * len(script)


@given(st.lists(TRANSIENT, max_size=30), TOUCHED, st.floats(0, 1, exclude_max=True), st.integers(0, 600))
def test_patience_is_never_exceeded(script: list[Trouble], found: str | None, chance: float, patience: int) -> None:
    """For every script and every patience: an end within it, which is success or a sentence; never two pull requests.

    Waiting is at least half a second each time, so the number of requests is bounded by the patience too.
    """
    time = VirtualTime(chance=chance)
    with world(found, time) as stand_in:
        stand_in.trouble(*script)
        error = published(client(stand_in, time, patience))
        assert error is None or str(error).startswith("GitHub ")
        assert sum(time.slept) <= patience
        assert len(stand_in.heard) <= 6 + 3 * (len(time.slept) + 1)
        assert len(time.slept) <= 2 * patience
        assert len([p for p in stand_in.pulls if p.open]) <= 1
        assert stand_in.hasty == []


@given(st.lists(TRANSIENT | LASTING, max_size=6), TOUCHED)
@example([moved("ELSEWHERE")], None)
@example([refused(422, ECHO, "POST ")], None)
def test_the_token_stays_where_it_belongs(script: list[Trouble], found: str | None) -> None:
    """For every script, with refusals that quote the token and redirects to another port or scheme: nobody else is asked anything at all,
    and no message, repr or exception behind another holds the token.
    """
    elsewhere: list[Heard] = []

    def listen(heard: Heard) -> Said:
        elsewhere.append(heard)
        return Said(status=200, body=b"[]")

    time = VirtualTime()
    with serving(listen) as other, world(found, time) as stand_in:
        for trouble in script:
            where = trouble.headers.get("Location")
            stand_in.trouble(trouble if where is None else moved(where.replace("ELSEWHERE", other), trouble.status or 0))
        here = client(stand_in, time, patience=500)
        error = published(here)
        if error is not None:
            assert [text for text in told(error) if TOKEN in text] == []
            assert "\n" not in str(error)
        assert TOKEN not in repr(here) + repr(here._api) + repr(vars(here))
        assert elsewhere == []


def test_a_next_page_on_another_host_is_not_asked_for() -> None:
    """`Link` comes from the answer, and is trusted no more than a redirect."""
    elsewhere: list[Heard] = []

    def listen(heard: Heard) -> Said:
        elsewhere.append(heard)
        return Said(status=200, body=b"[]")

    with serving(listen) as other, github() as stand_in:

        def answer(heard: Heard) -> Said:
            said = stand_in.answer(heard)
            return Said(status=said.status, headers={**said.headers, "Link": f'<{other}/page>; rel="next"'}, body=said.body)

        with serving(answer) as url, pytest.raises(GitHubError, match="sends this on to another host"):
            list(GitHub(url, "octo/coffee", TOKEN, clock=VirtualTime().clock).pull_requests("crema/images", "main"))
    assert elsewhere == []
