"""Edits that traffic-url-names-a-service finds."""

from tests.edits.body import at, containers, drop
from tests.edits.edit import REMOVED, Body, Edit, Removed


def _misspelt(body: Body) -> bool:
    """A letter less in the host of the first URL."""
    for container in containers(body):
        for variable in container.get("env", ()):
            value = variable.get("value", "")
            if value.startswith("http://"):
                variable["value"] = value.replace("http://", "http://x", 1)
                return True
    return False


def _database(body: Body) -> bool:
    for container in containers(body):
        for variable in container.get("env", ()):
            if variable["name"] == "DB_HOST":
                variable["value"] = "mysqld"
                return True
    return False


def _gone(body: Body) -> bool | Removed:
    return REMOVED if at(body, "metadata", "name") in {"billing", "inventory", "mysql"} else False


def _traces_elsewhere(body: Body) -> bool:
    for service in body.get("services", {}).values():
        if "fixed_urls" in service:
            service["fixed_urls"] = ["http://tempo:4318/v1/traces"]
            return True
    return False


def _release(body: Body) -> bool:
    if at(body, "spec", "source", "chart") != "tempo":
        return False
    body["spec"]["source"]["helm"]["releaseName"] = "traces"
    return True


def _by_default(body: Body) -> bool:
    """Without an address of its own the chart has one, which no Service of this platform has."""
    if at(body, "spec", "source", "chart") != "tempo":
        return False
    return drop(body, "spec", "source", "helm", "valuesObject", "tempo", "metricsGenerator", "storage")


def _datasource(body: Body) -> bool:
    text = at(body, "data", "datasources.yaml")
    if text is None:
        return False
    body["data"]["datasources.yaml"] = text.replace("http://tempo.monitoring:", "http://tempo.tracing:")
    return True


EDITS = (
    Edit(name="a URL with a letter too many", kinds=("Deployment",), change=_misspelt, said="http://x"),
    Edit(name="the database has another name", kinds=("Deployment", "CronJob"), change=_database, said="DB_HOST", everywhere=True),
    Edit(name="the Service is gone", kinds=("Service",), change=_gone, said="has no Service", everywhere=True),
    Edit(name="traces go to a Service of the own namespace", kinds=("facts.yaml",), change=_traces_elsewhere, said="tempo.monitoring"),
    Edit(name="the trace store's release has another name", kinds=("Application",), change=_release, said="has no Service tempo"),
    Edit(name="the chart's own address", kinds=("Application",), change=_by_default, said="(the chart's default)", everywhere=True),
    Edit(name="a datasource asks another namespace", kinds=("ConfigMap",), change=_datasource, said="namespace tracing"),
)
