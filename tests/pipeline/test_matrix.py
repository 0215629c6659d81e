"""`crema services`: what is built here, from the directories, the lock and the list of bases, and nothing written a second time."""

import json
from pathlib import Path

import pytest

from crema.pipeline.matrix import Job, jobs
from crema.pipeline.place import Place
from crema.pipeline.stopped import Stopped
from tests.external import ROOT, Completed, start

_BASES = "# The list.\n\nPYTHON=docker.io/library/python:3.13@sha256:aa\nNGINX=docker.io/nginx:1\nUNUSED=x\n"
_ENTRY = '  {name}:\n    repository: coffee\n    tag: "1"\n'


class _Environment:
    """What a platform's own class may be."""

    def __init__(self, name: str, registry: object) -> None:
        self.name, self.registry = name, registry


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A platform with two services in two environments."""
    for file, text in {
        "charts/environments.py": "",
        "charts/images.lock.yaml": "\n".join(
            f"{e}:\n" + "".join(_ENTRY.format(name=s) for s in ("order", "tea")) for e in ("eks", "local")
        ),
        "services/bases.env": _BASES,
        "services/order/Dockerfile": "ARG NGINX\nARG PYTHON\nFROM ${PYTHON} AS build\nFROM --platform=linux/amd64 $NGINX\n",
        "services/tea/Dockerfile": "ARG PYTHON\nFROM ${PYTHON}\n",
        "services/shared/no_service.py": "",
    }.items():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(text, encoding="utf-8")
    found = (
        _Environment("local", "123456789012.dkr.ecr.ap-northeast-2.amazonaws.com"),
        _Environment("eks", "registry.example.com"),
        _Environment("none", None),
    )
    monkeypatch.setattr("crema.pipeline.matrix.environments_of", lambda _: found)
    return Place(tmp_path)


def test_a_job_has_all_that_building_needs(place: Place) -> None:
    """The bases that its Dockerfile asks for, and where the image goes; the first environment's registry where none is named."""
    assert jobs(place, None)[0] == Job(
        service="order",
        context="services",
        dockerfile="services/order/Dockerfile",
        build_args="NGINX=docker.io/nginx:1\nPYTHON=docker.io/library/python:3.13@sha256:aa",
        registry="123456789012.dkr.ecr.ap-northeast-2.amazonaws.com",
        region="ap-northeast-2",
        repository="coffee",
    )
    assert [(job.service, job.registry, job.region) for job in jobs(place, "eks")] == [
        ("order", "registry.example.com", ""),
        ("tea", "registry.example.com", ""),
    ]


@pytest.mark.parametrize(
    ("file", "text", "messages"),
    [
        (
            "services/milk/Dockerfile",
            "FROM scratch\n",
            ["services/milk/Dockerfile: milk has no image for local in charts/images.lock.yaml; run"],
        ),
        ("services/Milk/Dockerfile", "FROM scratch\n", ["services/Milk/Dockerfile: 'Milk' is no name of a service"]),
        ("services/bases.env", "PYTHON=a\n", ["services/order/Dockerfile: services/bases.env has no NGINX; known: PYTHON"]),
        ("services/bases.env", "PYTHON a\n", ["services/bases.env:1: 'PYTHON a' must be NAME=image"]),
        ("services/bases.env", "NGINX=a\n\nNGINX=b\n", ["services/bases.env:3: NGINX is there twice"]),
    ],
)
def test_what_does_not_fit_together_is_said(place: Place, file: str, text: str, messages: list[str]) -> None:
    """Before anything is built."""
    (place.root / file).parent.mkdir(exist_ok=True)
    (place.root / file).write_text(text, encoding="utf-8")
    with pytest.raises(Stopped) as stopped:
        jobs(place, "local")
    assert [said.startswith(message) for said, message in zip(stopped.value.messages, messages, strict=True)] == [True] * len(messages)


def test_an_environment_without_a_registry_and_one_that_is_none(place: Place) -> None:
    """Where an image would go is not guessed."""
    with pytest.raises(Stopped, match=r"the environment none of charts/environments\.py has no registry"):
        jobs(place, "none")
    with pytest.raises(Stopped, match=r"there is no environment 'locl' in charts/environments.py; did you mean local\?"):
        jobs(place, "locl")


def test_nothing_to_build_is_no_empty_matrix(place: Place) -> None:
    """A workflow would take it for success."""
    for file in (place.root / "services").glob("*/Dockerfile"):
        file.unlink()
    with pytest.raises(Stopped, match="there is no services/<name>/Dockerfile") as stopped:
        jobs(place, "local")
    assert stopped.value.code == 3


def _crema(*words: str) -> Completed:
    return start([ROOT / ".venv" / "bin" / "crema", *words])


def test_our_own_matrix_is_one_line_of_json() -> None:
    """As `strategy.matrix.include` takes it, with every service that has a Dockerfile."""
    done = _crema("services", "--json", "--env", "local")
    assert (done.status, done.stdout.count("\n")) == (0, 1), done.stderr
    found = json.loads(done.stdout)
    assert [job["service"] for job in found] == ["billing", "frontend", "inventory", "order"]
    assert all((ROOT / job["dockerfile"]).is_file() and "@sha256:" in job["build_args"] for job in found)
    shown = _crema("services")
    assert shown.stdout.splitlines()[3].startswith("order      services/order/Dockerfile → 123456789012.dkr.ecr.")
