"""Where reports go: to standard output, to files, and to GitHub's job summary."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import Final

import click

from crema.policies.engine.nearest import nearest
from crema.policies.report import text
from crema.policies.report.formats import FORMATS, render
from crema.policies.report.rebase import rebased
from crema.policies.report.report import Report

_TEXT: Final = "text"
_OF_THE_REPOSITORY: Final = frozenset({"github", "sarif"})
"""Formats whose readers know files by their names from the root of the repository."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A format, and the file that it goes to (None: standard output)."""

    format: str
    file: Path | None


def destinations(given: Sequence[str]) -> tuple[Destination, ...]:
    """What `--format FORMAT[=FILE]` asks for. The text for people goes to standard output unless another format claims it."""
    asked: list[Destination] = []
    for one in given:
        name, equals, file = one.partition("=")
        if name not in FORMATS:
            raise click.UsageError(f"--format {name}: there is no such format{nearest(name, FORMATS)}")
        if equals and not file:
            raise click.UsageError(f"--format {one}: the name of a file is missing after '='.")
        asked.append(Destination(format=name, file=Path(file) if file else None))
    out = [one.format for one in asked if one.file is None]
    if len(out) > 1:
        raise click.UsageError(f"--format {' and '.join(out)} would both go to standard output; give all but one a file: {out[0]}=FILE.")
    files = [one.file for one in asked if one.file is not None]
    if len(set(files)) < len(files):
        raise click.UsageError("two formats would go to one file; give each its own.")
    for file_ in files:
        if file_.is_dir() or not file_.parent.is_dir():
            why = "it is a directory" if file_.is_dir() else f"there is no directory {file_.parent}"
            raise click.UsageError(f"--format …={file_}: {why}.")
    return tuple(asked) if out else (*asked, Destination(format=_TEXT, file=None))


def deliver(report: Report, to: Sequence[Destination]) -> None:
    """Write a report to where it was asked for. A file that cannot be written is a usage error."""
    for one in to:
        seen = _from_the_root(report) if one.format in _OF_THE_REPOSITORY else report
        if one.file is not None:
            _write(one.file, render(one.format, seen), "w")
        elif one.format == _TEXT:
            colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
            _print(text.render(report, colour=colour), colour=colour)
        else:
            _print(render(one.format, seen), colour=False)
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if summary and any(one.format == "github" for one in to):
        _write(Path(summary), render("markdown", report), "a")


def _from_the_root(report: Report) -> Report:
    """With files named from the root of the repository where a job of GitHub runs below it, else from the working directory."""
    here = Path.cwd()
    workspace = os.environ.get("GITHUB_WORKSPACE")
    root = Path(workspace).resolve() if workspace else here
    return rebased(report, here=here.as_posix(), root=(root if here.is_relative_to(root) else here).as_posix())


def _print(said: str, *, colour: bool) -> None:
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    click.echo(said, nl=False, color=colour)


def _write(file: Path, said: str, mode: str) -> None:
    try:
        with file.open(mode, encoding="utf-8", errors="backslashreplace", newline="\n") as opened:
            opened.write(said)
    except OSError as broken:
        raise click.UsageError(f"{file} cannot be written: {broken.strerror}.") from None
