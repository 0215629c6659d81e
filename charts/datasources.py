"""Grafana's datasources: metrics, logs, traces and alerts, each linked to the others by uid."""

import cdk8s
from constructs import Construct

from charts.environment import Environment
from crema.generators import DatasourceSpec, GrafanaDatasources, GrafanaDatasourcesSpec


class DatasourcesChart(cdk8s.Chart):
    """All four come from here, and the charts' own are off: Grafana refuses to start with two defaults."""

    def __init__(self, scope: Construct, environment: Environment) -> None:  # noqa: ARG002 - the same everywhere
        super().__init__(scope, "datasources", namespace="monitoring")
        prometheus = DatasourceSpec(
            name="Prometheus",
            uid="prometheus",
            type="prometheus",
            url="http://kube-prometheus-stack-prometheus.monitoring:9090",
            is_default=True,
            json_data={
                "httpMethod": "POST",
                "exemplarTraceIdDestinations": [{"name": "trace_id", "datasourceUid": "tempo"}],
            },
        )
        loki = DatasourceSpec(
            name="Loki",
            uid="loki",
            type="loki",
            url="http://loki.monitoring:3100",
            json_data={
                # Grafana expands $name when it reads this; $$ leaves one $ for the link itself.
                "derivedFields": [
                    {
                        "name": "trace",
                        "matcherRegex": '"trace_id": ?"(\\w+)"',
                        "url": "$${__value.raw}",
                        "datasourceUid": "tempo",
                    }
                ],
            },
        )
        tempo = DatasourceSpec(
            name="Tempo",
            uid="tempo",
            type="tempo",
            url="http://tempo.monitoring:3200",
            json_data={
                "serviceMap": {"datasourceUid": "prometheus"},
                "tracesToLogsV2": {
                    "datasourceUid": "loki",
                    "filterByTraceID": True,
                    "tags": [{"key": "service.name", "value": "app"}],
                },
                "tracesToMetrics": {
                    "datasourceUid": "prometheus",
                    "tags": [{"key": "service.name", "value": "service"}],
                },
                "nodeGraph": {"enabled": True},
            },
        )
        alertmanager = DatasourceSpec(
            name="Alertmanager",
            uid="alertmanager",
            type="alertmanager",
            url="http://kube-prometheus-stack-alertmanager.monitoring:9093",
            json_data={"implementation": "prometheus", "handleGrafanaManagedAlerts": False},
        )
        datasources = (prometheus, loki, tempo, alertmanager)
        GrafanaDatasources(self, "datasources", GrafanaDatasourcesSpec(name="grafana-datasources", datasources=datasources))
