"""frontend: the static pages people order from; their scripts call the back ends through the same host."""

import cdk8s
from constructs import Construct

from charts.environment import Environment
from charts.service_dashboard import ServiceDashboard
from crema.generators import IngressRoute, IngressRouteSpec, ResourcesSpec, WebService, WebServiceSpec


class FrontendChart(cdk8s.Chart):
    """An unprivileged nginx: port 8080, user 101, temporary files under /tmp."""

    def __init__(self, scope: Construct, environment: Environment) -> None:
        super().__init__(scope, "frontend", namespace="shop")
        WebService(
            self,
            "frontend",
            WebServiceSpec(
                name="frontend",
                image=environment.image("frontend"),
                port=8080,
                health="/",
                node_port=environment.frontend_node_port,
                run_as_user=101,
                resources=ResourcesSpec(cpu="10m", memory="16Mi", memory_limit="64Mi"),
                admit_cidrs=environment.ingress_source_cidrs,
                image_pull_secrets=environment.image_pull_secrets,
                page_paths=("/api/billing", "/api/inventory", "/api/order"),
            ),
        )
        IngressRoute(
            self,
            "route",
            IngressRouteSpec(
                name="frontend",
                controller=environment.ingress,
                host=environment.host("coffee"),
                path="/",
                service="frontend",
            ),
        )
        ServiceDashboard(self, "frontend", environment, traced=False)
