"""The policy entry-host-port-reaches-the-controller."""

from collections.abc import Iterable, Iterator
from typing import Final

from crema.policies.engine.example import ENVIRONMENT, Denied, Example, Pinned
from crema.policies.engine.finding import Outcome, Related
from crema.policies.engine.policy import Policy
from crema.policies.model.entry.doors import Door, doors
from crema.policies.model.entry.entries import Entry, entries
from crema.policies.model.entry.faults import faults_of_door, faults_of_entry
from crema.policies.model.world import World

_KIND: Final = """
    apiVersion: kind.x-k8s.io/v1alpha4
    kind: Cluster
    name: coffee
    nodes: [{{role: control-plane, labels: {{ingress-ready: "true"}}, extraPortMappings: [{maps}]}}{more}]
"""
_MAPS: Final = "{hostPort: 80, containerPort: 80}, {hostPort: 443, containerPort: 443}"


def _kind(maps: str = _MAPS, more: str = "") -> dict[str, str]:
    return {"kind.yaml": _KIND.format(maps=maps, more=more)}


def _nginx(spec: str, *, kind: str = "DaemonSet", ports: str = "{name: http, containerPort: 80}, {name: https, containerPort: 443}") -> str:
    """The controller, its class and an Ingress of it."""
    return f"""
    apiVersion: apps/v1
    kind: {kind}
    metadata: {{name: nginx, namespace: ingress}}
    spec:
      template:
        metadata: {{labels: {{app: nginx}}}}
        spec:
          {spec}
          containers: [{{name: controller, image: 'registry.k8s.io/ingress-nginx/controller:v1.15.1', ports: [{ports}]}}]
    ---
    apiVersion: networking.k8s.io/v1
    kind: IngressClass
    metadata: {{name: nginx}}
    spec: {{controller: k8s.io/ingress-nginx}}
    ---
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata: {{name: shop, namespace: shop}}
    spec:
      ingressClassName: nginx
      rules: [{{host: coffee.test}}]
    """


_HOST_PORTS: Final = "{name: http, containerPort: 80, hostPort: 80}, {name: https, containerPort: 443, hostPort: 443}"
_BOUND: Final = """nodeSelector: {ingress-ready: "true"}
          tolerations: [{key: node-role.kubernetes.io/control-plane, operator: Exists}]"""
_LONE: Final = """
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: lone, namespace: shop}
    spec:
      template:
        spec: {tolerations: [{operator: Exists}], containers: [{name: lone, ports: [{containerPort: 81, hostPort: 81}]}]}
"""
_SERVICE: Final = """
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: nginx, namespace: ingress}
    spec: {type: NodePort, selector: {app: nginx}, ports: [{port: 80, targetPort: http, nodePort: 30080}]}
"""
_AT: Final = f"{ENVIRONMENT}/kind.yaml"


class HostPortReachesTheController(Policy[Entry | Door]):
    """Every port of the host that kind maps leads to something that listens, and every controller is reached from one.

    Why: a node of kind is a container: what no port of the host leads to is reached by nobody, and a port that leads to nothing
    refuses every connection.
    Fix: map the port of the host to a port that the controller holds on that node, by hostNetwork, a hostPort or a NodePort.
    Source: https://kind.sigs.k8s.io/docs/user/configuration/#extra-port-mappings
    """

    id = "entry-host-port-reaches-the-controller"
    basis = "breaks"
    allowed = (
        Example(name="in the node's network", manifests=_nginx("hostNetwork: true"), documents=_kind(), closed=True),
        Example(name="by host ports", manifests=_nginx("", kind="Deployment", ports=_HOST_PORTS), documents=_kind(), closed=True),
        Example(
            name="another port of the host, and a NodePort",
            manifests=_nginx("") + _SERVICE,
            documents=_kind("{hostPort: 8080, containerPort: 30080}"),
            closed=True,
        ),
        Example(
            name="a Deployment that is bound to the one node with the ports",
            manifests=_nginx(_BOUND, kind="Deployment", ports=_HOST_PORTS),
            documents=_kind(more=", {role: worker}"),
            closed=True,
        ),
    )
    denied = (
        Denied(
            name="only in the network of pods",
            manifests=_nginx(""),
            documents=_kind(),
            closed=True,
            at="DaemonSet/ingress/nginx",
            pointer="/spec/template/spec",
            message="ports 80 and 443 of node coffee-control-plane, to which ports 80 and 443 of the host lead, are held by nobody: "
            "DaemonSet/ingress/nginx has them in the pod network alone (no hostNetwork, no hostPort, no NodePort)",
        ),
        Denied(
            name="a mapping to a port that nobody holds",
            manifests=_nginx("hostNetwork: true"),
            documents=_kind("{hostPort: 80, containerPort: 8080}, {hostPort: 443, containerPort: 443}"),
            closed=True,
            at=_AT,
            pointer="/nodes/0/extraPortMappings/0/containerPort",
            message="port 80 of the host leads to port 8080 of node coffee-control-plane, where nothing listens; "
            "DaemonSet/ingress/nginx holds 80 and 443",
        ),
        Denied(
            name="no mapping for plain HTTP",
            manifests=_nginx("hostNetwork: true"),
            documents=_kind("{hostPort: 443, containerPort: 443}"),
            closed=True,
            at=_AT,
            pointer="/nodes/0/extraPortMappings",
            message="no port of the host leads to port 80 of DaemonSet/ingress/nginx, where requests to http://coffee.test have to arrive",
        ),
        Denied(
            name="no mapping at all",
            manifests=_nginx("") + _SERVICE,
            documents={"kind.yaml": "{apiVersion: kind.x-k8s.io/v1alpha4, kind: Cluster, nodes: [{role: control-plane}]}"},
            closed=True,
            at=_AT,
            pointer="/nodes/0",
            message="no port of the host leads to DaemonSet/ingress/nginx, which is reached on port 30080 of the node",
        ),
        Denied(
            name="on a node that the mapping does not lead to",
            manifests=_nginx("hostNetwork: true"),
            documents=_kind(more=", {role: worker}"),
            closed=True,
            at="DaemonSet/ingress/nginx",
            pointer="/spec/template/spec",
            message="ports 80 and 443 of the host lead to node coffee-control-plane, and DaemonSet/ingress/nginx does not run there: "
            "it does not tolerate the taint node-role.kubernetes.io/control-plane:NoSchedule of node coffee-control-plane",
        ),
        Denied(
            name="a selector that no node has, and one pod for three nodes",
            manifests=_nginx("hostNetwork: true\n          nodeSelector: {ingress: 'yes'}") + _LONE,
            documents=_kind("{hostPort: 80, containerPort: 80}, {hostPort: 81, containerPort: 81}", ", {role: worker}, {role: worker}"),
            closed=True,
            at="DaemonSet/ingress/nginx",
            pointer="/spec/template/spec/nodeSelector/ingress",
            message="port 80 of the host leads to node coffee-control-plane, and DaemonSet/ingress/nginx does not run there: "
            "its nodeSelector asks for ingress=yes, and node coffee-control-plane has no label ingress",
            also=(
                Pinned(
                    at="Deployment/shop/lone",
                    pointer="/spec/template/spec",
                    message="port 81 of the host leads to node coffee-control-plane, and Deployment/shop/lone may run elsewhere: "
                    "3 nodes have room for its 1 pod",
                ),
            ),
        ),
        Denied(
            name="UDP",
            manifests=_nginx("hostNetwork: true"),
            documents=_kind("{hostPort: 80, containerPort: 80, protocol: UDP}, {hostPort: 443, containerPort: 443}"),
            closed=True,
            at=_AT,
            pointer="/nodes/0/extraPortMappings/0/protocol",
            message="port 80 of the host leads UDP to port 80 of node coffee-control-plane, where TCP is listened for",
        ),
        Denied(
            name="a port that kind chooses",
            manifests=_nginx("hostNetwork: true"),
            documents=_kind("{containerPort: 80}, {hostPort: 443, containerPort: 443}"),
            closed=True,
            at=_AT,
            pointer="/nodes/0/extraPortMappings/0",
            message="kind chooses the port of the host that leads to port 80 of DaemonSet/ingress/nginx, another one each time, "
            "and requests to http://coffee.test have to arrive there",
        ),
    )

    def targets(self, world: World) -> Iterable[Entry | Door]:
        """Every port of the host that is mapped, and every controller of a kind cluster."""
        yield from entries(world)
        yield from doors(world)

    def judge(self, world: World, target: Entry | Door) -> Iterator[Outcome]:
        """Follow the port inwards, or look for the way to the controller."""
        for fault in faults_of_entry(world, target) if isinstance(target, Entry) else faults_of_door(world, target):
            if fault.place is None:
                document = target.cluster.document
                yield self.undecided(document, fault.message)
                continue
            related = [Related(manifest=node.manifest, pointer=node.pointer, note=note) for node, note in fault.related]
            yield self.finding(fault.place, fault.message, path=fault.hops, related=related)
