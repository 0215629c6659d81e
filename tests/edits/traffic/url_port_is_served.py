"""Edits that traffic-url-port-is-served finds."""

from tests.edits.body import at, containers, put
from tests.edits.edit import Body, Edit


def _port_in_url(body: Body) -> bool:
    for container in containers(body):
        for variable in container.get("env", ()):
            if variable["name"].endswith("_SERVICE_URL"):
                variable["value"] = (
                    variable["value"].replace("http://billing", "http://billing:8000").replace("/inventory", "/inventory:8000")
                )
                return True
    return False


def _service_port(body: Body) -> bool:
    return at(body, "metadata", "name") in {"billing", "inventory"} and put(body, 8080, "spec", "ports", 0, "port")


def _database_port(body: Body) -> bool:
    return at(body, "metadata", "name") == "mysql" and put(body, 3307, "spec", "ports", 0, "port")


def _query_port(body: Body) -> bool:
    text = at(body, "data", "datasources.yaml")
    if text is None:
        return False
    body["data"]["datasources.yaml"] = text.replace("tempo.monitoring:3200", "tempo.monitoring:3100")
    return True


EDITS = (
    Edit(name="the container's port in the URL", kinds=("Deployment",), change=_port_in_url, said="has no port 8000, only 80"),
    Edit(name="the Service listens on another port", kinds=("Service",), change=_service_port, said="only 8080", everywhere=True),
    Edit(name="the database's Service has another port", kinds=("Service",), change=_database_port, said="3307"),
    Edit(name="a datasource asks another port", kinds=("ConfigMap",), change=_query_port, said="has no port 3100"),
)
