"""A clone to break: what git would give a person, with the set-up of this checkout."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.checkout import committed, copied, git
from tests.external import ROOT

# How fast a machine is must not decide whether a law holds; bench/ measures speed.
settings.register_profile("crema", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("crema")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The files of this checkout in a repository of their own, committed; `make` finds its set-up done (which has tests of its own)."""
    copied(tmp_path)
    for name in (".venv", ".tools"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "tools" / "setup.sh").write_text("exit 0\n", encoding="utf-8")
    git(tmp_path, "init", "-q")
    committed(tmp_path, "clone")
    return tmp_path
