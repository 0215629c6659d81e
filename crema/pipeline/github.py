"""Pull requests on GitHub: what proposing a change needs of its API, safe to run again at any point.

https://docs.github.com/en/rest/pulls/pulls
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import requests

from crema.pipeline import auto_merge
from crema.pipeline.auto_merge import AutoMerge, AutoMergeState
from crema.pipeline.github_api import GITHUB, Api
from crema.pipeline.github_error import GitHubError
from crema.pipeline.json_answer import Unexpected, item
from crema.pipeline.retries import Clock, Retries, Trouble

__all__ = ["GITHUB", "AutoMerge", "AutoMergeState", "Clock", "Ensured", "GitHub", "GitHubError", "NoCommits", "PullRequest"]

_PATIENCE: Final = 300.0
_TOO_EARLY: Final = 3
"""How often a branch that was just pushed may be unknown to the API: https://github.com/stackitcloud/cloud-provider-stackit/pull/10."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequest:
    """A pull request, of which the branch is in the same repository.

    Args:
        number, node_id: what REST and GraphQL call it by.
        url: for people.
        title, body: as GitHub keeps them.
        branch, head_sha: what it proposes; the commit is the branch's last one when it was asked.
        base: the branch it goes into.
        open: it is neither merged nor closed. merged: its changes are in the base.
        auto_merge: the method by which GitHub merges it by itself, if it does.

    """

    number: int
    node_id: str
    url: str
    title: str
    body: str
    branch: str
    head_sha: str
    base: str
    open: bool
    merged: bool
    auto_merge: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ensured:
    """The one open pull request there is now, and what it took: "unchanged" also where GitHub's answer to its creation was lost."""

    pull: PullRequest
    change: Literal["created", "updated", "unchanged"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoCommits:
    """GitHub sees nothing that the branch has and its base has not."""

    sentence: str


class GitHub:
    """The pull requests of one repository.

    Every method raises GitHubError: in one sentence which request was refused, its status, what GitHub says and what to do. The token
    is in no message. All of them together lose at most `patience` seconds to broken connections, errors of GitHub's and rate limits.

    Args:
        api: GITHUB_API_URL.
        repository: GITHUB_REPOSITORY, owner/name.
        token: GITHUB_TOKEN.
        session: to send with.
        clock: to wait by.
        patience: seconds.

    """

    def __init__(
        self,
        api: str,
        repository: str,
        token: str,
        *,
        session: requests.Session | None = None,
        clock: Clock | None = None,
        patience: float = _PATIENCE,
    ) -> None:
        """Ask nothing yet.

        Raises:
            Stopped: the URL, the repository or the token cannot be right.

        """
        kept = Retries(seconds=patience, clock=clock or Clock())
        self._api = Api(api, repository, token, session=session or requests.Session(), retries=kept)
        self._given = repository
        self._full_name: str | None = None

    def __repr__(self) -> str:
        """Without the token."""
        return f"GitHub({self._given!r})"

    def name(self) -> str:
        """The owner/name of today: a repository that was renamed answers to its old one, but lists no pull requests by its branches."""
        if self._full_name is None:
            where = f"/repos/{self._given}"
            try:
                self._full_name = item(self._api.send("GET", where), str, "full_name")
            except Unexpected as why:
                raise self._api.unexpected(f"GET {where}", why) from None
        return self._full_name

    def open_pull_request(self, branch: str, base: str) -> PullRequest | None:
        """The open one from a branch into another; GitHub allows one."""
        return next(self._listed(branch, base, "open"), None)

    def pull_requests(self, branch: str, base: str) -> Iterator[PullRequest]:
        """All there were, newest first, asked for page by page: stop at the one that matters."""
        return self._listed(branch, base, "all")

    def create(self, *, branch: str, base: str, title: str, body: str) -> PullRequest | NoCommits | None:
        """A new one; None where there is an open one.

        https://docs.github.com/en/rest/pulls/pulls#create-a-pull-request
        """
        try:
            return self._pull("POST", self._path(), {"title": title, "body": body, "head": branch, "base": base})
        except GitHubError as error:
            if error.status != 422:
                raise
            said = " ".join((error.said, *error.problems)).lower()
            if "pull request already exists" in said:
                return None
            if "no commits between" in said:
                return NoCommits(sentence=f"{branch} has no commit that {base} has not, so there is nothing to propose")
            if "base invalid" in said:
                error = _mended(error, f"there is no branch {base} to go into; name one that exists")
            elif _unknown_branch(error):
                error = _mended(error, f"GitHub knows no branch {branch} in {self.name()}; push it first")
            raise error from None

    def update(self, number: int, *, title: str, body: str) -> PullRequest:
        """Another title and text.

        https://docs.github.com/en/rest/pulls/pulls#update-a-pull-request
        """
        return self._pull("PATCH", f"{self._path()}/{number}", {"title": title, "body": body})

    def ensure(self, *, branch: str, base: str, title: str, body: str) -> Ensured | NoCommits:
        """One open pull request with this title and text, whatever there was, whoever else makes it, and however often this is run."""
        early = 0

        def attempt() -> Ensured | NoCommits | GitHubError | Trouble:
            nonlocal early
            found = self.open_pull_request(branch, base)
            if found is not None:
                if (found.title, found.body) == (title, body):
                    return Ensured(pull=found, change="unchanged")
                return Ensured(pull=self.update(found.number, title=title, body=body), change="updated")
            try:
                created = self.create(branch=branch, base=base, title=title, body=body)
            except GitHubError as error:
                if not _unknown_branch(error):
                    raise
                early += 1
                return error if early > _TOO_EARLY else Trouble(why="does not know the branch yet", status=error.status)
            if created is None:
                return Trouble(why=f"says that a pull request from {branch} exists, and lists none")
            return created if isinstance(created, NoCommits) else Ensured(pull=created, change="created")

        result: Ensured | NoCommits | GitHubError | Trouble = self._api.retries.ask(attempt)
        if isinstance(result, Trouble):
            do = f"look at the pull requests of {self.name()}, and run this again"
            result = GitHubError(what=f"GitHub {result.why}", where=f"POST {self._path()}", status=result.status, do=do)
        if isinstance(result, GitHubError):
            raise result
        return result

    def enable_auto_merge(self, pull: PullRequest, *, preferred: Sequence[str] = ("squash", "merge", "rebase")) -> AutoMerge:
        """Let GitHub merge it by itself, by the first of these methods that the repository allows; a refusal is a result."""
        return auto_merge.enable(self._api, self.name(), pull.number, pull.base, preferred)

    def _path(self) -> str:
        return f"/repos/{self.name()}/pulls"

    def _listed(self, branch: str, base: str, state: str) -> Iterator[PullRequest]:
        """https://docs.github.com/en/rest/pulls/pulls#list-pull-requests."""
        owner = self.name().split("/")[0]
        query = {"head": f"{owner}:{branch}", "base": base, "state": state, "sort": "created", "direction": "desc", "per_page": "30"}
        for value in self._api.pages(self._path(), **query):
            pull = self._read(f"GET {self._path()}", value)
            # A head without an owner, which GitHub ignores, or one of a fork's: the filter is not trusted.
            if (pull.branch, pull.base) == (branch, base) and _from_here(value):
                yield pull

    def _pull(self, method: str, path: str, body: dict[str, object]) -> PullRequest:
        return self._read(f"{method} {path}", self._api.send(method, path, body))

    def _read(self, where: str, value: object) -> PullRequest:
        try:
            return _pull_request(value)
        except Unexpected as why:
            raise self._api.unexpected(where, why) from None


def _pull_request(value: object) -> PullRequest:
    top = item(value, dict)
    merge = top.get("auto_merge")
    return PullRequest(
        number=item(value, int, "number"),
        node_id=item(value, str, "node_id"),
        url=item(value, str, "html_url"),
        title=item(value, str, "title"),
        body=item(value, str, "body") if top.get("body") is not None else "",
        branch=item(value, str, "head", "ref"),
        head_sha=item(value, str, "head", "sha"),
        base=item(value, str, "base", "ref"),
        open=item(value, str, "state") == "open",
        # A list has no `merged`, and the time of the merge in its stead.
        merged=top.get("merged_at") is not None,
        auto_merge=None if merge is None else item(merge, str, "merge_method"),
    )


def _from_here(value: object) -> bool:
    """The repository of the branch is that of the base, by its number; a fork that is gone is null."""
    top = item(value, dict)
    if item(top, dict, "head").get("repo") is None:
        return False
    return item(top, int, "head", "repo", "id") == item(top, int, "base", "repo", "id")


def _unknown_branch(error: GitHubError) -> bool:
    return error.status == 422 and any(p == "head invalid" or "head sha can't be blank" in p.lower() for p in error.problems)


def _mended(error: GitHubError, do: str) -> GitHubError:
    return GitHubError(what=error.what, where=error.where, status=error.status, said=error.said, do=do, problems=error.problems)
