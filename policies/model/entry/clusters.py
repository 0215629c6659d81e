"""A cluster of kind as its configuration describes it: nodes, their labels and taints, and the ports of the host that lead to them.

https://kind.sigs.k8s.io/docs/user/configuration/
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from crema.policies.model.documents import Json, Unreadable, first_body
from crema.policies.model.manifest import Manifest
from crema.policies.model.node import Node
from crema.policies.model.world import World

CONTROL_PLANE: Final = "control-plane"
ROLE_LABEL: Final = "node-role.kubernetes.io/control-plane"
GROUP: Final = "kind.x-k8s.io"
_FILE: Final = "kind.yaml"
_EVERYWHERE: Final = frozenset({"", "0.0.0.0", "::", "[::]"})  # what kind binds, not what we do


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """A port of the host that leads to a port of a node. `host` None: kind chooses one at random, and nobody knows it before."""

    node: Node
    host: int | None
    port: int
    address: str
    protocol: str

    @property
    def everywhere(self) -> bool:
        """Whether it is reached under every address of the host."""
        return self.address in _EVERYWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterNode:
    """A node of the cluster. `tainted`: only pods that tolerate the control plane's taint come here."""

    place: Node
    name: str
    role: str
    labels: dict[str, str]
    tainted: bool
    mappings: tuple[Mapping, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """One configuration of kind. `api_port`: the port of the host for the API server, None where kind chooses one."""

    document: Manifest
    nodes: tuple[ClusterNode, ...]
    api_port: Node | None

    @property
    def mappings(self) -> tuple[tuple[ClusterNode, Mapping], ...]:
        """Every mapping, with its node."""
        return tuple((node, mapping) for node in self.nodes for mapping in node.mappings)


def cluster_of(world: World) -> Cluster | None:
    """The cluster of a world; None where there is none, or several of which each may be meant."""
    return world.derived(_cluster_of)


def _cluster_of(world: World) -> Cluster | None:
    if world.repository:
        return None
    found = [document for document in world.documents if document.ref.name.rpartition("/")[2] == _FILE]
    found += world.of(GROUP, "Cluster")
    return _read(found[0]) if len(found) == 1 else None


def _read(document: Manifest) -> Cluster:
    root = document.root
    nodes = root.items("nodes")
    name = root.text("name") or "kind"
    roles = [node.text("role") or CONTROL_PLANE for node in nodes]
    read = tuple(_node(node, name, roles, at) for at, node in enumerate(nodes))
    only = f"{name}-{CONTROL_PLANE}"
    alone = ClusterNode(place=root, name=only, role=CONTROL_PLANE, labels=_own(only, CONTROL_PLANE), tainted=False, mappings=())
    port = root.get("networking", "apiServerPort")
    chosen = port is not None and isinstance(port.value, int) and port.value > 0
    return Cluster(document=document, nodes=read or (alone,), api_port=port if chosen else None)


def _node(node: Node, cluster: str, roles: list[str], at: int) -> ClusterNode:
    role, before = roles[at], roles[:at].count(roles[at])
    name = f"{cluster}-{role}" + (str(before + 1) if before else "")
    return ClusterNode(
        place=node,
        name=name,
        role=role,
        labels=_own(name, role) | node.texts("labels") | dict(_patched(node)),
        tainted=role == CONTROL_PLANE and len(roles) > 1,
        mappings=tuple(_mapping(each) for each in node.items("extraPortMappings")),
    )


def _own(name: str, role: str) -> dict[str, str]:
    """The labels that every node has, as far as they are known before."""
    labels = {"kubernetes.io/hostname": name, "kubernetes.io/os": "linux"}
    return labels | {ROLE_LABEL: ""} if role == CONTROL_PLANE else labels


def _patched(node: Node) -> Iterator[tuple[str, str]]:
    """Labels that a patch of kubeadm's configuration gives to the kubelet: a list since v1beta4, a mapping before."""
    for patch in node.items("kubeadmConfigPatches"):
        for text in _label_arguments(patch.value if isinstance(patch.value, str) else ""):
            for pair in text.split(","):
                key, _, value = pair.partition("=")
                yield key.strip(), value.strip()


def _label_arguments(patch: str) -> Iterator[str]:
    try:
        body: Json = first_body(patch)
    except Unreadable:
        return
    registration = body.get("nodeRegistration") if isinstance(body, dict) else None
    arguments = registration.get("kubeletExtraArgs") if isinstance(registration, dict) else None
    if isinstance(arguments, dict):
        yield str(arguments.get("node-labels") or "")
    elif isinstance(arguments, list):
        yield from (str(each.get("value")) for each in arguments if isinstance(each, dict) and each.get("name") == "node-labels")


def _mapping(node: Node) -> Mapping:
    host, port = (_number(node, key) for key in ("hostPort", "containerPort"))
    return Mapping(
        node=node,
        host=host if host and host > 0 else None,
        port=port or 0,
        address=node.text("listenAddress") or "",
        protocol=(node.text("protocol") or "TCP").upper(),
    )


def _number(node: Node, key: str) -> int | None:
    """A port; None where it is absent, or no number (which kind refuses)."""
    found = node.get(key)
    return found.value if found is not None and type(found.value) is int else None
