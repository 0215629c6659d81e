"""Edits that identity-secret-has-a-creator finds."""

from tests.edits.body import at, containers, pod_specs, put
from tests.edits.edit import REMOVED, Body, Edit, Removed
from tests.edits.ways import values_of


def _other_name(body: Body) -> bool:
    changed = False
    for container in containers(body):
        for variable in container.get("env", ()):
            changed |= put(variable, f"{at(variable, 'valueFrom', 'secretKeyRef', 'name')}s", "valueFrom", "secretKeyRef", "name")
    return changed


def _other_pull_secret(body: Body) -> bool:
    return any(put(spec, "registry", "imagePullSecrets", 0, "name") for spec in pod_specs(body))


def _other_target(body: Body) -> bool:
    return put(body, f"{at(body, 'spec', 'target', 'name')}-v2", "spec", "target", "name")


def _other_namespace(body: Body) -> bool:
    return put(body, "default", "metadata", "namespace")


def _nothing_made(body: Body) -> bool:
    body["spec"]["target"]["creationPolicy"] = "None"
    return True


def _not_supplied(body: Body) -> bool:
    return bool(body.pop("supplied_secrets", None))


def _administrator(body: Body) -> bool:
    return put(values_of(body, "kube-prometheus-stack") or {}, "grafana-login", "grafana", "admin", "existingSecret")


def _gone(_body: Body) -> Removed:
    return REMOVED


_SECRETS = ("ExternalSecret",)
EDITS = (
    Edit(
        name="a variable names another Secret",
        kinds=("Deployment", "StatefulSet", "CronJob"),
        change=_other_name,
        said="nothing makes it",
    ),
    Edit(name="another pull secret", kinds=("Deployment",), change=_other_pull_secret, environments=("local",), everywhere=True),
    Edit(name="the ExternalSecret gives the Secret another name", kinds=_SECRETS, change=_other_target, everywhere=True),
    Edit(name="the ExternalSecret is in another namespace", kinds=_SECRETS, change=_other_namespace, everywhere=True),
    Edit(name="the ExternalSecret makes no Secret", kinds=_SECRETS, change=_nothing_made, everywhere=True),
    Edit(name="the ExternalSecret is gone", kinds=_SECRETS, change=_gone, everywhere=True),
    Edit(name="nobody is asked for the Secret", kinds=("facts.yaml",), change=_not_supplied, environments=("local",), said="aws-ecr"),
    Edit(name="a chart's administrator", kinds=("Application",), change=_administrator, said="grafana-login", everywhere=True),
)
