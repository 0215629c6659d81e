"""`crema image build`: what docker and kind are asked for, with both stood in for by scripts that write down their words."""

import os
from pathlib import Path

import pytest

from tests.external import ROOT, Completed, start

_REGISTRY = "123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/coffee_machine"


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """Docker and kind; docker fails for a service that the file `fails` names."""
    for name in ("docker", "kind"):
        script = tmp_path / "bin" / name
        script.parent.mkdir(exist_ok=True)
        script.write_text(
            f'#!/bin/sh\nprintf "%s\\n" "{name} $*" >>"{tmp_path}/words"\n'
            f'if [ -f "{tmp_path}/fails" ]; then case "$*" in *"$(cat "{tmp_path}/fails")"*) exit 9;; esac; fi\n',
            encoding="utf-8",
        )
        script.chmod(0o755)
    return tmp_path


def _built(programs: Path, *words: str, path: str | None = None) -> tuple[Completed, list[str]]:
    env = {**os.environ, "PATH": f"{programs / 'bin'}:{os.environ['PATH']}" if path is None else path}
    done = start([ROOT / ".venv" / "bin" / "crema", "image", "build", *words], env=env)
    file = programs / "words"
    return done, file.read_text(encoding="utf-8").splitlines() if file.exists() else []


def test_all_are_built_from_the_list_of_bases_and_loaded_under_the_names_of_dist(programs: Path) -> None:
    """What a Deployment names is what the node has, so that nothing is pulled."""
    done, words = _built(programs, "--env", "local")
    assert done.status == 0, done.stderr
    bases = [line for line in (ROOT / "services" / "bases.env").read_text(encoding="utf-8").splitlines() if line.startswith("PYTHON=")]
    assert words[0] == (
        f"docker build --file services/billing/Dockerfile --build-arg {bases[0]} --tag {_REGISTRY}:billing-placeholder services"
    )
    named = []
    for service in ("billing", "frontend", "inventory", "order"):
        text = (ROOT / "dist" / "local" / service / f"deployment-{service}.yaml").read_text(encoding="utf-8")
        named += [line.partition("image: ")[2].strip('"') for line in text.splitlines() if " image: " in line]
    assert words[4:] == [f"kind load docker-image --name coffee {' '.join(named)}"]


def test_one_can_be_built_alone_and_not_loaded(programs: Path) -> None:
    """For a look at it with docker."""
    done, words = _built(programs, "order", "--env", "local", "--no-load")
    assert (done.status, len(words), "services/order/Dockerfile" in words[0]) == (0, 1, True)


def test_a_build_that_fails_ends_it_and_nothing_is_loaded(programs: Path) -> None:
    """Docker's own words are on the terminal; exit 1."""
    (programs / "fails").write_text("frontend", encoding="utf-8")
    done, words = _built(programs, "--env", "local")
    assert (done.status, done.stderr) == (1, "error: docker build ended with 9; what it says is above\n")
    assert [word.split()[0] for word in words] == ["docker", "docker"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["ordr", "--env", "local"], "there is no services/ordr/Dockerfile; did you mean order?"),
        (["--env", "locl"], "there is no environment 'locl' in charts/environments.py; did you mean local?"),
        (["--env", "eks"], "eks has no kind cluster in charts/environments.py; --no-load builds the images alone"),
    ],
)
def test_what_is_not_there_is_said_before_anything_is_built(programs: Path, words: list[str], message: str) -> None:
    """With the nearest."""
    done, ran = _built(programs, *words)
    assert (done.status, done.stderr, ran) == (2, f"error: {message}\n", [])


def test_a_machine_without_docker_is_told(programs: Path) -> None:
    """Both programs at once."""
    done, ran = _built(programs, "--env", "local", path=str(programs / "empty"))
    missing = "".join(f"error: {program} is not on PATH; install it\n" for program in ("docker", "kind"))
    assert (done.status, done.stderr, ran) == (2, missing, [])
