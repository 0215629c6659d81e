"""Edits that delivery-bootstrap-values-are-the-applications finds."""

from tests.edits.body import at, put
from tests.edits.edit import Body, Edit


def _application(body: Body) -> bool:
    return at(body, "spec", "source", "chart") == "argo-cd" and put(
        body, "60s", "spec", "source", "helm", "valuesObject", "configs", "cm", "timeout.reconciliation"
    )


EDITS = (
    Edit(name="only the Application polls more often", kinds=("Application",), change=_application),
    Edit(
        name="only the bootstrap polls more often",
        kinds=("argo-cd-values.yaml",),
        change=lambda body: put(body, "60s", "configs", "cm", "timeout.reconciliation"),
    ),
)
