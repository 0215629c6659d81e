"""Say a step, run its program, keep the program's output for the case that it fails."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tools.setup.failure import SetupFailed, explain
from tools.setup.place import Place


def say(step: str, expected: str) -> None:
    """Tell the person what happens now and how long it may take."""
    print(f"set-up: {step} ({expected})", file=sys.stderr, flush=True)


def run(
    place: Place,
    step: str,
    command: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> None:
    """Run one program to its end; raise SetupFailed with its cause if it fails.

    The output goes to ``.tools/logs/``: a good run stays quiet, a bad one can be read in full.
    """
    place.logs.mkdir(parents=True, exist_ok=True)
    log = place.logs / f"{''.join(c if c.isalnum() else '-' for c in step)}.log"
    words = [str(word) for word in command]
    with log.open("w", encoding="utf-8", errors="replace") as out:
        out.write(f"$ {shlex.join(words)}\n")
        out.flush()
        try:
            status = subprocess.run(
                words,
                cwd=cwd or place.root,
                env=dict(env) if env is not None else place.environment(),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                check=False,
                close_fds=False,  # the lock of __main__.py goes along; Python's other files do not
            ).returncode
        except FileNotFoundError as absent:
            raise SetupFailed(f"{step}: {words[0]} is not there", fix="remove .venv and .tools and try again") from absent
    if status != 0:
        failed = explain(step, log.read_text(encoding="utf-8", errors="replace"))
        failed.log = f"{failed.log}\n(all of it: {log.relative_to(place.root)})".lstrip("\n")
        raise failed
