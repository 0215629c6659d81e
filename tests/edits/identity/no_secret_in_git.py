"""Edits that identity-no-secret-in-git finds."""

from tests.edits.body import containers
from tests.edits.edit import Body, Edit
from tests.edits.ways import values_of

_WEBHOOK = "https://hooks.slack.com/services/" + "T0HB3JQ7K/B02LM9PXD/" + "v8Rk2qTz5LwYc1NfHs0J"


def _variable(body: Body) -> bool:
    variables = [variable for container in containers(body) for variable in container.get("env", ())]
    chosen = [variable for variable in variables if "secretKeyRef" in variable.get("valueFrom", {})]
    for variable in chosen:
        del variable["valueFrom"]
        variable["value"] = "hunter2"
    return bool(chosen)


def _secret(body: Body) -> bool:
    body["apiVersion"], body["kind"] = "v1", "Secret"
    del body["spec"]
    body["data"] = {"password": "aHVudGVyMg=="}
    return True


def _webhook(body: Body) -> bool:
    values = values_of(body, "kube-prometheus-stack")
    if values is None:
        return False
    values["alertmanager"]["config"]["global"] = {"slack_api_url": _WEBHOOK}
    return True


def _administrator(body: Body) -> bool:
    body["grafana"] = {"adminPassword": "hunter2"}
    return True


def _file(body: Body) -> bool:
    body["data"]["client.cnf"] = "[client]\nuser=root\npassword=hunter2\n"
    return True


EDITS = (
    Edit(name="a variable with the value itself", kinds=("Deployment", "StatefulSet", "CronJob"), change=_variable),
    Edit(name="a Secret in an ExternalSecret's place", kinds=("ExternalSecret",), change=_secret, everywhere=True),
    Edit(name="a webhook's address among a chart's values", kinds=("Application",), change=_webhook, said="Slack", everywhere=True),
    Edit(name="a password in what Argo CD is installed with", kinds=("argo-cd-values.yaml",), change=_administrator, everywhere=True),
    Edit(name="a password in a ConfigMap's file", kinds=("ConfigMap",), change=_file, everywhere=True),
)
