"""Read Pipfile.lock without pipenv, which is not there yet.

The lock's form is documented with pipenv: https://pipenv.pypa.io/en/latest/pipfile.html. Its categories are ``default``
(what synthesis and the command need), ``develop`` (what tests need), ``services`` (what the images of the services hold) and ``go`` (a
Go toolchain from a wheel).
"""

from __future__ import annotations

import json
from pathlib import Path

from tools.setup.failure import SetupFailed

Packages = dict[str, tuple[str, tuple[str, ...], str]]
"""Package name to (version specifier, hashes, environment marker or "")."""


def packages(lock: Path, category: str) -> Packages:
    """The pinned packages of one category. Every one has an exact version and at least one hash, or this raises."""
    try:
        entries = json.loads(lock.read_text(encoding="utf-8"))[category]
        found: Packages = {name: (entry["version"], tuple(entry["hashes"]), entry.get("markers", "")) for name, entry in entries.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as wrong:
        raise SetupFailed(
            f"Pipfile.lock: category {category!r} cannot be read ({type(wrong).__name__}: {wrong})",
            fix="restore the file: git checkout Pipfile.lock",
        ) from wrong
    for name, (version, hashes, _) in found.items():
        if not version.startswith("==") or not hashes:
            raise SetupFailed(f"Pipfile.lock: {name} has no exact version or no hash", fix="make it again: make lock")
    return found


def requirements(pinned: Packages) -> str:
    """The same packages as a requirements file that pip installs in its hash-checking mode."""
    lines = []
    for name, (version, hashes, marker) in sorted(pinned.items()):
        condition = f" ; {marker}" if marker else ""
        lines.append(f"{name}{version}{condition} " + " ".join(f"--hash={value}" for value in sorted(hashes)))
    return "\n".join(lines) + "\n"
