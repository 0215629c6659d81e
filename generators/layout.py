"""Where each object goes: `dist/<environment>/<app>/<kind>-<name>.yaml`, one object a file, under a header of three lines.

Documents, which are read when a cluster is made, have the names they are read by.

The header names the chart's file and the construct, never a line number, so that moving code does not change `dist/`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from crema.generators import writer
from crema.generators.found import Found
from crema.generators.manifest import Ref, is_object, ref_of
from crema.generators.platform import Built
from crema.generators.source import Line
from crema.generators.spec import Mistake
from crema.generators.syntax import line_of_id

HEADER_LINES = 3
_HEADER = re.compile(rb"# Generated from [^\n]+\. Do not edit\.\n# To change it: [^\n]+\n# What must hold of it: [^\n]+\n")
# A leading underscore marks what no app of the platform owns: `_bootstrap`, `_root`.
_DIRECTORY = re.compile(r"_?[a-z0-9]([-a-z0-9.]*[a-z0-9])?")
_LONGEST_FILE_NAME = 255  # of the common file systems, in bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file of `dist/`: its path below the project's root (with `/`), its bytes, and the object it holds."""

    path: str
    content: bytes
    built: Built


def is_ours(content: bytes) -> bool:
    """Whether these bytes begin with our header: such a file may be replaced and deleted, any other is somebody's."""
    return _HEADER.match(content) is not None


def lay_out(objects: Iterable[Built], root: Path, dist: str, mistakes: Found) -> dict[str, File]:
    """The files of these objects by path; what keeps one from being a file goes to `mistakes`.

    Every object gives exactly one file; two objects that want one file, or are one object to Kubernetes, are mistakes.
    """
    files: dict[str, File] = {}
    refs: dict[tuple[str, Ref], Built] = {}
    for built in objects:
        problems = [Mistake.at(built.line, f"{built.construct}: {problem}") for problem in _problems(built)]
        if not _DIRECTORY.fullmatch(built.app):
            problems.append(_not_a_directory(built))
        if problems:
            for problem in problems:
                mistakes.add(problem, built.environment)
            continue
        path = f"{dist}/{built.environment}/{built.app}/{built.document or file_name(built.body)}"
        ref = ref_of(built.body) if is_object(built.body) else None
        other = files[path].built if path in files else refs.get((built.environment, ref)) if ref else None
        if other is not None:
            mistakes.add(Mistake.at(built.line, _clash(built, other, root)), built.environment)
            continue
        if ref is not None:
            refs[built.environment, ref] = built
        try:
            text = writer.manifest(built.body)
        except writer.WriterError as error:
            mistakes.add(Mistake.at(built.line, f"{built.construct}: {_identity(built)}: {error}"), built.environment)
            continue
        files[path] = File(path=path, content=(_header(built, root) + text).encode(), built=built)
    return files


def _problems(built: Built) -> Iterator[str]:
    """What an object lacks to be a file; cdk8s itself asks for none of this."""
    if built.document:
        return
    body = built.body
    metadata = body.get("metadata")
    for name, value in (("apiVersion", body.get("apiVersion")), ("kind", body.get("kind"))):
        if not isinstance(value, str) or not value:
            yield f"the object has no {name}; Kubernetes needs one"
    if not isinstance(metadata, Mapping) or not isinstance(metadata.get("name"), str) or not metadata["name"]:
        yield f"the {body.get('kind')} has no metadata.name; give it one (Argo CD cannot track a generated name)"
    elif len(file_name({"kind": "", **body}).encode()) > _LONGEST_FILE_NAME:
        yield f"{body.get('kind')}/{metadata['name']} would be a file with a name of over {_LONGEST_FILE_NAME} bytes; shorten metadata.name"


def _not_a_directory(built: Built) -> Mistake:
    """Of all objects of a chart the same mistake, and so listed once."""
    chart = built.construct.partition("/")[0]
    line = Line(str(built.file), line_of_id(str(built.file), chart, [built.app]))
    what = f"the chart's id {built.app!r} is the name of its directory; use lower-case letters, digits, '-' and '.'"
    return Mistake.at(line, f"{chart}: {what}")


def file_name(body: Mapping[str, object]) -> str:
    metadata = body["metadata"]
    name = str(metadata["name"] if isinstance(metadata, Mapping) else "")
    return f"{_escaped(str(body['kind']).lower())}-{_escaped(name)}.yaml"


def _escaped(name: str) -> str:
    """The name with all but lower-case letters, digits, '-' and '.' as %xx of its UTF-8.

    Names of RBAC objects may hold ':' and capitals, and file systems differ in what they allow and in whether case counts.
    """
    keep = "abcdefghijklmnopqrstuvwxyz0123456789-."
    return "".join(c if c in keep else "".join(f"%{byte:02x}" for byte in c.encode("utf-8", "surrogatepass")) for c in name)


def _identity(built: Built) -> Ref | str:
    """What tells it from every other: an object's ref, or the file of a document that is no object."""
    return ref_of(built.body) if is_object(built.body) else built.document


def _clash(built: Built, other: Built, root: Path) -> str:
    where = f"{_relative(Path(other.line.file), root)}:{other.line.line} ({other.construct})"
    if _identity(built) == _identity(other):
        return f"{built.construct}: {_identity(built)} is made by {where} as well; one object has one owner"
    return f"{built.construct}: {_identity(built)} wants the same file as {_identity(other)} of {where}; give one of them another name"


def _header(built: Built, root: Path) -> str:
    source = f"{_relative(built.file, root)} {built.construct}"
    return (
        f"# Generated from {''.join(c if c.isprintable() else '?' for c in source)}. Do not edit.\n"
        f"# To change it: edit that file and run `make synth` (environment: {built.environment}).\n"
        "# What must hold of it: policies/\n"
    )


def _relative(file: Path, root: Path) -> str:
    return file.relative_to(root).as_posix() if file.is_relative_to(root) else file.as_posix()
