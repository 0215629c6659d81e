"""Write Pipfile.lock anew from the Pipfile: `make lock`, after a version in the Pipfile was changed.

The law: the lock says which files may be installed, never where from. pipenv writes the index that it used into the
lock; that is taken out, so that everyone installs from the index that their own pip is set up for, and `pipenv verify`,
`pipenv sync` and the hashes are as good as before. pipenv itself is not part of the set-up: only who changes a
dependency needs it. What images of services install is written out of the lock too, since a build sees services/ alone.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
# `python tools/lock.py` has tools/ on its path and not the checkout.
sys.path.insert(0, str(ROOT))

from tools.setup.lock import packages, requirements  # noqa: E402 - after the line that finds it

_HEADER = """\
# Written by `make lock` from the category `services` of Pipfile.lock. Do not edit.
"""


def services_requirements(lock: Path) -> str:
    """services/requirements.txt: every package of the category, with its hashes."""
    return _HEADER + requirements(packages(lock, "services"))


def without_index(lock: dict[str, Any]) -> dict[str, Any]:
    """The same lock with no word about where packages come from."""
    categories = {
        category: {name: {k: v for k, v in entry.items() if k != "index"} for name, entry in entries.items()}
        for category, entries in lock.items()
        if category != "_meta"
    }
    return {"_meta": {**lock["_meta"], "sources": []}, **categories}


def main() -> int:
    """Resolve with pipenv from PATH; 2 when pipenv is not there or refuses."""
    pipenv = shutil.which("pipenv")
    if pipenv is None:
        print(
            "lock: pipenv is not on PATH\n  fix: install it (pipx install pipenv) and run make lock again",
            file=sys.stderr,
        )
        return 2
    if subprocess.run([pipenv, "lock"], cwd=ROOT, check=False).returncode != 0:
        print("lock: pipenv found no set of versions that fits; Pipfile.lock is as it was", file=sys.stderr)
        return 2
    file = ROOT / "Pipfile.lock"
    lock = without_index(json.loads(file.read_text(encoding="utf-8")))
    file.write_text(json.dumps(lock, indent=4, sort_keys=True) + "\n", encoding="utf-8")
    (ROOT / "services" / "requirements.txt").write_text(services_requirements(file), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
