"""What git knows about `dist/`: the one place that starts git."""

import hashlib
import subprocess
from collections.abc import Mapping
from pathlib import Path

# While one of these exists, git itself is writing the work tree, and a file that differs from HEAD is nobody's hand edit.
_IN_PROGRESS = ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "rebase-merge", "rebase-apply")


def committed(root: Path, directory: str) -> Mapping[str, str] | None:
    """The blob of each file below `directory` in HEAD, by path below `root`.

    None where that says nothing: no git, no commit yet, or a merge or rebase under way.
    """
    git_dir = _git(root, "rev-parse", "--absolute-git-dir")
    if git_dir is None or any((Path(git_dir.strip()) / name).exists() for name in _IN_PROGRESS):
        return None
    listed = _git(root, "ls-tree", "-r", "-z", "HEAD", "--", f"{directory}/")
    if listed is None:
        return None
    entries = (entry.split("\t", 1) for entry in listed.split("\0") if entry)
    return {path: head.split(" ")[2] for head, path in entries}


def is_blob(content: bytes, blob: str) -> bool:
    """Whether git stores these bytes as this blob (SHA-1, or SHA-256 where the id is that long)."""
    data = b"blob %d\0%b" % (len(content), content)
    digest = hashlib.sha1(data, usedforsecurity=False) if len(blob) == 40 else hashlib.sha256(data)
    return digest.hexdigest() == blob


def _git(root: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, check=False, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode("utf-8", "surrogateescape") if done.returncode == 0 else None
