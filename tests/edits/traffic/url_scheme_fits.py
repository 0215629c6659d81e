"""Edits that traffic-url-scheme-fits finds."""

from tests.edits.body import at, containers
from tests.edits.edit import Body, Edit


def _tls(body: Body) -> bool:
    for container in containers(body):
        for variable in container.get("env", ()):
            if variable.get("value", "").startswith("http://"):
                host, _, path = variable["value"].removeprefix("http://").partition("/")
                variable["value"] = f"https://{host}:80/{path}".rstrip("/")
                return True
    return False


def _protocol(body: Body) -> bool:
    if at(body, "metadata", "name") not in {"billing", "inventory"}:
        return False
    body["spec"]["ports"][0]["appProtocol"] = "https"
    return True


def _grpc(body: Body) -> bool:
    for service in body.get("services", {}).values():
        if "fixed_urls" in service:
            service["fixed_urls"] = ["http://tempo.monitoring:4317/v1/traces"]
            return True
    return False


EDITS = (
    Edit(name="https to a plain port", kinds=("Deployment",), change=_tls, said="speaks plain HTTP"),
    Edit(name="the port says that it speaks TLS", kinds=("Service",), change=_protocol, said="speaks TLS", everywhere=True),
    Edit(name="spans over HTTP to the gRPC port", kinds=("facts.yaml",), change=_grpc, said="speaks gRPC"),
)
