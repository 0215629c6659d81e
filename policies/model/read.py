"""The one door through which manifests are read. Nothing else in this half of the library opens a manifest.

Links that leave the tree are named and not followed. What cannot be read (a pipe, a folder without permission) becomes
an entry that fails the run and names file and line.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from os import walk
from os.path import realpath
from pathlib import Path
from typing import Final

from crema.policies.model.documents import Document, Json, Unreadable, line_of, read_documents
from crema.policies.model.doubts import below
from crema.policies.model.manifest import Header, Manifest, Ref, read_header, ref_of
from crema.policies.model.world import World, world_of

SUFFIXES: Final = (".yaml", ".yml", ".json")
BOOTSTRAP: Final = "_bootstrap"


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
    why: str = "no apiVersion and kind, so not a manifest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Everything found under the given paths: one world for each environment, and what could not become part of one."""

    worlds: tuple[World, ...]
    unreadable: tuple[UnreadableDocument, ...]
    not_manifests: tuple[NotAManifest, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    path: Path
    text: str
    header: Header | None


def read(paths: Iterable[Path]) -> Reading:
    """Read files and directories into worlds.

    A directory whose children are environments that crema wrote (`dist/local` says "environment: local" in its headers)
    is one world for each such child, and one more for the rest if there is any; any other directory is one world.
    """
    worlds: list[World] = []
    unreadable: list[UnreadableDocument] = []
    not_manifests: list[NotAManifest] = []
    for path in {path.resolve(): path for path in paths}.values():
        files = list(_files(path, unreadable, not_manifests))
        for root, members in _environments(path, files):
            worlds.append(_world(root, members, unreadable, not_manifests))
    return Reading(
        worlds=tuple(worlds),
        unreadable=tuple(sorted(unreadable, key=lambda entry: (entry.file, entry.line))),
        not_manifests=tuple(sorted(not_manifests, key=lambda entry: entry.file)),
    )


def bytes_of(path: Path) -> bytes | None:
    """The bytes of a file that a finding points to (a chart, the provenance); None when it cannot be read."""
    try:
        return path.read_bytes() if path.is_file() else None
    except OSError:
        return None


def line_in(manifest: Manifest, pointer: str, inner: str = "") -> int | None:
    """The line of the manifest's file on which the value at a pointer stands; None when the file is not there."""
    try:
        text = Path(manifest.file).read_bytes().decode("utf-8")
        return line_of(text, manifest.index, manifest.base + pointer, inner)
    except (OSError, UnicodeDecodeError, Unreadable):
        return None


def _files(path: Path, unreadable: list[UnreadableDocument], left_out: list[NotAManifest]) -> Iterator[_File]:
    for file in _names(path, unreadable, left_out):
        try:
            if file.exists() and not file.is_file():
                unreadable.append(UnreadableDocument(file=_shown(file), line=1, why="not a regular file"))
                continue
            text = file.read_bytes().decode("utf-8")
        except UnicodeDecodeError as broken:
            line = broken.object.count(b"\n", 0, broken.start) + 1
            unreadable.append(UnreadableDocument(file=_shown(file), line=line, why="not UTF-8"))
        except OSError as broken:
            unreadable.append(UnreadableDocument(file=_shown(file), line=1, why=f"{broken.strerror}"))
        else:
            yield _File(path=file, text=text, header=read_header(text))


def _names(path: Path, unreadable: list[UnreadableDocument], left_out: list[NotAManifest]) -> Iterator[Path]:
    """The manifest files of a path in a fixed order; hidden folders are passed over. A folder is read where it is, not
    through links to it.
    """
    if not path.is_dir():
        yield path
        return
    inside = realpath(path)

    def leaves(link: Path) -> bool:
        return link.is_symlink() and not Path(realpath(link)).is_relative_to(inside)

    def refused(broken: OSError) -> None:
        unreadable.append(UnreadableDocument(file=_shown(Path(broken.filename or path)), line=1, why=f"{broken.strerror}"))

    for folder, folders, names in walk(path, onerror=refused):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != "node_modules")
        for file in (Path(folder, name) for name in (*folders, *sorted(names))):
            if (file.name in folders or file.name.endswith(SUFFIXES)) and leaves(file):
                left_out.append(NotAManifest(file=_shown(file), why="a link that leaves the directory is not followed"))
            elif file.name not in folders and file.name.endswith(SUFFIXES):
                yield file


def _environments(path: Path, files: list[_File]) -> Iterator[tuple[Path, list[_File]]]:
    """Groups of files that make a world, each with the directory it stands for."""
    if not path.is_dir():
        yield path.parent, files
        return
    children: dict[str, list[_File]] = {}
    for file in files:
        children.setdefault(file.path.relative_to(path).parts[0], []).append(file)
    ours = {
        name
        for name, members in children.items()
        if any(member.header is not None and member.header.environment == name for member in members) and (path / name).is_dir()
    }
    for name in sorted(ours):
        yield path / name, children[name]
    rest = [file for file in files if file.path.relative_to(path).parts[0] not in ours]
    if rest or not ours:
        yield path, rest


def _world(root: Path, files: list[_File], unreadable: list[UnreadableDocument], not_manifests: list[NotAManifest]) -> World:
    """The world of a group of files. It is closed when the directory is a whole environment that crema wrote."""
    written = {file.header.environment for file in files if file.header is not None}
    closed = root.resolve().name in written
    environment = root.resolve().name if closed or not written else sorted(written)[0]
    manifests: list[Manifest] = []
    documents: list[Manifest] = []
    for file in files:
        try:
            for document in read_documents(file.text):
                if closed and file.path.relative_to(root).parts[0] == BOOTSTRAP and is_document(document.body):
                    documents.append(document_of(file.path.name, document, _shown(file.path), environment, file.header))
                elif closed or not _is_something_else(document.body):
                    manifests += _manifests(file, document, root, environment)
                else:
                    not_manifests.append(NotAManifest(file=_shown(file.path)))
        except Unreadable as broken:
            unreadable.append(UnreadableDocument(file=_shown(file.path), line=broken.line, why=broken.why))
    return world_of(manifests, environment, documents=documents, closed=closed)


def is_document(body: Json) -> bool:
    """Whether this is a mapping and no object of a cluster: kind's configuration has a kind, and no metadata with a name."""
    return isinstance(body, dict) and not (body.get("apiVersion") and body.get("kind") and ref_of(body).name)


def document_of(name: str, document: Document, file: str, environment: str, header: Header | None = None) -> Manifest:
    """A document of the bootstrap, called by the name of its file."""
    if not isinstance(document.body, dict):
        raise Unreadable(document.line, "the top of the document is not a mapping")
    return Manifest(
        ref=Ref(group="", kind="", namespace="", name=name),
        api_version="",
        body=document.body,
        file=file,
        index=document.index,
        header=header,
        environment=environment,
        app=BOOTSTRAP,
        bootstrap=True,
        origin="foreign" if header is None else "synthesised",
        doubts=document.doubts,
    )


def _is_something_else(body: Json) -> bool:
    return not isinstance(body, dict) or ("apiVersion" not in body and "kind" not in body)


def _manifests(file: _File, document: Document, root: Path, environment: str) -> Iterator[Manifest]:
    inside = file.path.relative_to(root).parts
    app = inside[0] if len(inside) > 1 else ""
    for body, base in _objects(document.body, "", document.line):
        yield Manifest(
            ref=ref_of(body),
            api_version=str(body["apiVersion"]),
            body=body,
            file=_shown(file.path),
            index=document.index,
            base=base,
            header=file.header,
            environment=environment,
            app=app,
            bootstrap=app == BOOTSTRAP,
            origin="foreign" if file.header is None else "synthesised",
            doubts=below(document.doubts, base),
        )


def _objects(body: Json, base: str, line: int) -> Iterator[tuple[dict[str, Json], str]]:
    """The object of a document, or the objects of its List: kubectl and Argo CD apply each item by itself."""
    if not isinstance(body, dict):
        raise Unreadable(line, "not an object: the top of the document is not a mapping")
    for key in ("apiVersion", "kind"):
        if not isinstance(body.get(key), str) or not body[key]:
            raise Unreadable(line, f"not an object: {base}/{key} is missing or not text")
    items = body.get("items")
    if body["kind"] == "List" and items is None:
        return
    if str(body["kind"]).endswith("List") and isinstance(items, list) and "spec" not in body:
        for position, item in enumerate(items):
            yield from _objects(item, f"{base}/items/{position}", line)
    else:
        yield body, base


def _shown(path: Path) -> str:
    """A path as reports write it: below the working directory when it is there, with forward slashes."""
    absolute, here = path.absolute(), Path.cwd()
    return (absolute.relative_to(here) if absolute.is_relative_to(here) else absolute).as_posix()
