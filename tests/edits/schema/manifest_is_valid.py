"""Edits that schema-manifest-is-valid finds."""

from tests.edits.body import at, drop
from tests.edits.edit import Body, Edit


def _misspelt(body: Body) -> bool:
    spec = body.get("spec")
    if not isinstance(spec, dict):
        return False
    body["specs"] = body.pop("spec")
    return True


def _text(body: Body) -> bool:
    ports = at(body, "spec", "ports")
    for port in ports or ():
        port["port"] = str(port["port"])
    return bool(ports)


EDITS = (
    Edit(name="spec is misspelt", kinds=("Deployment", "Service", "Ingress", "Application"), change=_misspelt, everywhere=True),
    Edit(name="ports are text", kinds=("Service",), change=_text, everywhere=True),
    Edit(name="no selector", kinds=("Deployment", "StatefulSet"), change=lambda body: drop(body, "spec", "selector"), everywhere=True),
)
