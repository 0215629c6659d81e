"""Mode pr: builds are proposed by one pull request for each environment, whose branch holds what is not merged yet.

The branch is one commit on the branch it goes into, made anew by each publisher from what was proposed there and what it brings itself.
So publishers never undo each other, a merged pull request leaves nothing behind, and a publisher that was killed between its push
and its pull request goes on from there.
"""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from crema.generators.image_lock import LOCK_NAME
from crema.generators.lock_text import LockedImage
from crema.pipeline.builds import Build
from crema.pipeline.github import GITHUB, GitHub, NoCommits
from crema.pipeline.history import lock_at, path_of_lock
from crema.pipeline.place import Place
from crema.pipeline.publish import Published
from crema.pipeline.remote import Remote
from crema.pipeline.step import DIST, Request, Step, step
from crema.pipeline.stopped import Stopped
from crema.pipeline.trying import Patience, persistently

_ON_GITHUB: Final = re.compile(r"(?:[a-z+]+://(?:[^@/]+@)?[^/]+/|[^@/]+@[^:/]+:)(?P<name>[^/]+/[^/]+?)(?:\.git)?/?")
_MADE: Final = "Made by `crema image publish`; whatever else is pushed to this branch, the next run replaces or refuses."


def pull_request_mode(remote: Remote, place: Place, request: Request, patience: Patience, say: Callable[[str], None]) -> Published:
    """Propose the builds, beside what is proposed already.

    Raises:
        Stopped: the step cannot be done, git or GitHub refuses, somebody else's work is on the branch, or patience is at its end.

    """
    proposal = _Proposal(remote=remote, place=place, request=request, github=_github(remote), branch=f"images/{request.environment}")
    return persistently(proposal.once, patience, say, f"{remote.branch} or {proposal.branch} of {remote.name}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Proposal:
    """A pull request that is there or is to be: `branch` holds it."""

    remote: Remote
    place: Place
    request: Request
    github: GitHub
    branch: str

    def once(self) -> Published | None:
        """One try; None where somebody else was faster."""
        remote = self.remote
        tip, head = remote.fetched(), remote.fetched(self.branch)
        if tip is None:
            raise Stopped(f"{remote.name} has no branch {remote.branch}; name one with --branch")
        waiting = self._waiting(head, tip) if head is not None else {}
        builds, left = self._together(waiting)
        done = step(remote.git, self.place, tip, replace(self.request, builds=builds), current=lambda: remote.tip() == tip)
        if done is None:
            return None
        own = {build.service for build in self.request.builds}
        done = replace(done, left=(*left, *(why for why in done.left if why.partition(" ")[0] in own)))
        if done.commit is None:
            return Published(step=done, notes=self._empty(head))
        commit = head if head is not None and self._is_same(head, done.commit) else done.commit
        if commit != head and not remote.push(commit, self.branch, lease=head or ""):
            return None
        return self._proposed(replace(done, commit=commit), tip)

    def _proposed(self, done: Step, tip: str) -> Published | None:
        if self.github.open_pull_request(self.branch, self.remote.branch) is None and self.remote.tip() != tip:
            return None  # merged meanwhile, perhaps the very pull request that this went into: a new one would have nothing new
        title, _, body = done.message.partition("\n\n")
        made = self.github.ensure(branch=self.branch, base=self.remote.branch, title=title, body=f"```\n{body.strip()}\n```\n\n{_MADE}")
        if isinstance(made, NoCommits) or (made.change == "created" and self.remote.tip() != tip):
            return None
        merging = self.github.enable_auto_merge(made.pull)
        notes = (f"pull request #{made.pull.number} {made.change}", merging.sentence)
        return Published(step=done, url=made.pull.url, notes=notes)

    def _empty(self, head: str | None) -> tuple[str, ...]:
        """What to know of a pull request that has nothing left. It is not closed: another publisher may just be pushing to it."""
        pull = self.github.open_pull_request(self.branch, self.remote.branch) if head is not None else None
        if pull is None or pull.head_sha != head:
            return ()
        return (f"pull request #{pull.number} has nothing that {self.remote.branch} has not: close it, or leave it to the next build",)

    def _waiting(self, head: str, tip: str) -> Mapping[str, LockedImage]:
        """What the branch proposes and nobody has decided on yet, by service."""
        decided = next((pull for pull in self.github.pull_requests(self.branch, self.remote.branch) if pull.head_sha == head), None)
        if decided is not None and not decided.open:
            return {}
        git = self.remote.git
        base = git.ask("merge-base", head, tip).out.strip() or tip
        path = path_of_lock(self.place, git)
        prefix = path.removesuffix(f"charts/{LOCK_NAME}")
        changed = git.tell("diff-tree", "-r", "-z", "--name-only", "--no-renames", f"{base}^{{tree}}", f"{head}^{{tree}}").split("\0")
        strange = sorted(name for name in filter(None, changed) if name != path and not name.startswith(f"{prefix}{DIST}/"))
        if strange:
            raise Stopped(f"{self.branch} has somebody else's changes ({', '.join(strange[:5])}): merge or close its pull request first")
        old, new = lock_at(git, base, path), lock_at(git, head, path)
        if new is None:
            raise Stopped(f"{self.branch} has a broken {path}; close its pull request and delete the branch")
        before = {} if old is None else old.entries.get(self.request.environment, {})
        return {s: entry for s, entry in new.entries.get(self.request.environment, {}).items() if entry != before.get(s)}

    def _together(self, waiting: Mapping[str, LockedImage]) -> tuple[tuple[Build, ...], tuple[str, ...]]:
        """What waits and what is new; of one service the new, unless it was built from an earlier commit than what waits."""
        found = {service: _build(service, entry, self.branch) for service, entry in waiting.items() if not entry.placeholder}
        left: list[str] = []
        for build in self.request.builds:
            other = found.get(build.service)
            if other is not None and not self.request.again and self._is_older(build, other):
                left.append(f"{build.service}: {other.tag} waits in {self.branch}, and was built from a later commit than {build.tag}")
            else:
                found[build.service] = build
        return tuple(sorted(found.values())), tuple(left)

    def _is_older(self, build: Build, other: Build) -> bool:
        if not build.source_sha or not other.source_sha:
            return False
        return self.remote.git.is_before(build.source_sha, other.source_sha)

    def _is_same(self, head: str, commit: str) -> bool:
        """Whether the branch holds this very change already, on this very commit: then it is not pushed again, and no check runs again."""
        return self._seen(head) == self._seen(commit)

    def _seen(self, commit: str) -> str:
        return self.remote.git.tell("show", "--no-patch", "--format=%T %P %B", commit)


def _build(service: str, entry: LockedImage, branch: str) -> Build:
    return Build(service=service, tag=entry.tag, digest=entry.digest, source_sha=entry.source_sha, run=entry.run, where=branch)


def _github(remote: Remote) -> GitHub:
    token = os.environ.get("GITHUB_TOKEN", "")
    if not token:
        raise Stopped("GITHUB_TOKEN is not set: a pull request is opened with the token of a GitHub App; --mode push needs none")
    name = os.environ.get("GITHUB_REPOSITORY", "") or _name_of(remote)
    return GitHub(os.environ.get("GITHUB_API_URL") or GITHUB, name, token)


def _name_of(remote: Remote) -> str:
    """owner/name, from the address of the remote."""
    url = remote.git.ask("remote", "get-url", remote.name).out.strip()
    match = _ON_GITHUB.fullmatch(url)
    if match is None:
        raise Stopped(f"GITHUB_REPOSITORY is not set, and the address of {remote.name} is no owner/name on GitHub")
    return match["name"]
