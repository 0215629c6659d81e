"""Edits that admission-strategies-are-valid finds."""

from tests.edits.edit import Body, Edit


def _recreate_with_rollingupdate(body: Body) -> bool:
    body["spec"]["strategy"] = {"type": "Recreate", "rollingUpdate": {"maxSurge": 1}}
    return True


def _no_pod_more_and_no_pod(body: Body) -> bool:
    body["spec"]["strategy"] = {"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 0}}
    return True


def _a_claim_without_a_size(body: Body) -> bool:
    body["spec"]["volumeClaimTemplates"] = [{"metadata": {"name": "more"}, "spec": {"accessModes": ["ReadWriteOnce"], "resources": {}}}]
    return True


EDITS = (
    Edit(name="Recreate with rollingUpdate", kinds=("Deployment",), change=_recreate_with_rollingupdate, said="beside the type Recreate"),
    Edit(name="no pod more and no pod less", kinds=("Deployment",), change=_no_pod_more_and_no_pod, said="no pod could ever be replaced"),
    Edit(name="a claim without a size", kinds=("StatefulSet",), change=_a_claim_without_a_size, said="a claim asks for some storage"),
)
