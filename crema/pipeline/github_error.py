"""What GitHub refused, as one sentence: what, which request, its status, what GitHub says, and what to do."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from crema.pipeline.http import plain
from crema.pipeline.retries import Trouble
from crema.pipeline.stopped import Stopped

_STATUS_PAGE: Final = "https://www.githubstatus.com says whether GitHub is well"
# What GitHub says when a setting forbids what the token could do, and where that setting is.
_SETTINGS: Final = (
    (
        "not permitted to create or approve pull requests",
        "switch on Settings → Actions → General → 'Allow GitHub Actions to create and approve pull requests', or use a GitHub App's token",
    ),
    ("archived", "take the repository out of the archive, or publish to another"),
    (
        "SAML",
        "let the organization's single sign-on accept the token: github.com → Settings → Developer settings → the token → Configure SSO",
    ),
    ("IP allow list", "let the organization's IP allow list accept this machine, or run on a runner that it accepts"),
)


class GitHubError(Stopped):
    """GitHub refused, or could not be asked.

    Attributes:
        what: what went wrong. where: `METHOD /path`. status: of the answer; None where there was none.
        said: GitHub's own words, in one line. do: what to do, as an imperative.
        problems: `field code` or the message of each entry of a 422's `errors`.

    """

    def __init__(
        self, *, what: str, where: str, do: str, status: int | None = None, said: str = "", problems: tuple[str, ...] = ()
    ) -> None:
        """Make the sentence."""
        answer = f" was answered {status}" if status is not None else ""
        quoted = f" ({said})" if said else ""
        super().__init__(f"{what}: {where}{answer}{quoted}; {do}")
        self.what, self.where, self.status, self.said, self.do, self.problems = what, where, status, said, do, problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """An answer that is a refusal.

    Args:
        where: `METHOD /path`. repository: `owner/name`.
        status, headers: of the answer. said, problems: of its body, without the token.

    """

    where: str
    repository: str
    status: int
    headers: Mapping[str, str]
    said: str
    problems: tuple[str, ...] = ()

    def error(self) -> GitHubError:
        """As the error that says what to do.

        https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api
        """
        said = ", ".join(self.problems) or self.said
        what, do = self._what_and_do()
        return GitHubError(what=what, where=self.where, status=self.status, said=said, do=do, problems=self.problems)

    def _what_and_do(self) -> tuple[str, str]:
        for words, do in _SETTINGS:
            if words.lower() in self.said.lower() and self.status in (403, 422):
                return "a setting forbids this", do
        match self.status:
            case 401:
                return "GitHub does not accept the token", "set GITHUB_TOKEN to one that is valid and has not expired"
            case 403:
                return "the token may not do this", self._permissions()
            case 404:
                seen = f"see that it is {self.repository} (GITHUB_REPOSITORY), and that the token may read it and has {self._needed()}"
                return "GitHub shows the token no such thing", f"{seen}: to a token without access, a private repository does not exist"
            case 422:
                return "GitHub does not accept the request", "change what it names, and run this again"
        return "GitHub refuses", f"act on what it says; {_STATUS_PAGE}"

    def _permissions(self) -> str:
        accepted = self.headers.get("x-accepted-github-permissions", "")
        if not accepted:
            return f"give it what the request needs: in a workflow, `permissions:` with {self._needed()}"
        return f"it needs {accepted.replace(';', ', or')}: in a workflow, give the job `permissions:` with {_as_in_a_workflow(accepted)}"

    def _needed(self) -> str:
        return "`contents: write` and `pull-requests: write`"


def _as_in_a_workflow(accepted: str) -> str:
    """`pull_requests=write,contents=read; …` (sets of which one is enough) as a job's permissions, of the first set."""
    first = [one.strip() for one in accepted.split(";", maxsplit=1)[0].split(",") if "=" in one]
    return " and ".join(f"`{name.replace('_', '-')}: {level}`" for name, level in (one.split("=", 1) for one in first)) or f"`{accepted}`"


def problems(body: object) -> Iterator[str]:
    """The entries of `errors` in a refusal's body: objects with a message or a field and a code, or texts.

    https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api#validation-failed
    """
    listed = body.get("errors") if isinstance(body, dict) else None
    for one in listed if isinstance(listed, list) else [listed]:
        if isinstance(one, str):
            yield plain(one)
        elif isinstance(one, dict):
            message = one.get("message")
            yield plain(message if isinstance(message, str) and message else f"{one.get('field', '?')} {one.get('code', 'invalid')}")


def given_up(where: str, trouble: Trouble, patience: float) -> GitHubError:
    """Troubles that lasted longer than the patience."""
    if trouble.overdue is not None:
        until = datetime.fromtimestamp(trouble.overdue, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        do = f"run this again after {until}; that is longer than the {patience:.0f} s that it may wait here"
    else:
        do = f"run this again later, {patience:.0f} s of trying were not enough; {_STATUS_PAGE}"
    return GitHubError(what=f"GitHub {trouble.why}", where=where, status=trouble.status, do=do)
