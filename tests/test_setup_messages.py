"""What a person reads when the set-up cannot go on: what, and what to do; never a traceback."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import pytest

from tests.external import ROOT, Completed, start, system
from tools.setup import __main__ as command
from tools.setup.failure import SetupFailed, explain
from tools.setup.place import Place
from tools.setup.run import run


@pytest.mark.parametrize(
    ("output", "what", "fix"),
    [
        (
            "WARNING: Retrying after connection broken by 'NewConnectionError(...: Temporary failure in name resolution)'\n"
            "ERROR: No matching distribution found for click==8.5.1",
            "cannot be reached",
            "HTTPS_PROXY",
        ),
        ("go: example.org/m@v1: Get ...: dial tcp: lookup mirror: no such host", "cannot be reached", "HTTPS_PROXY"),
        ("npm error code ENOTFOUND", "cannot be reached", "HTTPS_PROXY"),
        (
            "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.",
            "not the file that the lock",
            "mirror",
        ),
        ("verifying m@v1: checksum mismatch\nSECURITY ERROR", "not the file that the lock", "mirror"),
        ("npm error code EINTEGRITY", "not the file that the lock", "mirror"),
        ("OSError: [Errno 28] No space left on device", "the disk is full", "free 5 GB"),
        ("ERROR: No matching distribution found for ruff==0.17.6", "no wheel for this platform", "PYTHON="),
        ("[SSL: CERTIFICATE_VERIFY_FAILED]", "does not trust", "PIP_CERT"),
        ("mkdir .tools: Permission denied", "cannot be written", "root"),
    ],
)
def test_a_known_cause_is_named_with_its_fix(output: str, what: str, fix: str) -> None:
    """The cause is found in the program's own words, the certain ones before the doubtful."""
    failed = explain("install things", output)
    assert what in str(failed)
    assert fix in failed.fix


@pytest.mark.parametrize(
    "word",
    ["ConnectTimeout", "ReadTimeout", "ProxyError", "Connection refused", "i/o timeout", "ECONNRESET", "ETIMEDOUT", "EAI_AGAIN"],
)
def test_every_tools_word_for_no_network_is_known(word: str) -> None:
    """pip, Go and npm say it in many ways."""
    assert "cannot be reached" in str(explain("install things", f"error: {word} at somewhere"))


def test_of_a_known_cause_one_line_is_shown_and_no_traceback() -> None:
    """The sentence that told it is proof enough; the rest is in the log."""
    output = (
        "Traceback (most recent call last):\n  File 'x.py', line 1\nOSError: [Errno 28] No space left on device" + "!" * 999 + "\nmore\n"
    )
    shown = explain("install things", output).log
    assert shown.startswith("OSError: [Errno 28] No space left on device")
    assert (len(shown), shown.count("\n")) == (300, 0)


def test_an_unknown_cause_shows_the_end_of_the_output() -> None:
    """Whoever helps needs the program's last words."""
    failed = explain("build it", "first\n" * 50 + "main.go:3: undefined: x\n")
    assert str(failed) == "build it: failed"
    assert failed.log.endswith("undefined: x")


def test_a_failed_program_leaves_its_whole_output_in_the_checkout(tmp_path: Path) -> None:
    """The message names the log, relative to the checkout."""
    place = Place(root=tmp_path / "a checkout")
    place.root.mkdir()
    with pytest.raises(SetupFailed) as failed:
        run(place, "do it", ["sh", "-c", "echo reason; exit 3"])
    assert "(all of it: .tools/logs/do-it.log)" in failed.value.log
    assert "reason" in (place.logs / "do-it.log").read_text()


def test_a_program_that_is_not_there_is_said_and_one_that_asks_gets_no_answer(tmp_path: Path) -> None:
    """A set-up never waits for somebody to type."""
    place = Place(root=tmp_path)
    with pytest.raises(SetupFailed, match="do it: /nonexistent/pip is not there") as failed:
        run(place, "do it", ["/nonexistent/pip"])
    assert "remove .venv and .tools" in failed.value.fix
    run(place, "ask", ["sh", "-c", "if read answer; then exit 1; fi"])


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "x"), "x: the disk is full"),
        (
            PermissionError(errno.EACCES, "Permission denied", ".venv"),
            ".venv: a file of the checkout cannot be written",
        ),
        (SetupFailed("it is so", fix="do this"), "set-up: it is so\n  fix: do this"),
    ],
)
def test_every_failure_is_two_lines_and_status_2(
    error: Exception, message: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Failures of the file system speak in the same voice as the set-up's own."""

    def fail(_: Place) -> None:
        raise error

    monkeypatch.setitem(command.STEPS, "python", fail)
    assert command.main(["python"]) == 2
    assert message in capsys.readouterr().err


def test_an_interruption_says_that_nothing_is_lost(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Ctrl-C is not a mistake."""

    def interrupt(_: Place) -> None:
        raise KeyboardInterrupt

    monkeypatch.setitem(command.STEPS, "python", interrupt)
    assert command.main(["python"]) == 130
    assert "the next run goes on from here" in capsys.readouterr().err


def test_a_set_up_waits_for_what_a_killed_one_left_running(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A pip that outlives its parent would write into the virtual environment that the next run makes."""
    monkeypatch.setattr(command, "__file__", str(tmp_path / "tools" / "setup" / "__main__.py"))

    def leave_one_running(place: Place) -> None:
        run(place, "leave", ["sh", "-c", "(sleep 1; touch ended) &"])

    monkeypatch.setitem(command.STEPS, "python", leave_one_running)
    monkeypatch.setitem(command.STEPS, "dev", lambda place: print((place.root / "ended").exists()))
    assert command.main(["python"]) == 0
    assert command.main(["dev"]) == 0
    said = capsys.readouterr()
    assert said.out == "True\n"
    assert "another set-up of this checkout is running" in said.err


def test_an_unknown_step_lists_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    """Status 2, and nothing is done."""
    assert command.main(["pyhton"]) == 2
    assert "python, dev, go, cdk8s-cli" in capsys.readouterr().err


def fake(directory: Path, name: str, script: str) -> None:
    """A program of that name, first on PATH."""
    directory.mkdir(exist_ok=True)
    (directory / name).write_text(f"#!/bin/sh\n{script}\n")
    (directory / name).chmod(0o755)


def find_python(tmp_path: Path, **env: str) -> Completed:
    """Run tools/setup.sh in a checkout whose path has a space, with only those programs and dirname on PATH."""
    checkout = tmp_path / "a checkout"
    (checkout / "tools").mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "tools" / "setup.sh", checkout / "tools")
    programs = tmp_path / "bin"
    programs.mkdir(exist_ok=True)
    dirname = shutil.which("dirname")
    assert dirname is not None
    if not (programs / "dirname").exists():
        os.symlink(dirname, programs / "dirname")
    return system("sh", str(checkout / "tools" / "setup.sh"), "dev", env={"PATH": str(programs), **env})


OLD = "echo 3.9.6; exit 1"
NEW = 'case "$1" in -S) echo 3.12.1 ;; *) echo "$0 $*" ;; esac'


def test_a_python_that_is_too_old_is_named_with_its_version(tmp_path: Path) -> None:
    """So it is on macOS, which has had 3.9 for years."""
    fake(tmp_path / "bin", "python3", OLD)
    done = find_python(tmp_path)
    assert done.status == 2
    assert "no Python 3.11 or newer was found" in done.stderr
    assert "python3 is 3.9.6;" in done.stderr
    assert "make PYTHON=" in done.stderr


def test_a_persons_pythonpath_does_not_reach_the_set_up(tmp_path: Path) -> None:
    """Somebody's module named `json` would."""
    fake(tmp_path / "bin", "python3", 'case "$1" in -S) echo 3.12.1 ;; *) echo "${PYTHONPATH-none} ${PYTHONHOME-none}" ;; esac')
    assert find_python(tmp_path, PYTHONPATH="/theirs", PYTHONHOME="/theirs").stdout == "none none\n"


def test_no_python_at_all_is_said(tmp_path: Path) -> None:
    """Nothing on PATH, nothing run."""
    done = find_python(tmp_path)
    assert done.status == 2
    assert "none is on PATH" in done.stderr


def test_a_newer_python_beside_an_old_python3_is_found(tmp_path: Path) -> None:
    """python3 comes first, then the names with a version."""
    fake(tmp_path / "bin", "python3", OLD)
    fake(tmp_path / "bin", "python3.12", NEW)
    done = find_python(tmp_path)
    assert (done.status, done.stderr) == (0, "")
    assert done.stdout == "python3.12 -B -m tools.setup dev\n" or done.stdout.endswith("/python3.12 -B -m tools.setup dev\n")


def test_python_can_be_named_even_with_a_space_in_its_path(tmp_path: Path) -> None:
    """PYTHON= overrides what is on PATH, and is not replaced by something else when it is too old."""
    fake(tmp_path / "bin", "python3", NEW)
    fake(tmp_path / "my pythons", "python", NEW)
    done = find_python(tmp_path, PYTHON=str(tmp_path / "my pythons" / "python"))
    assert done.stdout == f"{tmp_path}/my pythons/python -B -m tools.setup dev\n"
    fake(tmp_path / "my pythons", "python", OLD)
    done = find_python(tmp_path, PYTHON=str(tmp_path / "my pythons" / "python"))
    assert done.status == 2
    assert "is 3.9.6;" in done.stderr


def test_the_set_up_needs_only_the_standard_library() -> None:
    """It runs before any package is there: with site-packages switched off (-S, -I) it still answers."""
    python = shutil.which("python3")
    assert python is not None
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import tools.setup.__main__ as m; sys.exit(m.main(['none']))"
    done = start([python, "-I", "-S", "-B", "-c", code])
    assert done.status == 2
    assert "no such step 'none'" in done.stderr
