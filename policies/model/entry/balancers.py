"""What gives a Service of type LoadBalancer its address. A kind cluster has nothing that does, unless somebody puts it there.

https://kind.sigs.k8s.io/docs/user/loadbalancer/
"""

from typing import Final

from crema.policies.model.entry.clusters import cluster_of
from crema.policies.model.facts import fact
from crema.policies.model.helm import releases
from crema.policies.model.whole import whole
from crema.policies.model.world import World

_CHARTS: Final = frozenset(
    {"metallb", "cilium", "kube-vip", "kube-vip-cloud-provider", "cloud-provider-kind", "purelb", "openelb", "loxilb"}
)
_GROUPS: Final = (
    ("metallb.io", "IPAddressPool"),
    ("metallb.io", "L2Advertisement"),
    ("cilium.io", "CiliumLoadBalancerIPPool"),
    ("purelb.io", "ServiceGroup"),
    ("network.kubesphere.io", "Eip"),
)
_IMAGES: Final = ("metallb/controller", "cloud-provider-kind", "kube-vip", "purelb", "openelb")


def is_kind(world: World) -> bool:
    """Whether this is known to be a cluster of kind, and nothing else."""
    return cluster_of(world) is not None


def has_balancer(world: World) -> bool:
    """Whether something here, or a prerequisite of the environment, gives LoadBalancer Services an address."""
    return world.derived(_has_balancer)


def _has_balancer(world: World) -> bool:
    every = whole(world).world
    if any(every.of(group, kind) for group, kind in _GROUPS) or any(release.chart in _CHARTS for release in releases(world)):
        return True
    said = fact(world.facts, "prerequisites")
    if isinstance(said, dict) and any(name in _CHARTS or "loadbalancer" in f"{name} {what}".lower() for name, what in said.items()):
        return True
    images = (container.text("image") or "" for pod in every.pod_templates for container in pod.spec.items("containers"))
    return any(part in image for image in images for part in _IMAGES)
