"""Edits that delivery-rendered-values-are-the-same finds."""

from tests.edits.edit import Body, Edit


def _drawn(body: Body) -> bool:
    grafana = body["spec"]["source"].get("helm", {}).get("valuesObject", {}).get("grafana", {})
    return grafana.pop("admin", None) is not None


def _unnamed(body: Body) -> bool:
    admin = body["spec"]["source"].get("helm", {}).get("valuesObject", {}).get("grafana", {}).get("admin", {})
    return admin.pop("existingSecret", None) is not None


EDITS = (
    Edit(name="Grafana makes its own password", kinds=("Application",), change=_drawn, said="the password of Grafana", everywhere=True),
    Edit(name="the Secret has no name", kinds=("Application",), change=_unnamed, said="the password of Grafana", everywhere=True),
)
