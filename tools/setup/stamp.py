"""Stamps: which steps are done, and with what input.

A step is done when its stamp holds the digest of its inputs. The stamp is taken away before the step begins and is
written after its end, so an interrupted step is a step that is not done.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


def digest(inputs: Mapping[str, object]) -> str:
    """One hash of everything that a step depends on; equal inputs in any order give equal digests."""
    return hashlib.sha256(json.dumps(inputs, sort_keys=True, default=str).encode()).hexdigest()


def content(*files: Path) -> dict[str, str]:
    """The hash of each file, by name; a file that is not there is an input too."""
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else "absent" for file in sorted(files)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """The mark that one step leaves."""

    file: Path

    def read(self) -> str | None:
        """The digest with which the step was last done; none if it never was, or was interrupted."""
        try:
            return self.file.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return None

    def clear(self) -> None:
        """The step is about to begin, or its result is about to go."""
        self.file.unlink(missing_ok=True)

    def write(self, value: str) -> None:
        """The step is done."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        new = self.file.with_name(self.file.name + ".new")
        new.write_text(value + "\n", encoding="ascii")
        os.replace(new, self.file)
