"""An image that moves is one line of dist/, and nothing else."""

from dataclasses import replace
from pathlib import Path

import pytest

from crema.generators.lock_edit import edited
from crema.generators.lock_text import read_lock
from tests.checkout import git
from tests.external import ROOT, start

_ENTRIES = [
    (environment, service)
    for environment, services in read_lock((ROOT / "charts" / "images.lock.yaml").read_bytes()).entries.items()
    for service in services
]
_TAGS = ("1234567", "12e4567", "on", "0x1F", "order-abc")


@pytest.mark.parametrize("keys", [_ENTRIES[-1:], _ENTRIES], ids=["one entry", "all of them"])
def test_an_entry_changes_one_line_of_its_environment(clone: Path, keys: list[tuple[str, str]]) -> None:
    """Whatever the tag looks like; the line is the container's image."""
    file = clone / "charts" / "images.lock.yaml"
    lock = read_lock(file.read_bytes())
    digest = "sha256:" + "a" * 64
    tags = {key: _TAGS[number % len(_TAGS)] for number, key in enumerate(keys)}
    moved = {key: replace(lock.entries[key[0]][key[1]], tag=tag, digest=digest, placeholder=False) for key, tag in tags.items()}
    file.write_text(edited(lock, moved), encoding="utf-8")
    done = start([ROOT / ".venv" / "bin" / "crema", "synth"], cwd=clone)
    assert done.status == 0, done.stderr
    changed = git(clone, "diff", "--numstat", "--", "dist").splitlines()
    assert sorted(changed) == [f"1\t1\tdist/{environment}/{service}/deployment-{service}.yaml" for environment, service in sorted(keys)]
    for (environment, service), tag in tags.items():
        name = f"dist/{environment}/{service}/deployment-{service}.yaml"
        (line,) = [line for line in git(clone, "diff", "-U0", "--", name).splitlines() if line.startswith("+ ")]
        assert line.split('image: "')[1].endswith(f'/coffee_machine:{tag}@{digest}"')


def test_every_service_that_is_built_here_runs_in_every_environment() -> None:
    """The matrix, the lock and the charts speak of the same services: what a chart asks for is built, what is built is deployed."""
    built = {file.parent.name for file in (ROOT / "services").glob("*/Dockerfile")}
    assert built == {"billing", "frontend", "inventory", "order"}
    for environment in ("eks", "local"):
        assert {service for e, service in _ENTRIES if e == environment} == built
        deployed = {file.stem.removeprefix("deployment-") for file in (ROOT / "dist" / environment).glob("*/deployment-*.yaml")}
        assert deployed == built
