"""Asking GitHub to merge a pull request by itself once everything that its branch requires has passed; what came of it, and what to set.

https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/incorporating-changes-from-a-pull-request/automatically-merging-a-pull-request
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from crema.pipeline.github_api import Api, QueryError
from crema.pipeline.github_error import GitHubError
from crema.pipeline.json_answer import Unexpected, item

# REST leaves the allowed methods out for a token without administration, such as a workflow's; GraphQL shows them to whoever reads:
# https://github.com/hub4j/github-api/issues/1506, https://docs.github.com/en/graphql/reference/objects#repository
_STATE: Final = """
query($owner: String!, $name: String!, $number: Int!) {
  repository(owner: $owner, name: $name) {
    autoMergeAllowed
    squashMergeAllowed
    mergeCommitAllowed
    rebaseMergeAllowed
    pullRequest(number: $number) { id state isDraft autoMergeRequest { mergeMethod } }
  }
}
"""
# https://docs.github.com/en/graphql/reference/mutations#enablepullrequestautomerge
_ENABLE: Final = """
mutation($id: ID!, $method: PullRequestMergeMethod!) {
  enablePullRequestAutoMerge(input: {pullRequestId: $id, mergeMethod: $method}) { pullRequest { autoMergeRequest { mergeMethod } } }
}
"""
_METHODS: Final = {"squash": "squashMergeAllowed", "merge": "mergeCommitAllowed", "rebase": "rebaseMergeAllowed"}


class AutoMergeState(Enum):
    """What came of it."""

    ENABLED = "enabled"
    ALREADY_ENABLED = "already enabled"
    MERGED = "merged"
    CLOSED = "closed"
    DRAFT = "draft"
    NOT_ALLOWED = "not allowed in this repository"
    NOT_PERMITTED = "not permitted to this token"
    NOTHING_REQUIRED = "nothing is left to wait for"
    UNSTABLE = "a check that is not required is not green"
    OTHER = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoMerge:
    """What came of it.

    Args:
        state: in a word.
        method: squash, merge or rebase, where one is set.
        sentence: for people: what it is, and what to set in GitHub.

    """

    state: AutoMergeState
    method: str | None
    sentence: str

    @property
    def merges(self) -> bool:
        """Nobody has to do anything more."""
        return self.state in (AutoMergeState.ENABLED, AutoMergeState.ALREADY_ENABLED, AutoMergeState.MERGED)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    node_id: str
    state: str
    draft: bool
    method: str | None
    allowed: bool
    methods: tuple[str, ...]


def enable(api: Api, repository: str, number: int, base: str, preferred: Sequence[str]) -> AutoMerge:
    """Enable it, unless it is, or cannot be. A mutation whose answer was lost is found done.

    Args:
        api: with the token that asks.
        repository: owner/name.
        number: of the pull request.
        base: the branch it goes into.
        preferred: methods, of which the first that the repository allows is taken.

    Raises:
        GitHubError: GitHub could not be asked, or does not show the pull request.

    """
    seen = _look(api, repository, number)
    settled = _settled(seen, repository, number)
    if settled is not None:
        return settled
    method = next((m for m in preferred if m in seen.methods), None)
    if method is None:
        allows = f"allows none of {', '.join(preferred)} (it allows {', '.join(seen.methods) or 'none that this token sees'})"
        return _refused(
            AutoMergeState.OTHER, f"{repository} {allows}; merge #{number} yourself, or allow one under Settings → Pull Requests"
        )
    _, errors = api.query(_ENABLE, {"id": seen.node_id, "method": method.upper()})
    if not errors:
        return AutoMerge(
            state=AutoMergeState.ENABLED,
            method=method,
            sentence=f"GitHub merges #{number} into {base} ({method}) once what {base} requires has passed",
        )
    # An error may only say that an earlier attempt, whose answer was lost, was heard.
    return _settled(_look(api, repository, number), repository, number) or _why(errors, repository, number, base)


def _look(api: Api, repository: str, number: int) -> _Seen:
    owner, name = repository.split("/")
    data, errors = api.query(_STATE, {"owner": owner, "name": name, "number": number})
    where = "POST /graphql (repository.pullRequest)"
    if errors:
        said = "; ".join(error.message for error in errors)
        do = f"see that #{number} is a pull request of {repository}, and that the token may read it (`pull-requests: read`)"
        raise GitHubError(what="GitHub does not show the pull request", where=where, said=said, do=do)
    try:
        pull = item(data, dict, "repository", "pullRequest")
        request = pull.get("autoMergeRequest")
        return _Seen(
            node_id=item(pull, str, "id"),
            state=item(pull, str, "state"),
            draft=item(pull, bool, "isDraft"),
            method=None if request is None else item(request, str, "mergeMethod").lower(),
            allowed=item(data, bool, "repository", "autoMergeAllowed"),
            methods=tuple(method for method, field in _METHODS.items() if item(data, bool, "repository", field)),
        )
    except Unexpected as why:
        raise api.unexpected(where, why) from None


def _settled(seen: _Seen, repository: str, number: int) -> AutoMerge | None:
    if seen.state == "MERGED":
        return AutoMerge(state=AutoMergeState.MERGED, method=None, sentence=f"#{number} is merged already")
    if seen.state == "CLOSED":
        return _refused(AutoMergeState.CLOSED, f"#{number} was closed, so GitHub will not merge it; reopen it if that was a mistake")
    if seen.method is not None:
        sentence = f"GitHub merges #{number} ({seen.method}) by itself; that was enabled before"
        return AutoMerge(state=AutoMergeState.ALREADY_ENABLED, method=seen.method, sentence=sentence)
    if seen.draft:
        return _refused(AutoMergeState.DRAFT, f"#{number} is a draft, which GitHub does not merge; mark it as ready for review")
    if not seen.allowed:
        where = "switch on Settings → General → Pull Requests → 'Allow auto-merge'"
        return _refused(AutoMergeState.NOT_ALLOWED, f"{repository} does not allow auto-merge: {where}, or merge #{number} yourself")
    return None


def _why(errors: Sequence[QueryError], repository: str, number: int, base: str) -> AutoMerge:
    """By GitHub's words, which nothing documents.

    https://github.com/peter-evans/enable-pull-request-automerge/issues/822 (clean), …/issues/355 (unstable),
    https://github.com/iterative/cml/pull/955 (no branch protection)
    """
    said = "; ".join(error.message for error in errors)
    words = said.lower()
    require = f"require the checks that must pass under Settings → Rules → Rulesets for {base}"
    if any(error.type == "FORBIDDEN" for error in errors) or "not accessible" in words:
        give = "give the job `permissions:` with `contents: write` and `pull-requests: write`"
        return _refused(AutoMergeState.NOT_PERMITTED, f"the token may not enable auto-merge for #{number} (GitHub says: {said}); {give}")
    if "auto merge is not allowed" in words or "auto-merge is not allowed" in words:
        where = "switch on Settings → General → Pull Requests → 'Allow auto-merge'"
        return _refused(AutoMergeState.NOT_ALLOWED, f"{repository} does not allow auto-merge: {where}, or merge #{number} yourself")
    if "clean status" in words or "protected branch rules not configured" in words:
        nothing = f"nothing that {base} requires is left to wait for, and auto-merge only waits"
        return _refused(
            AutoMergeState.NOTHING_REQUIRED, f"{nothing}: merge #{number} yourself, and {require}, so that the next one can wait for them"
        )
    if "unstable status" in words:
        unstable = f"a check of #{number} that {base} does not require runs or has failed, and all that it requires has passed"
        return _refused(AutoMergeState.UNSTABLE, f"{unstable}: look at it and merge #{number} yourself, or {require}")
    return _refused(AutoMergeState.OTHER, f"GitHub does not enable auto-merge for #{number} (it says: {said}); merge it yourself")


def _refused(state: AutoMergeState, sentence: str) -> AutoMerge:
    return AutoMerge(state=state, method=None, sentence=sentence)
