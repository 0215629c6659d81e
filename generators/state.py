"""What publishing remembers between runs, in the ignored directory `.crema/`: who wrote which bytes, and where each manifest came from."""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crema.generators.layout import File

DIRECTORY = ".crema"
_PUBLISHED, _PUBLISHING, _PROVENANCE = "published.json", "publishing.json", "provenance.json"
# How many versions of a file are remembered: switching branches and stashing brings earlier ones back.
_HISTORY = 16


@dataclass(frozen=True, slots=True)
class State:
    """The bytes (as SHA-256) that publishing wrote, newest last, by path; and whether the last run was cut short."""

    written: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    interrupted: bool = False

    def wrote(self, path: str, sha256: str) -> bool:
        """Whether a publish wrote these bytes to this file."""
        return sha256 in self.written.get(path, ())

    def knows(self, path: str) -> bool:
        """Whether any publish wrote this file."""
        return path in self.written


def load(root: Path) -> State:
    """The state of a project; empty where nothing was published yet. A damaged record counts as none: HEAD alone then decides."""
    published, publishing = _read(root / DIRECTORY / _PUBLISHED), _read(root / DIRECTORY / _PUBLISHING)
    written: dict[str, tuple[str, ...]] = {path: tuple(hashes) for path, hashes in published.items() if isinstance(hashes, list)}
    for path, sha256 in publishing.items():
        written[path] = (*written.get(path, ()), str(sha256))
    return State(written=written, interrupted=bool(publishing))


def begin(root: Path, state: State, changed: Iterable[File]) -> None:
    """Record what is about to be written, before the first rename: the next run then knows these bytes as ours.

    What an interrupted run announced is kept: it may have written some of it, and this run may be interrupted too.
    """
    if state.interrupted:
        _write(root / DIRECTORY / _PUBLISHED, state.written)
    _write(root / DIRECTORY / _PUBLISHING, {f.path: hashlib.sha256(f.content).hexdigest() for f in changed})


def finish(root: Path, state: State, files: Mapping[str, File]) -> None:
    """Record what was written, and end the run that `begin` announced."""
    written: dict[str, list[str]] = {path: list(hashes) for path, hashes in state.written.items()}
    for path, file in files.items():
        sha256 = hashlib.sha256(file.content).hexdigest()
        written[path] = [*(h for h in written.get(path, ()) if h != sha256), sha256][-_HISTORY:]
    _write(root / DIRECTORY / _PUBLISHED, written)
    (root / DIRECTORY / _PUBLISHING).unlink(missing_ok=True)


def write_provenance(root: Path, files: Mapping[str, File], scopes: tuple[str, ...]) -> None:
    """Leave the exact Python line of each manifest, with the hashes of both files, so that a stale entry is never believed."""
    path = root / DIRECTORY / _PROVENANCE
    kept = {k: v for k, v in _read(path, "manifests").items() if not k.startswith(tuple(f"{s}/" for s in scopes))}
    made: dict[str, Any] = {}
    hashes: dict[Path, str] = {}
    for file in files.values():
        source = Path(file.built.line.file)
        if file.built.exact and source.is_relative_to(root):
            if source not in hashes:
                hashes[source] = hashlib.sha256(source.read_bytes()).hexdigest()
            made[file.path] = {
                "sha256": hashlib.sha256(file.content).hexdigest(),
                "source": source.relative_to(root).as_posix(),
                "source_sha256": hashes[source],
                "line": file.built.line.line,
                "construct": file.built.construct,
            }
    _replace(path, {"schema": "crema-provenance/v1", "manifests": {**kept, **made}})


def _read(file: Path, key: str = "files") -> dict[str, Any]:
    try:
        value = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


def _write(file: Path, files: Mapping[str, Any]) -> None:
    _replace(file, {"schema": "crema-published/v1", "files": files})


def _replace(file: Path, value: object) -> None:
    aside = file.with_name(f"{file.name}.{os.getpid()}")
    aside.write_text(json.dumps(value, sort_keys=True, indent=0), encoding="utf-8")
    os.replace(aside, file)
