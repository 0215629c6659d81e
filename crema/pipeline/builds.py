"""What builds left behind: for each service the image that was pushed, the commit it was built from and where."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from crema.generators.lock_text import COMMIT, DIGEST, NAME, REQUIRED, RUN, TAG, Lock, LockedImage
from crema.pipeline.stopped import TOO_LITTLE, Stopped
from crema.policies.engine.nearest import nearest

_FIELDS: Final = ("service", "tag", "digest", "source_sha", "run")
_LARGEST: Final = 4_000_000
_ARGUMENT: Final = re.compile(r"(?P<service>[^=]*)=(?P<tag>[^@]*)(@(?P<digest>.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Build:
    """One image that was pushed. `where` says who asks for it: a file and a place in it, or an argument."""

    service: str
    tag: str
    digest: str | None
    source_sha: str | None
    run: str | None
    where: str

    def wrong(self) -> Iterator[str]:
        """What is malformed, in sentences."""
        if not NAME.fullmatch(self.service):
            yield f"{self.where}: service is {_cut(self.service)}; it must be a name of lower-case letters, digits and '-'"
        for name, value, pattern in (
            ("tag", self.tag, TAG),
            ("digest", self.digest, DIGEST),
            ("source_sha", self.source_sha, COMMIT),
            ("run", self.run, RUN),
        ):
            if value is not None and not pattern.fullmatch(value):
                yield f"{self.where}: {name} of {self.service} is {_cut(value)}; it must be {REQUIRED[name][1]}"
        if self.tag == "latest" and self.digest is None:
            yield f"{self.where}: tag of {self.service} is 'latest', which moves; name one that stays, or a digest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The builds that somebody asks for, sorted, and what is wrong with what they gave."""

    builds: tuple[Build, ...]
    wrong: tuple[str, ...]


def of_arguments(arguments: Iterable[str], source_sha: str | None, run: str | None) -> Given:
    """`SERVICE=TAG[@DIGEST]`, each built from the same commit by the same run."""
    found: list[Build] = []
    wrong: list[str] = []
    for argument in arguments:
        match = _ARGUMENT.fullmatch(argument)
        if match is None:
            wrong.append(f"{_cut(argument)} must be SERVICE=TAG@DIGEST, such as order=order-4f2a…@sha256:9b1c…")
        else:
            found.append(Build(**match.groupdict(), source_sha=source_sha, run=run, where=_cut(argument)))
    wrong.extend(said for build in found for said in build.wrong())
    return _each_once(found, wrong)


def of_files(given: Path) -> tuple[Build, ...]:
    """What a file says, or all `*.json` of a directory: each a list of `{service, tag, digest, source_sha, run}`, or one of them.

    Raises:
        Stopped: with everything that is wrong with them; code 3 when there is no build at all.

    """
    try:
        files = sorted(given.glob("**/*.json")) if given.is_dir() else [given]
        texts = [(file, _text(file)) for file in files]
    except OSError as error:
        raise Stopped(f"{error.filename or given} cannot be read: {error.strerror}") from None
    found: list[Build] = []
    wrong: list[str] = []
    for file, text in texts:
        try:
            value = json.loads(text, object_pairs_hook=_no_key_twice)
        except (ValueError, RecursionError) as error:
            wrong.append(f"{file} is not JSON: {error}")
            continue
        for number, one in enumerate(value if isinstance(value, list) else [value]):
            where = f"{file}[{number}]" if isinstance(value, list) else str(file)
            build = _build(one, where, wrong)
            if build is not None:
                found.append(build)
    if not found and not wrong:
        raise Stopped(f"{given} has no build: no image was pushed, so nothing moves", code=TOO_LITTLE)
    read = _each_once(found, wrong)
    if read.wrong:
        raise Stopped.for_all(read.wrong)
    return read.builds


def _text(file: Path) -> str:
    with file.open("rb") as opened:
        content = opened.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise Stopped(f"{file} is larger than {_LARGEST} bytes; a build is a few hundred")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Stopped(f"{file} is not UTF-8") from None


def _no_key_twice(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"it has {key!r} twice")
        found[key] = value
    return found


def _build(value: object, where: str, wrong: list[str]) -> Build | None:
    if not isinstance(value, dict):
        wrong.append(f"{where} must be an object with {', '.join(_FIELDS)}")
        return None
    before = len(wrong)
    for name in value:
        if name not in _FIELDS:
            wrong.append(f"{where} has the unknown field {_cut(str(name))}{nearest(str(name), _FIELDS)}")
    for name in ("service", "tag"):
        if not isinstance(value.get(name), str):
            wrong.append(f"{where}: {name} {'is missing' if name not in value else 'must be a text'}")
    for name in ("digest", "source_sha", "run"):
        if not isinstance(value.get(name), str | None):
            wrong.append(f"{where}: {name} must be a text, or null")
    if len(wrong) > before:
        return None
    given: dict[str, Any] = {name: value.get(name) for name in _FIELDS}
    build = Build(**given, where=where)
    wrong.extend(build.wrong())
    return build


def _each_once(found: list[Build], wrong: list[str]) -> Given:
    seen: dict[str, Build] = {}
    for build in found:
        if build.service in seen:
            wrong.append(f"{build.where}: {build.service} is named twice, first by {seen[build.service].where}")
        seen.setdefault(build.service, build)
    return Given(builds=tuple(sorted(found)), wrong=tuple(sorted(set(wrong))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """An entry of the lock that becomes another."""

    service: str
    old: LockedImage
    new: LockedImage


def moves(lock: Lock, shown: str, environment: str, builds: Iterable[Build], wrong: Iterable[str] = ()) -> tuple[Move, ...]:
    """What changes in an environment; a build of an image that runs there already changes nothing.

    Raises:
        Stopped: there is no such environment or service, or something was `wrong` before; all of it is named.

    """
    builds = tuple(builds)
    all_wrong = [*wrong]
    try:
        entries = entries_of(lock, shown, environment)
    except Stopped as stopped:
        raise Stopped.for_all([*stopped.messages, *all_wrong]) from None
    for build in builds:
        if build.service not in entries and NAME.fullmatch(build.service):
            all_wrong.append(f"{build.where}: {_unknown(build.service, environment, entries)}")
    if all_wrong:
        raise Stopped.for_all(sorted(all_wrong))
    found = [Move(service=b.service, old=entries[b.service], new=becomes(entries[b.service], b)) for b in sorted(builds)]
    return tuple(move for move in found if move.old != move.new)


def becomes(old: LockedImage, build: Build) -> LockedImage:
    """The entry after a build. What a build of the same image leaves unsaid is kept."""
    same = (old.tag, old.digest, old.placeholder) == (build.tag, build.digest, False)
    return LockedImage(
        repository=old.repository,
        tag=build.tag,
        digest=build.digest,
        source_sha=build.source_sha or (old.source_sha if same else None),
        run=build.run or (old.run if same else None),
    )


def entries_of(lock: Lock, shown: str, environment: str) -> Mapping[str, LockedImage]:
    """The entries of an environment.

    Raises:
        Stopped: the lock has no such environment.

    """
    if environment not in lock.entries:
        raise Stopped(f"there is no environment {_cut(environment)} in {shown}{nearest(environment, lock.entries)}")
    return lock.entries[environment]


def _unknown(service: str, environment: str, entries: Mapping[str, LockedImage]) -> str:
    return f"{environment} has no service {_cut(service)}{nearest(service, entries)}"


def _cut(value: str) -> str:
    """A value as it was given, in quotes, not longer than a line."""
    return repr(value if len(value) <= 100 else value[:99] + "…")
