"""Where objects go: what keeps one from being a file is said, and nothing overwrites anything."""

from pathlib import Path
from typing import Any

import pytest

from crema.generators.found import Found
from crema.generators.layout import File, file_name, is_ours, lay_out
from crema.generators.platform import Built
from crema.generators.source import Line

_ROOT = Path("/project")
_NAMED = {"metadata": {"name": "a"}}


def _built(body: dict[str, Any], app: str = "one", construct: str = "One/a", file: str = "/project/charts/one.py") -> Built:
    return Built(environment="local", app=app, body=body, file=Path(file), construct=construct, line=Line(file, 5), exact=True)


def _laid_out(*objects: Built) -> tuple[dict[str, File], list[str]]:
    mistakes = Found(("local",))
    files = lay_out(objects, _ROOT, "dist", mistakes)
    return files, [f"{m.file}:{m.line}: {m.message}" for m in mistakes.listed()]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"kind": "K", **_NAMED}, ["One/a: the object has no apiVersion; Kubernetes needs one"]),
        ({"apiVersion": "", "kind": 1, **_NAMED}, ["One/a: the object has no apiVersion", "One/a: the object has no kind"]),
        ({"apiVersion": "v1", "kind": "K"}, ["One/a: the K has no metadata.name; give it one"]),
        ({"apiVersion": "v1", "kind": "K", "metadata": {"name": ""}}, ["One/a: the K has no metadata.name"]),
        ({"apiVersion": "v1", "kind": "K", "metadata": {"name": 1}}, ["One/a: the K has no metadata.name"]),
        ({"apiVersion": "v1", "kind": "K", "metadata": {"name": "a" * 249}}, ["would be a file with a name of over 255 bytes"]),
        ({"apiVersion": "v1", "kind": "K", "data": {1: 2}, **_NAMED}, ["One/a: K/a: /data has a key of class int; keys are strings"]),
    ],
)
def test_what_keeps_an_object_from_being_a_file_is_listed(body: dict[str, Any], said: list[str]) -> None:
    """Everything that is wrong with it, at its line; it becomes no file."""
    files, mistakes = _laid_out(_built(body))
    assert files == {}
    assert len(mistakes) == len(said)
    for mistake, expected in zip(mistakes, said, strict=True):
        assert mistake.startswith("/project/charts/one.py:5: One/a: ")
        assert expected in mistake


def test_the_longest_name_that_fits_is_a_file() -> None:
    """Common file systems allow 255 bytes."""
    files, mistakes = _laid_out(_built({"apiVersion": "v1", "kind": "K", "metadata": {"name": "a" * 248}}))
    assert (len(next(iter(files)).rpartition("/")[2]), mistakes) == (255, [])


@pytest.mark.parametrize("app", ["A", "a b", "", ".a", "a.", "a/b", "..", "__a", "ä", "a\n"])
def test_a_charts_id_that_is_no_directory_is_said_once_for_all_its_objects(app: str) -> None:
    """Names of directories are the same on every file system."""
    one, two = ({"apiVersion": "v1", "kind": kind, **_NAMED} for kind in ("A", "B"))
    files, mistakes = _laid_out(_built(one, app), _built(two, app))
    assert (files, len(mistakes)) == ({}, 1)
    assert f"One: the chart's id {app!r} is the name of its directory" in mistakes[0]


@pytest.mark.parametrize("app", ["a", "_root", "a.b-0"])
def test_other_ids_are_directories(app: str) -> None:
    """A leading underscore marks what no app of the platform owns."""
    files, mistakes = _laid_out(_built({"apiVersion": "v1", "kind": "K", **_NAMED}, app))
    assert (list(files), mistakes) == ([f"dist/local/{app}/k-a.yaml"], [])


def test_one_object_in_two_versions_has_two_owners() -> None:
    """The API server converts between versions: so two of one group and name are one object; other groups differ."""
    versions = [{"apiVersion": version, "kind": "Deployment", **_NAMED} for version in ("apps/v1", "apps/v1beta1", "mine.io/v1")]
    files, mistakes = _laid_out(*(_built(body, app, f"{app}/a") for body, app in zip(versions, ("x", "y", "z"), strict=True)))
    assert list(files) == ["dist/local/x/deployment-a.yaml", "dist/local/z/deployment-a.yaml"]
    assert mistakes == [
        "/project/charts/one.py:5: y/a: Deployment/a is made by charts/one.py:5 (x/a) as well; one object has one owner",
    ]


def test_kinds_that_differ_in_case_alone_want_one_file() -> None:
    """On some file systems the second would overwrite the first."""
    bodies = [{"apiVersion": "v1", "kind": kind, **_NAMED} for kind in ("Kind", "KIND")]
    files, mistakes = _laid_out(*(_built(body) for body in bodies))
    assert len(files) == 1
    assert "KIND/a wants the same file as Kind/a of charts/one.py:5 (One/a); give one of them another name" in mistakes[0]


def test_a_header_is_three_lines_whatever_a_construct_is_called() -> None:
    """A line break in an id would put text of its own into the manifest; a chart outside the project is named in full."""
    files, _ = _laid_out(_built({"apiVersion": "v1", "kind": "K", **_NAMED}, construct="One/a\nkind: Evil", file="/else/where.py"))
    (file,) = files.values()
    assert file.content.split(b"\n")[:4] == [
        b"# Generated from /else/where.py One/a?kind: Evil. Do not edit.",
        b"# To change it: edit that file and run `make synth` (environment: local).",
        b"# What must hold of it: policies/",
        b"apiVersion: v1",
    ]
    assert is_ours(file.content)


@pytest.mark.parametrize("line", range(3))
def test_part_of_a_header_is_not_ours(line: int) -> None:
    """All three lines stand at the top, else the file is somebody's."""
    files, _ = _laid_out(_built({"apiVersion": "v1", "kind": "K", **_NAMED}))
    (file,) = files.values()
    lines = file.content.split(b"\n")
    assert not is_ours(b"\n".join(lines[:line] + lines[line + 1 :]))
    assert not is_ours(b"\n" + file.content)


def test_a_name_that_utf_8_cannot_hold_has_a_file_name() -> None:
    """So that the writer, and not a crash, says what is wrong with it."""
    assert file_name({"kind": "K", "metadata": {"name": "\ud800"}}) == "k-%ed%a0%80.yaml"
