"""Publishing is all or nothing, completes what was cut short, and never touches anybody's own files."""

import hashlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.external import ROOT, start
from tests.generators.conftest import Project

_PUBLISHER = """
import sys
from pathlib import Path
from crema.generators.app import synthesise
sys.exit(synthesise(Path(sys.argv[1]), package=sys.argv[2]))
"""
# Dies at the given rename of a manifest, as if the machine had.
_KILLED = (
    """
import os, signal, sys
from crema.generators import publish
replace, left = os.replace, [int(sys.argv[3])]
def rename(source, target):
    if str(target).endswith(".yaml"):
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left[0] -= 1
    replace(source, target)
os.replace = rename
"""
    + _PUBLISHER
)
A, B = "dist/local/one/configmap-a.yaml", "dist/local/one/configmap-b.yaml"


def _environment(**variables: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), **variables}


def test_every_object_is_one_file_under_three_lines_of_header(project: Project) -> None:
    """The header names the chart's file and the construct, how to change it, and where the policies are."""
    project.chart("one")
    assert project.synth().status == 0
    assert sorted(project.tree()) == [A, B]
    assert project.tree()[A].decode().replace(project.package, "charts") == (
        "# Generated from charts/one.py OneChart/a. Do not edit.\n"
        "# To change it: edit that file and run `make synth` (environment: local).\n"
        "# What must hold of it: policies/\n"
        'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  namespace: shop\ndata:\n  value: "1"\n'
    )


def test_the_second_run_writes_nothing(project: Project) -> None:
    """Same charts, same bytes: not even a modification time changes."""
    project.chart("one")
    project.synth()
    times = {p: p.stat().st_mtime_ns for p in project.dist.rglob("*")}
    done = project.synth()
    assert done.out == "2 manifests in local · 0 written · 0 deleted\n"
    assert {p: p.stat().st_mtime_ns for p in project.dist.rglob("*")} == times


def test_what_no_chart_makes_any_more_is_deleted(project: Project) -> None:
    """Left-over files go, with their empty directories; so do those of an environment that is no more."""
    project.write("environments.py", "from crema.generators import EnvironmentSpec as E\nENVIRONMENTS = (E(name='local'), E(name='old'))\n")
    project.chart("one")
    project.chart("two", objects=("c",))
    project.synth()
    (project.root / project.package / "two.py").unlink()
    project.write("environments.py", "from crema.generators import EnvironmentSpec as E\nENVIRONMENTS = (E(name='local'),)\n")
    assert project.synth().status == 0
    assert sorted(project.tree()) == [A, B]
    assert sorted(p.name for p in project.dist.rglob("*") if p.is_dir()) == ["local", "one"]


def test_one_environment_alone_leaves_the_others(project: Project) -> None:
    """`--env` publishes and checks one directory."""
    project.write("environments.py", "from crema.generators import EnvironmentSpec as E\nENVIRONMENTS = (E(name='local'), E(name='eks'))\n")
    project.chart("one")
    project.synth()
    project.chart("one", value="2")
    assert project.synth(only="eks").status == 0
    assert b'"1"' in project.tree()[A]
    assert b'"2"' in project.tree()[A.replace("local", "eks")]
    assert project.synth(only="eks", check=True).status == 0
    assert project.synth(only="local", check=True).status == 1


def test_check_names_every_file_and_writes_nothing(project: Project) -> None:
    """Stale, missing, left over, edited by hand and foreign files are each named with what to do; nothing changes on disk."""
    project.chart("one", objects=("a", "b", "c", "e"))
    project.synth()
    project.chart("one", objects=("a", "b", "c", "d"), value="2")
    (project.root / A).write_text((project.root / A).read_text().replace("shop", "sho"))
    (project.root / B).unlink()
    (project.dist / "local" / "notes.txt").write_text("mine")
    (project.dist / "local" / "link.yaml").symlink_to("one")
    before = {p: (p.lstat().st_mtime_ns) for p in project.root.rglob("*") if "charts_" not in str(p)}

    done = project.synth(check=True)

    assert done.status == 1
    assert [line.split(": ")[0] + ": " + line.split(": ")[1].split(":")[0] for line in done.errors] == [
        "dist/local/link.yaml: foreign",
        "dist/local/notes.txt: foreign",
        "dist/local/one/configmap-a.yaml:8: edited by hand",
        "dist/local/one/configmap-b.yaml: missing",
        "dist/local/one/configmap-c.yaml:10: stale",
        "dist/local/one/configmap-d.yaml: missing",
        "dist/local/one/configmap-e.yaml: left over",
    ]
    assert {p: (p.lstat().st_mtime_ns) for p in project.root.rglob("*") if "charts_" not in str(p)} == before


@pytest.mark.parametrize("line", range(10))
def test_any_line_edited_by_hand_fails_the_check_in_a_fresh_clone(project: Project, line: int) -> None:
    """Header or body, committed files and no memory of any publish: every line counts."""
    project.chart("one")
    project.synth()
    project.commit()
    project.forget()
    assert project.synth(check=True).status == 0
    lines = (project.root / A).read_text().split("\n")
    lines[line] += " "
    (project.root / A).write_text("\n".join(lines))
    done = project.synth(check=True)
    assert (done.status, done.errors[0].split(": ")[:2]) == (1, [f"{A}:{line + 1}", "edited by hand"])


def test_a_hand_edit_is_refused_and_kept(project: Project) -> None:
    """Publishing over it would lose somebody's work, so nothing at all is written."""
    project.chart("one")
    project.synth()
    project.commit()
    edited = (project.root / A).read_bytes().replace(b'"1"', b'"3"')
    (project.root / A).write_bytes(edited)
    project.chart("one", value="2")
    done = project.synth()
    assert done.status == 2
    assert done.errors == [
        f"{A}:10: edited by hand: make the change in the chart that its header names, then `git checkout` the file (or delete it)"
    ]
    assert (project.root / A).read_bytes() == edited
    assert b'"1"' in (project.root / B).read_bytes()
    project.git("checkout", "--", A)
    assert project.synth().status == 0


def test_what_git_or_an_earlier_publish_wrote_is_no_hand_edit(project: Project) -> None:
    """Switching to another commit, and publishing twice without a commit, are everyday work."""
    project.chart("one")
    project.synth()
    project.commit()
    project.chart("one", value="2")
    assert project.synth().status == 0
    project.chart("one", value="3")
    assert project.synth().status == 0
    project.git("checkout", "--", "dist")
    project.forget()
    assert project.synth().status == 0


def test_a_merge_in_progress_is_no_hand_edit(project: Project) -> None:
    """While git itself is writing the tree, publishing settles the conflict in dist/ from the merged charts."""
    project.chart("one")
    project.synth()
    project.commit()
    project.git("checkout", "-qb", "side")
    project.chart("one", value="2")
    project.synth()
    project.commit()
    project.git("checkout", "-q", "-")
    (project.root / ".git" / "MERGE_HEAD").write_text("0" * 40)
    conflicted = (project.root / A).read_bytes() + b"<<<<<<< HEAD\n"
    (project.root / A).write_bytes(conflicted)
    assert project.synth().status == 2  # its own record still knows the file, and not these bytes
    project.forget()
    assert project.synth().status == 0


def test_files_that_are_not_ours_are_refused(project: Project) -> None:
    """A file without our header is somebody's: publishing says so and writes nothing."""
    project.chart("one")
    (project.dist / "local" / "one").mkdir(parents=True)
    (project.root / B).write_text("mine\n")
    (project.dist / "README.md").write_text("mine\n")
    done = project.synth()
    assert done.status == 2
    assert [e.split(": ")[:2] for e in done.errors] == [["dist/README.md", "foreign"], [f"{B}:1", "edited by hand"]]
    assert sorted(project.tree()) == ["dist/README.md", B]


@pytest.mark.parametrize("killed_at", [0, 1, 2])
def test_a_publisher_killed_between_two_renames_is_completed_by_the_next_run(project: Project, killed_at: int) -> None:
    """SIGKILL at any rename: the next run knows its bytes as ours, says so, and ends with what the charts say."""
    project.chart("one", objects=("a", "b", "c"))
    project.synth()
    project.commit()
    project.chart("one", objects=("a", "b", "c"), value="2")

    child = start([sys.executable, "-c", _KILLED, project.root, project.package, str(killed_at)], env=_environment())
    assert child.status == -signal.SIGKILL, child.stderr
    new = sum(b'"2"' in content for path, content in project.tree().items() if path.endswith("yaml"))
    assert new == killed_at

    done = project.synth()

    assert done.status == 0
    assert "an earlier run was cut short; this one completed it" in done.out
    assert [b'"2"' in content for content in project.tree().values()] == [True] * 3
    assert project.synth(check=True).status == 0
    assert "cut short" not in project.synth().out


def test_an_error_before_the_first_rename_leaves_no_trace(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk while files are written aside: the tree is as it was, without temporary files or new directories."""
    project.chart("one")
    project.synth()
    before = project.tree()
    project.chart("one", value="2")
    project.chart("two", objects=("x", "y"))
    write_bytes = Path.write_bytes

    def full(self: Path, data: bytes) -> int:
        if self.name.endswith("-3.tmp"):
            raise OSError(28, "No space left on device", str(self))
        return write_bytes(self, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    done = project.synth()
    assert done.status == 2
    assert "No space left on device" in done.err
    assert project.tree() == before
    assert not (project.dist / "local" / "two").exists()
    monkeypatch.undo()
    assert project.synth().status == 0


def test_two_publishers_at_once_do_not_interleave(project: Project) -> None:
    """Publishers of two different states at the same time: the tree ends as one of them, whole, and none of them fails."""
    project.chart("one", objects=tuple(f"n{i}" for i in range(12)), value="{os.environ['STATE']}")
    file = project.root / project.package / "one.py"
    file.write_text("import os\n" + file.read_text().replace('"value": "', '"value": f"'), encoding="utf-8")
    command = [sys.executable, "-c", _PUBLISHER, str(project.root), project.package]
    children = [subprocess.Popen(command, env=_environment(STATE=state), stdout=subprocess.DEVNULL) for state in "ABAB"]
    assert [child.wait(timeout=120) for child in children] == [0] * 4
    assert {content.split(b"value: ")[1] for content in project.tree().values()} in ({b"A\n"}, {b"B\n"})
    assert len(project.tree()) == 12


def test_provenance_names_the_exact_line_and_both_hashes(project: Project) -> None:
    """The record holds for a part of ours, and only with the bytes it was made for."""
    file = project.write(
        "one.py",
        """
        import cdk8s
        from crema.generators import *
        class One(cdk8s.Chart):
            def __init__(self, scope, environment):
                super().__init__(scope, "one")
                Namespace(self, "n",
                    NamespaceSpec(name="n"))
        """,
    )
    project.synth()
    provenance = json.loads((project.root / ".crema" / "provenance.json").read_text())
    assert provenance["manifests"] == {
        "dist/local/one/namespace-n.yaml": {
            "sha256": hashlib.sha256((project.dist / "local/one/namespace-n.yaml").read_bytes()).hexdigest(),
            "source": f"{project.package}/one.py",
            "source_sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
            "line": 7,
            "construct": "One/n/namespace",
        }
    }
