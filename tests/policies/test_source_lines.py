"""A finding's Python line is the one a person must edit."""

import json
from hashlib import sha256
from pathlib import Path

import pytest

from crema.policies.model.manifest import Manifest
from crema.policies.model.read import read
from crema.policies.model.source import source_of

HEADER = (
    "# Generated from charts/{source} {construct}. Do not edit.\n"
    "# To change it: edit that file and run `make synth` (environment: local).\n"
)
ORDER = """\
import cdk8s
from charts.back_end import BackEnd, EXTRA

class OrderChart(cdk8s.Chart):
    def __init__(self, scope, environment):
        super().__init__(scope, "order", namespace="shop")
        WebService(self, "order", WebServiceSpec(name="order", port=8000))
        IngressRoute(
            self,
            "route",
            IngressRouteSpec(
                name="order",
                annotations={"nginx.ingress.kubernetes.io/rewrite-target": "/"},
                path="/api/order",
            ),
        )
        for name in ("inventory", "billing"):
            WebService(self, f"{name}-service", WebServiceSpec(name=name, root_path="/api"))
"""
INGRESS = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: order
  annotations:
    nginx.ingress.kubernetes.io/rewrite-target: /
    nginx.ingress.kubernetes.io/app-root: /x
spec: {rules: [{http: {paths: [{path: /api/order}]}}]}
"""
ALERTS = """\
_RESTART = AlertSpec(
    alert="PodRestart",
    severity="warning",
)
_READY = AlertSpec(
    alert="PodNotReady",
    severity="critcal",
    wait="5m",
)

class AlertsChart(cdk8s.Chart):
    def __init__(self, scope, environment):
        labels = {"release": "x"}
        PrometheusRule(self, "alerts", PrometheusRuleSpec(name="platform", rules=(_RESTART, _READY), labels=labels))
"""
RULE = """\
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata: {name: platform}
spec:
  groups:
  - name: platform
    rules:
    - {alert: PodRestart, for: 0m, labels: {severity: warning}}
    - {alert: PodNotReady, for: 5m, labels: {severity: critcal}}
"""
DATASOURCES = """\
class DatasourcesChart(cdk8s.Chart):
    def __init__(self, scope, environment):
        GrafanaDatasources(self, "all", GrafanaDatasourcesSpec(name="all", datasources=(
            DatasourceSpec(name="Prometheus", uid="prometheus",
                is_default=True),
            DatasourceSpec(name="Loki", uid="loki",
                is_default=True),
        )))
"""
CONFIG_MAP = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: all}
data:
  all.yaml: |
    datasources:
    - {name: Prometheus, isDefault: true}
    - {name: Loki, isDefault: true}
"""


DEEP = f"x = {' + '.join(['a'] * 20_000)}\n"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("charts").mkdir()
    Path("dist/local/app").mkdir(parents=True)


def manifest(source: str, construct: str, chart: str, body: str) -> Manifest:
    """A manifest that a chart made, both on disk."""
    Path("charts", source).write_text(chart, encoding="utf-8")
    file = Path("dist/local/app/manifest.yaml")
    file.write_text(HEADER.format(source=source, construct=construct) + body, encoding="utf-8")
    return read([Path("dist")]).worlds[0].manifests[0]


def line(made: Manifest, pointer: str, inner: str = "") -> tuple[str, bool]:
    """The text of the line found, and whether it is the very line."""
    place = source_of(made, pointer, inner)
    assert place is not None
    return place.text, place.exact


REWRITE = "/metadata/annotations/nginx.ingress.kubernetes.io~1rewrite-target"


@pytest.mark.parametrize(
    ("pointer", "text", "exact"),
    [
        (REWRITE, 'annotations={"nginx.ingress.kubernetes.io/rewrite-target": "/"},', True),
        ("/spec/rules/0/http/paths/0/path", 'path="/api/order",', True),
        ("/metadata/annotations/nginx.ingress.kubernetes.io~1app-root", "annotations=", False),
        ("", "IngressRoute(", True),
    ],
)
def test_a_key_a_keyword_or_the_nearest_line(pointer: str, text: str, exact: bool) -> None:
    """A mapping's key, then the keyword argument, then the nearest line that names the owner, and it says which."""
    made = manifest("order.py", "OrderChart/route/ingress", ORDER, INGRESS)
    found = line(made, pointer)
    assert (found[0].startswith(text), found[1]) == (True, exact), found


def test_a_construct_made_in_a_loop_is_the_line_whose_f_string_can_be_its_name() -> None:
    """`f"{name}-service"` makes `billing-service`."""
    made = manifest("order.py", "OrderChart/billing-service/deployment", ORDER, INGRESS)
    assert line(made, "") == (
        'WebService(self, f"{name}-service", WebServiceSpec(name=name, root_path="/api"))',
        True,
    )


def test_a_value_written_in_a_variable_is_found_by_the_name_of_its_owner() -> None:
    """The alert is defined above the chart, and the other alert's severity is not taken for it."""
    made = manifest("alerts.py", "AlertsChart/alerts/prometheusrule", ALERTS, RULE)
    assert line(made, "/spec/groups/0/rules/1/labels/severity") == ('severity="critcal",', True)
    assert line(made, "/spec/groups/0/rules/0/labels/severity") == ('severity="warning",', True)
    assert line(made, "/spec/groups/0/rules/1/for") == ('wait="5m",', True)
    assert line(made, "/spec/groups/0/rules/1") == ("_READY = AlertSpec(", True)


def test_the_second_default_is_the_second_line_that_says_so() -> None:
    """A pointer into a file inside a ConfigMap leads to the keyword of the right datasource."""
    made = manifest("datasources.py", "DatasourcesChart/all/configmap", DATASOURCES, CONFIG_MAP)
    place = source_of(made, "/data/all.yaml", "/datasources/1/isDefault")
    assert place is not None
    assert (place.file, place.line, place.exact) == ("charts/datasources.py", 7, True)


def test_what_charts_have_in_common_is_found_in_the_module_they_import() -> None:
    """The value is not in order.py, but in charts/back_end.py, from which order.py imports."""
    Path("charts/back_end.py").write_text('EXTRA = {\n    "nginx.ingress.kubernetes.io/app-root": "/x",\n}\n', encoding="utf-8")
    made = manifest("order.py", "OrderChart/route/ingress", ORDER, INGRESS)
    place = source_of(made, "/metadata/annotations/nginx.ingress.kubernetes.io~1app-root")
    assert place is not None
    assert (place.file, place.line, place.exact) == ("charts/back_end.py", 2, True)


def test_modules_are_followed_from_one_to_the_next() -> None:
    """order.py imports beside it, and what it imports imports further."""
    Path("charts/near.py").write_text("from charts.far import EXTRA\n", encoding="utf-8")
    Path("charts/far.py").write_text(
        'from .near import x\nEXTRA = {\n    "nginx.ingress.kubernetes.io/app-root": "/x",\n}\n', encoding="utf-8"
    )
    made = manifest("order.py", "OrderChart/route/ingress", "from .near import EXTRA\n" + ORDER, INGRESS)
    place = source_of(made, "/metadata/annotations/nginx.ingress.kubernetes.io~1app-root")
    assert place is not None
    assert (place.file, place.line, place.exact) == ("charts/far.py", 3, True)


@pytest.mark.parametrize("true_record", [True, False])
def test_the_recorded_line_counts_only_while_both_files_are_what_they_were(true_record: bool) -> None:
    """Provenance of other bytes is not believed; then the syntax tree decides."""
    made = manifest("order.py", "OrderChart/route/ingress", ORDER, INGRESS)
    digest = sha256(Path(made.file).read_bytes()).hexdigest()
    entry = {
        "sha256": digest if true_record else "0" * 64,
        "source": "charts/order.py",
        "source_sha256": sha256(Path("charts/order.py").read_bytes()).hexdigest(),
        "line": 18,
        "construct": "OrderChart/route/ingress",
    }
    Path(".crema").mkdir()
    record = {"schema": "crema-provenance/v1", "manifests": {made.file: entry}}
    Path(".crema/provenance.json").write_text(json.dumps(record), encoding="utf-8")
    place = source_of(made, "")
    assert place is not None
    assert place.line == (18 if true_record else 8)


@pytest.mark.parametrize("record", ["", "{", "[]", '{"schema": "crema-provenance/v1", "manifests": []}'])
@pytest.mark.parametrize("chart", ["def broken(:\n", "", "\x00", "x = 1\n", DEEP, f"x = {'-' * 100_000}1\n"])
def test_a_chart_or_record_that_cannot_be_parsed_still_gives_a_line(record: str, chart: str) -> None:
    """The line of a file that exists never fails to be found; at worst it is the first, and not exact."""
    Path(".crema").mkdir()
    Path(".crema/provenance.json").write_text(record, encoding="utf-8")
    place = source_of(manifest("order.py", "OrderChart/route", chart, INGRESS), REWRITE)
    assert place is not None
    assert (place.line, place.exact) == (1, False)


@pytest.mark.parametrize("source", ["../outside.py", "/etc/hosts", "charts/absent.py"])
def test_a_header_cannot_lead_out_of_the_project(source: str) -> None:
    """A path that leaves the project, or a chart that is not here, gives no Python line at all."""
    file = Path("dist/local/app/manifest.yaml")
    text = HEADER.replace("charts/{source}", source).format(construct="Chart/x") + INGRESS
    file.write_text(text, encoding="utf-8")
    assert source_of(read([Path("dist")]).worlds[0].manifests[0], "") is None


TWO_STACKS = """\
class StackChart(cdk8s.Chart):
    def __init__(self, scope, environment):
        one = cdk8s.ApiObject(self, "one", api_version="argoproj.io/v1alpha1", kind="Application")
        one.add_json_patch(cdk8s.JsonPatch.add("/spec", {"source": {"chart": "kube-prometheus-stack"}}))
        two = cdk8s.ApiObject(self, "two", api_version="argoproj.io/v1alpha1", kind="Application")
        two.add_json_patch(cdk8s.JsonPatch.add("/spec", {"source": {"chart": "loki-stack"}}))
"""


APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: x}}
spec: {{source: {{chart: {value}}}}}
"""


@pytest.mark.parametrize(("construct", "value", "at"), [("one", "kube-prometheus-stack", 4), ("two", "loki-stack", 6)])
def test_of_two_equal_keys_the_one_of_the_construct_is_named(construct: str, value: str, at: int) -> None:
    """A body patched in after its construct is found by the construct that is patched."""
    made = manifest("stacks.py", f"StackChart/{construct}", TWO_STACKS, APPLICATION.format(value=value))
    place = source_of(made, "/spec/source/chart")
    assert place is not None
    assert (place.line, place.exact) == (at, True)


def test_another_alerts_module_is_not_taken_for_the_alerts_own() -> None:
    """Each alert has a file; that the first one imported holds the same severity once makes it no place of this alert."""
    alerts, chart = ALERTS.replace("critcal", "warning").split("\n\n")
    restart, ready = alerts.split("_READY = ")
    Path("charts/restart.py").write_text(restart, encoding="utf-8")
    Path("charts/ready.py").write_text(f"_READY = {ready}", encoding="utf-8")
    imports = "from charts.restart import _RESTART\nfrom charts.ready import _READY\n\n"
    made = manifest("alerts.py", "AlertsChart/alerts/prometheusrule", imports + chart, RULE.replace("critcal", "warning"))
    place = source_of(made, "/spec/groups/0/rules/1/labels/severity")
    assert place is not None
    assert (place.file, place.line, place.exact) == ("charts/ready.py", 3, True)
