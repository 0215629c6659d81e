"""Edits that admission-gateway-routes-are-valid finds."""

from tests.edits.edit import Body, Edit


def _a_service_without_its_port(body: Body) -> bool:
    name = body["metadata"]
    body.clear()
    body |= {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": name}
    body["spec"] = {"parentRefs": [{"name": "coffee"}], "rules": [{"backendRefs": [{"name": "order"}]}]}
    return True


EDITS = (Edit(name="a Service without its port", kinds=("Ingress",), change=_a_service_without_its_port, said="at one of its ports"),)
