"""Edits that admission-quotas-are-valid finds."""

from tests.edits.becomes import become
from tests.edits.edit import Body, Edit


def _a_default_above_the_most(body: Body) -> bool:
    return become(body, "v1", "LimitRange", limits=[{"type": "Container", "default": {"cpu": "4"}, "max": {"cpu": "2"}}])


EDITS = (Edit(name="a default above the most", kinds=("ServiceAccount",), change=_a_default_above_the_most, said="at most 2"),)
