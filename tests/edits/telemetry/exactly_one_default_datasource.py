"""Edits that telemetry-exactly-one-default-datasource finds."""

from tests.edits.body import at
from tests.edits.edit import REMOVED, Body, Edit, Removed


def _replace(old: str, new: str, body: Body) -> bool:
    data = body.get("data") or {}
    fitting = [key for key, text in data.items() if "datasources:" in text and old in text]
    for key in fitting:
        data[key] = data[key].replace(old, new)
    return bool(fitting)


def _gone(body: Body) -> bool | Removed:
    return REMOVED if any("datasources:" in text for text in (body.get("data") or {}).values()) else False


def _by_the_chart(body: Body) -> bool:
    sidecar = at(body, "spec", "source", "helm", "valuesObject", "grafana", "sidecar", "datasources")
    if not sidecar:
        return False
    sidecar["defaultDatasourceEnabled"] = True
    return True


EDITS = (
    Edit(name="every one is the default", kinds=("ConfigMap",), change=lambda body: _replace("isDefault: false", "isDefault: true", body)),
    Edit(name="none is the default", kinds=("ConfigMap",), change=lambda body: _replace("isDefault: true", "isDefault: false", body)),
    Edit(name="the file is gone", kinds=("ConfigMap",), change=_gone),
    Edit(name="the chart's own is a second one", kinds=("Application",), change=_by_the_chart),
)
