"""The collector of logs: a pod on each node reads what the containers there write and sends it to Loki."""

import cdk8s
from constructs import Construct

from charts.chart_repositories import GRAFANA
from charts.environment import Environment
from crema.generators import Application, ApplicationSpec, HelmChartSpec, ResourcesSpec

_LOKI = "http://loki.monitoring:3100/loki/api/v1/push"
_RESOURCES = ResourcesSpec(cpu="50m", memory="96Mi", memory_limit="384Mi").body()
# The labels that dashboards, datasources and alerts ask by. Alloy asks the API server for the logs, so it needs nothing of the node's disk.
_PIPELINE = f"""\
discovery.kubernetes "pods" {{
  role = "pod"
  selectors {{
    role  = "pod"
    field = "spec.nodeName=" + coalesce(sys.env("HOSTNAME"), constants.hostname)
  }}
}}

discovery.relabel "pods" {{
  targets = discovery.kubernetes.pods.targets
  rule {{
    source_labels = ["__meta_kubernetes_namespace"]
    target_label  = "namespace"
  }}
  rule {{
    source_labels = ["__meta_kubernetes_pod_name"]
    target_label  = "pod"
  }}
  rule {{
    source_labels = ["__meta_kubernetes_pod_container_name"]
    target_label  = "container"
  }}
  // The shop's pods have the label app; charts have app.kubernetes.io/name. The first that is there counts.
  rule {{
    source_labels = ["__meta_kubernetes_pod_label_app", "__meta_kubernetes_pod_label_app_kubernetes_io_name"]
    separator     = ";"
    regex         = "^;*([^;]+).*$"
    target_label  = "app"
  }}
}}

loki.source.kubernetes "pods" {{
  targets    = discovery.relabel.pods.output
  forward_to = [loki.write.loki.receiver]
}}

loki.write "loki" {{
  endpoint {{
    url = "{_LOKI}"
  }}
}}
"""


def _alloy() -> HelmChartSpec:
    return HelmChartSpec(
        repository=GRAFANA,
        chart="alloy",
        version="1.11.1",
        release="alloy",
        values={
            # Through Helm's `tpl`, so that double braces in it would be read as a template.
            "alloy": {"configMap": {"content": _PIPELINE}, "enableReporting": False, "resources": _RESOURCES},
            "controller": {"type": "daemonset"},
            "crds": {"create": False},
            "configReloader": {"resources": ResourcesSpec(cpu="10m", memory="32Mi", memory_limit="64Mi").body()},
            "serviceMonitor": {"enabled": True},
        },
    )


def _promtail() -> HelmChartSpec:
    return HelmChartSpec(
        repository=GRAFANA,
        chart="promtail",
        version="6.17.1",
        release="promtail",
        values={
            "config": {"clients": [{"url": _LOKI}]},
            "resources": _RESOURCES,
            "serviceMonitor": {"enabled": True},
        },
    )


class LogCollectorChart(cdk8s.Chart):
    """The setting `log_collector` chooses which."""

    def __init__(self, scope: Construct, environment: Environment) -> None:
        super().__init__(scope, "log-collector", namespace="monitoring")
        chart = _promtail() if environment.log_collector == "promtail" else _alloy()
        Application(
            self,
            "application",
            ApplicationSpec(name=chart.release, project="platform", namespace="monitoring", deploys=chart, custom_resources=True),
        )
