"""Where a finding about an object of a chart can point: the value that makes it so."""

from typing import Final

from crema.policies.model.node import Node
from crema.policies.model.whole import whole
from crema.policies.model.world import World

_VALUES: Final = {
    ("ingress-nginx", "hostNetwork"): ("controller", "hostNetwork"),
    ("ingress-nginx", "hostPort"): ("controller", "hostPort", "ports"),
    ("ingress-nginx", "dnsPolicy"): ("controller", "dnsPolicy"),
    ("ingress-nginx", "strategy"): ("controller", "updateStrategy"),
    ("ingress-nginx", "replicas"): ("controller", "replicaCount"),
    ("ingress-nginx", "nodeSelector"): ("controller", "nodeSelector"),
    ("ingress-nginx", "tolerations"): ("controller", "tolerations"),
    ("ingress-nginx", "service"): ("controller", "service", "type"),
    ("ingress-nginx", "nodePort"): ("controller", "service", "nodePorts"),
    ("ingress-nginx", "publish"): ("controller", "publishService", "enabled"),
    ("ingress-nginx", ""): ("controller",),
    ("traefik", "hostNetwork"): ("hostNetwork",),
    ("traefik", "hostPort"): ("ports",),
    ("traefik", "dnsPolicy"): ("deployment", "dnsPolicy"),
    ("traefik", "strategy"): ("updateStrategy",),
    ("traefik", "replicas"): ("deployment", "replicas"),
    ("traefik", "nodeSelector"): ("nodeSelector",),
    ("traefik", "tolerations"): ("tolerations",),
    ("traefik", "service"): ("service", "spec", "type"),
    ("traefik", "nodePort"): ("ports",),
    ("traefik", "publish"): ("providers", "kubernetesIngress", "publishedService", "enabled"),
    ("argo-cd", "ingress"): ("server", "ingress", "annotations"),
    ("argo-cd", "service"): ("server", "service", "type"),
    ("argo-cd", "nodePort"): ("server", "service"),
    ("kube-prometheus-stack", "ingress"): ("grafana", "ingress", "annotations"),
    ("kube-prometheus-stack", "hostPort"): ("prometheus-node-exporter", "service", "port"),
    ("kube-prometheus-stack", "service"): ("grafana", "service", "type"),
    ("kube-prometheus-stack", "nodePort"): ("grafana", "service", "nodePort"),
}


def place_of(world: World, node: Node, what: str = "") -> Node:
    """A node of the world as it is; of what a chart brings, the value that says `what`, or the nearest above it that is set."""
    release = whole(world).release(node.manifest)
    if release is None:
        return node
    keys = _VALUES.get((release.chart, what)) or _VALUES.get((release.chart, ""), ())
    for depth in range(len(keys), 0, -1):
        if release.values.has(*keys[:depth]):
            return release.values.place(release.source, *keys[:depth])
    return release.source
