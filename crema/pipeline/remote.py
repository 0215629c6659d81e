"""A branch of a remote, as a clone reaches it: asked, fetched and pushed without moving anything of the clone."""

from dataclasses import dataclass
from typing import Final

from crema.pipeline.git import Git, Said
from crema.pipeline.stopped import Stopped

# What a server says when somebody else was faster, or is just being so.
_MOVED: Final = (
    "fetch first",
    "non-fast-forward",
    "stale info",
    "cannot lock ref",
    "failed to update ref",
    "failed to lock",
    "incorrect old value",
    "reference already exists",
    "unable to create",
    "remote ref changed",
)
_NOT_ALLOWED: Final = ("403", "authentication failed", "permission denied", "could not read username", "denied to", "access denied")


class Lost(Exception):
    """The remote did not answer; asking again may help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """A branch of a remote, as the clone reaches it."""

    git: Git
    name: str
    branch: str

    @property
    def ref(self) -> str:
        """The branch's whole name."""
        return f"refs/heads/{self.branch}"

    def tip(self, branch: str | None = None) -> str | None:
        """The commit that a branch is at now, without fetching it; None where there is none.

        Raises:
            Lost: no answer.

        """
        ref = f"refs/heads/{branch}" if branch else self.ref
        said = self.git.ask("ls-remote", "--refs", self.name, ref)
        if said.status != 0:
            raise lost(said, f"git cannot reach {self.name}")
        found = [line.split("\t") for line in said.out.splitlines()]
        return next((commit for commit, name in found if name == ref), None)

    def fetched(self, branch: str | None = None) -> str | None:
        """The same, with all that belongs to it. No branch and no record of the clone moves.

        Raises:
            Lost: no answer.

        """
        for _ in range(3):  # it may move between the two questions
            commit = self.tip(branch)
            if commit is None or self.git.knows(commit):
                return commit
            words = ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--refmap=", "--no-recurse-submodules", self.name]
            said = self.git.ask(*words, f"refs/heads/{branch}" if branch else self.ref)
            if said.status != 0:
                raise lost(said, f"git cannot fetch from {self.name}")
            if self.git.knows(commit):
                return commit
        raise Lost(f"{self.name} moves faster than it can be fetched")

    def push(self, commit: str, branch: str, *, lease: str | None = None) -> bool:
        """Move a branch to a commit; False when somebody else moved it first.

        With `lease` ("" for a branch that is not there yet) it may be another line of history, if the branch is still at that commit.

        Raises:
            Lost: no answer: it may have moved or not.
            Stopped: the remote refuses.

        """
        ref = f"refs/heads/{branch}"
        more = [] if lease is None else [f"--force-with-lease={ref}:{lease}"]
        said = self.git.ask("push", "--porcelain", "--no-verify", *more, self.name, f"{commit}:{ref}")
        if said.status == 0:
            return True
        reason = next((line for line in said.out.splitlines() if line.startswith("!")), "")
        if not reason:
            raise lost(said, f"git cannot push to {self.name}")
        if any(word in reason.lower() for word in _MOVED):
            return False
        detail = [line.removeprefix("remote:").strip() for line in said.err.splitlines() if line.startswith("remote:")]
        why = reason.rpartition("\t")[2]
        raise Stopped(
            f"{self.name} refuses a push to {branch}: {why}",
            *[line for line in detail if line],
            "a branch that demands a pull request or a status check takes no push: use --mode pr, or let the pusher bypass its rules",
        )


def lost(said: Said, what: str) -> Exception:
    """What no answer amounts to: `Lost`, or `Stopped` where asking again is no use."""
    if any(word in said.err.lower() for word in _NOT_ALLOWED):
        return Stopped(f"{what}: {said.last}; check the token and what it may do")
    if "does not appear to be a git repository" in said.err or "no such remote" in said.err.lower():
        return Stopped(f"{what}: {said.last}; name a remote of this clone with --remote")
    return Lost(f"{what}: {said.last}")
