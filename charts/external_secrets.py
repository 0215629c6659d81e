"""external-secrets: makes Secrets, from generators in the cluster or from a store outside of it."""

import cdk8s
from constructs import Construct

from charts.chart_repositories import EXTERNAL_SECRETS
from charts.environment import Environment
from crema.generators import Application, ApplicationSpec, HelmChartSpec, ResourcesSpec

_RESOURCES = ResourcesSpec(cpu="10m", memory="64Mi", memory_limit="256Mi").body()


class ExternalSecretsChart(cdk8s.Chart):
    """Its definitions must outlive its Application: with them every ExternalSecret would go."""

    def __init__(self, scope: Construct, environment: Environment) -> None:  # noqa: ARG002 - the same everywhere
        super().__init__(scope, "external-secrets", namespace="external-secrets")
        chart = HelmChartSpec(
            repository=EXTERNAL_SECRETS,
            chart="external-secrets",
            version="2.9.0",
            release="external-secrets",
            values={
                "resources": _RESOURCES,
                "webhook": {"resources": _RESOURCES},
                "certController": {"resources": _RESOURCES},
                "serviceMonitor": {"enabled": True, "honorLabels": True},
            },
        )
        Application(
            self,
            "application",
            ApplicationSpec(name="external-secrets", project="platform", namespace="external-secrets", deploys=chart, keep=True),
        )
