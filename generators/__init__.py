"""Generators: typed specs, the manifests they stand for, and the cdk8s constructs that put them into a chart.

    from crema.generators import WebService, WebServiceSpec

    class Shop(cdk8s.Chart):
        def __init__(self, scope):
            super().__init__(scope, "shop", namespace="shop")
            WebService(self, "order", WebServiceSpec(name="order", image="…", port=8000, health="/health"))

Each generator is a frozen spec, a pure ``build(spec) -> tuple[Manifest, …]`` and a construct. Specs never raise on a wrong value: the
mistakes are collected and listed together, each with the Python line that made it.
"""

# ruff: noqa: E402 - cdk8s starts Node when it is first imported, so the choice of Node comes before every other import.
from crema.generators.node import use_packaged_node

use_packaged_node()

from crema.generators.datasources import DatasourceSpec, GrafanaDatasources, GrafanaDatasourcesSpec
from crema.generators.environment import EnvironmentSpec
from crema.generators.ingress_route import AlbSpec, IngressRoute, IngressRouteSpec, NginxSpec
from crema.generators.manifest import Manifest, Ref
from crema.generators.mysql import MySQL, MySQLSpec
from crema.generators.namespace import Namespace, NamespaceSpec
from crema.generators.network_policy import CallSpec, NetworkPolicies, NetworkPoliciesSpec
from crema.generators.part import Part
from crema.generators.prometheus_rule import AlertSpec, PrometheusRule, PrometheusRuleSpec, RuleGroupSpec
from crema.generators.spec import Mistake, SecretKeySpec, Spec, rule
from crema.generators.web_service import ResourcesSpec, WebService, WebServiceSpec

__all__ = [
    "AlbSpec",
    "AlertSpec",
    "CallSpec",
    "DatasourceSpec",
    "EnvironmentSpec",
    "GrafanaDatasources",
    "GrafanaDatasourcesSpec",
    "IngressRoute",
    "IngressRouteSpec",
    "Manifest",
    "Mistake",
    "MySQL",
    "MySQLSpec",
    "Namespace",
    "NamespaceSpec",
    "NetworkPolicies",
    "NetworkPoliciesSpec",
    "NginxSpec",
    "Part",
    "PrometheusRule",
    "PrometheusRuleSpec",
    "Ref",
    "ResourcesSpec",
    "RuleGroupSpec",
    "SecretKeySpec",
    "Spec",
    "WebService",
    "WebServiceSpec",
    "rule",
]
