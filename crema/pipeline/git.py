"""The pipeline's one door to git: it asks, fetches, commits and pushes without touching the work tree, the index or a branch of the clone.

So publishers that share a clone do not meet, and whoever works in it notices nothing. No hook of the clone runs, nothing asks for a
password, and a token reaches git through its environment only.
"""

import base64
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from crema.pipeline.stopped import Stopped

_SECONDS: Final = 300
_SETTINGS: Final = {
    "core.hooksPath": os.devnull,
    "core.packedRefsTimeout": "60000",
    "core.filesRefLockTimeout": "60000",
    # Housekeeping belongs to the clone's owner, and would hold locks that other publishers wait for.
    "gc.auto": "0",
    "maintenance.auto": "false",
}
# What a hook or another git would point at its own repository with.
_FOREIGN: Final = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX")


@dataclass(frozen=True, slots=True)
class Said:
    """How a git ended: its status, what it printed and what it complained of."""

    status: int
    out: str
    err: str

    @property
    def last(self) -> str:
        """The line of its complaint that says most."""
        lines = [line.strip() for line in self.err.splitlines() if line.strip()]
        telling = [line for line in lines if line.startswith(("fatal:", "error:", "remote: error", "remote: fatal", "! "))]
        return (telling or lines or ["it said nothing"])[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Git:
    """The git repository that a platform is in.

    Args:
        top: its work tree.
        environment: variables for every git, beside those of this process.

    """

    top: Path
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def around(cls, directory: Path) -> "Git":
        """The repository that a directory is in.

        Raises:
            Stopped: it is in none, or there is no git.

        """
        said = cls(top=directory).ask("rev-parse", "--show-toplevel")
        if said.status != 0:
            raise Stopped(f"{directory} is in no git repository: {said.last}")
        return cls(top=Path(said.out.rstrip("\n")))

    def ask(
        self,
        *words: str | Path,
        settings: Mapping[str, str] | None = None,
        env: Mapping[str, str] | None = None,
        stdin: str | None = None,
    ) -> Said:
        """Run one git to its end; failing is an answer too.

        Raises:
            Stopped: there is no git.

        """
        all_settings = {**_SETTINGS, **(settings or {})}
        options = [word for name, value in all_settings.items() for word in ("-c", f"{name}={value}")]
        inherited = {name: value for name, value in os.environ.items() if name not in _FOREIGN}
        try:
            done = subprocess.run(
                ["git", *options, *map(str, words)],
                cwd=self.top,
                env={**inherited, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C", **self.environment, **(env or {})},
                input=stdin or "",
                capture_output=True,
                check=False,
                encoding="utf-8",
                errors="surrogateescape",
                timeout=_SECONDS,
                # Whoever kills this process and its group does not break off a push halfway: a remote on a disk would keep its locks.
                start_new_session=True,
            )
        except FileNotFoundError:
            raise Stopped("git is not on PATH; install it") from None
        except subprocess.TimeoutExpired:
            return Said(-1, "", f"fatal: git {words[0]} took longer than {_SECONDS} seconds")
        return Said(done.returncode, done.stdout, done.stderr)

    def tell(self, *words: str | Path, env: Mapping[str, str] | None = None, stdin: str | None = None) -> str:
        """What a git prints that has no reason to fail.

        Raises:
            Stopped: it failed all the same.

        """
        said = self.ask(*words, env=env, stdin=stdin)
        if said.status != 0:
            raise Stopped(f"git {words[0]} failed: {said.last}")
        return said.out

    def knows(self, commit: str) -> bool:
        """Whether a commit is in this clone."""
        return self.ask("cat-file", "-e", f"{commit}^{{commit}}").status == 0

    def is_before(self, older: str, newer: str) -> bool:
        """Whether one commit is a true ancestor of another, as far as this clone knows."""
        if older == newer or not self.knows(older) or not self.knows(newer):
            return False
        return self.ask("merge-base", "--is-ancestor", older, newer).status == 0

    def content(self, commit: str, path: str) -> bytes | None:
        """A file of a commit; None where it has none."""
        said = self.ask("cat-file", "blob", f"{commit}:{path}")
        return said.out.encode("utf-8", "surrogateescape") if said.status == 0 else None

    def versions(self, commit: str, path: str, *more: str) -> Sequence[str]:
        """The commits that changed a file, newest first, beginning with a commit."""
        said = self.ask("log", "--format=%H", *more, commit, "--", path)
        return said.out.split() if said.status == 0 else ()


def with_token(git: Git, server: str, token: str) -> Git:
    """A git that shows a token to one server, and to nobody else: as an HTTP header, in its environment and on no command line.

    https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/authenticating-as-a-github-app-installation
    """
    number = int(os.environ.get("GIT_CONFIG_COUNT") or 0)
    basic = base64.b64encode(f"x-access-token:{token}".encode()).decode()
    name = f"http.{server.rstrip('/')}/.extraHeader"
    pairs = [(name, ""), (name, f"Authorization: Basic {basic}")]  # the empty one forgets a header that a checkout left
    more = {"GIT_CONFIG_COUNT": str(number + len(pairs))}
    for index, (key, value) in enumerate(pairs, number):
        more |= {f"GIT_CONFIG_KEY_{index}": key, f"GIT_CONFIG_VALUE_{index}": value}
    return Git(top=git.top, environment={**git.environment, **more})
