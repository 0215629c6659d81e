"""The exact Python line of a manifest, from the file that synthesis leaves in `.crema/` (ignored by git).

It is used only while it is true: the manifest and the chart must both still have the bytes it was written for.
"""

import json
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from crema.policies.model.documents import Json
from crema.policies.model.files import bytes_of
from crema.policies.model.manifest import Manifest

SCHEMA: Final = "crema-provenance/v1"
FILE: Final = ".crema/provenance.json"


def recorded_line(manifest: Manifest, project: Path, source: Path) -> int | None:
    """The line on which the manifest's construct is made; None when nothing usable is recorded."""
    entry = _entries(bytes_of(project / FILE)).get(_below(project, manifest.file))
    if not isinstance(entry, dict):
        return None
    line = entry.get("line")
    current = entry.get("sha256") == _digest(Path(manifest.file)) and entry.get("source_sha256") == _digest(source)
    return line if current and isinstance(line, int) and not isinstance(line, bool) else None


@lru_cache(maxsize=4)
def _entries(recorded: bytes | None) -> dict[str, Json]:
    """The `manifests` of a provenance file; empty when it is absent, of another version or not what it should be."""
    try:
        content = json.loads(recorded or b"null")
    except ValueError:
        return {}
    if not isinstance(content, dict) or content.get("schema") != SCHEMA:
        return {}
    manifests = content.get("manifests")
    return manifests if isinstance(manifests, dict) else {}


def _below(project: Path, file: str) -> str:
    path = Path(file).absolute()
    return path.relative_to(project).as_posix() if path.is_relative_to(project) else ""


def _digest(path: Path) -> str:
    content = bytes_of(path)
    return "" if content is None else sha256(content).hexdigest()
