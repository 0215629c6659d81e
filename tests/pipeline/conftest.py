"""A small platform on a remote of its own, and what a job checks out of it."""

import shutil
from pathlib import Path

import pytest

from tests.pipeline.publishers import Clone
from tests.pipeline.small import small_remote


@pytest.fixture(scope="session")
def _made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_remote(tmp_path_factory.mktemp("small"))


@pytest.fixture
def remote(_made: Path, tmp_path: Path) -> Path:
    """A remote of its own for each test."""
    shutil.copytree(_made, tmp_path / "remote.git")
    return tmp_path / "remote.git"


@pytest.fixture
def clone(remote: Path, tmp_path: Path) -> Clone:
    """What a job checks out."""
    return Clone.of(remote, tmp_path / "clone")
