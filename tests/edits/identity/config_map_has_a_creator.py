"""Edits that identity-config-map-has-a-creator finds."""

from tests.edits.body import at, pod_specs, put
from tests.edits.edit import REMOVED, Body, Edit, Removed


def _other_name(body: Body) -> bool:
    volumes = [volume for spec in pod_specs(body) for volume in spec.get("volumes", ())]
    return any(put(volume, f"{at(volume, 'configMap', 'name')}-files", "configMap", "name") for volume in volumes)


def _not_a_dashboard(body: Body) -> bool:
    return "grafana_dashboard" not in body["metadata"].get("labels", {}) and "grafana_datasource" not in body["metadata"].get("labels", {})


def _gone(body: Body) -> bool | Removed:
    return REMOVED if _not_a_dashboard(body) else False


def _other_namespace(body: Body) -> bool:
    return _not_a_dashboard(body) and put(body, "monitoring", "metadata", "namespace")


EDITS = (
    Edit(name="a volume of another ConfigMap", kinds=("StatefulSet", "CronJob"), change=_other_name, everywhere=True),
    Edit(name="the ConfigMap is gone", kinds=("ConfigMap",), change=_gone, said="nothing makes it", everywhere=True),
    Edit(name="it is in another namespace", kinds=("ConfigMap",), change=_other_namespace, said="in namespace monitoring", everywhere=True),
)
