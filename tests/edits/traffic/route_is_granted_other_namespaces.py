"""Edits that traffic-route-is-granted-other-namespaces finds: the platform has Ingresses, so that each makes a route of one."""

from tests.edits.body import at
from tests.edits.edit import Body, Edit


def _from_elsewhere(body: Body) -> bool:
    """An HTTPRoute in the place of an Ingress, in a namespace for all that comes in, to the Service where it is."""
    rule = at(body, "spec", "rules", 0)
    path = at(rule, "http", "paths", 0)
    target = {"name": at(path, "backend", "service", "name"), "namespace": body["metadata"]["namespace"], "port": 80}
    body["apiVersion"], body["kind"] = "gateway.networking.k8s.io/v1", "HTTPRoute"
    body["metadata"]["namespace"] = "external-secrets"
    body["spec"] = {
        "parentRefs": [{"name": "web"}],
        "hostnames": [rule["host"]],
        "rules": [{"matches": [{"path": {"value": path["path"]}}], "backendRefs": [target]}],
    }
    return True


EDITS = (
    Edit(name="a route from another namespace", kinds=("Ingress",), change=_from_elsewhere, said="no ReferenceGrant", everywhere=True),
)
