"""The programs of the set-up start and are the pinned ones."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests import external


def test_a_missing_program_fails_the_test_and_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A skipped test would look like a passed one."""
    monkeypatch.setattr(external, "ROOT", tmp_path)
    monkeypatch.setattr(external, "PROGRAMS", tmp_path / ".tools" / "bin")
    with pytest.raises(pytest.fail.Exception, match=r"\.tools/bin/kubeconform is missing: run make test"):
        external.run("kubeconform", "-v")


def test_a_missing_server_is_a_test_not_run_and_in_continuous_integration_a_failed_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without it runs everything else; where it must be there, its absence is no excuse."""
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no-such-server is not installed: apt-get install some-package"):
        external.server("no-such-server", package="some-package")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no-such-server is not installed: apt-get install some-package"):
        external.server("no-such-server", package="some-package")
    assert external.server("sh", package="dash").name == "sh"


def test_a_server_runs_to_the_end_of_its_block(tmp_path: Path) -> None:
    """It is there when the block begins and gone afterwards."""
    mark = tmp_path / "ready"
    command = ["sh", "-c", f"touch {mark}; exec sleep 60"]
    with external.running(command, ready=mark.exists, log=tmp_path / "log", cwd=tmp_path) as process:
        assert process.poll() is None
    assert process.poll() is not None


def test_a_server_that_does_not_start_fails_the_test_with_what_it_said(tmp_path: Path) -> None:
    """Not with a time-out after a minute."""
    starting = external.running(["sh", "-c", "echo no room; exit 1"], ready=lambda: False, log=tmp_path / "log", cwd=tmp_path)
    with pytest.raises(pytest.fail.Exception, match="sh did not start:\nno room\n"):
        starting.__enter__()


@pytest.mark.engine
def test_kubeconform_refuses_what_is_not_a_manifest() -> None:
    """It starts, reads standard input and can fail."""
    done = external.run("kubeconform", "-output", "json", "-", stdin="metadata: {}\n")
    assert done.status == 1
    assert "missing 'kind' key" in done.stdout


@pytest.mark.engine
def test_sigsyaml_reads_as_kubernetes_does() -> None:
    """YAML 1.1 booleans and octals, the later of two equal keys; with -strict such a document is refused."""
    documents = json.dumps(["a: on\nb: 010", "a: 1\na: 2", "["])
    assert [sorted(a.items())[0] for a in json.loads(external.run("sigsyaml", stdin=documents).stdout)][:2] == [
        ("json", {"a": True, "b": 8}),
        ("json", {"a": 2}),
    ]
    strict = json.loads(external.run("sigsyaml", "-strict", stdin=documents).stdout)
    assert [list(answer) for answer in strict] == [["json"], ["error"], ["error"]]


@pytest.mark.engine
def test_the_cdk8s_command_line_is_the_pinned_one(tmp_path: Path) -> None:
    """It starts with the packaged Node, from any directory, and does not ask for a newer version."""
    pinned = json.loads((external.ROOT / "tools" / "cdk8s-cli" / "package.json").read_text())["dependencies"]["cdk8s-cli"]
    done = external.run("cdk8s", "--version", cwd=tmp_path)
    assert (done.status, done.stdout.strip(), done.stderr) == (0, pinned, "")


def test_the_npm_lock_has_hashes_and_no_registry() -> None:
    """`npm ci` checks every package, and fetches it from the registry that the machine is set up for."""
    packages = json.loads((external.ROOT / "tools" / "cdk8s-cli" / "package-lock.json").read_text())["packages"]
    del packages[""]
    assert packages
    assert [name for name, package in packages.items() if "resolved" in package] == []
    assert [name for name, package in packages.items() if not package.get("integrity") and not package.get("inBundle")] == []
