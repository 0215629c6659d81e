"""entry: Argo CD and Grafana by their names, through the same controller as the shop."""

import cdk8s
from constructs import Construct

from charts.environment import Environment
from crema.generators import IngressRoute, IngressRouteSpec


class EntryChart(cdk8s.Chart):
    """Both speak plain HTTP behind the ingress; the health paths are asked by a load balancer."""

    def __init__(self, scope: Construct, environment: Environment) -> None:
        super().__init__(scope, "entry")
        for host, namespace, service, health_path in (
            ("argocd", "argocd", "argocd-server", "/healthz"),
            ("grafana", "monitoring", "kube-prometheus-stack-grafana", "/api/health"),
        ):
            IngressRoute(
                self,
                host,
                IngressRouteSpec(
                    name=host,
                    namespace=namespace,
                    controller=environment.ingress,
                    host=environment.host(host),
                    path="/",
                    service=service,
                    health_path=health_path,
                ),
            )
