"""The platform's dashboards and datasources: every query is about something that exists, and every link leads somewhere."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import cdk8s
import pytest
import yaml

from charts.back_end import BackEnd
from charts.datasources import DATASOURCES
from charts.environments import ENVIRONMENTS, LOCAL
from crema.generators import NginxSpec, Part
from crema.generators.platform import render
from tests.external import run
from tests.locks import locked

_NAMES = [environment.name for environment in ENVIRONMENTS]
# Every metric that a panel may ask for, by what exports it here.
_EXPORTED = {
    # https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/#inspecting-alerts-during-runtime
    "Prometheus": {"ALERTS"},
    # https://argo-cd.readthedocs.io/en/stable/operator-manual/metrics/
    "Argo CD": {"argocd_app_info"},
    # https://github.com/google/cadvisor/blob/master/docs/storage/prometheus.md and the kubelet's own /metrics
    "kubelet": {
        "container_cpu_usage_seconds_total",
        "container_memory_working_set_bytes",
        "kubelet_volume_stats_capacity_bytes",
        "kubelet_volume_stats_used_bytes",
    },
    # https://github.com/kubernetes/kube-state-metrics/tree/main/docs/metrics
    "kube-state-metrics": {
        "kube_cronjob_status_last_successful_time",
        "kube_pod_container_resource_limits",
        "kube_pod_container_resource_requests",
        "kube_pod_container_status_ready",
        "kube_pod_container_status_restarts_total",
        "kube_pod_status_phase",
        "kube_pod_status_ready",
    },
    # https://github.com/prometheus/node_exporter
    "node-exporter": {
        "node_cpu_seconds_total",
        "node_filesystem_avail_bytes",
        "node_filesystem_size_bytes",
        "node_memory_MemAvailable_bytes",
        "node_memory_MemTotal_bytes",
    },
    # https://kubernetes.github.io/ingress-nginx/user-guide/monitoring/
    "ingress-nginx": {"nginx_ingress_controller_request_duration_seconds_bucket", "nginx_ingress_controller_requests"},
    # https://grafana.com/docs/tempo/latest/metrics-from-traces/span-metrics/span-metrics-metrics-generator/
    "Tempo": {"traces_spanmetrics_calls_total", "traces_spanmetrics_latency_bucket"},
}


@cache
def _objects(environment: str) -> tuple[dict[str, Any], ...]:
    """Everything the charts make for an environment; each has the directory it goes to as `app`."""
    rendered = render("charts", [e for e in ENVIRONMENTS if e.name == environment])
    assert rendered.mistakes.listed() == ()
    return tuple({**built.body, "app": built.app} for built in rendered.objects if built.document == "")


@cache
def _dashboards(environment: str) -> dict[str, dict[str, Any]]:
    """The dashboards by their uid."""
    found = {}
    for body in _objects(environment):
        if body["metadata"].get("labels", {}).get("grafana_dashboard") == "1":
            for text in body["data"].values():
                dashboard = json.loads(text)
                assert dashboard["uid"] not in found
                found[dashboard["uid"]] = dashboard
    return found


def _queries(environment: str, kind: str) -> list[str]:
    """The queries to one type of datasource, each once."""
    asked = (t for d in _dashboards(environment).values() for p in d["panels"] for t in p.get("targets", []))
    found = [t["query"] if kind == "tempo" else t["expr"] for t in asked if t["datasource"]["type"] == kind]
    assert found
    return sorted(set(found))


def _in_a_span(query: str) -> str:
    """A query of "trace to metrics" as Grafana sends it."""
    return query.replace("$$__tags", 'service="order"')


def _promql(environment: str) -> list[str]:
    """Every PromQL expression of dashboards and datasources, with a value for each of Grafana's variables."""
    links = [_in_a_span(q["query"]) for d in DATASOURCES for q in d.json_data.get("tracesToMetrics", {}).get("queries", [])]
    assert links
    found = [query.replace("$__rate_interval", "2m") for query in [*_queries(environment, "prometheus"), *links]]
    assert not [query for query in found if "$" in query]
    return found


def metrics_of(promql: str) -> set[str]:
    """The metrics that an expression names."""
    bare = re.sub(r'"[^"]*"', "", promql)
    bare = re.sub(r"\{[^}]*\}|\[[^]]*\]|\b(by|on|without|ignoring)\s*\([^)]*\)", " ", bare)
    words = {word for word, called in re.findall(r"([A-Za-z_:][A-Za-z0-9_:]*)(\s*\()?", bare) if not called}
    return words - {"and", "or", "unless", "bool", "sum", "max", "count"}


_MATCHER = r'[a-z_]+\s*(?:=|!=|=~|!~)\s*"[^"]+"'
_SELECTOR = rf"\{{{_MATCHER}(?:,\s*{_MATCHER})*\}}"
_LOGQL = re.compile(rf"{_SELECTOR}|sum by \([a-z_, ]+\) \(count_over_time\({_SELECTOR}\[\$__auto\]\)\)")
_CONDITION = r'(?:resource\.[a-z.]+="[^"]+"|name!~"[^"]+"|kind=server|status=error)'
_TRACEQL = re.compile(rf"\{{{_CONDITION}(?: && {_CONDITION})*\}}")


@pytest.mark.parametrize("environment", _NAMES)
def test_every_workload_of_the_shop_has_a_dashboard_in_its_own_app(environment: str) -> None:
    """What is deployed together is watched together: a service and its dashboard come and go in one directory."""
    workloads = {(b["app"], b["metadata"]["name"]) for b in _objects(environment) if b["kind"] in {"Deployment", "StatefulSet"}}
    assert ("order", "order") in workloads
    apps = {name: b["app"] for b in _objects(environment) for name in b.get("data", {}) if name.endswith(".json")}
    assert {(app, name.removeprefix("service-").removesuffix(".json")) for name, app in apps.items() if app != "dashboards"} == workloads


def test_a_new_back_end_brings_its_dashboard() -> None:
    """Nothing lists services: the dashboard is made where the service is made."""
    chart = cdk8s.Chart(cdk8s.App(), "tea", namespace="shop")
    with locked(["tea"]):
        BackEnd(chart, "tea", LOCAL, root_path="/api/tea")
    assert [p.mistakes for p in chart.node.find_all() if isinstance(p, Part) and p.mistakes] == []
    (config,) = [b for b in chart.to_json() if b["kind"] == "ConfigMap"]
    assert list(config["data"]) == ["service-tea.json"]
    assert 'service=\\"tea\\"' in config["data"]["service-tea.json"]


@pytest.mark.parametrize("environment", _NAMES)
def test_what_queries_name_exists(environment: str) -> None:
    """Containers, claims, routes, labels of pods and names of services: a panel about something else stays empty for ever."""
    objects = _objects(environment)
    templates = [b["spec"]["template"] for b in objects if b["kind"] in {"Deployment", "StatefulSet"}]
    there = {
        "container": {c["name"] for t in templates for c in t["spec"]["containers"]},
        "app": {t["metadata"]["labels"]["app"] for t in templates},
        "service": {t["metadata"]["labels"]["app"] for t in templates},
        "service.name": {t["metadata"]["labels"]["app"] for t in templates},
        "persistentvolumeclaim": {b["metadata"]["name"] for b in objects if b["kind"] == "PersistentVolumeClaim"},
        "ingress": {b["metadata"]["name"] for b in objects if b["kind"] == "Ingress"},
        "namespace": {b["metadata"]["name"] for b in objects if b["kind"] == "Namespace"},
    }
    asked = {label: set[str]() for label in there}
    for kind in ("prometheus", "loki", "tempo"):
        for query in _queries(environment, kind):
            for label, value in re.findall(r'\b([a-z_]+(?:\.name)?)="([^"]+)"', query):
                asked.get(label, set()).add(value)
    assert {label: values - there[label] for label, values in asked.items() if values - there[label]} == {}
    assert {"order", "frontend", "mysql"} <= asked["container"]


@pytest.mark.parametrize("environment", _NAMES)
def test_every_metric_is_one_that_something_exports(environment: str) -> None:
    """And those of a controller that the environment does not have are not asked for."""
    asked = {metric for query in _promql(environment) for metric in metrics_of(query)}
    nginx = {e.name for e in ENVIRONMENTS if isinstance(e.ingress, NginxSpec)}
    here = {m for exporter, metrics in _EXPORTED.items() if exporter != "ingress-nginx" or environment in nginx for m in metrics}
    assert asked == here


@pytest.mark.parametrize("environment", _NAMES)
def test_every_link_to_a_dashboard_leads_to_one(environment: str) -> None:
    """Also where Grafana fills in a name: for each service there is a dashboard of that name. All are in the list of the platform's."""
    dashboards = _dashboards(environment)
    for dashboard in dashboards.values():
        assert set(dashboard["links"][0]["tags"]) <= set(dashboard["tags"])
        for start in re.findall(r'"/d/([a-z0-9-]*)', json.dumps(dashboard)):
            assert [uid for uid in dashboards if uid == start or (start.endswith("-") and uid.startswith(start))], start
    assert {uid for uid in dashboards if not uid.startswith("service-")} == {"platform"}


@pytest.mark.parametrize("environment", _NAMES)
def test_grafana_looks_for_dashboards_where_they_are(environment: str) -> None:
    """Its sidecar reads every namespace; the chart's values name the annotation by which a dashboard chooses its folder."""
    (stack,) = [b for b in _objects(environment) if b["kind"] == "Application" and b["metadata"]["name"] == "kube-prometheus-stack"]
    (source,) = [stack["spec"]["source"]]
    dashboards = source["helm"]["valuesObject"]["grafana"]["sidecar"]["dashboards"]
    assert dashboards["provider"] == {"foldersFromFilesStructure": True}
    assert "searchNamespace" not in dashboards
    configs = [b["metadata"] for b in _objects(environment) if b["metadata"].get("labels", {}).get("grafana_dashboard")]
    assert {m["annotations"][dashboards["folderAnnotation"]] for m in configs} == {"Coffee"}


@pytest.mark.parametrize("environment", _NAMES)
def test_what_people_ask_is_told_apart_from_probes(environment: str) -> None:
    """The kubelet asks every few seconds: with its probes in it, no share of errors and no duration would mean anything."""
    spans = [query for query in _promql(environment) if "spanmetrics" in query]
    selectors = [selector for query in spans for selector in re.findall(r"spanmetrics_\w+\{([^}]*)\}", query)]
    assert selectors
    assert [s for s in selectors if 'span_kind="SPAN_KIND_SERVER", span_name!~".*/health"' not in s] == []


@pytest.mark.parametrize("environment", _NAMES)
def test_queries_for_logs_and_traces_have_a_shape_that_is_known_to_be_right(environment: str) -> None:
    """No parser of LogQL or TraceQL is at hand in Python, so only the few shapes that the panels use are let through."""
    assert [q for q in _queries(environment, "loki") if _LOGQL.fullmatch(q) is None] == []
    assert [q for q in _queries(environment, "tempo") if _TRACEQL.fullmatch(q) is None] == []


@pytest.mark.parametrize(
    ("shape", "query"),
    [
        (_LOGQL, '{app="order"'),
        (_LOGQL, "{}"),
        (_LOGQL, '{app="order",}'),
        (_LOGQL, "{app='order'}"),
        (_LOGQL, 'sum by (namespace) (count_over_time({app="order"}))'),
        (_TRACEQL, "{}"),
        (_TRACEQL, '{service.name="order"}'),
        (_TRACEQL, '{resource.service.name="order" status=error}'),
        (_TRACEQL, "{status=failed}"),
    ],
)
def test_a_query_of_another_shape_is_found(shape: re.Pattern[str], query: str) -> None:
    """The check can fail."""
    assert shape.fullmatch(query) is None


@pytest.mark.parametrize(
    ("promql", "metrics"),
    [
        ('sum by (a) (rate(x_total{b="c"}[2m])) / on (a) y', {"x_total", "y"}),
        ('(count(up{job="a or b"} == 1) or vector(0)) and time() - 5 > z:rate', {"up", "z:rate"}),
        ("histogram_quantile(0.95, sum by (le) (rate(h_bucket[5m])))", {"h_bucket"}),
    ],
)
def test_the_metrics_of_an_expression_are_all_that_it_names(promql: str, metrics: set[str]) -> None:
    """Not its functions, operators, labels and texts."""
    assert metrics_of(promql) == metrics


def _provisioned() -> dict[str, dict[str, Any]]:
    """The datasources by uid, as Grafana has them once it has read `$$` as `$`."""
    (config,) = [b for b in _objects("local") if b["metadata"].get("labels", {}).get("grafana_datasource") == "1"]
    found = yaml.safe_load(config["data"]["datasources.yaml"].replace("$$", "$"))["datasources"]
    return {datasource["uid"]: datasource for datasource in found}


@pytest.mark.parametrize(
    ("line", "trace"),
    [
        ('{"level": "INFO", "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736", "message": "sold"}', "4bf92f3577b34da6a3ce929d0e0e4736"),
        ('{"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","span_id":"00f067aa0ba902b7"}', "4bf92f3577b34da6a3ce929d0e0e4736"),
        ("INFO [order] trace_id=4bf92f3577b34da6a3ce929d0e0e4736 span_id=00f067aa0ba902b7 sold", "4bf92f3577b34da6a3ce929d0e0e4736"),
        ('level=info msg=sold traceID="bf92f3577b34da6a3ce929d0e0e4736"', "bf92f3577b34da6a3ce929d0e0e4736"),
        ("traceId: 4bf92f3577b34da6", "4bf92f3577b34da6"),
        ("trace_id=0 sold", None),
        ("span_id=00f067aa0ba902b7", None),
        ("old_trace_id=4bf92f3577b34da6a3ce929d0e0e4736", None),
        ("trace_ids=4bf92f3577b34da6a3ce929d0e0e4736", None),
    ],
)
def test_a_log_line_leads_to_its_trace(line: str, trace: str | None) -> None:
    """JSON and key=value alike. The expression means the same to JavaScript, where Grafana uses it."""
    (field,) = _provisioned()["loki"]["jsonData"]["derivedFields"]
    match = re.search(field["matcherRegex"], line)
    assert (match and match[1]) == trace
    assert (field["datasourceUid"], field["url"]) == ("tempo", "${__value.raw}")


def test_each_signal_leads_to_the_others() -> None:
    """Logs to traces, traces to logs and metrics and the map of services, points of a graph to the trace behind them."""
    sources = _provisioned()
    assert {uid: source["type"] for uid, source in sources.items()} == {uid: uid for uid in ("prometheus", "loki", "tempo", "alertmanager")}
    tempo, prometheus = sources["tempo"]["jsonData"], sources["prometheus"]["jsonData"]
    links = {name: tempo[name]["datasourceUid"] for name in ("tracesToLogsV2", "tracesToMetrics", "serviceMap")}
    assert links == {"tracesToLogsV2": "loki", "tracesToMetrics": "prometheus", "serviceMap": "prometheus"}
    # Tempo's own exemplars and those of instrumented programs spell it differently.
    assert {e["name"]: e["datasourceUid"] for e in prometheus["exemplarTraceIdDestinations"]} == {"traceID": "tempo", "trace_id": "tempo"}
    assert tempo["tracesToLogsV2"]["tags"] == [{"key": "service.name", "value": "app"}]
    for name in ("tracesToLogsV2", "tracesToMetrics"):
        assert (tempo[name]["spanStartTimeShift"][0], tempo[name]["spanEndTimeShift"][0].isdigit()) == ("-", True)


def _rules(expressions: list[str]) -> str:
    """A file of rules, since that is what promtool reads expressions from."""
    rules = [{"record": f"panel:{number}", "expr": expr} for number, expr in enumerate(expressions)]
    return json.dumps({"groups": [{"name": "panels", "rules": rules}]})


@pytest.mark.engine
@pytest.mark.parametrize("environment", _NAMES)
def test_prometheus_reads_every_expression(environment: str, tmp_path: Path) -> None:
    """Its own parser, by promtool."""
    file = tmp_path / "rules.yaml"
    file.write_text(_rules(_promql(environment)), encoding="utf-8")
    done = run("promtool", "check", "rules", file)
    assert (done.status, done.stderr) == (0, "")
    assert f"{len(_promql(environment))} rules found" in done.stdout


def _broken(expressions: list[str]) -> Iterator[str]:
    for expression in expressions:
        yield expression.replace(")", "", 1)


@pytest.mark.engine
def test_prometheus_refuses_each_expression_with_a_parenthesis_less(tmp_path: Path) -> None:
    """The check can fail, for every one of them."""
    file = tmp_path / "rules.yaml"
    broken = list(_broken([e for e in _promql("local") if ")" in e]))
    file.write_text(_rules(broken), encoding="utf-8")
    done = run("promtool", "check", "rules", file)
    assert done.status != 0
    assert len(set(re.findall(r'rule (\d+), "panel:', done.stderr))) == len(broken)
