"""Random platforms of our generators obey every law, and a single edit of one is found by the law that it breaks."""

from importlib import import_module
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from crema.policies.engine.discover import discover
from crema.policies.engine.finding import Finding
from crema.policies.engine.policy import Policy
from crema.policies.model.world import World
from tests.edits.edit import Edit
from tests.random_platforms import platforms

_POLICIES = discover()
_NOT_ASKED = {
    "alerting-named-alert-severities": "the three alerts are the coffee platform's own",
}
"""House policies that ask for something that only the coffee platform has."""


def _findings(policy: Policy[Any], world: World) -> list[str]:
    return [
        f"{policy.id}: {outcome.manifest} {outcome.pointer}{outcome.inner}: {outcome.message}"
        for outcome in policy.check(world)
        if isinstance(outcome, Finding)
    ]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(platforms())
def test_a_platform_of_our_generators_obeys_every_law(world: World) -> None:
    """Whatever it is called, and whoever calls whom in it."""
    assert [said for policy in _POLICIES if policy.id not in _NOT_ASKED for said in _findings(policy, world)] == []
