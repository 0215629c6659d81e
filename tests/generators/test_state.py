"""What publishing remembers: damaged, lost or cut short, it costs nobody their work."""

import fcntl
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.external import ROOT
from tests.generators.conftest import Project

A, B = "dist/local/one/configmap-a.yaml", "dist/local/one/configmap-b.yaml"


def _put_back(project: Project, content: bytes) -> None:
    (project.root / A).write_bytes(content)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[",
        "[]",
        "{}",
        "5",
        '{"files": 5}',
        "[" * 100_000,
        "\x00",
        '{"files": {"dist/local/one/configmap-a.yaml": "x"}}',
        '{"files": {"a": {}}}',
        '{"files": {"a": 5}}',
    ],
)
def test_a_damaged_record_is_no_record(project: Project, text: str) -> None:
    """HEAD alone then says what is a hand edit; nobody meets a traceback."""
    project.chart("one")
    project.synth()
    project.commit()
    for name in ("published", "provenance"):
        (project.root / ".crema" / f"{name}.json").write_text(text)
    project.chart("one", value="2")
    assert project.synth().status == 0
    assert json.loads((project.root / ".crema" / "provenance.json").read_text())["schema"] == "crema-provenance/v1"
    for name in ("published", "publishing"):
        (project.root / ".crema" / f"{name}.json").write_text(text)
    _put_back(project, project.tree()[A] + b"# mine\n")
    done = project.synth(check=True)
    assert (done.status, done.errors[0].split(": ")[:2]) == (1, [f"{A}:11", "edited by hand"])


def test_a_record_that_cannot_be_kept_is_said_before_anything_is_written(project: Project) -> None:
    """`.crema` is a file: nothing could be known to the next run."""
    project.chart("one")
    (project.root / ".crema").write_text("")
    done = project.synth()
    assert done.status == 2
    assert done.errors == [f"{project.root}/.crema: File exists; mend that and run it again, it completes what is missing"]
    assert not project.dist.exists()


def test_what_an_earlier_publish_wrote_is_known_for_sixteen_versions(project: Project) -> None:
    """A stash or another branch brings old bytes back; going back and forth between two versions does not push others out."""
    project.chart("one", value="old")
    project.synth()
    old = project.tree()[A]
    for value in ["1", "2"] * 10 + [str(n) for n in range(3, 16)]:
        project.chart("one", value=value)
        assert project.synth().status == 0
    _put_back(project, old)
    assert project.synth().status == 0
    for n in range(100, 116):
        project.chart("one", value=str(n))
        project.synth()
    _put_back(project, old)
    assert project.synth().status == 2


def test_a_record_is_never_half_written(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut short while it is kept, the old one still stands, whole."""
    project.chart("one")
    project.synth()
    record = project.root / ".crema" / "published.json"
    before = record.read_bytes()
    replace = os.replace

    def rename(source: Path, target: Path) -> None:
        if target.name == "published.json":
            raise SystemExit
        replace(source, target)

    monkeypatch.setattr(os, "replace", rename)
    project.chart("one", value="2")
    with pytest.raises(SystemExit):
        project.synth()
    assert record.read_bytes() == before
    monkeypatch.undo()
    assert project.synth().status == 0


def test_two_runs_that_are_both_cut_short_are_completed(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the first announced is still known as ours after the second announced something else."""
    project.chart("one")
    project.synth()
    replace = os.replace

    def cut_short_at(name: str) -> None:
        def rename(source: Path, target: Path) -> None:
            if target.name == name:
                raise SystemExit
            replace(source, target)

        monkeypatch.setattr(os, "replace", rename)
        with pytest.raises(SystemExit):
            project.synth()
        monkeypatch.undo()

    project.chart("one", value="2")
    cut_short_at("configmap-b.yaml")
    assert (b'"2"' in project.tree()[A], b'"1"' in project.tree()[B]) == (True, True)
    project.chart("one", value="3")
    cut_short_at("configmap-a.yaml")
    project.chart("one", value="4")
    done = project.synth()
    assert (done.status, done.errors) == (0, [])
    assert "an earlier run was cut short; this one completed it" in done.out


def test_a_second_publisher_waits(project: Project) -> None:
    """While somebody holds the lock, nothing is compared or written; then all of it."""
    project.chart("one")
    (project.root / ".crema").mkdir()
    code = "import sys; from pathlib import Path; from crema.generators import publish\nprint('go', flush=True)\n"
    code += "publish.publish(Path(sys.argv[1]), 'dist', ('dist',), {}); print('done', flush=True)"
    with (project.root / ".crema" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        command = [sys.executable, "-c", code, str(project.root)]
        with subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == "go\n"
            time.sleep(0.5)
            assert child.poll() is None
            assert not (project.root / ".crema" / "published.json").exists()
            fcntl.flock(lock, fcntl.LOCK_UN)
            assert child.stdout.read() == "done\n"
