"""Every policy keeps what its examples promise; no policy is left out, because the policies are found on disk."""

from dataclasses import replace
from typing import Any

import pytest

from crema.policies.engine.discover import discover
from crema.policies.engine.example import Denied, Example, Pinned
from crema.policies.engine.finding import Finding
from crema.policies.engine.policy import Policy
from crema.policies.model.world import World

POLICIES = discover()
ALLOWED = [pytest.param(p, e, id=f"{p.id}: {e.name}") for p in POLICIES for e in p.allowed]
DENIED = [pytest.param(p, e, id=f"{p.id}: {e.name}") for p in POLICIES for e in p.denied]


def said(policy: Policy[Any], world: World) -> frozenset[Pinned]:
    """Every finding of a policy, in the form in which examples pin findings."""
    return frozenset(
        Pinned(
            at=str(finding.manifest),
            pointer=finding.pointer + (f"#{finding.inner}" if finding.inner else ""),
            message=finding.message,
        )
        for finding in policy.check(world)
        if isinstance(finding, Finding)
    )


@pytest.mark.parametrize(("policy", "example"), ALLOWED)
def test_allowed_example_has_no_finding(policy: Policy[Any], example: Example) -> None:
    """A policy says nothing of an example that it allows."""
    assert said(policy, example.world()) == frozenset()


@pytest.mark.parametrize(("policy", "example"), DENIED)
def test_denied_example_has_exactly_its_findings(policy: Policy[Any], example: Denied) -> None:
    """A policy reports every pinned place with its whole message, and nothing else."""
    assert said(policy, example.world()) == example.pinned()


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.id)
def test_policy_is_written_out(policy: Policy[Any]) -> None:
    """A policy has two examples of each sort with names of their own, a law, a reason and a fix, and looks at something."""
    examples: list[Example | Denied] = [*policy.allowed, *policy.denied]
    assert len(policy.allowed) >= 2
    assert len(policy.denied) >= 2
    assert len({example.name for example in examples}) == len(examples)
    assert all(policy.section(name) for name in ("law", "why", "fix"))
    assert all(tuple(policy.targets(example.world())) for example in policy.denied)


@pytest.mark.parametrize(("policy", "example"), DENIED)
def test_findings_do_not_depend_on_the_order_of_manifests(policy: Policy[Any], example: Denied) -> None:
    """Turned round, the manifests of an example give the same findings."""
    world = example.world()
    turned = replace(world, manifests=world.manifests[::-1], documents=world.documents[::-1])
    assert {pin.message for pin in said(policy, turned)} == {pin.message for pin in example.pinned()}


def test_a_wrong_pin_is_noticed() -> None:
    """The comparison above can fail: the examples of one policy do not fit another."""
    first, second = POLICIES[0], POLICIES[1]
    assert said(first, second.denied[0].world()) != second.denied[0].pinned()
