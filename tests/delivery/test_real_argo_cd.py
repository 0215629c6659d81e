"""What a real Argo CD did with small platforms, and what the laws of delivery say of the same files."""

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest

from crema.policies.engine.discover import Catalog
from crema.policies.engine.example import Example
from crema.policies.engine.finding import Finding
from crema.policies.model.world import World

_RECORDED: Final = json.loads((Path(__file__).parent / "recorded" / "argo_cd.json").read_text(encoding="utf-8"))
_CASES: Final[dict[str, Any]] = _RECORDED["cases"]
_STRICTER: Final = {"wave-no-number": "delivery-options-are-known"}
"""What Argo CD applied without a word, though it read something else than was written: here, wave 0."""


@cache
def _laws() -> Catalog:
    return Catalog()


def _said(world: World) -> set[str]:
    """The laws of delivery that a world breaks, those of a house left out."""
    catalog = _laws()
    laws = [catalog[name] for name in catalog if name.startswith("delivery-")]
    found = (outcome for law in laws if law.basis == "breaks" for outcome in law.check(world))
    return {outcome.policy for outcome in found if isinstance(outcome, Finding) and outcome.severity != "info"}


def _filled(value: Any) -> Any:
    """The recorded body; a long text is recorded as its length (`x*262200`)."""
    if isinstance(value, dict):
        return {key: _filled(below) for key, below in value.items()}
    if isinstance(value, list):
        return [_filled(item) for item in value]
    return "x" * int(value[2:]) if isinstance(value, str) and value.startswith("x*") else value


def _world(case: dict[str, Any]) -> World:
    files = {f"dist/local/{name}": json.dumps(_filled(body)) for name, body in case["files"].items()}
    return Example(name="recorded", files={**_RECORDED["root"], **files}, closed=True).world()


@pytest.mark.parametrize("name", _CASES)
def test_the_laws_find_what_argo_cd_could_not_apply(name: str) -> None:
    """Where everything was applied and nothing complained, no law is broken; where it was not, the law that says why is."""
    case = _CASES[name]
    assert _said(_world(case)) == ({_STRICTER[name]} if name in _STRICTER else set(case["laws"]))
    assert bool(case["laws"]) != case["right"]


def test_some_were_applied_and_some_were_not() -> None:
    """A recording of one sort only would prove nothing."""
    assert {case["right"] for case in _CASES.values()} == {True, False}
