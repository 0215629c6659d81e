"""The namespaces of what is deployed here: one owner for all of them."""

import cdk8s
from constructs import Construct

from charts.environment import Environment
from crema.generators import Namespace, NamespaceSpec


class NamespacesChart(cdk8s.Chart):
    """shop holds the database; monitoring runs a collector on each node, which needs more than `restricted` allows."""

    def __init__(self, scope: Construct, environment: Environment) -> None:  # noqa: ARG002 - the same everywhere
        super().__init__(scope, "namespaces")
        Namespace(self, "shop", NamespaceSpec(name="shop", holds_data=True))
        Namespace(self, "monitoring", NamespaceSpec(name="monitoring", pod_security="privileged", holds_data=True))
