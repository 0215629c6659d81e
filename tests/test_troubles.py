"""The troubles this platform was built to prevent, each put back by one line in charts/, each red with that line."""

from pathlib import Path

import pytest

from tests.external import ROOT, start

_REWRITE = '"nginx.ingress.kubernetes.io/rewrite-target": "/"'


def _edit(clone: Path, name: str, old: str, new: str, occurrence: int = 1) -> int:
    """Replace one occurrence of a text in a chart; returns the number of the line that changed."""
    file = clone / "charts" / name
    parts = file.read_text(encoding="utf-8").split(old)
    assert len(parts) > occurrence
    before = old.join(parts[:occurrence])
    file.write_text(before + new + old.join(parts[occurrence:]), encoding="utf-8")
    return before.count("\n") + new.rstrip("\n").count("\n") + 1


@pytest.mark.parametrize("published", [True, False])
@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        (
            "order.py",
            'root_path="/api/order",\n',
            'root_path="/api/order",\n            annotations={' + _REWRITE + "},\n",
            "requests to /api/order reach the order service as /, which serves /api/order",
        ),
        (
            "back_end.py",
            "annotations=annotations or {}",
            "annotations={" + _REWRITE + "}",
            "requests to /api/billing reach the billing service as /, which serves /api/billing",
        ),
        (
            "datasources.py",
            'uid="loki",\n',
            'uid="loki",\n            is_default=True,\n',
            "has 2 default datasources",
        ),
        (
            "datasources.py",
            "is_default=True",
            "is_default=False",
            "no default datasource",
        ),
        (
            "alerts/pod_not_ready.py",
            'severity="critical"',
            'severity="warning"',
            "alert PodNotReady has the severity warning; this platform promises critical",
        ),
    ],
)
def test_a_trouble_put_back_is_red_with_its_line(clone: Path, name: str, old: str, new: str, message: str, *, published: bool) -> None:
    """After `make synth`, the check names the very line, with and without what synthesis remembers (a pull request has only the files)."""
    line = _edit(clone, name, old, new)
    crema = ROOT / ".venv" / "bin" / "crema"
    assert start([crema, "synth"], cwd=clone).status == 0
    if not published:
        (clone / ".crema" / "provenance.json").unlink()
    done = start([crema, "check"], cwd=clone)
    assert done.status == 1
    assert message in done.stdout
    assert f"--> charts/{name}:{line} " in done.stdout


def test_a_misspelt_severity_is_red_with_its_line(clone: Path) -> None:
    """The spec knows the severities: nothing is published, and the line is named."""
    line = _edit(clone, "alerts/pod_not_ready.py", 'severity="critical"', 'severity="critcal"')
    done = start([ROOT / ".venv" / "bin" / "crema", "synth"], cwd=clone)
    assert done.status == 2
    assert f"error: charts/alerts/pod_not_ready.py:{line}: Alert 'PodNotReady': severity is 'critcal'" in done.stderr
    assert "did you mean critical?" in done.stderr


def test_a_misspelt_severity_that_no_spec_sees_is_red_too(clone: Path) -> None:
    """An author's own ApiObject is judged by the policy."""
    (clone / "charts" / "mine.py").write_text(
        """import cdk8s


class MineChart(cdk8s.Chart):
    def __init__(self, scope, environment):
        super().__init__(scope, "mine", namespace="monitoring")
        rule = cdk8s.ApiObject(
            self, "rule", api_version="monitoring.coreos.com/v1", kind="PrometheusRule", metadata={"name": "mine"}
        )
        alert = {
            "alert": "Mine",
            "expr": "up == 0",
            "labels": {"severity": "critcal"},
        }
        rule.add_json_patch(cdk8s.JsonPatch.add("/spec", {"groups": [{"name": "mine", "rules": [alert]}]}))
""",
        encoding="utf-8",
    )
    crema = ROOT / ".venv" / "bin" / "crema"
    assert start([crema, "synth"], cwd=clone).status == 0
    done = start([crema, "check"], cwd=clone)
    assert done.status == 1
    assert "error[alerting-alert-severities]" in done.stdout
    assert "--> charts/mine.py:13 " in done.stdout
