"""A report with files named from another directory names the same files."""

import json
import posixpath
from dataclasses import replace

import pytest
from hypothesis import given

from crema.policies.report.as_json import as_json
from crema.policies.report.rebase import rebased
from crema.policies.report.report import Report, Shortfall
from tests.policies.reports import SMALL, reports


@given(report=reports)
def test_the_same_files_are_named(report: Report) -> None:
    """Every file of the report, wherever it stands, is named from the root when it is below it, else from `/`."""
    before, after = files(report), files(rebased(report, here="/build/tree/sub", root="/build/tree"))
    assert [posixpath.normpath(posixpath.join("/build/tree", file)) for file in after] == [
        posixpath.normpath(posixpath.join("/build/tree/sub", file)) for file in before
    ]
    assert [file for file in after if file.startswith(("..", "/build/tree/"))] == []


@given(report=reports)
def test_nothing_else_changes(report: Report) -> None:
    """Everything that is no file stays."""
    assert without_files(rebased(report, here="/build/tree/sub", root="/build/tree")) == without_files(report)


@pytest.mark.parametrize(
    ("file", "named"),
    [
        ("dist/a.yaml", "sub/dist/a.yaml"),
        ("../charts/a.py", "charts/a.py"),
        ("../../a.yaml", "/build/a.yaml"),
        ("/build/tree/dist/a.yaml", "dist/a.yaml"),
        ("/build/treehouse/a.yaml", "/build/treehouse/a.yaml"),
    ],
)
def test_a_path_without_manifests_is_moved_too(file: str, named: str) -> None:
    """Where nothing was found, the path stands in place of an environment."""
    empty = replace(SMALL, too_little=(Shortfall(environment=file, what="manifests", expected=1, found=0, file=""),))
    assert rebased(empty, here="/build/tree/sub", root="/build/tree").too_little[0].environment == named


def files(report: Report) -> list[str]:
    """Every value of a key `file` in the report's JSON, and paths that stand for an environment."""
    found: list[str] = []

    def note(pairs: list[tuple[str, object]]) -> None:
        found.extend(str(value) for key, value in pairs if key == "file" and value)

    json.loads(json.dumps(as_json(report)), object_pairs_hook=note)
    return found + [short.environment for short in report.too_little if not short.file]


def without_files(report: Report) -> object:
    """The report's JSON without them."""
    bare = [replace(short, environment="" if not short.file else short.environment) for short in report.too_little]
    text = json.dumps(as_json(replace(report, too_little=tuple(bare))))
    return json.loads(text, object_pairs_hook=lambda pairs: {key: value for key, value in pairs if key != "file"})
