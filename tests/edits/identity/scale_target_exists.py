"""Edits that identity-scale-target-exists finds. The platform scales nothing, so a workload's manifest becomes an autoscaler."""

from tests.edits.edit import Body, Edit


def _scaler(body: Body) -> bool:
    target = {"apiVersion": body["apiVersion"], "kind": body["kind"], "name": body["metadata"]["name"]}
    spec = {"minReplicas": 1, "maxReplicas": 3, "scaleTargetRef": target}
    body |= {"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "spec": spec}
    return True


EDITS = (Edit(name="an autoscaler in its target's place", kinds=("Deployment", "StatefulSet"), change=_scaler, everywhere=True),)
