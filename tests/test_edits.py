"""Every policy catches single edits of the real dist/: what it is for is really there to be broken."""

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from crema.policies.engine.discover import Catalog
from crema.policies.engine.finding import Finding
from crema.policies.engine.policy import Policy
from crema.policies.model.read import read
from crema.policies.model.world import World
from tests.edits import edit as edits
from tests.edits.edit import Edit, TextEdit
from tests.external import ROOT

_RULES = ROOT / "policies" / "rules"
_EDITS = Path(edits.__file__).parent
_CATALOG = Catalog()
_BESIDE = (ROOT / ".github", ROOT / "charts" / "images.lock.yaml")

Place = tuple[str, str, str]


def _slugs(folder: Path) -> set[str]:
    return {f"{path.parent.name}/{path.stem}" for path in folder.glob("*/*.py") if path.name != "__init__.py"}


def every_edit() -> Iterator[tuple[str, Edit | TextEdit]]:
    """Every edit with the id of the policy that must find it: the name of its file."""
    for slug in sorted(_slugs(_EDITS)):
        path, name = slug.split("/")
        for edit in import_module(f"tests.edits.{path}.{name}").EDITS:
            yield f"{path}-{name}".replace("_", "-"), edit


@cache
def _worlds() -> dict[str, World]:
    return {world.environment: world for world in read([ROOT / "dist"], repository=_BESIDE).worlds}


@cache
def _before(policy: str, environment: str) -> frozenset[Place]:
    return frozenset(_found(_CATALOG[policy], _worlds()[environment]))


def _found(policy: Policy[Any], world: World) -> dict[Place, Finding]:
    findings = [outcome for outcome in policy.check(world) if isinstance(outcome, Finding)]
    return {(str(finding.manifest), finding.pointer + finding.inner, finding.message): finding for finding in findings}


def test_every_policy_has_its_edits_and_every_edit_its_policy() -> None:
    """A policy without one has not shown that it can find anything in the real platform."""
    assert _slugs(_EDITS) == _slugs(_RULES)
    assert all(import_module(f"tests.edits.{slug.replace('/', '.')}").EDITS for slug in _slugs(_EDITS))


@pytest.mark.parametrize(("policy", "edit"), [pytest.param(policy, edit, id=f"{policy}: {edit.name}") for policy, edit in every_edit()])
def test_the_edit_is_found_by_the_law_that_it_breaks(policy: str, edit: Edit | TextEdit) -> None:
    """In some object of the real dist/, or in every one that it can be made in; and it is found because of the edit."""
    tried: list[str] = []
    caught: list[str] = []
    for environment in edit.environments:
        before = _before(policy, environment)
        for manifest, edited in edit.worlds(_worlds()[environment]):
            tried.append(f"{environment} {manifest.ref.name if not manifest.ref.kind else manifest}")
            fresh = [place for place in _found(_CATALOG[policy], edited) if place not in before]
            if any(edit.said in message for _, _, message in fresh):
                caught.append(tried[-1])
            elif edit.everywhere:
                pytest.fail(f"not found in {tried[-1]}; said instead: {fresh}")
            if caught and not edit.everywhere:
                return
    assert tried, "nothing in dist/ can be edited so"
    assert caught, f"found in none of {tried}"
