"""What the set-up left in the virtual environment, so that a damaged one is noticed before it is used.

The law: a file that was installed and is gone, or has another length, means that everything is made anew. Otherwise a
virus scanner, a full disk or a hand would show as a traceback from somebody's package, or, when the file is the command
itself, as a run that does nothing and succeeds. Lengths are compared and not hashes, because every verb pays for it.
Files that came later (compiled Python, a package somebody tries out) are nobody's business.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from tools.setup.stamp import Stamp


def write(mark: Stamp, venv: Path) -> None:
    """Note every installed file and its length."""
    mark.write(json.dumps(_files(venv)))


def damaged(mark: Stamp, venv: Path) -> str | None:
    """The first file that is not as noted, relative to the virtual environment; None if all are, or nothing is noted."""
    noted = mark.read()
    if noted is None:
        return None
    for name, length in json.loads(noted).items():
        try:
            if os.lstat(f"{venv}/{name}").st_size != length:
                return str(name)
        except (FileNotFoundError, NotADirectoryError):
            return str(name)
    return None


def _files(venv: Path) -> dict[str, int]:
    found = {}
    for top in (venv / "bin", *venv.glob("lib/python*/site-packages")):
        for directory, below, names in os.walk(top):
            below[:] = sorted(name for name in below if name != "__pycache__")
            for name in sorted(names):
                file = Path(directory, name)
                found[file.relative_to(venv).as_posix()] = file.lstat().st_size
    return found
