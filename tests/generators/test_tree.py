"""Publishing into a tree that is not as it should be: nobody's work is lost, nothing half-done is left, and it says what to mend."""

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from crema.generators import git, publish
from tests.generators.conftest import Project

A, B = "dist/local/one/configmap-a.yaml", "dist/local/one/configmap-b.yaml"
_FOREIGN = "foreign: crema did not write it; move it out of this directory, everything here is generated"


def _put_back(project: Project, content: bytes) -> None:
    (project.root / A).write_bytes(content)


def test_a_directory_where_a_file_belongs_is_refused_before_anything_is_written(project: Project) -> None:
    """Found at the rename it would leave the other files written."""
    project.chart("one")
    project.synth()
    (project.root / B).unlink()
    (project.root / B).mkdir()
    project.chart("one", value="2")
    done = project.synth()
    assert (done.status, done.errors) == (2, [f"{B}: {_FOREIGN}"])
    assert b'"1"' in project.tree()[A]


@pytest.mark.parametrize("name", ["dist", "dist/local", "dist/local/one"])
@pytest.mark.parametrize("link", [True, False])
def test_nothing_is_written_through_a_link_or_over_a_file_where_a_directory_belongs(
    project: Project, tmp_path: Path, name: str, *, link: bool
) -> None:
    """A link would lead out of the project; it is said, with all environments and with one."""
    (tmp_path / "elsewhere" / "local" / "one").mkdir(parents=True)
    project.chart("one")
    (project.root / name).parent.mkdir(parents=True, exist_ok=True)
    target = project.root / name
    target.symlink_to(tmp_path / "elsewhere") if link else target.write_text("mine")
    for only in (None, "local"):
        done = project.synth(only=only)
        assert (done.status, done.errors, done.err.splitlines()[-1]) == (
            2,
            [f"{name}: {_FOREIGN}"],
            "1 file is not as crema left it; dist/ is untouched",
        )
    assert not [p for p in (tmp_path / "elsewhere").rglob("*") if p.is_file()]


def test_links_and_pipes_are_nobodys_manifests(project: Project) -> None:
    """A link to a manifest, a broken link and a named pipe (which nobody must wait for) are foreign."""
    project.chart("one")
    project.synth()
    folder = project.dist / "local" / "one"
    (folder / "link.yaml").symlink_to(project.root / A)
    (folder / "broken.yaml").symlink_to("nowhere")
    os.mkfifo(folder / "pipe.yaml")
    assert [e.split("/")[-1] for e in project.synth().errors] == [f"{name}.yaml: {_FOREIGN}" for name in ("broken", "link", "pipe")]


def test_a_left_over_file_that_was_edited_is_kept(project: Project) -> None:
    """What no chart makes any more is deleted only as it was published."""
    project.chart("one")
    project.synth()
    project.commit()
    _put_back(project, project.tree()[A] + b"# mine\n")
    project.chart("one", objects=("b",))
    assert project.synth().errors[0].startswith(f"{A}: edited by hand")
    assert project.tree()[A].endswith(b"# mine\n")


def test_a_file_under_our_header_that_nobody_published_is_kept(project: Project) -> None:
    """A copy of a manifest that git does not know is somebody's work."""
    project.chart("one")
    project.synth()
    project.commit()
    (project.dist / "local" / "one" / "copy.yaml").write_bytes(project.tree()[A])
    assert project.synth().errors[0].startswith("dist/local/one/copy.yaml: edited by hand")


def test_without_a_commit_or_without_git_what_nobody_recorded_is_replaced(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing then says that a person wrote it; otherwise an unpacked archive could never be synthesised."""
    for value in ("1", "2", "3"):
        project.chart("one", value=value)
        assert project.synth().status == 0
        project.forget()
        if value == "1":
            project.git("init", "-q")
        else:
            monkeypatch.setenv("PATH", str(project.root))


def test_a_repository_with_long_object_names_is_read_too(project: Project) -> None:
    """Git with SHA-256: HEAD's bytes are no hand edit, other bytes are."""
    project.git("init", "-q", "--object-format=sha256")
    (project.root / ".gitignore").write_text(".crema/\n__pycache__/\n")
    project.chart("one")
    project.synth()
    project.commit()
    project.forget()
    project.chart("one", value="2")
    assert project.synth().status == 0
    project.forget()
    assert project.synth(check=True).status == 0
    project.chart("one", value="3")
    assert project.synth().status == 2


def test_a_project_in_a_subdirectory_of_a_worktree_is_compared_with_its_head(project: Project, tmp_path: Path) -> None:
    """A monorepo, checked out by `git worktree` at no branch."""
    project.chart("one")
    project.synth()
    project.commit()
    project.forget()
    tree = tmp_path / "wt"
    project.git("worktree", "add", "-q", "--detach", str(tree))
    inner = tree / "inner"
    inner.mkdir()
    for name in ("dist", project.package):
        (tree / name).rename(inner / name)
    moved = Project(inner, project.package, project.capsys)
    moved.git("add", "-A")
    moved.git("commit", "-qm", "moved")
    sys.path.remove(str(project.root))
    assert moved.synth(check=True).status == 0
    (inner / A).write_bytes((inner / A).read_bytes().replace(b'"1"', b'"3"'))
    assert "edited by hand" in moved.synth(check=True).errors[0]
    sys.path.remove(str(inner))


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [(b"", b"# more\n", 11), (b'data:\n  value: "1"\n', b"", 9), (b'  value: "1"\n', b'  value: "1"', 10), (b"shop", b"sho", 8)],
)
def test_the_first_line_that_differs_is_named(project: Project, old: bytes, new: bytes, line: int) -> None:
    """Also where one file is the beginning of the other."""
    project.chart("one")
    project.synth()
    content = project.tree()[A]
    _put_back(project, content.replace(old, new) if old else content + new)
    assert project.synth(check=True).errors[0].split(": ")[0] == f"{A}:{line}"


def test_a_file_on_its_way_that_a_killed_run_left_is_named_and_removed(project: Project) -> None:
    """With the directory that was made for it; the check says so and writes nothing."""
    project.chart("one")
    project.synth()
    left = project.dist / "local" / "two"
    left.mkdir()
    for name in (".crema-1-1.tmp", ".crema-1-0.tmp"):
        (left / name).write_text("half")
    done = project.synth(check=True)
    assert (done.status, done.out) == (1, "dist/ differs from what the charts say in 2 files · 2 manifests\n")
    assert done.errors == [f"dist/local/two/.crema-1-{n}.tmp: left by a run that was cut short; run `make synth`" for n in (0, 1)]
    assert project.synth().status == 0
    assert not left.exists()


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_an_interruption_before_the_first_rename_leaves_no_trace(
    project: Project, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    """A full disk or Ctrl-C: no temporary file, and no directory of those that were made, however deep."""
    project.chart("one")
    write_bytes = Path.write_bytes

    def fail(self: Path, data: bytes) -> int:
        write_bytes(self, data[:10])
        if self.name.endswith("-1.tmp"):
            raise error
        return len(data)

    monkeypatch.setattr(Path, "write_bytes", fail)
    try:
        assert project.synth().status == 2
    except KeyboardInterrupt:
        assert isinstance(error, KeyboardInterrupt)
    assert not project.dist.exists()


def test_a_directory_that_cannot_be_made_leaves_none_of_those_before_it(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """dist/ and dist/local/ were made for a file that is not to be."""
    project.chart("one")
    mkdir = Path.mkdir

    def refuse(self: Path, *arguments: Any, **options: Any) -> None:
        if self.name == "one":
            raise PermissionError(13, "Permission denied", str(self))
        mkdir(self, *arguments, **options)

    monkeypatch.setattr(Path, "mkdir", refuse)
    done = project.synth()
    assert (done.status, "Permission denied" in done.err) == (2, True)
    assert not project.dist.exists()


def test_nothing_is_left_of_directories_whose_last_file_goes(project: Project) -> None:
    """Of an app and of an environment; a directory that still holds something stays."""
    names = ", ".join(f"E(name='{name}')" for name in ("local", "old"))
    project.write("environments.py", f"from crema.generators import EnvironmentSpec as E\nENVIRONMENTS = ({names})\n")
    project.chart("one", objects=("a",))
    project.chart("two", objects=("b",))
    project.synth()
    (project.dist / "old" / "two" / "kept").mkdir()
    project.write("environments.py", "from crema.generators import EnvironmentSpec as E\nENVIRONMENTS = (E(name='local'),)\n")
    (project.root / project.package / "two.py").unlink()
    assert project.synth().status == 0
    assert sorted(p.relative_to(project.dist).as_posix() for p in project.dist.rglob("*") if p.is_dir()) == [
        "local",
        "local/one",
        "old",
        "old/two",
        "old/two/kept",
    ]


def test_dist_itself_stays(project: Project) -> None:
    """Whoever publishes nothing at all (a caller of the library; the charts may not) keeps an empty directory."""
    project.chart("one")
    project.synth()
    done = publish.publish(project.root, "dist", ("dist",), {})
    assert (len(done.deleted), list(project.dist.iterdir())) == (2, [])


def test_git_is_asked_only_where_something_differs(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unchanged tree needs no git, and a changed one asks once."""
    asked: list[str] = []

    monkeypatch.setattr(git, "committed", lambda _, directory: asked.append(directory))
    project.chart("one")
    project.synth()
    project.synth()
    assert asked == []
    project.forget()
    project.chart("one", value="2")
    project.synth(check=True)
    assert asked == ["dist"]
