"""tempo: the trace store; what it counts of the traces it receives goes to Prometheus, for alerts and the service map."""

import cdk8s
from constructs import Construct

from charts.chart_repositories import GRAFANA_COMMUNITY
from charts.environment import Environment
from crema.generators import Application, ApplicationSpec, HelmChartSpec, ResourcesSpec

_PROMETHEUS = "http://kube-prometheus-stack-prometheus.monitoring:9090/api/v1/write"


class TempoChart(cdk8s.Chart):
    """The release name makes the Service `tempo`, whose address the services have in their code."""

    def __init__(self, scope: Construct, environment: Environment) -> None:
        super().__init__(scope, "tempo", namespace="monitoring")
        chart = HelmChartSpec(
            repository=GRAFANA_COMMUNITY,
            chart="tempo",
            version="2.2.4",
            release="tempo",
            values={
                "tempo": {
                    "retention": "72h",
                    "reportingEnabled": False,
                    "metricsGenerator": {
                        "enabled": True,
                        "storage": {"remote_write": [{"url": _PROMETHEUS, "send_exemplars": True}]},
                    },
                    # Enabled, it still makes nothing until a tenant has processors.
                    "overrides": {"defaults": {"metrics_generator": {"processors": ["service-graphs", "span-metrics"]}}},
                    "resources": ResourcesSpec(cpu="50m", memory="256Mi", memory_limit="768Mi").body(),
                },
                "persistence": {"enabled": True, "size": "10Gi", "storageClassName": environment.storage_class},
                "serviceMonitor": {"enabled": True},
            },
        )
        Application(
            self,
            "application",
            ApplicationSpec(name="tempo", project="platform", namespace="monitoring", deploys=chart, keep=True, custom_resources=True),
        )
