"""A finding's Python line is the one a person must edit."""

import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from shutil import copytree
from typing import Final

import pytest

from crema.policies.model import python_lines
from crema.policies.model.manifest import Manifest
from crema.policies.model.python_sites import sites_of
from crema.policies.model.read import read
from crema.policies.model.source import source_of

_ROOT: Final = Path(__file__).resolve().parents[2]
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


@pytest.mark.parametrize("source", ["../outside.py", "/etc/hosts", "charts/absent.py", ".env", "charts/link.py"])
def test_a_header_cannot_lead_out_of_the_project(source: str) -> None:
    """A path that leaves the project, itself or by a link, that is no Python or not here, gives no Python line at all."""
    Path(".env").write_text("TOKEN=hunter2\n", encoding="utf-8")
    Path("../elsewhere.py").write_text("token = 'hunter2'\n", encoding="utf-8")
    Path("charts/link.py").symlink_to("../../elsewhere.py")
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


SETTINGS = """\
class Environment(EnvironmentSpec):
    domain: str
    size: str = "1Gi"

    @property
    def zone(self):
        return f"z-{self.domain}"

    def host(self, name):
        return f"{name}.{self.domain}"

LOCAL = Environment(
    name="local",
    domain="laptop.example",
)
EKS = Environment(
    name="eks",
    domain="cloud.example",
    size="9Gi",
)
"""
SHOP = """\
from charts.shared import ADMIN, Shop, SIZES, drawn, text
from charts.settings import Environment

_HOST, _TOKEN = "grafana.internal", "token-key"
_SENTENCE = "for {minutes} minutes nothing came from {name}"
_KINDS = {
    "apps.example": ("Deployment",),
    "batch.example": ("CronJob",),
}

class ShopChart(cdk8s.Chart):
    def __init__(self, scope, environment: Environment):
        super().__init__(scope, "shop", namespace="coffee")
        Site(
            self,
            "site",
            SiteSpec(
                host=_HOST,
                secret=_TOKEN,
                admin=ADMIN,
                domain=environment.domain,
                zone=environment.zone,
                url=environment.host("www"),
                volume=environment.size,
                description=_SENTENCE.format(minutes=5, name="order"),
                query=text("requests"),
                kinds=_KINDS,
                keep=7,
                options=dict.fromkeys(("off-one", "off-two"), False),
            ),
        )
        for name, path in (
            ("argo", "/healthz"),
            ("grafana", "/api/health"),
        ):
            Route(self, name, RouteSpec(name=name, path=path))
        Board(self, "board", BoardSpec(panel=drawn(), steps=[each for each in SIZES]))
        values = {"replicas": 2}
        values["strategy"] = "Recreate"
        Deploy(self, "deploy", DeploySpec(values=values))
        Shop(self, "inner", root="/root-path")
"""
SHARED = """\
ADMIN = "the-administrator"
SIZES = (
    "small",
    "large",
)

def text(series):
    name = f"{series}_total"
    return f'{name}{{job="api-server"}}'

def drawn():
    panel = Panel().title("Requests")
    panel.decimals(3).unit("reqps")
    return panel

class Shop(Construct):
    def __init__(self, scope, name, *, root, port=8123):
        super().__init__(scope, name)
        WebService(
            self,
            "service",
            WebServiceSpec(
                root_path=root,
                port=port,
                health=f"{root}/healthy",
            ),
        )
"""
EVERYTHING = """\
apiVersion: example.com/v1
kind: Site
metadata: {name: site, namespace: coffee}
spec:
  host: grafana.internal
  tokenKey: token-key
  admin: the-administrator
  domain: laptop.example
  zone: z-laptop.example
  url: www.laptop.example
  volume: 1Gi
  description: for 5 minutes nothing came from order
  query: 'requests_total{job="api-server"}'
  kinds: [{group: apps.example, kind: Deployment}, {group: batch.example, kind: CronJob}]
  env: [{name: KEEP, value: "7"}]
  options: {off-one: false}
  retries: 3
  pullPolicy: IfNotPresent
  path: /api/health
  title: Requests
  decimals: 3
  steps: [small, large]
  replicas: 2
  strategy: Recreate
  rootPath: /root-path
  port: 8123
  health: /root-path/healthy
"""


@pytest.mark.parametrize(
    ("construct", "pointer", "text"),
    [
        ("site", "/spec/host", '_HOST, _TOKEN = "grafana.internal", "token-key"'),
        ("site", "/spec/tokenKey", '_HOST, _TOKEN = "grafana.internal", "token-key"'),
        ("site", "/spec/admin", 'ADMIN = "the-administrator"'),
        ("site", "/spec/domain", 'domain="laptop.example",'),
        ("site", "/spec/zone", 'domain="laptop.example",'),
        ("site", "/spec/url", 'domain="laptop.example",'),
        ("site", "/spec/volume", 'size: str = "1Gi"'),
        ("site", "/spec/description", '_SENTENCE = "for {minutes} minutes nothing came from {name}"'),
        ("site", "/spec/query", "return f'{name}{{job=\"api-server\"}}'"),
        ("site", "/spec/kinds/1/group", '"batch.example": ("CronJob",),'),
        ("site", "/spec/env/0/value", "keep=7,"),
        ("site", "/spec/options/off-one", 'options=dict.fromkeys(("off-one", "off-two"), False),'),
        ("grafana", "/spec/path", '("grafana", "/api/health"),'),
        ("board", "/spec/title", 'panel = Panel().title("Requests")'),
        ("board", "/spec/decimals", 'panel.decimals(3).unit("reqps")'),
        ("board", "/spec/steps/1", '"large",'),
        ("deploy", "/spec/replicas", 'values = {"replicas": 2}'),
        ("deploy", "/spec/strategy", 'values["strategy"] = "Recreate"'),
        ("inner/service", "/spec/rootPath", 'Shop(self, "inner", root="/root-path")'),
        ("inner/service", "/spec/port", "def __init__(self, scope, name, *, root, port=8123):"),
    ],
)
def test_names_calls_and_loops_lead_to_the_line_that_writes_the_value(construct: str, pointer: str, text: str) -> None:
    """A constant by its name, a setting by the environment, an argument by its caller, an item by its loop."""
    Path("charts/settings.py").write_text(SETTINGS, encoding="utf-8")
    Path("charts/shared.py").write_text(SHARED, encoding="utf-8")
    assert line(manifest("shop.py", f"ShopChart/{construct}", SHOP, EVERYTHING), pointer) == (text, True)


def test_a_setting_is_that_of_the_manifests_own_environment() -> None:
    """The same chart's volume is 1Gi by default, and 9Gi where the environment says so."""
    Path("charts/settings.py").write_text(SETTINGS, encoding="utf-8")
    Path("charts/shared.py").write_text(SHARED, encoding="utf-8")
    made = manifest("shop.py", "ShopChart/site", SHOP, EVERYTHING.replace("volume: 1Gi", "volume: 9Gi"))
    header = replace(made.header, environment="eks") if made.header else None
    assert line(replace(made, header=header), "/spec/volume") == ('size="9Gi",', True)


@pytest.mark.parametrize("pointer", ["/spec/retries", "/spec/pullPolicy"])
def test_a_default_of_a_library_is_the_line_of_the_construct(pointer: str) -> None:
    """No line of the charts holds it; that the number 3 stands elsewhere in the chart makes it no place of this value."""
    Path("charts/settings.py").write_text(SETTINGS, encoding="utf-8")
    Path("charts/shared.py").write_text(SHARED, encoding="utf-8")
    assert line(manifest("shop.py", "ShopChart/site", SHOP, EVERYTHING), pointer) == ("Site(", False)


ROOT = """\
class RootChart(cdk8s.Chart):
    def __init__(self, scope, environment, others):
        super().__init__(scope, "_root", namespace="argocd")
        for app in others.apps:
            Application(self, app.name, ApplicationSpec(name=app.name, namespace=app.namespace))
"""


def test_what_is_made_from_other_charts_is_found_in_the_chart_with_that_id() -> None:
    """The Application of the app shop has its name and its namespace from the chart shop."""
    Path("charts/settings.py").write_text(SETTINGS, encoding="utf-8")
    Path("charts/shared.py").write_text(SHARED, encoding="utf-8")
    Path("charts/shop.py").write_text(SHOP, encoding="utf-8")
    body = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: shop}\nspec: {destination: {namespace: coffee}}\n"
    made = manifest("root.py", "RootChart/shop", ROOT, body)
    found = 'super().__init__(scope, "shop", namespace="coffee")'
    assert line(made, "/metadata/name") == (found, True)
    assert line(made, "/spec/destination/namespace") == (found, True)


ONE_FILE = """\
import cdk8s

def deployment(scope, name, **settings):
    return cdk8s.ApiObject(
        scope,
        name,
        kind="Deployment",
        metadata={"name": name},
        spec={"replicas": settings["replicas"], "image": settings.get("image", "nginx:1")},
    )

class Everything(cdk8s.Chart):
    def __init__(self, scope, id):
        super().__init__(scope, id)
        for each in [
            {"name": "web", "replicas": 2},
            {"name": "worker", "replicas": 5},
        ]:
            deployment(self, each["name"], replicas=each["replicas"])
"""


def test_another_projects_layout_is_followed_as_well() -> None:
    """One file beside the manifests, no package of charts, constructs made by a function in a loop."""
    Path("app.py").write_text(ONE_FILE, encoding="utf-8")
    file = Path("dist/local/app/manifest.yaml")
    body = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: worker}\nspec: {replicas: 5}\n"
    header = HEADER.replace("charts/{source}", "app.py").format(construct="Everything/worker")
    file.write_text(header + body, encoding="utf-8")
    made = read([Path("dist")]).worlds[0].manifests[0]
    assert line(made, "/spec/replicas") == ('{"name": "worker", "replicas": 5},', True)
    assert line(made, "/metadata/name") == ('{"name": "worker", "replicas": 5},', True)


def test_a_file_without_our_header_has_no_python_line() -> None:
    """Nothing is guessed for somebody else's manifest, though a chart here says the same."""
    Path("charts/order.py").write_text(ORDER, encoding="utf-8")
    Path("dist/local/app/manifest.yaml").write_text(INGRESS, encoding="utf-8")
    assert source_of(read([Path("dist")]).worlds[0].manifests[0], REWRITE) is None


def test_a_chart_is_walked_once_for_all_that_is_asked_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand findings do not read a chart a thousand times; a chart that changes is read again."""
    walked: list[Path] = []

    def counted(project: Path, file: Path, cls: str, environment: str) -> object:
        walked.append(file)
        return sites_of(project, file, cls, environment)

    monkeypatch.setattr(python_lines, "sites_of", counted)
    made = manifest("order.py", "OrderChart/route/ingress", ORDER, INGRESS)
    for _ in range(20):
        line(made, REWRITE)
    assert len(walked) == 1
    moved = manifest("order.py", "OrderChart/route/ingress", f"\n{ORDER}", INGRESS)
    before, after = source_of(made, ""), source_of(moved, REWRITE)
    assert before is not None
    assert after is not None
    assert (after.line, len(walked)) == (14, 2)


@pytest.mark.parametrize("environment", ["eks", "local"])
def test_every_manifest_of_ours_has_a_line_of_python(environment: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """In a copy without what synthesis leaves behind: a line of an existing chart that is not empty, for the object and its name."""
    for folder in ("charts", f"dist/{environment}"):
        copytree(_ROOT / folder, tmp_path / "copy" / folder)
    monkeypatch.chdir(tmp_path / "copy")
    manifests = [made for world in read([Path("dist")]).worlds for made in world.manifests]
    assert manifests
    lost = []
    for made in manifests:
        for pointer in ("", "/metadata/name", "/spec"):
            place = source_of(made, pointer)
            if place is None or not place.text or not Path(place.file).is_file():
                lost.append((str(made), pointer, place))
    assert lost == []


TWINS = """\
from charts.twin_settings import Environment

class TwinChart(cdk8s.Chart):
    def __init__(self, scope, environment: Environment):
        super().__init__(scope, "twins", namespace="coffee")
        Site(self, "one", SiteSpec(name="main-site", size="4Gi"))
        Site(self, "two", SiteSpec(name="main-site", size="4Gi", branch=environment.branch))
"""
TWIN_SETTINGS = """\
class Environment(EnvironmentSpec):
    branch: str

EKS = Environment(name="eks", branch="stable")
LOCAL = Environment(name="local", branch="stable")
"""
TWIN = "apiVersion: example.com/v1\nkind: Site\nmetadata: {name: other}\nspec: {size: 4Gi, branch: stable, sizes: 4Gi}\n"


@pytest.mark.parametrize(
    ("construct", "pointer", "hints", "expected"),
    [
        ("one", "/spec/size", (), ("charts/twins.py", 6, True)),
        ("two", "/spec/size", (), ("charts/twins.py", 7, True)),
        ("two", "/spec/branch", (), ("charts/twin_settings.py", 5, True)),
        ("two", "/spec/branch", ("branch",), ("charts/twins.py", 7, True)),
        ("one", "/metadata/name", (), ("charts/twins.py", 6, False)),
    ],
)
def test_of_equal_values_the_right_one_is_named(
    construct: str, pointer: str, hints: tuple[str, ...], expected: tuple[str, int, bool]
) -> None:
    """That of the construct, of the environment, of the word the finding is about; an argument that gives another value is none."""
    Path("charts/twin_settings.py").write_text(TWIN_SETTINGS, encoding="utf-8")
    place = source_of(manifest("twins.py", f"TwinChart/{construct}", TWINS, TWIN), pointer, "", hints)
    assert place is not None
    assert (place.file, place.line, place.exact) == expected
