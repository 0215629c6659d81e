"""The files of this checkout in repositories of their own, to break and to publish to."""

import shutil
from pathlib import Path

from tests.external import ROOT, Completed, system

_SOMEBODY = ("-c", "user.name=t", "-c", "user.email=t@example.com")


def copied(target: Path) -> None:
    """Write what git would give a person, uncommitted changes included, into a directory."""
    listed = system("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for name in filter(None, listed.stdout.split("\0")):
        file = target / name
        file.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_symlink():
            file.symlink_to((ROOT / name).readlink())
        elif (ROOT / name).exists():
            shutil.copy2(ROOT / name, file)


def git(directory: Path, *arguments: str) -> str:
    """What a git prints, which must succeed; with a name to commit under."""
    done: Completed = system("git", *_SOMEBODY, *arguments, cwd=directory)
    assert done.status == 0, f"git {' '.join(arguments)}: {done.stderr}"
    return done.stdout


def committed(directory: Path, message: str) -> None:
    """Commit everything."""
    git(directory, "add", "-A")
    git(directory, "commit", "-q", "-m", message)


def bare_remote(directory: Path) -> Path:
    """A remote on disk whose branch main is this checkout."""
    source, remote = directory / "source", directory / "remote.git"
    source.mkdir()
    copied(source)
    git(source, "init", "-q", "-b", "main")
    committed(source, "the platform")
    git(directory, "clone", "-q", "--bare", str(source), str(remote))
    return remote
