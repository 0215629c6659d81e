"""Publishers as they are in life: programs of their own, in clones of their own, who may die at any moment."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from crema.generators.lock_text import Lock, LockedImage, read_lock
from tests.checkout import git
from tests.external import Completed, start

SERVICES = ("billing", "frontend", "inventory", "order")
ENVIRONMENTS = ("eks", "local")
LOCK = "charts/images.lock.yaml"
_QUIET = {"HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1", "PATH": os.environ["PATH"]}


def build(service: str, name: str, **more: str | None) -> dict[str, Any]:
    """What a build leaves; everything about it follows from its name."""
    digest = f"sha256:{sha256(name.encode()).hexdigest()}"
    commit = sha256(f"commit {name}".encode()).hexdigest()[:40]
    made = {"service": service, "tag": f"{service}-{name}", "digest": digest, "source_sha": commit}
    return {**made, "run": f"https://github.com/o/r/actions/runs/{int(commit[:6], 16)}", **more}


@dataclass(frozen=True, slots=True, kw_only=True)
class Clone:
    """A clone of the remote, with what a publisher finds there."""

    root: Path

    @classmethod
    def of(cls, remote: Path, root: Path) -> "Clone":
        """A new one."""
        git(root.parent, "clone", "-q", str(remote), str(root))
        return cls(root=root)

    def command(self, builds: Sequence[Mapping[str, Any]], environment: str, *more: str) -> list[str]:
        """The command line that publishes them."""
        file = self.root.parent / f"{self.root.name}-{sha256(repr(builds).encode()).hexdigest()[:12]}.json"
        file.write_text(json.dumps(builds), encoding="utf-8")
        return [sys.executable, "-m", "crema", "image", "publish", "--images", str(file), "--env", environment, *more]

    def publish(self, builds: Sequence[Mapping[str, Any]], environment: str = "local", *more: str, **env: str) -> Completed:
        """Publish by a push, to the end."""
        mode = [] if "--mode" in more else ["--mode", "push"]
        return start(self.command(builds, environment, *mode, *more), cwd=self.root, env={**_QUIET, **env})

    def begin(self, builds: Sequence[Mapping[str, Any]], environment: str, mode: str = "push", **env: str) -> "subprocess.Popen[str]":
        """The same, begun."""
        command = self.command(builds, environment, "--mode", mode)
        return subprocess.Popen(
            command,
            cwd=self.root,
            env={**_QUIET, **env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            start_new_session=True,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """A commit of the remote's main as its readers see it."""

    id: str
    parents: tuple[str, ...]
    tree: str
    message: str


def history(remote: Path) -> list[Commit]:
    """All of main, oldest first."""
    out = git(remote, "log", "--reverse", "--format=%H%x00%P%x00%T%x00%B%x01", "main")
    rows = [row.strip("\n").split("\0") for row in out.split("\x01") if row.strip("\n")]
    return [Commit(id=row[0], parents=tuple(row[1].split()), tree=row[2], message=row[3]) for row in rows]


def lock_of(remote: Path, commit: str = "main") -> Lock:
    """The lock of a commit."""
    return read_lock(git(remote, "show", f"{commit}:{LOCK}").encode())


def running(remote: Path, commit: str = "main") -> dict[tuple[str, str], str]:
    """The image that each service's manifest in dist/ names, by environment and service."""
    found = {}
    for environment in ENVIRONMENTS:
        for service in SERVICES:
            text = git(remote, "show", f"{commit}:dist/{environment}/{service}/deployment-{service}.yaml")
            (line,) = [line.split('image: "', 1)[1].rstrip('"') for line in text.splitlines() if 'image: "' in line]
            found[environment, service] = line.partition("/coffee_machine:")[2]
    return found


def entries(lock: Lock) -> dict[tuple[str, str], LockedImage]:
    """The entries of a lock, flat."""
    return {(environment, service): entry for environment, services in lock.entries.items() for service, entry in services.items()}
