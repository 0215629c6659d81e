"""The schema files are what their sources make."""

from __future__ import annotations

import pytest

from tests.external import program
from tools.schemas import generate

pytestmark = pytest.mark.engine


def test_the_schema_files_are_current(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Generating again from the pinned modules and the locked package changes no byte.

    The set-up has put the modules into Go's cache; nothing is downloaded here.
    """
    monkeypatch.setenv("GO", str(program("go")))
    monkeypatch.setenv("GOPROXY", "off")

    status = generate.main(["--check"])

    assert (capsys.readouterr().out, status) == (f"{len(list(generate.OUTPUT.glob('*.json')))} schema files are current\n", 0)
