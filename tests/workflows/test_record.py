"""The record of a build: what is malformed is refused in the leg that built it, and what is written, publishing reads."""

import importlib.util
import json
import os
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crema.generators import lock_text
from crema.pipeline.builds import of_files
from tests.external import ROOT, Completed, start

PROGRAM = ROOT / ".github" / "actions" / "record-build" / "record.py"
RIGHT = {
    "SERVICE": "order",
    "DIGEST": f"sha256:{'d' * 64}",
    "GITHUB_SHA": "4" * 40,
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "someone/platform",
    "GITHUB_RUN_ID": "77",
}


def _loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location("record", PROGRAM)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


RECORD = _loaded()


def recorded(directory: Path, **given: str) -> Completed:
    """Run it as the action does, with those variables beside what is right."""
    (directory / "output").touch()
    files = {"PATH": os.environ["PATH"], "RUNNER_TEMP": str(directory), "GITHUB_OUTPUT": str(directory / "output")}
    return start([sys.executable, "-I", PROGRAM], env={**files, **RIGHT, **given})


def test_it_writes_one_file_and_names_it(tmp_path: Path) -> None:
    """Which `crema image publish` reads as it is."""
    done = recorded(tmp_path)
    assert (done.status, done.stdout, done.stderr) == (0, f"order-{'4' * 40}@sha256:{'d' * 64}\n", "")
    file = tmp_path / "builds" / "order.json"
    assert (tmp_path / "output").read_text() == f"file={file}\n"
    (build,) = of_files(file)
    assert (build.service, build.tag, build.digest) == ("order", f"order-{'4' * 40}", f"sha256:{'d' * 64}")
    assert (build.source_sha, build.run) == ("4" * 40, "https://github.com/someone/platform/actions/runs/77")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DIGEST", ""),
        ("DIGEST", "sha256:d"),
        ("DIGEST", f"sha256:{'D' * 64}"),
        ("DIGEST", f"sha256:{'d' * 64}\nfile=/etc/passwd"),
        ("SERVICE", "../order"),
        ("SERVICE", "Order"),
        ("GITHUB_SHA", "main"),
        ("GITHUB_RUN_ID", "7 7"),
        ("GITHUB_REPOSITORY", "platform"),
        ("GITHUB_SERVER_URL", "github.com"),
    ],
)
def test_what_is_malformed_is_refused(tmp_path: Path, name: str, value: str) -> None:
    """With a sentence that says what it is and what it must be, as an annotation; nothing is written."""
    done = recorded(tmp_path, **{name: value})
    assert done.status == 2
    assert done.stderr == f"::error title=no record of the build::{name} is {value!r}; it must be {RECORD.PATTERNS[name][1]}\n"
    assert not (tmp_path / "builds").exists()
    assert (tmp_path / "output").read_text() == ""


def test_all_mistakes_are_said_at_once(tmp_path: Path) -> None:
    """One run is enough to see them."""
    done = recorded(tmp_path, SERVICE="", DIGEST="", GITHUB_SHA="")
    assert [line.split("::")[2].split(" is ")[0] for line in done.stderr.splitlines()] == ["SERVICE", "DIGEST", "GITHUB_SHA"]


@given(st.fixed_dictionaries({name: st.from_regex(pattern, fullmatch=True) for name, (pattern, _) in RECORD.PATTERNS.items()}))
def test_whatever_is_recorded_is_read(given_: dict[str, str]) -> None:
    """Nothing that passes here is refused only when it is published."""
    found = RECORD.record(given_)
    assert [*RECORD.mistakes(given_)] == []
    assert re.fullmatch(lock_text.NAME, found["service"])
    assert re.fullmatch(lock_text.TAG, found["tag"])
    assert re.fullmatch(lock_text.DIGEST, found["digest"])
    assert re.fullmatch(lock_text.COMMIT, found["source_sha"])
    assert json.loads(json.dumps(found)) == found


@given(st.fixed_dictionaries({name: st.one_of(st.just(value), st.text(max_size=70)) for name, value in RIGHT.items()}))
def test_nothing_else_is_recorded(given_: dict[str, str]) -> None:
    """A text is refused unless all of it is of its form; a line's end after it is not of it."""
    refused = {sentence.split(" is ")[0] for sentence in RECORD.mistakes(given_)}
    assert refused == {name for name, (pattern, _) in RECORD.PATTERNS.items() if re.fullmatch(pattern, given_[name]) is None}
    assert {name for name in RECORD.PATTERNS if "\n" in given_[name]} <= refused
