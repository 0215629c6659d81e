"""Edits that traffic-url-path-is-served finds."""

from tests.edits.body import containers
from tests.edits.edit import Body, Edit


def _first_url(body: Body, end: str) -> bool:
    for container in containers(body):
        for variable in container.get("env", ()):
            if variable["name"] == "BILLING_SERVICE_URL":
                variable["value"] = f"http://billing{end}"
                return True
    return False


def _serves(body: Body) -> bool:
    service = body.get("services", {}).get("shop/billing")
    if service is not None:
        service["serves"] = "/billing"
    return service is not None


def _appends(body: Body) -> bool:
    service = body.get("services", {}).get("shop/order")
    if service is not None:
        service["url_appends"]["INVENTORY_SERVICE_URL"] = "/inventory"
    return service is not None


def _twice(body: Body) -> bool:
    return body["metadata"]["name"] == "order" and _first_url(body, "/api/billing")


def _missing(body: Body) -> bool:
    return body["metadata"]["name"] == "inventory" and _first_url(body, "")


EDITS = (
    Edit(name="a slash at the end of the URL", kinds=("Deployment",), change=lambda body: _first_url(body, "/"), said="asked for //"),
    Edit(name="the prefix twice", kinds=("Deployment",), change=_twice, said="the prefix /api/billing twice"),
    Edit(name="no prefix at all", kinds=("Deployment",), change=_missing, said="asked for /inventory-cost"),
    Edit(name="the prefix of another service", kinds=("Deployment",), change=lambda body: _first_url(body, "/api/order"), everywhere=True),
    Edit(name="the service serves another prefix", kinds=("facts.yaml",), change=_serves, said="serves /billing"),
    Edit(name="the code appends something else", kinds=("facts.yaml",), change=_appends, said="asked for /inventory"),
)
