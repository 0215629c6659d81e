"""argo-cd: applies what is in git. It is installed once by hand, from the very values by which it then manages itself."""

import cdk8s
from constructs import Construct

from charts.chart_repositories import ARGO
from charts.environment import Environment
from crema.generators import Application, ApplicationSpec, ChartValues, ChartValuesSpec, HelmChartSpec, ResourcesSpec


class ArgoCDChart(cdk8s.Chart):
    """It asks git every three minutes, and speaks plain HTTP to the ingress, which is the only way in."""

    def __init__(self, scope: Construct, environment: Environment) -> None:
        super().__init__(scope, "argo-cd", namespace="argocd")
        chart = HelmChartSpec(
            repository=ARGO,
            chart="argo-cd",
            version="10.1.1",
            # Names of Services hang on it: with another release name argocd-server would be called otherwise.
            release="argocd",
            values={
                "global": {"domain": environment.host("argocd")},
                "configs": {
                    "cm": {
                        "url": environment.url("argocd"),
                        "timeout.reconciliation": "180s",
                        "timeout.reconciliation.jitter": "0s",
                    },
                    # A TLS port behind the ingress would redirect for ever.
                    "params": {"server.insecure": True},
                },
                "controller": {
                    "resources": ResourcesSpec(cpu="100m", memory="256Mi", memory_limit="768Mi").body(),
                    # Rendered once the cluster knows ServiceMonitors, so the first installation needs no Prometheus.
                    "metrics": {"enabled": True, "serviceMonitor": {"enabled": True}},
                },
                "repoServer": {"resources": ResourcesSpec(cpu="50m", memory="128Mi", memory_limit="512Mi").body()},
                "server": {"resources": ResourcesSpec(cpu="20m", memory="64Mi", memory_limit="256Mi").body()},
                "redis": {"resources": ResourcesSpec(cpu="10m", memory="32Mi", memory_limit="128Mi").body()},
                # Nobody logs in by another party here, nothing is announced and no Application is generated in the cluster.
                "dex": {"enabled": False},
                "notifications": {"enabled": False},
                "applicationSet": {"replicas": 0},
            },
        )
        ChartValues(self, "values", ChartValuesSpec(name="argo-cd-values.yaml", chart=chart))
        Application(
            self,
            "application",
            # Without `keep`, deleting this Application would delete Argo CD, and with its definitions every other Application.
            ApplicationSpec(name="argo-cd", project="platform", namespace="argocd", deploys=chart, keep=True),
        )
