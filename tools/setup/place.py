"""Where the set-up puts things, and the environment in which it runs other programs."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One checkout: its root and the two ignored directories that the set-up may write to."""

    root: Path

    @property
    def venv(self) -> Path:
        """The virtual environment with the locked Python packages."""
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        """The interpreter of the virtual environment."""
        return self.venv / "bin" / "python"

    @property
    def tools(self) -> Path:
        """Everything else that the set-up makes."""
        return self.root / ".tools"

    @property
    def bin(self) -> Path:
        """The programs that tests and people run: one file each."""
        return self.tools / "bin"

    @property
    def stamps(self) -> Path:
        """One file for each finished step (see stamp.py)."""
        return self.tools / "stamps"

    @property
    def logs(self) -> Path:
        """What the programs that the set-up ran had to say: one file for each step."""
        return self.tools / "logs"

    def environment(self, **extra: str) -> dict[str, str]:
        """The caller's environment, with every cache inside the checkout unless the caller named another.

        So an empty or read-only home directory is enough, and the settings by which pip, npm and Go reach a mirror
        still work. What would send an installation elsewhere is taken out.
        """
        environment = {key: value for key, value in os.environ.items() if key not in _MISLEADING}
        cache = self.tools / "cache"
        for key, directory in (
            ("PIP_CACHE_DIR", "pip"),
            ("npm_config_cache", "npm"),
            ("GOPATH", "go"),
            ("GOMODCACHE", "go/pkg/mod"),
            ("GOCACHE", "go-build"),
        ):
            environment.setdefault(key, str(cache / directory))
        environment["PIP_USER"] = "0"  # a user's pip.conf may say user = true, which a virtual environment refuses
        environment.update(extra)
        return environment


_MISLEADING = frozenset(
    {
        "PIP_TARGET",
        "PIP_PREFIX",
        "PIP_ROOT",
        "PIP_REQUIRE_HASHES",
        "PYTHONHOME",
        "PYTHONPATH",
        "VIRTUAL_ENV",
        "MAKEFLAGS",
    }
)
