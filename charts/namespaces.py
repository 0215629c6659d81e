"""The namespaces of what is deployed here: one owner for all of them."""

import cdk8s
from constructs import Construct

from charts.environment import Environment
from charts.ingress_controller import ingress_controller
from crema.generators import Namespace, NamespaceSpec


class NamespacesChart(cdk8s.Chart):
    """shop and monitoring hold data. monitoring runs exporters and a collector on each node, an ingress controller is in the network of
    the node: both need more than `restricted` allows.
    """

    def __init__(self, scope: Construct, environment: Environment) -> None:
        super().__init__(scope, "namespaces")
        Namespace(self, "shop", NamespaceSpec(name="shop", holds_data=True))
        Namespace(self, "monitoring", NamespaceSpec(name="monitoring", pod_security="privileged", holds_data=True))
        # Made by hand for the first installation, and kept: with argocd everything would go that could bring it back.
        Namespace(self, "argocd", NamespaceSpec(name="argocd", holds_data=True))
        Namespace(self, "external-secrets", NamespaceSpec(name="external-secrets", holds_data=True))
        controller = ingress_controller(environment)
        if controller is not None:
            Namespace(self, "ingress", NamespaceSpec(name=controller.release, pod_security="privileged"))
