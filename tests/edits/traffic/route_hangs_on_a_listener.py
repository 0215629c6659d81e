"""Edits that traffic-route-hangs-on-a-listener finds: the platform has Ingresses, so that each makes a route of one."""

from tests.edits.body import at
from tests.edits.edit import Body, Edit


def _as_route(body: Body) -> bool:
    """An HTTPRoute in the place of an Ingress, as a person who moves to Gateway API writes it before there is a Gateway."""
    rule = at(body, "spec", "rules", 0)
    path = at(rule, "http", "paths", 0)
    service = at(path, "backend", "service")
    body["apiVersion"], body["kind"] = "gateway.networking.k8s.io/v1", "HTTPRoute"
    body["spec"] = {
        "parentRefs": [{"name": "web"}],
        "hostnames": [rule["host"]],
        "rules": [{"matches": [{"path": {"value": path["path"]}}], "backendRefs": [{"name": service["name"], "port": 80}]}],
    }
    return True


EDITS = (Edit(name="a route without a Gateway", kinds=("Ingress",), change=_as_route, said="there is no Gateway", everywhere=True),)
