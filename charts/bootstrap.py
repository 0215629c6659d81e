"""What a person applies or reads once, when a cluster is made."""

import cdk8s
from constructs import Construct

from charts.environment import Environment
from crema.generators import Facts, FactsSpec, KindCluster, Others, RootApplication, RootApplicationSpec


class BootstrapChart(cdk8s.Chart):
    """Nothing here is watched by Argo CD; the root Application is what watches."""

    def __init__(self, scope: Construct, environment: Environment, others: Others) -> None:
        super().__init__(scope, "_bootstrap")
        if environment.kind is not None:
            KindCluster(self, "kind", environment.kind)
        RootApplication(
            self,
            "root",
            RootApplicationSpec(repository=environment.repository, revision=environment.revision, path=environment.path),
        )
        Facts(
            self,
            "facts",
            FactsSpec(cluster=environment.cluster, ingress_sources=environment.ingress_source_cidrs, others=others.facts),
        )
