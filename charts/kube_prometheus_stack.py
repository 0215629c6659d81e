"""kube-prometheus-stack: Prometheus, Alertmanager, Grafana, and the exporters that tell of nodes and objects."""

from typing import Any

import cdk8s
from constructs import Construct

from charts.alertmanager import REPLACED_ALERTS, SLACK, config
from charts.chart_repositories import PROMETHEUS_COMMUNITY
from charts.environment import Environment
from crema.generators import AlertmanagerConfig, Application, ApplicationSpec, HelmChartSpec, ResourcesSpec
from crema.generators.volume_claim import claim

_OFF = {"enabled": False}
_SMALL = ResourcesSpec(cpu="10m", memory="48Mi", memory_limit="192Mi").body()


def _volume(environment: Environment, size: str) -> dict[str, Any]:
    return {"volumeClaimTemplate": {"spec": claim(size, environment.storage_class)}}


def _prometheus(environment: Environment) -> dict[str, Any]:
    return {
        # Every rule and monitor of the cluster; by default only those that carry this release's label.
        **{f"{kind}SelectorNilUsesHelmValues": False for kind in ("rule", "serviceMonitor", "podMonitor", "probe", "scrapeConfig")},
        # Tempo writes here what it counts of the traces, with exemplars.
        "enableRemoteWriteReceiver": True,
        "enableFeatures": ["exemplar-storage"],
        "retention": "7d",
        "retentionSize": "8GB",
        "storageSpec": _volume(environment, "10Gi"),
        "resources": ResourcesSpec(cpu="200m", memory="512Mi", memory_limit="1536Mi").body(),
    }


def _grafana(environment: Environment) -> dict[str, Any]:
    return {
        # A password of the chart's own would be another one at each rendering.
        "admin": {"existingSecret": "grafana-admin", "userKey": "admin-user", "passwordKey": "admin-password"},
        # All datasources come from one ConfigMap of ours: Grafana refuses to start with two defaults.
        "sidecar": {
            "datasources": {"defaultDatasourceEnabled": False},
            # Where a dashboard says in which folder people find it.
            "dashboards": {"folderAnnotation": "grafana_folder", "provider": {"foldersFromFilesStructure": True}},
            "resources": _SMALL,
        },
        "grafana.ini": {
            "server": {"root_url": environment.url("grafana")},
            "analytics": {"reporting_enabled": False, "check_for_updates": False},
        },
        "resources": ResourcesSpec(cpu="50m", memory="192Mi", memory_limit="512Mi").body(),
        "testFramework": _OFF,
    }


class KubePrometheusStackChart(cdk8s.Chart):
    """Names of its Services hang on the release name."""

    def __init__(self, scope: Construct, environment: Environment) -> None:
        super().__init__(scope, "kube-prometheus-stack", namespace="monitoring")
        chart = HelmChartSpec(
            repository=PROMETHEUS_COMMUNITY,
            chart="kube-prometheus-stack",
            version="88.5.3",
            release="kube-prometheus-stack",
            values={
                # On kind they listen on 127.0.0.1 alone, on EKS nobody outside of AWS reaches them.
                **dict.fromkeys(("kubeEtcd", "kubeControllerManager", "kubeScheduler", "kubeProxy"), _OFF),
                # What our own alerts say as well.
                "defaultRules": {"disabled": dict.fromkeys(REPLACED_ALERTS, True)},
                "prometheus": {"prometheusSpec": _prometheus(environment)},
                "alertmanager": {
                    "config": AlertmanagerConfig(self, "alertmanager", config(environment)).config,
                    "alertmanagerSpec": {
                        # Mounted as a file: the address that posts to Slack is a secret.
                        "secrets": [SLACK],
                        "storage": _volume(environment, "1Gi"),
                        "resources": _SMALL,
                    },
                },
                "grafana": _grafana(environment),
                "prometheusOperator": {"resources": ResourcesSpec(cpu="20m", memory="64Mi", memory_limit="256Mi").body()},
                "kube-state-metrics": {"resources": _SMALL},
                "prometheus-node-exporter": {"resources": _SMALL},
            },
        )
        Application(
            self,
            "application",
            # It holds the samples, and the definitions of all rules and monitors.
            ApplicationSpec(name="kube-prometheus-stack", project="platform", namespace="monitoring", deploys=chart, keep=True),
        )
