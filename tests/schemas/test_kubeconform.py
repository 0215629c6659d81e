"""Our verdict on a manifest is kubeconform's verdict on it."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from crema.policies.schemas.catalog import NoSchema
from crema.policies.schemas.validate import validate
from tests.schemas.kubeconform import accepts
from tests.schemas.mutants import CUSTOM, SEEDS, Body, committed, key, mutants

pytestmark = pytest.mark.engine


def disagreements(bodies: Sequence[Body]) -> list[str]:
    """One line for each object that exactly one of the two accepts."""
    with tempfile.TemporaryDirectory() as folder:
        theirs = accepts(Path(folder), bodies)
    ours = ["" if judged == () else str(judged) for judged in map(validate, bodies)]
    return [
        f"{key(body)}\n  ours: {mine or 'valid'}\n  kubeconform: {other or 'valid'}"
        for body, mine, other in zip(bodies, ours, theirs, strict=True)
        if bool(mine) != bool(other)
    ]


def test_both_accept_every_manifest_under_dist() -> None:
    """Every committed manifest whose kind has a schema is valid to both judges; one without a schema is accepted by neither."""
    bodies = committed()

    assert [body for body in bodies if validate(body) and not isinstance(validate(body), NoSchema)] == []
    assert disagreements(bodies) == []


def test_both_accept_what_the_mutants_are_made_from() -> None:
    """The seeds of the comparison are valid, so that a mutant's mutation is what is judged."""
    assert [validate(body) for body in SEEDS if validate(body) != ()] == []
    assert disagreements(SEEDS) == []


# A disagreement names its mutant, so there is nothing to shrink, and each example is a run of the program.
@settings(max_examples=8, deadline=None, database=None, phases=(Phase.generate,))
@given(st.lists(mutants(), min_size=150, max_size=250, unique_by=key))
def test_both_judge_a_broken_manifest_alike(bodies: list[Body]) -> None:
    """A manifest that is broken in one place is accepted by both or by neither."""
    assert disagreements(bodies) == []


def test_mutants_are_refused_and_accepted() -> None:
    """The comparison sees both verdicts: with one of them it could not fail."""
    valid, broken = dict(CUSTOM[0]), {key: value for key, value in CUSTOM[0].items() if key != "spec"}

    with tempfile.TemporaryDirectory() as folder:
        verdicts = accepts(Path(folder), [valid, broken])

    assert verdicts[0] == ""
    assert "spec" in verdicts[1]
