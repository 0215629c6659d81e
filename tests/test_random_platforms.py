"""Random platforms of our generators obey every law, and a single edit of one is found by the law that it breaks."""

from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from crema.policies.engine.discover import discover
from crema.policies.engine.finding import Finding
from crema.policies.engine.policy import Policy
from crema.policies.model.world import World
from tests.edits.edit import Edit
from tests.random_platforms import Platform, platforms
from tests.test_edits import every_edit

_POLICIES = {policy.id: policy for policy in discover()}
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


_PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
"""A platform is small enough to be read as it was drawn; making it smaller would take minutes. They are the same ones each time: what
an edit breaks may hang on what else is in a platform, and a change is judged by itself.
"""
_EDITS = [(policy, edit) for policy, edit in every_edit() if isinstance(edit, Edit) and edit.everywhere]
"""Those that a policy finds wherever they are made."""


@settings(max_examples=25, deadline=None, derandomize=True, phases=_PHASES, suppress_health_check=[HealthCheck.too_slow])
@given(platforms())
def test_a_platform_of_our_generators_obeys_every_law(platform: Platform) -> None:
    """Whatever it is called, and whoever calls whom in it."""
    judging = [policy for policy in _POLICIES.values() if policy.id not in _NOT_ASKED]
    assert [said for policy in judging for said in _findings(policy, platform.world)] == []


@settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    phases=_PHASES,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(platforms(), st.randoms(use_true_random=False))
def test_a_single_edit_is_found_by_the_law_that_it_breaks(platform: Platform, choice: Random) -> None:
    """Each edit that can be made in this platform, in one of the objects that it can be made in."""
    world = platform.world
    environment = "local" if any(document.ref.name.endswith("/kind.yaml") for document in world.documents) else "eks"
    survived = []
    for policy, edit in _EDITS:
        edited = [*edit.worlds(world)] if environment in edit.environments else []
        if edited:
            manifest, broken = choice.choice(edited)
            said = _findings(_POLICIES[policy], broken)
            if not any(edit.said in each for each in said):
                survived.append(f"{policy}: {edit.name} in {manifest}: {said}")
    assert not survived, "\n".join(survived)
