"""A clone to break: what git would give a person, with the set-up of this checkout."""

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.external import ROOT, system

# How fast a machine is must not decide whether a law holds; bench/ measures speed.
settings.register_profile("crema", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("crema")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The files of this checkout in a repository of their own, committed; `make` finds its set-up done (which has tests of its own)."""
    listed = system("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for name in filter(None, listed.stdout.split("\0")):
        target = tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_symlink():
            target.symlink_to((ROOT / name).readlink())
        elif (ROOT / name).exists():
            shutil.copy2(ROOT / name, target)
    for name in (".venv", ".tools"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "tools" / "setup.sh").write_text("exit 0\n", encoding="utf-8")
    for arguments in (["init", "-q"], ["add", "-A"], ["-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-qm", "clone"]):
        assert system("git", *arguments, cwd=tmp_path).status == 0
    return tmp_path
