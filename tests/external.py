"""The one door through which tests start programs: those of the set-up in ``.tools/bin``, sh, make and git, and servers of the system.

The law: a program that is missing is a failed test that says what to do, never a skipped one. Tests that need a system server run
wherever it is installed; where it is not, they are listed as not run at the end, loudly, and in continuous integration they fail.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
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


def server(name: str, *, package: str) -> Path:
    """The path of a server of this system, from a Debian package that nothing here can bring.

    Where it is not installed, the calling test is skipped with that as its reason; it fails where the variable CI is set.
    """
    path = shutil.which(name) or shutil.which(name, path="/usr/local/sbin:/usr/sbin:/sbin")
    if path is None:
        missing = f"{name} is not installed: apt-get install {package}"
        if os.environ.get("CI"):
            pytest.fail(f"{missing} (.ci/run does)", pytrace=False)
        pytest.skip(missing)
    return Path(path)


@contextmanager
def running(
    command: Sequence[str | Path],
    *,
    ready: Callable[[], bool],
    log: Path,
    cwd: Path,
    env: Mapping[str, str] | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """A server, from the moment at which it is ready until the end of the block; a minute is the most it may take either way.

    The calling test fails with the server's log when it ends by itself before that. Its process group is its own.
    """
    with log.open("wb") as output:
        words = [str(word) for word in command]
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=cwd, env=env, start_new_session=True)
    try:
        deadline = time.monotonic() + 60
        while not ready():
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"{command[0]} did not start:\n{log.read_text(encoding='utf-8', errors='replace')}", pytrace=False)
            time.sleep(0.05)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
