"""What the root Application watches: two projects, and an Application for every directory of the environment."""

import cdk8s
from constructs import Construct

from charts.chart_repositories import ARGO, EXTERNAL_SECRETS, GRAFANA, GRAFANA_COMMUNITY, PROMETHEUS_COMMUNITY
from charts.environment import Environment
from charts.ingress_controller import ingress_controller
from charts.secret_settings import LocalSecretsSpec
from crema.generators import Application, ApplicationSpec, AppProject, AppProjectSpec, DirectorySpec, Others

_SHOP = "shop"
_SHOP_KINDS = {
    "": ("ConfigMap", "PersistentVolumeClaim", "Service", "ServiceAccount"),
    "apps": ("Deployment", "StatefulSet"),
    "batch": ("CronJob",),
    "networking.k8s.io": ("Ingress", "NetworkPolicy"),
}
# What the charts of the stacks make, beside what this repository has itself.
_PLATFORM_KINDS = {
    "": ("ConfigMap", "Secret", "Service", "ServiceAccount"),
    "apps": ("DaemonSet", "Deployment", "StatefulSet"),
    "batch": ("Job",),
    "monitoring.coreos.com": ("Alertmanager", "Prometheus", "PrometheusRule", "ServiceMonitor"),
    "networking.k8s.io": ("Ingress", "NetworkPolicy"),
    "rbac.authorization.k8s.io": ("Role", "RoleBinding"),
}
_SECRETS_MADE_HERE = {
    "external-secrets.io": ("ExternalSecret",),
    "generators.external-secrets.io": ("ECRAuthorizationToken", "Password"),
}
_SECRETS_IN_AWS = {"external-secrets.io": ("ExternalSecret", "SecretStore")}
_CLUSTER_KINDS = {
    "": ("Namespace",),
    "admissionregistration.k8s.io": ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"),
    "apiextensions.k8s.io": ("CustomResourceDefinition",),
    "rbac.authorization.k8s.io": ("ClusterRole", "ClusterRoleBinding"),
}


class RootChart(cdk8s.Chart):
    """A directory whose objects are all in shop belongs to that project; Helm charts have their Applications in their own files."""

    def __init__(self, scope: Construct, environment: Environment, others: Others) -> None:
        super().__init__(scope, "_root", namespace="argocd")
        controller = ingress_controller(environment)
        made_here = isinstance(environment.secrets, LocalSecretsSpec)
        AppProject(
            self,
            "shop",
            AppProjectSpec(
                name=_SHOP,
                description="The services of the coffee shop and their database.",
                repositories=(environment.repository,),
                namespaces=(_SHOP,),
                namespaced_kinds=_SHOP_KINDS,
            ),
        )
        AppProject(
            self,
            "platform",
            AppProjectSpec(
                name="platform",
                description="What the shop runs on: Argo CD itself, entry, secrets, observability.",
                repositories=(
                    environment.repository,
                    *(ARGO, EXTERNAL_SECRETS, GRAFANA, GRAFANA_COMMUNITY, PROMETHEUS_COMMUNITY),
                    *([controller.repository] if controller else []),
                ),
                # kube-system: a Service by which Prometheus finds CoreDNS. shop: its Secrets.
                namespaces=(
                    *("argocd", "external-secrets", "kube-system", "monitoring", _SHOP),
                    *([controller.release] if controller else []),
                ),
                cluster_kinds={**_CLUSTER_KINDS, **({"networking.k8s.io": ("IngressClass",)} if controller else {})},
                namespaced_kinds={**_PLATFORM_KINDS, **(_SECRETS_MADE_HERE if made_here else _SECRETS_IN_AWS)},
            ),
        )
        for app in others.apps:
            Application(
                self,
                app.name,
                ApplicationSpec(
                    name=app.name,
                    project=_SHOP if app.namespaces == {_SHOP} else "platform",
                    # Every object names its own; this is one that the project permits.
                    namespace=min(app.namespaces, default="argocd"),
                    deploys=DirectorySpec(
                        repository=environment.repository, revision=environment.revision, path=f"{environment.path}/{app.name}"
                    ),
                    keep=app.holds_data,
                    custom_resources=app.custom_resources,
                ),
            )
