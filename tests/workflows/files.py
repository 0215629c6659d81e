"""The workflow and action files of this repository."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.external import ROOT

GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.y*ml"))
ACTIONS = sorted((GITHUB / "actions").glob("*/action.y*ml"))
_SELF = re.compile(r"\$/(?P<path>[\w./-]+)")


def read(file: Path) -> dict[Any, Any]:
    """One file. Its key `on` is True: PyYAML reads YAML 1.1."""
    found = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert isinstance(found, dict), file
    return found


def workflow(name: str) -> dict[Any, Any]:
    """The workflow of that name."""
    return read(GITHUB / "workflows" / f"{name}.yaml")


def own_action(uses: str) -> Path | None:
    """The file of an action of this repository, which is used as `$/PATH`: at the very commit of the workflow, without a checkout."""
    match = _SELF.fullmatch(uses)
    return ROOT / match["path"] / "action.yaml" if match else None


def steps(file: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every step of a workflow or an action, with the job it belongs to (or `action`)."""
    body = read(file)
    for name, job in body.get("jobs", {"action": body.get("runs", {})}).items():
        for step in job.get("steps", []):
            yield name, step
