"""Whole processes, timed: each command in turn, so that all of them meet the same minutes of a noisy machine."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
_MEASURED: Final = Path(__file__).with_name("measured.py")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of a command: wall and CPU time in seconds (user and system), peak memory in bytes."""

    wall: float
    cpu: float
    peak: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What several runs of one command took."""

    runs: tuple[Run, ...]

    @property
    def least(self) -> float:
        """The shortest wall time, the figure that noise spoils least."""
        return min(run.wall for run in self.runs)

    @property
    def middle(self) -> float:
        """The median wall time."""
        return median(run.wall for run in self.runs)

    @property
    def cpu(self) -> float:
        """The least CPU time."""
        return min(run.cpu for run in self.runs)

    @property
    def peak(self) -> int:
        """The most memory that any run held."""
        return max(run.peak for run in self.runs)


def in_turn(commands: Sequence[Sequence[str]], rounds: int, scratch: Path) -> list[Taken]:
    """Each command once without counting, then all of them in turn, so many rounds. A command that fails ends the benchmark.

    The first run leaves Python's compiled modules below `scratch`, as a first use leaves them on a person's machine.
    """
    for command in commands:
        once(command, scratch)
    rows = [[once(command, scratch) for command in commands] for _ in range(rounds)]
    return [Taken(runs=tuple(row[place] for row in rows)) for place in range(len(commands))]


def once(command: Sequence[str], scratch: Path) -> Run:
    """One run in the root of the checkout; the command must succeed."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    env = kept | {"PYTHONPYCACHEPREFIX": str(scratch / "bytecode")}
    words = [sys.executable, "-I", "-S", str(_MEASURED), *command]
    done = subprocess.run(words, cwd=ROOT, env=env, check=True, capture_output=True, encoding="utf-8")
    wall, cpu, peak, status = done.stdout.split()
    if status != "0":
        raise SystemExit(f"exit {status} of {' '.join(command)}\n{done.stderr}")
    return Run(wall=float(wall), cpu=float(cpu), peak=int(peak))
