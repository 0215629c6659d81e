"""Edits that traffic-probe-is-served finds."""

from tests.edits.body import containers
from tests.edits.edit import Body, Edit


def _asked(body: Body, key: str, value: object) -> bool:
    """Change what the readiness probe of each container asks for."""
    asks = [container["readinessProbe"]["httpGet"] for container in containers(body) if "httpGet" in container.get("readinessProbe", ())]
    for one in asks:
        one[key] = value
    return bool(asks)


def _is_api(body: Body) -> bool:
    return body["metadata"]["name"] in {"order", "billing", "inventory"}


EDITS = (
    Edit(
        name="a path beside what is served",
        kinds=("Deployment",),
        change=lambda body: _is_api(body) and _asked(body, "path", "/health"),
        said="asks for /health",
        everywhere=True,
    ),
    Edit(
        name="a misspelt path",
        kinds=("Deployment",),
        change=lambda body: _is_api(body) and _asked(body, "path", f"/api/{body['metadata']['name']}/healthz"),
        said="the program answers",
        everywhere=True,
    ),
    Edit(
        name="a port's name that the container does not have",
        kinds=("Deployment",),
        change=lambda body: _asked(body, "port", "web"),
        said="asks port web",
        everywhere=True,
    ),
    Edit(
        name="the Service's port",
        kinds=("Deployment",),
        change=lambda body: _asked(body, "port", 80),
        said="asks port 80",
        everywhere=True,
    ),
    Edit(
        name="another scheme",
        kinds=("Deployment",),
        change=lambda body: _asked(body, "scheme", "HTTPS"),
        said="speaks HTTPS",
        everywhere=True,
    ),
)
