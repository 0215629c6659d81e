"""What the lock said before: read from the history of git, so that the lock itself holds the present alone."""

from collections.abc import Iterator

from crema.generators.lock_text import BrokenLock, Lock, LockedImage, read_lock
from crema.pipeline.git import Git
from crema.pipeline.place import Place
from crema.pipeline.stopped import Stopped

_FARTHEST = 500


def path_of_lock(place: Place, git: Git) -> str:
    """The lock's path in the repository."""
    return place.lock.resolve().relative_to(git.top.resolve()).as_posix()


def lock_at(git: Git, commit: str, path: str) -> Lock | None:
    """The lock of a commit; None where it had none, or one that cannot be read."""
    content = git.content(commit, path)
    try:
        return None if content is None else read_lock(content)
    except BrokenLock:
        return None


def entries_before(git: Git, path: str, environment: str, service: str, *, commit: str = "HEAD") -> Iterator[tuple[str, LockedImage]]:
    """The entries that a service had in an environment, newest first, each with the commit that still had it."""
    for version in git.versions(commit, path)[:_FARTHEST]:
        lock = lock_at(git, version, path)
        entry = None if lock is None else lock.entries.get(environment, {}).get(service)
        if entry is not None:
            yield version, entry


def previous(git: Git, path: str, environment: str, service: str, now: LockedImage) -> LockedImage:
    """What ran before the present image first did: the second time a service is rolled back, it goes one further, not forth again.

    Raises:
        Stopped: nothing real did, as far as this clone knows.

    """
    history = [entry for _, entry in entries_before(git, path, environment, service)]
    since = max((number for number, entry in enumerate(history) if entry.image == now.image), default=-1)
    found = next((entry for entry in history[since + 1 :] if entry.image != now.image and not entry.placeholder), None)
    if found is None:
        shallow = git.ask("rev-parse", "--is-shallow-repository").out.strip() == "true"
        why = "; this clone is shallow: git fetch --unshallow" if shallow else ""
        raise Stopped(f"{service} ran nothing before {now.image} in {environment}, as far as the history of {path} knows{why}")
    return found


def was_replaced(git: Git, path: str, environment: str, service: str, image: LockedImage, *, tip: str) -> str | None:
    """The commit at which a service had this very image before something else took its place; None if it never had."""
    for version in git.versions(tip, path, f"-S{image.digest or image.tag}")[:_FARTHEST]:
        lock = lock_at(git, version, path)
        entry = None if lock is None else lock.entries.get(environment, {}).get(service)
        if entry is not None and (entry.tag, entry.digest) == (image.tag, image.digest) and not entry.placeholder:
            return version
    return None
