"""A policy's work grows with the number of objects and no faster: policies look things up, they do not search.

No clock: what is counted are the lines of Python that run, which are the same on every machine.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from types import FrameType
from typing import Any

import pytest

from crema.policies.engine.discover import discover
from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.documents import Json
from crema.policies.model.manifest import Manifest, ref_of
from crema.policies.model.world import World

_FEW, _MANY = 10, 60
_MOST = 6.3
"""Six times the objects take six times the lines. A search for each object through all of them takes up to thirty-six times."""


def examples() -> Iterator[Any]:
    """Every example of every policy that has manifests, as a case of a test."""
    for policy in discover():
        both: list[Example | Denied] = [*policy.allowed, *policy.denied]
        with_manifests = [example for example in both if example.manifests.strip() or example.files]
        yield from (pytest.param(policy, example, id=f"{policy.id}: {example.name}") for example in with_manifests)


@pytest.mark.parametrize(("policy", "example"), list(examples()))
def test_work_grows_with_the_number_of_objects(policy: Policy[Any], example: Example | Denied) -> None:
    """So many copies of an example, each in namespaces of its own, are judged in so many times the lines."""
    assert growth(policy, example.world()) < _MOST


def test_a_policy_that_searches_is_noticed() -> None:
    """The comparison above can fail: a policy that goes through every manifest for each of its targets is far beyond it."""
    assert growth(Searching(), discover()[0].denied[0].world()) > 2 * _MOST


class Searching(Policy[Manifest]):
    """Looks for each manifest among all of them."""

    id = "searching"
    basis = "house"
    allowed = ()
    denied = ()

    def targets(self, world: World) -> tuple[Manifest, ...]:
        """Every manifest."""
        return world.manifests

    def judge(self, world: World, target: Manifest) -> Iterator[Outcome]:
        """Nothing is ever said: what counts is the search."""
        for manifest in world.manifests:
            if manifest.ref.name == target.ref.name and manifest.ref.kind == "None":
                yield self.undecided(manifest, "nothing")


def growth(policy: Policy[Any], world: World) -> float:
    """How many times the lines many copies of a world take, against few."""
    lines_of(policy, copies(world, 2))  # what is loaded at first use (schemas, contracts) must not count
    return lines_of(policy, copies(world, _MANY)) / lines_of(policy, copies(world, _FEW))


def lines_of(policy: Policy[Any], world: World) -> int:
    """How many lines of Python run while a policy judges a world."""
    lines = 0

    def count(_frame: FrameType, event: str, _argument: object) -> Any:
        nonlocal lines
        lines += event == "line"
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        for _ in policy.check(world):
            pass
    finally:
        sys.settrace(before)
    return lines


def copies(world: World, number: int) -> World:
    """A world of so many copies, whose namespaces differ wherever they are named, in the names of files too."""
    spaces = {name for manifest in world.manifests for name in _namespaces(manifest.body)}
    named = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(spaces, key=len, reverse=True)))})\b")
    made = [_copy(manifest, named, copy) if spaces else manifest for copy in range(number) for manifest in world.manifests]
    return replace(world, manifests=tuple(made))


def _namespaces(value: Json) -> Iterator[str]:
    """What stands below a key `namespace`."""
    if isinstance(value, dict):
        for key, below in value.items():
            yield from [below] if key == "namespace" and isinstance(below, str) else _namespaces(below)
    elif isinstance(value, list):
        for below in value:
            yield from _namespaces(below)


def _copy(manifest: Manifest, named: re.Pattern[str], copy: int) -> Manifest:
    body = _with(manifest.body, named, f"-{copy}")
    assert isinstance(body, dict)
    body |= {key: manifest.body[key] for key in ("apiVersion", "kind")}
    return replace(manifest, body=body, ref=ref_of(body), file=named.sub(lambda found: f"{found[0]}-{copy}", manifest.file))


def _with(value: Json, named: re.Pattern[str], suffix: str) -> Json:
    if isinstance(value, str):
        return named.sub(lambda found: found[0] + suffix, value)
    if isinstance(value, list):
        return [_with(item, named, suffix) for item in value]
    return {key: _with(below, named, suffix) for key, below in value.items()} if isinstance(value, dict) else value
