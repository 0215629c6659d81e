"""Publishing builds: the images of an environment move by one commit on a branch of a remote, whoever else moves it meanwhile.

Nothing is shared but the remote's branch, and that moves only from the very commit that a publisher built on: what another pushed
first is fetched, and the step is done anew on it. A publisher that is killed leaves the branch as it was or as it should be; started
again, it finds out which.
"""

import fcntl
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from crema.pipeline.git import Git, with_token
from crema.pipeline.place import Place
from crema.pipeline.remote import Remote
from crema.pipeline.step import Request, Step, step
from crema.pipeline.stopped import Stopped
from crema.pipeline.trying import Patience, persistently

_TURN: Final = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where to publish: a branch of a remote of the clone, by a `mode`: "push" to it, or "pr", by a pull request."""

    remote: str
    branch: str
    mode: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What became of a request: the step, and in mode pr the pull request and what is to be known of it."""

    step: Step
    url: str = ""
    notes: tuple[str, ...] = ()


def published(target: Target, place: Place, request: Request, patience: Patience, say: Callable[[str], None]) -> Published:
    """Publish. Those of one machine take turns: at once, each would only make the others' work pointless.

    Raises:
        Stopped: as the mode says.

    """
    git = authenticated(Git.around(place.root))
    remote = Remote(git=git, name=target.remote, branch=target.branch)
    url = git.ask("remote", "get-url", target.remote).out.strip()
    with in_turn(turn_file(Path(tempfile.gettempdir()), url), seconds=_TURN):
        if target.mode == "push":
            return Published(step=push_mode(remote, place, request, patience, say))
        from crema.pipeline.pull_request import pull_request_mode  # here: a push needs no client of GitHub's API

        return pull_request_mode(remote, place, request, patience, say)


def authenticated(git: Git) -> Git:
    """With the token that a runner hands over, for the server that it belongs to; as the clone is where there is none."""
    token = os.environ.get("GITHUB_TOKEN", "")
    return with_token(git, os.environ.get("GITHUB_SERVER_URL") or "https://github.com", token) if token else git


def turn_file(directory: Path, url: str) -> Path:
    """What publishers of one machine and one user hold while they publish to a remote."""
    return directory / f"crema-turn-{os.getuid()}-{sha256(url.encode('utf-8', 'surrogateescape')).hexdigest()[:16]}"


@contextmanager
def in_turn(file: Path, *, seconds: float) -> Iterator[bool]:
    """Wait for whoever holds the file, but not longer than this: taking turns saves work, and nothing depends on it.

    Gives whether it is held. The kernel lets go of it when its holder dies.
    """
    try:
        handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError:  # somebody else's file of that name, or no place to write
        yield False
        return
    try:
        held = False
        until = time.monotonic() + seconds
        while not held:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                held = True
            except OSError:
                if time.monotonic() > until:
                    break
                time.sleep(0.1)
        yield held
    finally:
        os.close(handle)


def push_mode(remote: Remote, place: Place, request: Request, patience: Patience, say: Callable[[str], None]) -> Step:
    """Do the step on the branch's tip and push it, until it is there or nothing is left to move.

    Raises:
        Stopped: the step cannot be done, the remote refuses, or patience is at its end.

    """

    def once() -> Step | None:
        tip = remote.fetched()
        if tip is None:
            raise Stopped(f"{remote.name} has no branch {remote.branch}; name one with --branch")
        done = step(remote.git, place, tip, request, current=lambda: remote.tip() == tip)
        if done is None:
            return None
        return done if done.commit is None or remote.push(done.commit, remote.branch) else None

    return persistently(once, patience, say, f"{remote.branch} of {remote.name}")
