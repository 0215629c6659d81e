"""Edits that delivery-argo-cd-tracks-by-its-own-label finds."""

from tests.edits.body import at
from tests.edits.edit import Body, Edit
from tests.edits.ways import values_of


def _by(body: Body, label: str) -> bool:
    cm = at(values_of(body, "argo-cd") or {}, "configs", "cm")
    return bool(cm) and not cm.update({"application.resourceTrackingMethod": "label", "application.instanceLabelKey": label})


EDITS = (
    Edit(
        name="by a label of the charts",
        kinds=("Application",),
        change=lambda body: _by(body, "app.kubernetes.io/managed-by"),
        said="Application's name over crema",
        everywhere=True,
    ),
)
