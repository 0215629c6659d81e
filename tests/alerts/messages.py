"""Notifications, as Alertmanager hands them to the templates of a receiver."""

import json
import tempfile
from pathlib import Path
from typing import Any

from tests.external import run


def firing(alertname: str, severity: str, summary: str, description: str, **labels: str) -> dict[str, Any]:
    """An alert that fires, with the runbook that ours have."""
    return {
        "status": "firing",
        "labels": {"alertname": alertname, "severity": severity, **labels},
        "annotations": {"summary": summary, "description": description, "runbook_url": f"https://git/docs/runbooks/{alertname}.md"},
    }


def resolved(alert: dict[str, Any]) -> dict[str, Any]:
    """The same alert when it is over."""
    return {**alert, "status": "resolved"}


def data(*alerts: dict[str, Any]) -> dict[str, Any]:
    """What a template sees of a group: https://prometheus.io/docs/alerting/latest/notifications/#data."""

    def common(field: str) -> dict[str, str]:
        first, *others = (alert[field].items() for alert in alerts)
        return dict(set(first).intersection(*others))

    return {
        "receiver": "slack",
        "status": "firing" if any(alert["status"] == "firing" for alert in alerts) else "resolved",
        "alerts": [{**alert, "startsAt": "2026-11-24T00:00:00Z", "endsAt": "2026-11-24T01:00:00Z"} for alert in alerts],
        "groupLabels": {name: value for name, value in common("labels").items() if name in {"alertname", "namespace"}},
        "commonLabels": common("labels"),
        "commonAnnotations": common("annotations"),
        "externalURL": "http://alertmanager",
    }


def rendered(template: str, *alerts: dict[str, Any]) -> str:
    """What `amtool template render` makes of a template for these alerts."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "data.json").write_text(json.dumps(data(*alerts)), encoding="utf-8")
        Path(folder, "none.tmpl").touch()
        words = ("--template.glob=none.tmpl", "--template.data=data.json", f"--template.text={template}")
        done = run("amtool", "template", "render", *words, cwd=Path(folder))
    assert done.status == 0, done.stderr
    return done.stdout.removesuffix("\n")
