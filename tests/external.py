"""The one door through which tests start programs: those of the set-up in ``.tools/bin``, and sh, make and git.

The law: a program that is missing is a failed test that says what to do, never a skipped one.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PROGRAMS = ROOT / ".tools" / "bin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed:
    """How a program ended and what it said, decoded as UTF-8."""

    status: int
    stdout: str
    stderr: str


def program(name: str) -> Path:
    """The path of a program of the set-up; the calling test fails when it is not there."""
    path = PROGRAMS / name
    if not path.is_file():
        pytest.fail(f"{path.relative_to(ROOT)} is missing: run make test, which builds it", pytrace=False)
    return path


def run(name: str, *arguments: str | Path, stdin: str | None = None, cwd: Path | None = None) -> Completed:
    """Run ``.tools/bin/<name>`` to its end, in ``cwd`` or the root of the checkout. A non-zero status is no exception.

    Without ``stdin`` the program reads an empty input. Two minutes are the most that any of them may take.
    """
    return start([program(name), *arguments], stdin=stdin, cwd=cwd)


def system(
    name: str,
    *arguments: str | Path,
    stdin: str | None = None,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> Completed:
    """The same for a program that every machine of this project has: sh, make, git."""
    path = shutil.which(name)
    if path is None:
        pytest.fail(f"{name} is not on PATH: install it", pytrace=False)
    return start([path, *arguments], stdin=stdin, cwd=cwd, env=env)


def start(
    command: Sequence[str | Path],
    *,
    stdin: str | None = None,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> Completed:
    """Run one command line to its end; ``env``, when given, is the whole environment."""
    done = subprocess.run(
        [str(word) for word in command],
        input=stdin or "",
        cwd=cwd or ROOT,
        env=env,
        capture_output=True,
        check=False,
        encoding="utf-8",
        timeout=120,
    )
    return Completed(status=done.returncode, stdout=done.stdout, stderr=done.stderr)
