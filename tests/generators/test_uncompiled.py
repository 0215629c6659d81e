"""Charts are read as they are, however fast they are edited; what they import is compiled once."""

import os
import py_compile
import sys
from pathlib import Path

import pytest

from tests.generators.conftest import Project


def _compiled(file: Path) -> Path:
    """A compiled file that Python takes for current whenever the source has this size and time."""
    os.utime(file, (1_000_000, 1_000_000))
    compiled = py_compile.compile(str(file), doraise=True)
    assert compiled is not None
    return Path(compiled)


def test_a_chart_edited_within_the_second_is_read_as_it_is_now(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A compiled file with the size and second of the source is not looked at."""
    monkeypatch.setattr("shutil.rmtree", lambda *_, **__: None)  # or the project would take the compiled file away
    old = _compiled(project.chart(value="1"))
    new = project.chart(value="2")
    os.utime(new, (1_000_000, 1_000_000))
    assert old.exists()
    assert project.synth().status == 0
    assert {b'value: "2"' in content for content in project.tree().values()} == {True}


def test_charts_leave_no_compiled_files_and_what_they_import_does(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A library that only charts import is compiled once, not at each synthesis."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.syspath_prepend(str(project.root / "libraries"))
    library = project.root / "libraries" / f"library_of_{project.package}.py"
    library.parent.mkdir()
    library.write_text("VALUE = 1\n", encoding="utf-8")
    chart = project.chart()
    chart.write_text(f"import {library.stem}\n{chart.read_text(encoding='utf-8')}", encoding="utf-8")
    assert project.synth().status == 0
    assert list((project.root / project.package).rglob("*.pyc")) == []
    assert list(library.parent.rglob("*.pyc")) != []
