"""Requests to GitHub's REST and GraphQL API: which headers they carry, which answers are asked for again, which are errors.

https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode, urljoin, urlsplit

import requests
from requests.utils import parse_header_links

from crema.pipeline.github_error import GitHubError, Refusal, given_up, problems
from crema.pipeline.github_limits import graphql_errors, later
from crema.pipeline.http import LOCAL_HOSTS, Answer, Credential, Lost, origin, plain, send
from crema.pipeline.json_answer import Unexpected, parsed
from crema.pipeline.retries import Retries, Trouble
from crema.pipeline.stopped import Stopped

GITHUB: Final = "https://api.github.com"
_HEADERS: Final = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
_REDIRECTS: Final = frozenset({301, 302, 307, 308})
_MOST_REDIRECTS: Final = 5
_REPOSITORY: Final = re.compile(r"[A-Za-z0-9_.\-]+/[A-Za-z0-9_.\-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer that is none of the errors: its JSON, and where its next page is."""

    value: object
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryError:
    """An error that GraphQL answers with status 200: its type (FORBIDDEN, NOT_FOUND, UNPROCESSABLE …) and GitHub's words."""

    type: str
    message: str


class Api:
    """GitHub, as a token sees it."""

    def __init__(self, api: str, repository: str, token: str, *, session: requests.Session, retries: Retries) -> None:
        """Ask nothing yet.

        Raises:
            Stopped: the URL, the repository or the token cannot be right.

        """
        self._api = _checked(api)
        if not _REPOSITORY.fullmatch(repository):
            raise Stopped(f"the repository is {plain(repository)!r}; it must be owner/name (GITHUB_REPOSITORY)")
        if not token or not token.isascii() or not token.isprintable() or " " in token:
            why = "holds blanks, line breaks or letters that no token has" if token.strip() else "is empty"
            raise Stopped(f"the token {why}; set GITHUB_TOKEN to the token alone")
        self._repository = repository
        self._token = token
        self._session = session
        self.retries = retries

    def __repr__(self) -> str:
        """Without the token."""
        return f"Api({self._api!r}, {self._repository!r})"

    @property
    def graphql_url(self) -> str:
        """Beside the REST API on GitHub Enterprise Server, below it elsewhere.

        https://docs.github.com/en/enterprise-server/graphql/guides/managing-enterprise-accounts
        """
        return self._api.removesuffix("/v3") + "/graphql" if self._api.endswith("/api/v3") else f"{self._api}/graphql"

    def send(self, method: str, path: str, body: Mapping[str, object] | None = None, **query: str) -> object:
        """The JSON of the answer to one REST request.

        Raises:
            GitHubError: it was refused, or no answer came within the patience.

        """
        return self._ask(method, self._url(path, query), body).value

    def pages(self, path: str, **query: str) -> Iterator[object]:
        """Every entry of a list, page by page as the answers' `Link` says; a page is asked for when it is needed.

        https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api

        Raises:
            GitHubError: as above.

        """
        url: str | None = self._url(path, query)
        while url is not None:
            reply = self._ask("GET", url, None)
            if not isinstance(reply.value, list):
                raise self.unexpected(f"GET {path}", Unexpected("is no list"))
            yield from reply.value
            url = reply.next

    def query(self, text: str, variables: Mapping[str, object]) -> tuple[object, tuple[QueryError, ...]]:
        """The data and the errors of a GraphQL answer.

        Raises:
            GitHubError: as above; what `errors` holds is not raised.

        """
        value = self._ask("POST", self.graphql_url, {"query": text, "variables": dict(variables)}).value
        errors = tuple(
            QueryError(type=str(e.get("type", "")), message=self._clean(str(e.get("message", "")))) for e in graphql_errors(value)
        )
        return value.get("data") if isinstance(value, dict) else None, errors

    def unexpected(self, where: str, why: Unexpected) -> GitHubError:
        """An answer without what GitHub documents."""
        return GitHubError(what=f"GitHub's answer {why}", where=where, do="see that GITHUB_API_URL is the URL of GitHub's API")

    def _url(self, path: str, query: Mapping[str, str]) -> str:
        return self._api + path + (f"?{urlencode(query)}" if query else "")

    def _ask(self, method: str, url: str, body: Mapping[str, object] | None) -> Reply:
        where = f"{method} {urlsplit(url).path}"
        content = None if body is None else json.dumps(body).encode()
        limits = 0

        def attempt() -> Reply | GitHubError | Trouble:
            nonlocal limits
            result = self._once(method, url, content, where, limits)
            limits += isinstance(result, Trouble) and result.status in (200, 403, 422, 429)
            return result

        result: Reply | GitHubError | Trouble = self.retries.ask(attempt)
        if isinstance(result, Trouble):
            result = given_up(where, result, self.retries.seconds)
        if isinstance(result, GitHubError):
            raise result
        return result

    def _once(self, method: str, url: str, content: bytes | None, where: str, limits: int) -> Reply | GitHubError | Trouble:
        answer = self._followed(method, url, content, where)
        if not isinstance(answer, Answer):
            return answer
        try:
            value, broken = parsed(answer.body), None
        except Unexpected as unexpected:
            value, broken = None, unexpected
        trouble = later(answer, value, limits, self.retries.clock)
        if trouble is not None:
            return trouble
        if broken is not None and (answer.status < 300 or "json" in answer.headers.get("content-type", "")):
            return Trouble(why=f"sends an answer that {broken}", status=answer.status)
        if answer.status >= 300:
            message = value.get("message") if isinstance(value, dict) else None
            return Refusal(
                where=where,
                repository=self._repository,
                status=answer.status,
                headers=answer.headers,
                said=self._clean(message if isinstance(message, str) else ""),
                problems=tuple(self._clean(one) for one in problems(value)),
            ).error()
        following = self._next(answer, url)
        if following is not None and _origin(following) != origin(self._api):
            return _elsewhere(where, answer.status, following)
        return Reply(value=value, next=following)

    def _followed(self, method: str, url: str, content: bytes | None, where: str) -> Answer | GitHubError | Trouble:
        """The answer at the end of redirects, which a renamed repository has; method and body stay as they are, and so does the host."""
        for _ in range(_MOST_REDIRECTS + 1):
            headers = _HEADERS if content is None else {**_HEADERS, "Content-Type": "application/json"}
            credential = Credential(f"Bearer {self._token}")
            answer = send(self._session, self.retries.clock, method, url, headers=headers, credential=credential, body=content)
            if isinstance(answer, Lost):
                if answer.lasting:
                    return GitHubError(
                        what=f"GitHub {answer.why}", where=where, do="see that GITHUB_API_URL is right, and that this machine trusts it"
                    )
                return Trouble(why=answer.why)
            if answer.status not in _REDIRECTS:
                return answer
            url = urljoin(url, answer.headers.get("location", ""))
            if _origin(url) != origin(self._api):
                return _elsewhere(where, answer.status, url)
        return GitHubError(what=f"GitHub redirects more than {_MOST_REDIRECTS} times", where=where, do="run this again later")

    def _next(self, answer: Answer, url: str) -> str | None:
        links = parse_header_links(answer.headers.get("link", ""))
        found = next((one["url"] for one in links if one.get("rel") == "next" and "url" in one), None)
        return None if found is None else urljoin(url, found)

    def _clean(self, text: str) -> str:
        return plain(text.replace(self._token, "***"))


def _origin(url: str) -> tuple[str, str, int] | None:
    try:
        return origin(url)
    except ValueError:
        return None


def _elsewhere(where: str, status: int, url: str) -> GitHubError:
    host = urlsplit(url).hostname or "nowhere"
    do = "the token was not sent there; set GITHUB_API_URL to where GitHub's API is"
    return GitHubError(what=f"GitHub sends this on to another host ({plain(host)})", where=where, status=status, do=do)


def _checked(api: str) -> str:
    url = api.rstrip("/")
    try:
        scheme, host, _ = origin(url)
        parts = urlsplit(url)
        wrong = parts.username is not None or parts.query or parts.fragment
    except ValueError:
        wrong, scheme, host = True, "", ""
    if wrong:
        raise Stopped(
            f"the URL of GitHub's API cannot be used; GITHUB_API_URL must be like {GITHUB} or https://HOST/api/v3, with nothing else"
        )
    if scheme != "https" and host not in LOCAL_HOSTS:
        raise Stopped(
            f"the URL of GitHub's API begins with http://, and a token that is sent to {host} that way can be read on the way; use https://"
        )
    return url
