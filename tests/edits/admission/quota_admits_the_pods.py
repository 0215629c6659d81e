"""Edits that admission-quota-admits-the-pods finds."""

from tests.edits.becomes import become
from tests.edits.edit import Body, Edit


def _a_quota_on_what_no_container(body: Body) -> bool:
    return become(body, "v1", "ResourceQuota", hard={"limits.ephemeral-storage": "1Gi"})


def _a_range_that_is_too_narrow(body: Body) -> bool:
    return become(body, "v1", "LimitRange", limits=[{"type": "Container", "max": {"memory": "2Mi"}}])


EDITS = (
    Edit(
        name="a quota on what no container names",
        kinds=("ServiceAccount",),
        change=_a_quota_on_what_no_container,
        said="names no limits of ephemeral-storage",
    ),
    Edit(name="a range that is too narrow", kinds=("ServiceAccount",), change=_a_range_that_is_too_narrow, said="allows at most 2Mi"),
)
