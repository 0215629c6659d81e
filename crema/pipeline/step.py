"""One step of publishing: from a commit and some builds to the commit that moves their images, or to the reasons why nothing moves."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from crema.generators.image_lock import LOCK_NAME
from crema.generators.lock_text import Lock, LockedImage
from crema.pipeline.builds import Build, Move, moves
from crema.pipeline.git import Git
from crema.pipeline.history import path_of_lock, was_replaced
from crema.pipeline.place import Place
from crema.pipeline.scratch import Scratch, scratch
from crema.pipeline.stopped import DIFFERENT, Stopped

DIST: Final = "dist"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is to be published.

    Args:
        builds: sorted by service.
        environment: that is to run them.
        again: also what that environment ran before and something newer has replaced.

    """

    builds: tuple[Build, ...]
    environment: str
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What became of a request on one commit.

    Args:
        parent: the commit it was done on.
        commit: the one that moves the images; None where nothing is to move.
        moved: from what to what. left: for each build that moves nothing, why, in a sentence.
        message: of the commit.

    """

    parent: str
    commit: str | None
    moved: tuple[Move, ...]
    left: tuple[str, ...]
    message: str = ""


def step(git: Git, place: Place, parent: str, request: Request, *, current: Callable[[], bool]) -> Step | None:
    """Make the commit: the lock moved, `dist/` synthesised, the whole judged by the policies.

    None when the branch is no longer `current` halfway: the rest would be for nothing.

    Raises:
        Stopped: the lock of that commit is broken or lacks a service, synthesis fails, a policy has a finding (code 1), or something else
            than these images would change.

    """
    with scratch(git, parent, place.root) as copy:
        lock = _lock(copy)
        found, left = _Ground(git=git, place=place, parent=parent, lock=lock, request=request).to_move()
        if not found:
            return Step(parent=parent, commit=None, moved=(), left=left)
        copy.place.change(lambda _: {(request.environment, move.service): move.new for move in found})
        _synthesise(copy, request.environment)
        tree = copy.tree(f"charts/{LOCK_NAME}", DIST)
        _only_these(copy, tree, found)
        if not current():
            return None
        _judge(copy)
        message = message_of(found, request.environment)
        commit = git.tell("commit-tree", tree, "-p", parent, "-F", "-", stdin=message, env=_author(git)).strip()
        return Step(parent=parent, commit=commit, moved=found, left=left, message=message)


def message_of(found: Sequence[Move], environment: str) -> str:
    """What changed, for whoever reads the history."""
    names = [move.service for move in found]
    if len(names) == 1:
        subject = f"dist: {environment} runs {names[0]} {found[0].new.tag}"
    else:
        subject = f"dist: {environment} runs new images of {', '.join(names[:-1])} and {names[-1]}"
    if len(subject) > 100:
        subject = f"dist: {environment} runs new images of {len(names)} services"
    return subject + "\n\n" + "\n".join(_paragraph(move) for move in found)


def _paragraph(move: Move) -> str:
    lines = [f"{move.service}: {move.old.image} → {move.new.image}"]
    lines += [f"  built from {move.new.source_sha}"] if move.new.source_sha else []
    lines += [f"  {move.new.run}"] if move.new.run else []
    return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ground:
    """The commit that a step is done on, and what its lock says."""

    git: Git
    place: Place
    parent: str
    lock: Lock
    request: Request

    def to_move(self) -> tuple[tuple[Move, ...], tuple[str, ...]]:
        """The moves that make sense here, and why the other builds move nothing."""
        environment = self.request.environment
        shown = f"{self.place.shown(self.place.lock)} of {self.parent[:12]}"
        becoming = {move.service: move for move in moves(self.lock, shown, environment, self.request.builds)}
        found: list[Move] = []
        left: list[str] = []
        for build in self.request.builds:
            now = self.lock.entries[environment][build.service]
            move = becoming.get(build.service)
            why = ", which is this build" if move is None else self._why_not(now, move)
            if move is None or why:
                left.append(f"{build.service} stays at {now.image}{why}")
            else:
                found.append(move)
        return tuple(found), tuple(left)

    def _why_not(self, now: LockedImage, move: Move) -> str:
        """Why a build does not replace what is there; empty where it does."""
        new, environment = move.new, self.request.environment
        if (now.tag, now.digest, now.placeholder) == (new.tag, new.digest, False):
            return ", which is this build"
        if self.request.again or now.placeholder:
            return ""
        if now.source_sha and new.source_sha and self.git.is_before(new.source_sha, now.source_sha):
            return f", which was built from {now.source_sha[:12]}, later than {new.source_sha[:12]} (--again moves it back)"
        path = path_of_lock(self.place, self.git)
        replaced = was_replaced(self.git, path, environment, move.service, new, tip=self.parent)
        if replaced is not None:
            how = f"`crema image rollback {move.service} --env {environment}` or --again moves it back"
            return f", which has replaced {new.tag} of {replaced[:12]} ({how})"
        return ""


def _lock(copy: Scratch) -> Lock:
    try:
        return copy.place.read()
    except Stopped as stopped:
        raise Stopped.for_all(f"{copy.parent[:12]}: {message}" for message in stopped.messages) from None


def _synthesise(copy: Scratch, environment: str) -> None:
    said = copy.run("synth", "--env", environment)
    if said.status != 0:
        raise Stopped(f"{copy.parent[:12]} with these images cannot be synthesised; nothing was published", *_errors(said.err))


def _judge(copy: Scratch) -> None:
    """By the day of the commit, as pull requests are judged: a waiver that has ended since is no reason against an image."""
    day = copy.git.tell("log", "-1", "--format=%cs", copy.parent).strip()
    said = copy.run("check", "--as-of", day)
    if said.status != 0:
        first = f"{copy.parent[:12]} with these images does not pass `crema check` (exit {said.status}); nothing was published"
        raise Stopped(first, *said.out.splitlines(), *_errors(said.err), code=max(DIFFERENT, said.status))


def _only_these(copy: Scratch, tree: str, found: Sequence[Move]) -> None:
    """Refuse to sweep in anything else: each line of `dist/` that changed is an old one with one of the images moved."""
    strange = sorted({path for path, old, new in _changes(copy, tree) if not any(_is(move, old, new) for move in found)})
    if not strange:
        return
    with scratch(copy.git, copy.parent, copy.git.top / copy.place.root.relative_to(copy.top)) as untouched:
        if untouched.run("synth", "--check").status == 0:
            return  # it is what these images make of the charts, then
    raise Stopped(
        f"dist/ of {copy.parent[:12]} is not what its charts say ({', '.join(strange[:5])}{' …' if len(strange) > 5 else ''}): "
        "run `make synth` there and commit it first; nothing was published"
    )


def _is(move: Move, old: str | None, new: str | None) -> bool:
    return old is not None and new is not None and old.replace(move.old.image, move.new.image) == new


def _changes(copy: Scratch, tree: str) -> Iterator[tuple[str, str | None, str | None]]:
    """Each changed line of `dist/`: its file, the old one and the new one; None where one has no other."""
    prefix = (copy.place.root.relative_to(copy.top) / DIST).as_posix()
    words = ["diff-tree", "-r", "-p", "--no-renames", "--no-color", "--no-ext-diff", "--no-textconv", "--unified=0", "--src-prefix=a/"]
    said = copy.git.tell("-c", "core.quotePath=false", *words, "--dst-prefix=b/", f"{copy.parent}^{{tree}}", tree, "--", prefix)
    path, old, new = "", list[str](), list[str]()
    for line in [*said.splitlines(), "@@"]:
        if line.startswith(("diff --git ", "@@")):
            both = len(old) == len(new)
            yield from ((path, *pair) for pair in (zip(old, new, strict=True) if both else [(text, None) for text in (*old, *new)]))
            old, new = [], []
        if line.startswith("diff --git "):
            path = line.rpartition(" b/")[2]
        elif line.startswith("-") and not line.startswith("--- "):
            old.append(line[1:])
        elif line.startswith("+") and not line.startswith("+++ "):
            new.append(line[1:])
        elif line.startswith(("new file", "deleted file")):
            yield path, None, None


def _author(git: Git) -> dict[str, str]:
    """Who writes and who commits, where neither the clone nor the environment says: on a runner GitHub's own account for workflows."""
    name, email = "crema", "crema@localhost"
    if os.environ.get("GITHUB_ACTIONS") == "true":
        # https://github.com/actions/checkout#push-a-commit-using-the-built-in-token
        name, email = "github-actions[bot]", "41898282+github-actions[bot]@users.noreply.github.com"
    configured = git.ask("config", "user.email").out.strip()
    made: dict[str, str] = {}
    for who in ("AUTHOR", "COMMITTER"):
        said = configured or os.environ.get(f"GIT_{who}_EMAIL")
        if not said or git.ask("var", f"GIT_{who}_IDENT").status != 0:
            made |= {f"GIT_{who}_NAME": name, f"GIT_{who}_EMAIL": email}
    return made


def _errors(text: str) -> list[str]:
    return [line.removeprefix("error: ") for line in text.splitlines() if line.strip()]
