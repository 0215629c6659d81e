"""Grafana's datasources: metrics, logs, traces and alerts, each linked to the others by uid."""

import cdk8s
from constructs import Construct

from charts.environment import Environment
from crema.generators import DatasourceSpec, GrafanaDatasources, GrafanaDatasourcesSpec

PROMETHEUS = DatasourceSpec(
    name="Prometheus",
    uid="prometheus",
    type="prometheus",
    url="http://kube-prometheus-stack-prometheus.monitoring:9090",
    is_default=True,
    json_data={
        "httpMethod": "POST",
        # How often Prometheus scrapes; $__rate_interval is never shorter than four of them.
        "timeInterval": "30s",
        # Tempo's metrics generator labels its exemplars traceID, instrumented programs label theirs trace_id.
        "exemplarTraceIdDestinations": [
            {"name": "traceID", "datasourceUid": "tempo", "urlDisplayLabel": "Open the trace"},
            {"name": "trace_id", "datasourceUid": "tempo", "urlDisplayLabel": "Open the trace"},
        ],
    },
)

LOKI = DatasourceSpec(
    name="Loki",
    uid="loki",
    type="loki",
    url="http://loki.monitoring:3100",
    json_data={
        "derivedFields": [
            {
                "name": "trace",
                # "trace_id": "…" of JSON and trace_id=… of key=value lines, with the spellings traceId and traceID.
                "matcherRegex": r"\btrace_?[iI][dD]\b[\"']?\s*[=:]\s*[\"']?([0-9a-fA-F]{16,32})\b",
                # Grafana replaces $name when it reads this; $$ leaves one $ for the link itself.
                "url": "$${__value.raw}",
                "urlDisplayLabel": "Open the trace",
                "datasourceUid": "tempo",
            }
        ],
    },
)

# Requests to the service of the span, without the kubelet's probes.
_SERVER_SPANS = '$$__tags, span_kind="SPAN_KIND_SERVER", span_name!~".*/health"'
TEMPO = DatasourceSpec(
    name="Tempo",
    uid="tempo",
    type="tempo",
    url="http://tempo.monitoring:3200",
    json_data={
        "serviceMap": {"datasourceUid": "prometheus"},
        "nodeGraph": {"enabled": True},
        "tracesToLogsV2": {
            "datasourceUid": "loki",
            # A service logs a little before and after the span, and its clock is not Tempo's.
            "spanStartTimeShift": "-5m",
            "spanEndTimeShift": "5m",
            "filterByTraceID": True,
            "tags": [{"key": "service.name", "value": "app"}],
        },
        "tracesToMetrics": {
            "datasourceUid": "prometheus",
            "spanStartTimeShift": "-30m",
            "spanEndTimeShift": "30m",
            "tags": [{"key": "service.name", "value": "service"}],
            "queries": [
                {"name": "Requests per second", "query": f"sum(rate(traces_spanmetrics_calls_total{{{_SERVER_SPANS}}}[5m]))"},
                {
                    "name": "Errors per second",
                    "query": f'sum(rate(traces_spanmetrics_calls_total{{{_SERVER_SPANS}, status_code="STATUS_CODE_ERROR"}}[5m]))',
                },
                {
                    "name": "95 % are faster than",
                    "query": f"histogram_quantile(0.95, sum by (le) (rate(traces_spanmetrics_latency_bucket{{{_SERVER_SPANS}}}[5m])))",
                },
            ],
        },
    },
)

ALERTMANAGER = DatasourceSpec(
    name="Alertmanager",
    uid="alertmanager",
    type="alertmanager",
    url="http://kube-prometheus-stack-alertmanager.monitoring:9093",
    json_data={"implementation": "prometheus", "handleGrafanaManagedAlerts": False},
)

DATASOURCES = (PROMETHEUS, LOKI, TEMPO, ALERTMANAGER)


class DatasourcesChart(cdk8s.Chart):
    """All four come from here, and the charts' own are off: Grafana refuses to start with two defaults."""

    def __init__(self, scope: Construct, environment: Environment) -> None:  # noqa: ARG002 - the same everywhere
        super().__init__(scope, "datasources", namespace="monitoring")
        GrafanaDatasources(self, "datasources", GrafanaDatasourcesSpec(name="grafana-datasources", datasources=DATASOURCES))
