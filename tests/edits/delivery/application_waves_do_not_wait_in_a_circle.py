"""Edits that delivery-application-waves-do-not-wait-in-a-circle finds."""

from tests.edits.edit import Body, Edit

_HEALTH = "resource.customizations.health.argoproj.io_Application"


def _waited_for(body: Body) -> bool:
    """Argo CD is told to wait for Applications, and its own comes before the one that defines what it applies."""
    if body["metadata"]["name"] != "argo-cd":
        return False
    body["metadata"].setdefault("annotations", {})["argocd.argoproj.io/sync-wave"] = "-1"
    body["spec"]["source"]["helm"]["valuesObject"]["configs"]["cm"][_HEALTH] = "return obj.status.health"
    return True


EDITS = (
    Edit(
        name="it comes before the Application of its definitions",
        kinds=("Application",),
        change=_waited_for,
        said="is healthy",
    ),
)
