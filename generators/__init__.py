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

from crema.generators.alert_receiver import NullReceiverSpec, SlackReceiverSpec
from crema.generators.alert_route import RouteSpec
from crema.generators.alert_test import AlertTestSpec, FiringSpec
from crema.generators.alertmanager import AlertmanagerConfig, AlertmanagerConfigSpec, InhibitSpec
from crema.generators.app_project import AppProject, AppProjectSpec
from crema.generators.application import Application, ApplicationSpec, DirectorySpec, HelmChartSpec
from crema.generators.aws_secret_store import AwsSecretStore, AwsSecretStoreSpec
from crema.generators.bootstrap import ChartValues, ChartValuesSpec, RootApplication, RootApplicationSpec
from crema.generators.dashboard import GrafanaDashboard, GrafanaDashboardSpec
from crema.generators.datasources import DatasourceSpec, GrafanaDatasources, GrafanaDatasourcesSpec
from crema.generators.ecr_pull_secret import EcrPullSecret, EcrPullSecretSpec
from crema.generators.environment import EnvironmentSpec
from crema.generators.external_secret import RemoteRefSpec, StoredSecret, StoredSecretSpec
from crema.generators.facts import ClusterFactsSpec, Facts, FactsSpec, PrerequisiteSpec, RemoteSecretSpec, StorageClassSpec
from crema.generators.generated_password import GeneratedPassword, GeneratedPasswordSpec
from crema.generators.ingress_route import AlbSpec, IngressRoute, IngressRouteSpec, NginxSpec, TraefikSpec
from crema.generators.kind_cluster import KindCluster, KindClusterSpec
from crema.generators.manifest import Document, Fact, Manifest, Ref
from crema.generators.matcher import MatcherSpec
from crema.generators.mysql import MySQL, MySQLSpec
from crema.generators.mysql_backup import MySQLBackup, MySQLBackupSpec
from crema.generators.namespace import Namespace, NamespaceSpec
from crema.generators.network_policy import CallSpec, NetworkPolicies, NetworkPoliciesSpec
from crema.generators.others import App, Others
from crema.generators.part import Part
from crema.generators.prometheus_rule import AlertSpec, PrometheusRule, PrometheusRuleSpec, RuleGroupSpec
from crema.generators.spec import Mistake, SecretKeySpec, Spec, rule
from crema.generators.supplied_secret import SuppliedSecret, SuppliedSecretSpec
from crema.generators.web_service import ResourcesSpec, WebService, WebServiceSpec

__all__ = [
    "AlbSpec",
    "AlertSpec",
    "AlertTestSpec",
    "AlertmanagerConfig",
    "AlertmanagerConfigSpec",
    "App",
    "AppProject",
    "AppProjectSpec",
    "Application",
    "ApplicationSpec",
    "AwsSecretStore",
    "AwsSecretStoreSpec",
    "CallSpec",
    "ChartValues",
    "ChartValuesSpec",
    "ClusterFactsSpec",
    "DatasourceSpec",
    "DirectorySpec",
    "Document",
    "EcrPullSecret",
    "EcrPullSecretSpec",
    "EnvironmentSpec",
    "Fact",
    "Facts",
    "FactsSpec",
    "FiringSpec",
    "GeneratedPassword",
    "GeneratedPasswordSpec",
    "GrafanaDashboard",
    "GrafanaDashboardSpec",
    "GrafanaDatasources",
    "GrafanaDatasourcesSpec",
    "HelmChartSpec",
    "IngressRoute",
    "IngressRouteSpec",
    "InhibitSpec",
    "KindCluster",
    "KindClusterSpec",
    "Manifest",
    "MatcherSpec",
    "Mistake",
    "MySQL",
    "MySQLBackup",
    "MySQLBackupSpec",
    "MySQLSpec",
    "Namespace",
    "NamespaceSpec",
    "NetworkPolicies",
    "NetworkPoliciesSpec",
    "NginxSpec",
    "NullReceiverSpec",
    "Others",
    "Part",
    "PrerequisiteSpec",
    "PrometheusRule",
    "PrometheusRuleSpec",
    "Ref",
    "RemoteRefSpec",
    "RemoteSecretSpec",
    "ResourcesSpec",
    "RootApplication",
    "RootApplicationSpec",
    "RouteSpec",
    "RuleGroupSpec",
    "SecretKeySpec",
    "SlackReceiverSpec",
    "Spec",
    "StorageClassSpec",
    "StoredSecret",
    "StoredSecretSpec",
    "SuppliedSecret",
    "SuppliedSecretSpec",
    "TraefikSpec",
    "WebService",
    "WebServiceSpec",
    "rule",
]
