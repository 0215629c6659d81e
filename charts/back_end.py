"""What every back end of the shop has in common: FastAPI on 8000 under its own root path, the database account, a route of its own."""

from collections.abc import Mapping

from constructs import Construct

from charts.environment import Environment
from charts.service_dashboard import ServiceDashboard
from crema.generators import CallSpec, IngressRoute, IngressRouteSpec, SecretKeySpec, WebService, WebServiceSpec

PORT = 8000
DATABASE = "coffee_machine"
DATABASE_USER = "coffee"
DATABASE_PASSWORD = SecretKeySpec(name="mysql-secret", key="password")
# The services send OTLP over HTTP to this address, which is fixed in their code.
TRACES_URL = "http://tempo.monitoring:4318/v1/traces"
TRACES = CallSpec(app="tempo", namespace="monitoring", label="app.kubernetes.io/name", port=4318)


class BackEnd(Construct):
    """A back end with everything around it.

    Args:
        name: of the service.
        root_path: the path it serves its API under, and at which the ingress sends requests to it as they are.
        calls: the back ends it calls.
        env: variables of its own, beside the database's.
        url_appends: what its code appends to the URLs among them.
        annotations: further annotations of its route.

    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        environment: Environment,
        *,
        root_path: str,
        calls: tuple[str, ...] = (),
        env: Mapping[str, str] | None = None,
        url_appends: Mapping[str, str] | None = None,
        annotations: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(scope, name)
        WebService(
            self,
            "service",
            WebServiceSpec(
                name=name,
                image=environment.image(name),
                port=PORT,
                root_path=root_path,
                health="/health",
                env={"DB_HOST": "mysql", "DB_USER": DATABASE_USER, "DB_NAME": DATABASE, **(env or {})},
                secret_env={"DB_PASSWORD": DATABASE_PASSWORD},
                calls=(
                    CallSpec(app="mysql", port=3306),
                    TRACES,
                    *(CallSpec(app=callee, port=PORT) for callee in calls),
                ),
                admit_cidrs=environment.ingress_source_cidrs,
                image_pull_secrets=environment.image_pull_secrets,
                url_appends=url_appends or {},
                fixed_urls=(TRACES_URL,),
            ),
        )
        IngressRoute(
            self,
            "route",
            IngressRouteSpec(
                name=name,
                controller=environment.ingress,
                host=environment.host("coffee"),
                path=root_path,
                service=name,
                health_path=f"{root_path}/health",
                annotations=annotations or {},
            ),
        )
        ServiceDashboard(self, name, environment)
