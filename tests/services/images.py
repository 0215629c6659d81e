"""A Dockerfile read, and the image that it makes laid out in a directory: copies as it says, and the packages that it installs."""

from __future__ import annotations

import fnmatch
import json
import os
import re
import shlex
import shutil
import sys
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import distribution, distributions
from pathlib import Path

from packaging.requirements import Requirement

from tests.external import ROOT

CONTEXT = ROOT / "services"
SERVICES = sorted(f.parent.name for f in CONTEXT.glob("*/Dockerfile"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction:
    """One instruction: its keyword, its flags (``--from=packages``), and its words."""

    keyword: str
    flags: Mapping[str, str]
    words: tuple[str, ...]
    exec_form: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What one FROM begins."""

    base: str
    name: str
    instructions: tuple[Instruction, ...]

    def words(self, keyword: str) -> tuple[str, ...]:
        """Of the last instruction with this keyword."""
        return next((i.words for i in reversed(self.instructions) if i.keyword == keyword), ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Dockerfile:
    """The names of ARGs before the first stage, and the stages; the last is the image."""

    args: tuple[str, ...]
    stages: tuple[Stage, ...]

    @property
    def image(self) -> Stage:
        """The stage that is kept."""
        return self.stages[-1]

    @property
    def env(self) -> dict[str, str]:
        """The variables the image sets."""
        return dict(word.split("=", 1) for i in self.image.instructions if i.keyword == "ENV" for word in i.words)


def read(service: str) -> Dockerfile:
    """The Dockerfile of a service."""
    text = (CONTEXT / service / "Dockerfile").read_text(encoding="utf-8")
    lines = [line for line in text.replace("\\\n", " ").splitlines() if line.strip() and not line.startswith("#")]
    args: list[str] = []
    stages: list[Stage] = []
    for instruction in map(_instruction, lines):
        if instruction.keyword == "FROM":
            name = instruction.words[2] if instruction.words[1:2] == ("AS",) else ""
            stages.append(Stage(base=instruction.words[0], name=name, instructions=()))
        elif stages:
            last = stages[-1]
            stages[-1] = Stage(base=last.base, name=last.name, instructions=(*last.instructions, instruction))
        else:
            assert instruction.keyword == "ARG", f"{service}: {instruction.keyword} before FROM"
            args.extend(instruction.words)
    return Dockerfile(args=tuple(args), stages=tuple(stages))


def _instruction(line: str) -> Instruction:
    keyword, rest = line.split(maxsplit=1)
    assert keyword.isupper(), line
    flags = {}
    while found := re.match(r"--([a-z-]+)=(\S+)\s+", rest):
        flags[found[1]] = found[2]
        rest = rest[found.end() :]
    exec_form = rest.startswith("[")
    words = json.loads(rest) if exec_form else shlex.split(rest)
    return Instruction(keyword=keyword, flags=flags, words=tuple(words), exec_form=exec_form)


def ignored(path: Path) -> bool:
    """Whether .dockerignore keeps a path of the context out of it. No pattern there begins with `!` or has a slash but in ``**/``."""
    patterns = [p for p in (CONTEXT / ".dockerignore").read_text(encoding="utf-8").splitlines() if p and not p.startswith("#")]
    parts = path.relative_to(CONTEXT).parts
    for pattern in patterns:
        assert not pattern.startswith("!"), pattern
        anywhere, name = pattern.startswith("**/"), pattern.removeprefix("**/")
        assert "/" not in name, pattern
        if any(fnmatch.fnmatchcase(part, name) for part in (parts if anywhere else parts[:1])):
            return True
    return False


def built(service: str, directory: Path, packages: Path) -> Path:
    """The files of the image below an empty directory, of its own alone: no base, and a link to packages. Nothing in it can be changed."""
    file = read(service)
    for copy in (i for i in file.image.instructions if i.keyword == "COPY"):
        *sources, target = copy.words
        place = directory / target.lstrip("/")
        if "from" in copy.flags:
            assert (copy.flags["from"], sources) == ("packages", ["/packages"])
            place.symlink_to(packages)
            continue
        for source in sources:
            _copy(CONTEXT / source, place / Path(source).name if target.endswith("/") else place)
    for path in directory.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o555 if path.is_dir() else 0o444)
    return directory


def _copy(source: Path, place: Path) -> None:
    present = source.exists() and not ignored(source)
    assert present, f"COPY {source.relative_to(CONTEXT)}: not in the context"
    place.parent.mkdir(parents=True, exist_ok=True)
    if source.is_file():
        shutil.copyfile(source, place)
    else:
        shutil.copytree(
            source, place, ignore=lambda folder, names: {n for n in names if ignored(Path(folder) / n)}, copy_function=shutil.copyfile
        )


def install(place: Path) -> Path:
    """What pip would install from services/requirements.txt and nothing else: links into the environment that runs the tests."""
    owners: dict[tuple[str, ...], set[str]] = defaultdict(set)
    files = {spelled(found.metadata["Name"]): [f for f in found.files or () if ".." not in f.parts] for found in distributions()}
    for owner, parts in ((owner, file.parts) for owner, own in files.items() for file in own):
        for depth in range(1, len(parts) + 1):
            owners[parts[:depth]].add(owner)
    for line in (CONTEXT / "requirements.txt").read_text(encoding="utf-8").splitlines():
        if not (wanted := re.match(r"([a-z0-9-]+)==", line)):
            continue
        for file in files[wanted[1]]:
            # A whole directory where nobody else has a file in it.
            parts = next(p for depth in range(1, len(file.parts) + 1) if len(owners[p := file.parts[:depth]]) == 1)
            link, real = place.joinpath(*parts), Path(str(file.locate()))
            if not link.is_symlink():
                link.parent.mkdir(parents=True, exist_ok=True)
                link.symlink_to((real, *real.parents)[len(file.parts) - len(parts)])
    return place


def spelled(name: str) -> str:
    """A package's name, as requirements spell it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def required(name: str) -> list[tuple[str, str]]:
    """What a package that is installed here needs: the name of each and its marker, or ""."""
    found = [Requirement(text) for text in distribution(name).requires or ()]
    return [(spelled(r.name), str(r.marker or "")) for r in found]


def python() -> str:
    """The Python below the environment: it sees no package that it is not told of."""
    return str(Path(getattr(sys, "_base_executable", sys.executable)))


def snapshot(directory: Path) -> dict[str, tuple[int, int]]:
    """Every file, with its size and the time of its last change: the same before and after when nothing was written."""
    return {
        str(Path(folder) / name): ((s := (Path(folder) / name).lstat()).st_size, s.st_mtime_ns)
        for folder, folders, files in os.walk(directory)
        for name in (*folders, *files)
    }
