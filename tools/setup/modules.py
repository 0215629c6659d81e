"""Find the Go programs of this checkout: every ``tools/<name>/go.mod`` and every ``go.mod`` below ``tests/``.

A module with ``tool`` directives (https://go.dev/ref/mod#go-mod-file-tool) pins other people's programs; a module with
Go files of its own is a program by the name of its directory; a module with neither only pins sources, which are
fetched and not built. A comment ``tags: a,b`` behind a ``tool`` directive builds that program with these build tags
(https://pkg.go.dev/cmd/go#hdr-Build_constraints): what else decides a build is in its go.mod too.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from pathlib import Path

from tools.setup.failure import SetupFailed

Version = tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One program to build: its name in ``.tools/bin``, its module, its package in that module and its build tags."""

    name: str
    module: Path
    package: str
    tags: tuple[str, ...] = ()


def module_files(root: Path) -> list[Path]:
    """Every go.mod that belongs to the project, sorted."""
    return sorted([*(root / "tools").glob("*/go.mod"), *(root / "tests").rglob("go.mod")])


def programs(root: Path) -> list[Program]:
    """Every program that those modules make, sorted by name; two of one name are a mistake."""
    found = [program for file in module_files(root) for program in _of_module(file)]
    found.sort(key=lambda program: program.name)
    for one, two in itertools.pairwise(found):
        if one.name == two.name:
            raise SetupFailed(
                f"{one.module / 'go.mod'} and {two.module / 'go.mod'} both make a program named {one.name}",
                fix="rename one of them",
            )
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Pins:
    """A module that is not built: its directory and what it requires, as ``path@version``."""

    module: Path
    requires: tuple[str, ...]


def pins(root: Path) -> list[Pins]:
    """Every module that only pins sources, sorted."""
    return [
        Pins(module=file.parent, requires=tuple(f"{path}@{version}" for path, version in _directives(file, "require")))
        for file in module_files(root)
        if not _of_module(file)
    ]


def oldest_go(root: Path) -> Version:
    """The highest ``go`` directive: an older toolchain refuses that module (https://go.dev/doc/toolchain)."""
    return max((_go_directive(file) for file in module_files(root)), default=(0,))


def parse_version(text: str) -> Version:
    """``1.26.8``, ``go1.26.8`` and ``go1.27rc1`` as numbers; a release candidate counts as older than its release."""
    match = re.fullmatch(r"(?:go)?(\d+)\.(\d+)(?:\.(\d+))?((?:rc|beta)\d+)?.*", text.strip())
    if match is None:
        raise SetupFailed(f"not a Go version: {text!r}", fix="give a version such as 1.26 or 1.26.8")
    major, minor, patch, candidate = match.groups()
    return (int(major), int(minor), -1 if candidate else int(patch or 0))


def _go_directive(file: Path) -> Version:
    match = re.search(r"(?m)^go\s+(\S+)", file.read_text(encoding="utf-8"))
    if match is None:
        raise SetupFailed(f"{file} has no go directive", fix="add one, for example: go 1.24")
    return parse_version(match.group(1))


def _of_module(file: Path) -> list[Program]:
    packages = _directives(file, "tool")
    if packages:
        return [Program(name=_name(package), module=file.parent, package=package, tags=_tags(file, package)) for (package,) in packages]
    if any(file.parent.glob("*.go")):
        return [Program(name=file.parent.name, module=file.parent, package=".")]
    return []


def _directives(file: Path, verb: str) -> list[list[str]]:
    """The words after each ``verb``, written alone on its line or in a block."""
    text = re.sub(r"//.*", "", file.read_text(encoding="utf-8"))
    lines = re.findall(rf"(?m)^{verb}[ \t]+([^(\n]+)$", text)
    for block in re.findall(rf"(?ms)^{verb}\s*\((.*?)^\)", text):
        lines += block.splitlines()
    return [line.split() for line in lines if line.strip()]


def _tags(file: Path, package: str) -> tuple[str, ...]:
    """What the comment behind that package's directive says; no comment, or another one, says none."""
    said = re.search(rf"(?m)^(?:tool)?[ \t]*{re.escape(package)}[ \t]*//[ \t]*tags:(.*)$", file.read_text(encoding="utf-8"))
    tags = tuple(tag.strip() for tag in said.group(1).split(",")) if said else ()
    for tag in tags:
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.]*", tag):
            raise SetupFailed(f"{file}: not a build tag: {tag!r}", fix="write it as in: tool example.org/program // tags: one,two")
    return tags


def _name(package: str) -> str:
    """The name that ``go install`` gives: the last element that is not a major version."""
    elements = [element for element in package.split("/") if not re.fullmatch(r"v\d+", element)]
    return elements[-1]
