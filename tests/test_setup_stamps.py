"""Stamps: a step that ended is not done again; one that did not end is."""

from __future__ import annotations

from pathlib import Path

from tools.setup import stamp


def test_a_step_is_done_only_after_its_stamp_is_written(tmp_path: Path) -> None:
    """No stamp before the first run and none while a step runs again, so an interruption leaves "not done"."""
    mark = stamp.Stamp(file=tmp_path / "stamps" / "step")
    assert mark.read() is None
    mark.write("one")
    assert mark.read() == "one"
    mark.clear()
    assert mark.read() is None
    mark.clear()


def test_a_stamp_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    """A new value replaces the old one and leaves nothing beside it."""
    mark = stamp.Stamp(file=tmp_path / "step")
    mark.write("one")
    mark.write("two")
    assert mark.read() == "two"
    assert [file.name for file in tmp_path.iterdir()] == ["step"]


def test_a_digest_depends_on_every_input_and_not_on_their_order() -> None:
    """Otherwise a changed lock would be taken for an installed one, or nothing would ever be up to date."""
    assert stamp.digest({"a": 1, "b": "x"}) == stamp.digest({"b": "x", "a": 1})
    assert stamp.digest({"a": 1, "b": "x"}) != stamp.digest({"a": 1, "b": "y"})
    assert stamp.digest({"a": 1}) != stamp.digest({"a": 1, "b": None})


def test_a_file_that_is_not_there_is_an_input(tmp_path: Path) -> None:
    """A go.sum that appears later must lead to a new build."""
    before = stamp.content(tmp_path / "go.sum")
    (tmp_path / "go.sum").write_text("")
    empty = stamp.content(tmp_path / "go.sum")
    (tmp_path / "go.sum").write_text("x")
    assert len({str(before), str(empty), str(stamp.content(tmp_path / "go.sum"))}) == 3
