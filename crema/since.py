"""What a git reference already had: the manifests of that commit, judged by the same policies.

The tree is written to a temporary directory under the same names, so that environments are called alike. Links and submodules of
that commit are left out.
"""

import os
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import click

from crema.policies.engine.fingerprint import fingerprints
from crema.policies.engine.policy import Policy
from crema.policies.engine.run import run
from crema.policies.model.files import SUFFIXES
from crema.project import Project, read_project

_FILES: Final = frozenset({"100644", "100755"})


def before(project: Project, policies: Sequence[Policy[Any]], ref: str, environments: Sequence[str]) -> tuple[str, frozenset[str]]:
    """The reference, and the fingerprints of the findings that its tree had. A reference that is unknown is a usage error."""
    start = project.paths[0].resolve()
    folder = start if start.is_dir() else start.parent
    root = Path(
        os.fsdecode(_git(folder, "rev-parse", "--show-toplevel", why=f"--since {ref}: {folder} is in no git repository").rstrip(b"\n"))
    )
    named = ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}"]
    commit = _git(root, *named, why=f"--since {ref}: git knows no such commit").decode().strip()
    wanted = [*project.paths, *project.settings.repository]
    with tempfile.TemporaryDirectory(prefix="crema-since-") as scratch:
        top = Path(scratch).resolve() / root.name
        top.mkdir()
        _write_tree(root, commit, [_inside(path, root, ref) for path in wanted if path.resolve().is_relative_to(root)], top)
        reading = read_project(_moved(project, root, top), environments, checked=False)
        return ref, frozenset(print_ for _, print_ in fingerprints(run(reading, policies).findings))


def _inside(path: Path, root: Path, ref: str) -> Path:
    try:
        return path.resolve().relative_to(root)
    except ValueError:
        raise click.UsageError(f"--since {ref}: {path} is not in the git repository {root}.") from None


def _moved(project: Project, root: Path, top: Path) -> Project:
    """The project as it would be in another place."""

    def move(path: Path) -> Path:
        whole = path.resolve()
        return top / whole.relative_to(root) if whole.is_relative_to(root) else path

    settings = project.settings
    moved = replace(
        settings,
        folder=move(settings.folder),
        directories=tuple(move(path) for path in settings.directories),
        repository=tuple(move(path) for path in settings.repository),
        environments=tuple(replace(one, path=move(one.path)) for one in settings.environments),
    )
    return replace(project, settings=moved, paths=tuple(path for path in map(move, project.paths) if path.exists()))


def _write_tree(root: Path, commit: str, paths: Iterable[Path], top: Path) -> None:
    """Write the manifest files of a commit below some paths, from git's own objects, without a checkout."""
    arguments = ["ls-tree", "-r", "-z", "--full-tree", commit, "--", *sorted({path.as_posix() for path in paths})]
    listed = _git(root, *arguments, why=f"git cannot list {commit}")
    found: list[tuple[bytes, Path]] = []
    for entry in filter(None, listed.split(b"\0")):
        head, _, name = entry.partition(b"\t")
        mode, _, blob = head.split(b" ")
        relative = Path(os.fsdecode(name))
        if mode.decode() in _FILES and relative.name.endswith(SUFFIXES) and ".." not in relative.parts:
            found.append((blob, relative))
    contents = _git(root, "cat-file", "--batch", why="git cannot read its objects", stdin=b"".join(blob + b"\n" for blob, _ in found))
    at = 0
    for _, relative in found:
        end = contents.index(b"\n", at)
        size = int(contents[at:end].split(b" ")[2])
        target = top / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(contents[end + 1 : end + 1 + size])
        at = end + size + 2


def _git(folder: Path, *arguments: str, why: str, stdin: bytes = b"") -> bytes:
    """What git prints. Any failure is a usage error that says what was asked of it."""
    try:
        done = subprocess.run(["git", "-C", os.fspath(folder), *arguments], input=stdin, capture_output=True, check=False)
    except FileNotFoundError:
        raise click.UsageError("--since needs git, which is not on PATH.") from None
    if done.returncode:
        raise click.UsageError(f"{why}.")
    return done.stdout
