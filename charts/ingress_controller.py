"""The one way in: a controller in the network of the node, so that it holds the ports 80 and 443 that kind maps to the host."""

from typing import Any

import cdk8s
from constructs import Construct

from charts.chart_repositories import INGRESS_NGINX, TRAEFIK
from charts.environment import Environment
from crema.generators import Application, ApplicationSpec, HelmChartSpec, NginxSpec, ResourcesSpec, TraefikSpec

_RESOURCES = ResourcesSpec(cpu="100m", memory="96Mi", memory_limit="384Mi").body()
# A new pod cannot start beside the old one, since both want the node's ports: the old one goes first.
_ROLL_OUT = {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1, "maxSurge": 0}}


def _nginx(controller: NginxSpec) -> HelmChartSpec:
    values: dict[str, Any] = {
        "kind": "DaemonSet",
        "hostNetwork": True,
        "dnsPolicy": "ClusterFirstWithHostNet",
        "updateStrategy": _ROLL_OUT,
        # Nobody else can have the ports before it is gone.
        "terminationGracePeriodSeconds": 30,
        "ingressClassResource": {"name": controller.class_name, "controllerValue": "k8s.io/ingress-nginx"},
        # There is no load balancer: Ingresses get the node's own address, without which Argo CD would call them Progressing for ever.
        "service": {"type": "ClusterIP"},
        "publishService": {"enabled": False},
        "reportNodeInternalIp": True,
        "metrics": {"enabled": True, "serviceMonitor": {"enabled": True, "honorLabels": True}},
        "resources": _RESOURCES,
    }
    return HelmChartSpec(
        repository=INGRESS_NGINX, chart="ingress-nginx", version="4.15.1", release="ingress-nginx", values={"controller": values}
    )


def _traefik(controller: TraefikSpec, environment: Environment) -> HelmChartSpec:
    values: dict[str, Any] = {
        "deployment": {"kind": "DaemonSet", "dnsPolicy": "ClusterFirstWithHostNet"},
        "hostNetwork": True,
        "updateStrategy": _ROLL_OUT,
        # In the node's network every port must be free there; 9100, the chart's own for metrics, is the node exporter's.
        "ports": {"web": {"port": 80}, "websecure": {"port": 443}, "metrics": {"port": 9101}},
        # Ports below 1024 of the node are root's.
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]},
            "readOnlyRootFilesystem": True,
            "runAsGroup": 0,
            "runAsNonRoot": False,
            "runAsUser": 0,
        },
        "service": {"spec": {"type": "ClusterIP"}},
        "ingressClass": {"enabled": True, "isDefaultClass": False, "name": controller.class_name},
        "providers": {
            "kubernetesCRD": {"enabled": False},
            "kubernetesIngress": {
                "publishedService": {"enabled": False},
                "ingressEndpoint": {"hostname": environment.domain},
                # /api/order is not a prefix of /api/orders: what Kubernetes says, and what ingress-nginx does.
                "strictPrefixMatching": True,
            },
        },
        "metrics": {"prometheus": {"service": {"enabled": True}, "serviceMonitor": {"enabled": True, "honorLabels": True}}},
        "global": {"checkNewVersion": False, "sendAnonymousUsage": False},
        "resources": _RESOURCES,
    }
    return HelmChartSpec(repository=TRAEFIK, chart="traefik", version="41.3.0", release="traefik", values=values)


def ingress_controller(environment: Environment) -> HelmChartSpec | None:
    """The chart of the controller that the setting `ingress` chooses; None where the environment's own cluster has one."""
    match environment.ingress:
        case NginxSpec() as nginx:
            return _nginx(nginx)
        case TraefikSpec() as traefik:
            return _traefik(traefik, environment)
        case _:
            return None


class IngressControllerChart(cdk8s.Chart):
    """Deployed in a namespace of its own name."""

    def __init__(self, scope: Construct, environment: Environment) -> None:
        super().__init__(scope, "ingress-controller")
        chart = ingress_controller(environment)
        if chart is not None:
            spec = ApplicationSpec(name=chart.release, project="platform", namespace=chart.release, deploys=chart, custom_resources=True)
            Application(self, "application", spec)
