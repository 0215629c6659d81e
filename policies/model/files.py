"""The one door through which files are read. Nothing else in this half of the library opens a manifest.

Links that leave the tree are named and not followed. What cannot be read (a pipe, a folder without permission) becomes
an entry that fails the run and names file and line.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from os.path import realpath
from pathlib import Path
from typing import Final

from crema.policies.model.manifest import Header, read_header

SUFFIXES: Final = (".yaml", ".yml", ".json")
EMPTY: Final = "the file is empty: whatever was in it is not judged, and not deployed"
NO_MANIFEST: Final = "no apiVersion and kind, so not a manifest"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadableDocument:
    """A document that could not be read: where it is and why. It holds no text of the document."""

    file: str
    line: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAManifest:
    """A file of somebody's directory that was passed over: values, settings, a link that leaves it. Named, never a
    silent skip.
    """

    file: str
    why: str = NO_MANIFEST


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file that was read: its name as reports write it, its name below the path that was given, its absolute path, and what it says.

    `problem`: why it has no text that could hold documents, and the line of that; `text` is then what can be made out of it.
    """

    shown: str
    parts: tuple[str, ...]
    path: str
    text: str
    header: Header | None
    problem: tuple[int, str] | None = None


@dataclass(slots=True, kw_only=True)
class Passed:
    """What could not become part of a world, as it is met."""

    unreadable: list[UnreadableDocument] = field(default_factory=list)
    not_manifests: list[NotAManifest] = field(default_factory=list)

    def refuse(self, file: Path | str, line: int, why: str) -> None:
        """Something that could not be read."""
        self.unreadable.append(UnreadableDocument(file=shown(file), line=line, why=why))

    def pass_over(self, file: Path | str, why: str) -> None:
        """Something that is no manifest."""
        self.not_manifests.append(NotAManifest(file=shown(file), why=why))


def files_of(path: Path, passed: Passed) -> Iterator[File]:
    """The files of a path that may hold manifests, read, in a fixed order."""
    here, beginning = _beginning(path), len(os.fspath(path).rstrip(os.sep)) + 1
    top = os.path.abspath(path) if path.is_dir() else os.path.dirname(os.path.abspath(path))
    for file, regular in _names(path, passed):
        try:
            if not regular and os.path.exists(file):
                passed.refuse(Path(file), 1, "not a regular file")
                continue
            with open(file, "rb") as opened:
                text, problem = _text(opened.read())
        except OSError as broken:
            passed.refuse(Path(file), 1, f"{broken.strerror}")
        else:
            parts = tuple(file[beginning:].split(os.sep)) if path.is_dir() else (path.name,)
            yield File(
                shown=here + file[beginning:].replace(os.sep, "/"),
                parts=parts,
                path=os.path.join(top, *parts),
                text=text,
                header=read_header(text),
                problem=problem,
            )


def _text(content: bytes) -> tuple[str, tuple[int, str] | None]:
    """The text of a file; for one that is not UTF-8, text in which a manifest can be recognised all the same."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as broken:
        rough = content.replace(b"\0", b"").decode("latin-1").lstrip("\xff\xfe\xef\xbb\xbf")
        return rough, (content.count(b"\n", 0, broken.start) + 1, "not UTF-8")
    return text, None if text.strip("\ufeff \t\r\n") else (1, EMPTY)


def _beginning(path: Path) -> str:
    """What stands before the rest of a file's name in reports: nothing but the name for a file given by itself."""
    name = shown(path)
    return name if not path.is_dir() else "" if name == "." else f"{name}/"


def _names(path: Path, passed: Passed) -> Iterator[tuple[str, bool]]:
    """The manifest files of a path in a fixed order, and whether each is a regular file; hidden folders are passed over. A
    folder is read where it is, not through links to it.
    """
    if not path.is_dir():
        yield os.fspath(path), path.is_file()
        return
    inside = realpath(path)
    waiting = [os.fspath(path)]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(folder) as opened:
                entries = sorted(opened, key=lambda entry: entry.name)
        except OSError as broken:
            passed.refuse(Path(broken.filename or folder), 1, f"{broken.strerror}")
            continue
        folders = []
        for entry in entries:
            is_folder = _is(entry.is_dir)
            if is_folder and (entry.name.startswith(".") or entry.name == "node_modules"):
                continue
            if not is_folder and not entry.name.endswith(SUFFIXES):
                continue
            if entry.is_symlink() and not Path(realpath(entry.path)).is_relative_to(inside):
                passed.pass_over(Path(entry.path), "a link that leaves the directory is not followed")
            elif not is_folder:
                yield entry.path, _is(entry.is_file)
            elif not entry.is_symlink():
                folders.append(entry.path)
        waiting += reversed(folders)


def _is(asked: Callable[[], bool]) -> bool:
    """What a directory says of an entry; a circle of links is neither a file nor a folder."""
    try:
        return asked()
    except OSError:
        return False


def is_file(path: str) -> bool:
    """Whether there is a regular file, for one that says what the files beside it are."""
    return os.path.isfile(path)


def text_of(path: str) -> str | None:
    """The text of such a file; None when it cannot be read as text."""
    content = bytes_of(Path(path))
    try:
        return None if content is None else content.decode("utf-8")
    except UnicodeDecodeError:
        return None


def bytes_of(path: Path) -> bytes | None:
    """The bytes of a file that a finding points to (a chart, the provenance); None when it cannot be read."""
    try:
        return path.read_bytes() if path.is_file() else None
    except OSError:
        return None


def shown(path: Path | str) -> str:
    """A path as reports write it: below the working directory when it is there, with forward slashes."""
    if isinstance(path, str):
        return path
    absolute, here = path.absolute(), Path.cwd()
    return (absolute.relative_to(here) if absolute.is_relative_to(here) else absolute).as_posix()
