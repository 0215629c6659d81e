"""Edits that admission-autoscalers-are-valid finds."""

from tests.edits.becomes import become
from tests.edits.edit import Body, Edit


def _an_autoscaler_with_more_at_least(body: Body) -> bool:
    return become(
        body,
        "autoscaling/v2",
        "HorizontalPodAutoscaler",
        minReplicas=5,
        maxReplicas=3,
        scaleTargetRef={"apiVersion": "apps/v1", "kind": "Deployment", "name": "order"},
    )


EDITS = (
    Edit(
        name="an autoscaler with more at least than at most",
        kinds=("ServiceAccount",),
        change=_an_autoscaler_with_more_at_least,
        said="minReplicas is 5",
    ),
)
