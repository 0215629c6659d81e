"""GitHub's API on this machine: enough of it, with its real shapes and refusals, to open pull requests and to go wrong on command."""

import json
import math
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from tests.external import system
from tests.pipeline.github_graphql import answered
from tests.pipeline.github_shapes import Pull, pull_request, repository, validation
from tests.pipeline.github_troubles import Trouble
from tests.pipeline.wire import Heard, Said, serving

TOKEN = "ghs_16C7e42F292c6912E7710c838347Ae178B4a"
_ID = 1296269


@dataclass(slots=True, kw_only=True)
class StandIn:
    """One repository on a GitHub of its own.

    Args:
        repository: owner/name of today. former: the name it had, which redirects.
        token: the only one that is accepted. permissions: what it may.
        git: a bare repository whose branches are GitHub's; without one, `branches` says the commit of each.
        enterprise: the API is below /api/v3, as on GitHub Enterprise Server.
        actions_may_create: the setting for workflows.
        allow_auto_merge, methods: settings of the repository.
        merge_state: of every pull request: `blocked` waits for checks, `clean` and `unstable` do not.
        now: seconds since 1970; what `Date` says.
        meanwhile: called with every request before it is answered.
        pulls, heard: all pull requests and requests so far; `hasty` are those that came before a limit's end.

    """

    repository: str
    token: str = TOKEN
    git: Path | None = None
    enterprise: bool = False
    former: str | None = None
    permissions: set[str] = field(default_factory=lambda: {"contents=write", "pull_requests=write"})
    actions_may_create: bool = True
    allow_auto_merge: bool = True
    methods: set[str] = field(default_factory=lambda: {"squash", "merge", "rebase"})
    merge_state: str = "blocked"
    now: Callable[[], float] = time.time
    meanwhile: Callable[[Heard], None] | None = None
    branches: dict[str, str] = field(default_factory=lambda: {"main": "a" * 40})
    pulls: list[Pull] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)
    hasty: list[Heard] = field(default_factory=list)
    url: str = ""
    _troubles: list[Trouble] = field(default_factory=list)
    _limit: tuple[float, Said] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def trouble(self, *troubles: Trouble) -> None:
        """Let these happen, in this order, each once."""
        self._troubles.extend(troubles)

    def untroubled(self) -> bool:
        """Whether all of them have happened."""
        return not self._troubles

    def time(self) -> float:
        """What `Date` says."""
        return self.now()

    @property
    def owner(self) -> str:
        """Whose repository it is."""
        return self.repository.partition("/")[0]

    def sha(self, branch: str) -> str | None:
        """The last commit of a branch."""
        if self.git is None:
            return self.branches.get(branch)
        done = system("git", "-C", self.git, "rev-parse", "--verify", "--quiet", f"refs/heads/{branch}")
        return done.stdout.strip() if done.status == 0 else None

    def open(self, branch: str, base: str = "main", title: str = "title", body: str | None = None, **more: Any) -> Pull:
        """A pull request of somebody's."""
        pull = Pull(
            number=len(self.pulls) + 1, title=title, body=body, branch=branch, base=base, head_sha=self.sha(branch) or "0" * 40, **more
        )
        self.pulls.append(pull)
        return pull

    def merge(self, pull: Pull) -> None:
        """As the button does: squashed into its base, if that is a repository on disk."""
        if self.git is not None:
            tree = self._git("merge-tree", "--write-tree", f"refs/heads/{pull.base}", f"refs/heads/{pull.branch}")
            identity = ("-c", "user.name=GitHub", "-c", "user.email=noreply@github.com")
            message = f"{pull.title} (#{pull.number})"
            commit = self._git(*identity, "commit-tree", tree, "-p", f"refs/heads/{pull.base}", "-m", message, "-m", pull.body or "")
            self._git("update-ref", f"refs/heads/{pull.base}", commit)
        pull.head_sha = self.sha(pull.branch) or pull.head_sha
        pull.open, pull.merged, pull.auto_merge = False, True, None

    def checks_pass(self) -> None:
        """Everything required has passed: what merges by itself is merged."""
        for pull in [p for p in self.pulls if p.open and p.auto_merge]:
            self.merge(pull)

    def answer(self, heard: Heard) -> Said:
        """What a request gets; one at a time."""
        with self._lock:
            self.heard.append(heard)
            if self.meanwhile is not None:
                self.meanwhile(heard)
            if self._limit is not None and self.now() < self._limit[0]:
                self.hasty.append(heard)
                return self._limit[1]
            asked = f"{heard.method} {heard.path}"
            trouble = self._troubles.pop(0) if self._troubles and self._troubles[0].on in asked else None
            done = self._done(heard) if trouble is None or trouble.acts else None
            return self._troubled(trouble, done) if trouble is not None else done or Said(status=500)

    def _troubled(self, trouble: Trouble, done: Said | None) -> Said:
        if trouble.status is None:
            done = done or Said(status=500)
            return Said(status=done.status, headers=done.headers, body=done.body, cut=trouble.cut)
        headers = dict(trouble.headers)
        until = self.now() + (trouble.limit or 0)
        if headers.get("x-ratelimit-remaining") == "0":
            until = math.ceil(until)
            headers["x-ratelimit-reset"] = str(until)
        said = Said(status=trouble.status, headers=headers, body=trouble.body.encode())
        if trouble.limit is not None:
            self._limit = (until, said)
        return said

    def _done(self, heard: Heard) -> Said:
        if heard.headers.get("authorization") != f"Bearer {self.token}":
            return _json(401, {"message": "Bad credentials", "documentation_url": "https://docs.github.com/rest", "status": "401"})
        if not heard.headers.get("user-agent") or heard.headers.get("x-github-api-version") != "2022-11-28":
            return _json(400, {"message": "a header is missing"})
        if heard.path == ("/api/graphql" if self.enterprise else "/graphql"):
            return _json(200, answered(self, json.loads(heard.body)))
        path = heard.path.removeprefix("/api/v3" if self.enterprise else "")
        if self.former is not None and (path + "/").startswith(f"/repos/{self.former}/"):
            return self._moved(path.removeprefix(f"/repos/{self.former}"), heard.query)
        rest = re.sub(rf"^/(repos/{re.escape(self.repository)}|repositories/{_ID})(?=/|$)", "", path, flags=re.IGNORECASE)
        return _NOT_FOUND if rest == path else self._rest(heard, rest)

    def _moved(self, rest: str, query: str) -> Said:
        where = f"{self.url}/repositories/{_ID}{rest}" + (f"?{query}" if query else "")
        return _json(301, {"message": "Moved Permanently", "url": where}, Location=where)

    def _rest(self, heard: Heard, rest: str) -> Said:
        number = re.fullmatch(r"/pulls/([0-9]+)", rest)
        match heard.method, rest:
            case "GET", "":
                return _json(200, repository(self.repository, self.url))
            case "GET", "/pulls":
                return self._list(dict(parse_qsl(heard.query)))
            case "POST", "/pulls":
                return self._needing("pull_requests=write") or self._create(json.loads(heard.body))
            case "PATCH", _ if number:
                return self._needing("pull_requests=write") or self._edit(int(number[1]), json.loads(heard.body))
        return _NOT_FOUND

    def _needing(self, permission: str) -> Said | None:
        if permission in self.permissions:
            return None
        said = _json(
            403, {"message": "Resource not accessible by integration", "documentation_url": "https://docs.github.com/rest", "status": "403"}
        )
        return Said(status=403, headers={**said.headers, "X-Accepted-GitHub-Permissions": permission}, body=said.body)

    def _list(self, query: dict[str, str]) -> Said:
        # A head without an owner is no filter: https://docs.github.com/en/rest/pulls/pulls#list-pull-requests
        head = query.get("head", "")
        found = [
            p
            for p in self.pulls
            if (":" not in head or head == f"{p.fork or self.owner}:{p.branch}")
            and query.get("base", p.base) == p.base
            and query.get("state", "open") in ("all", "open" if p.open else "closed")
        ]
        if query.get("direction", "desc") == "desc":
            found.reverse()
        size, page = int(query.get("per_page", "30")), int(query.get("page", "1"))
        here = found[(page - 1) * size : page * size]
        headers = {}
        if page * size < len(found):
            link = f"{self.url}/repositories/{_ID}/pulls?{urlencode({**query, 'page': str(page + 1)})}"
            headers["Link"] = f'<{link}>; rel="next", <{link}>; rel="last"'
        for pull in found:
            pull.head_sha = (self.sha(pull.branch) or pull.head_sha) if pull.open else pull.head_sha
        return _json(200, [pull_request(p, self.repository, self.url, listed=True) for p in here], **headers)

    def _create(self, asked: dict[str, Any]) -> Said:
        if not self.actions_may_create:
            return _json(403, {"message": "GitHub Actions is not permitted to create or approve pull requests.", "status": "403"})
        branch, base, body = asked["head"].removeprefix(f"{self.owner}:"), asked["base"], asked.get("body")
        wrong = [{"field": name, "code": "invalid"} for name, ref in (("head", branch), ("base", base)) if self.sha(ref) is None]
        if not wrong and any(p.open and p.fork is None and (p.branch, p.base) == (branch, base) for p in self.pulls):
            wrong = [{"code": "custom", "message": f"A pull request already exists for {self.owner}:{branch}."}]
        if not wrong and self._nothing_between(base, branch):
            wrong = [{"code": "custom", "message": f"No commits between {base} and {branch}"}]
        if body is not None and len(body) > 65536:
            wrong = [{"field": "body", "code": "custom", "message": "body is too long (maximum is 65536 characters)"}]
        if wrong:
            return _json(422, validation(*wrong))
        pull = self.open(branch, base, asked["title"], body or None)
        return _json(201, pull_request(pull, self.repository, self.url, listed=False))

    def _edit(self, number: int, asked: dict[str, Any]) -> Said:
        pull = next((p for p in self.pulls if p.number == number), None)
        if pull is None:
            return _NOT_FOUND
        pull.title, pull.body = asked.get("title", pull.title), asked.get("body", pull.body) or None
        return _json(200, pull_request(pull, self.repository, self.url, listed=False))

    def _nothing_between(self, base: str, branch: str) -> bool:
        if self.git is None:
            return self.sha(base) == self.sha(branch)
        return self._git("rev-list", "--count", f"refs/heads/{base}..refs/heads/{branch}") == "0"

    def _git(self, *arguments: str) -> str:
        done = system("git", "-C", self.git or "", *arguments)
        assert done.status == 0, done.stderr
        return done.stdout.strip()


@contextmanager
def github(repository: str = "octo/coffee", **settings: Any) -> Iterator[StandIn]:
    """A stand-in at `url`, until the end of the block."""
    stand_in = StandIn(repository=repository, **settings)
    with serving(stand_in.answer, stand_in.time) as url:
        stand_in.url = url + ("/api/v3" if stand_in.enterprise else "")
        yield stand_in


def _json(status: int, value: object, **headers: str) -> Said:
    common = {
        "Content-Type": "application/json; charset=utf-8",
        "X-GitHub-Media-Type": "github.v3; format=json",
        "X-RateLimit-Remaining": "4987",
    }
    return Said(status=status, headers={**common, **headers}, body=json.dumps(value).encode())


_NOT_FOUND = _json(404, {"message": "Not Found", "documentation_url": "https://docs.github.com/rest", "status": "404"})
