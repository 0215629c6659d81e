"""Edits that admission-pods-are-valid finds."""

from tests.edits.body import pod_specs
from tests.edits.edit import Body, Edit


def _no_name_server(body: Body) -> bool:
    for spec in pod_specs(body):
        spec["dnsPolicy"] = "None"
        return True
    return False


def _a_serviceaccount_with_capitals(body: Body) -> bool:
    for spec in pod_specs(body):
        spec["serviceAccountName"] = "Order"
        return True
    return False


EDITS = (
    Edit(name="no name server", kinds=("Deployment", "StatefulSet", "CronJob"), change=_no_name_server, said="at least one name server"),
    Edit(
        name="a ServiceAccount with capitals",
        kinds=("Deployment", "StatefulSet", "CronJob"),
        change=_a_serviceaccount_with_capitals,
        said='"Order"',
    ),
)
