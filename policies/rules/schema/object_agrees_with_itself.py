"""The policy schema-object-agrees-with-itself."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.manifest import Manifest
from crema.policies.model.pods import PodTemplate
from crema.policies.model.templates import is_placeholder
from crema.policies.model.world import World

_SERVERS_OWN = frozenset({"", "apps", "batch"})
_DEPLOYMENT = """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {{name: order, namespace: shop}}
    spec:
      selector: {{matchLabels: {{app: {selected}}}}}
      template:
        metadata: {{labels: {{app: order, tier: api}}}}
        spec:
          containers: [{{name: order, image: order:1.0.0, volumeMounts: [{{name: {mounted}, mountPath: /data}}]}}]
          initContainers: [{{name: {first}, image: order:1.0.0}}]
          volumes: [{{name: data, emptyDir: {{}}}}]
"""
_SET = """
    apiVersion: apps/v1
    kind: StatefulSet
    metadata: {name: mysql, namespace: shop}
    spec:
      selector: {matchLabels: {app: mysql}}
      template:
        metadata: {labels: {app: mysql}}
        spec: {containers: [{name: mysql, image: mysql:8.4, volumeMounts: [{name: data, mountPath: /var/lib/mysql}]}]}
      volumeClaimTemplates: [{metadata: {name: data}}]
"""
_SERVICE = """
    apiVersion: v1
    kind: Service
    metadata: {{name: order, namespace: shop}}
    spec: {{type: {type}, ports: [{{name: http, port: 80{node}}}, {{{name}port: 81}}]}}
"""
_RIGHT = _DEPLOYMENT.format(selected="order", mounted="data", first="wait")


class ObjectAgreesWithItself(Policy[Manifest]):
    """What one part of a workload or a Service says of another part holds.

    Why: the API server refuses a workload whose selector does not take its own pods, a container that mounts a volume that its pod
    lacks, two containers of one name, and a Service with several ports of which one has no name; each field by itself is valid.
    Fix: write the same name in both places.
    Source: https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/apps/validation/validation.go
    """

    id = "schema-object-agrees-with-itself"
    basis = "breaks"
    allowed = (
        Example(name="a selector of some of the pods' labels, and a volume that is there", manifests=_RIGHT),
        Example(name="a volume that comes from a claim of the set", manifests=_SET),
        Example(
            name="a node port of a Service that has them",
            manifests=_SERVICE.format(type="NodePort", node=", nodePort: 30080", name="name: b, "),
        ),
        Example(
            name="a placeholder, which is filled in first", manifests=_DEPLOYMENT.format(selected="'${APP}'", mounted="data", first="wait")
        ),
    )
    denied = (
        Denied(
            name="a selector that takes other pods",
            manifests=_DEPLOYMENT.format(selected="orders", mounted="data", first="wait"),
            at="Deployment/shop/order",
            pointer="/spec/selector/matchLabels/app",
            message="spec.selector takes pods with app: orders; those of spec.template have app: order",
        ),
        Denied(
            name="a mount of a volume that is not there",
            manifests=_DEPLOYMENT.format(selected="order", mounted="date", first="wait"),
            at="Deployment/shop/order",
            pointer="/spec/template/spec/containers/0/volumeMounts/0/name",
            message="the container order mounts the volume date, which its pod does not have; it has data",
        ),
        Denied(
            name="two containers of one name",
            manifests=_DEPLOYMENT.format(selected="order", mounted="data", first="order"),
            at="Deployment/shop/order",
            pointer="/spec/template/spec/containers/0/name",
            message="two containers of one pod are called order",
        ),
        Denied(
            name="a port without a name beside another port",
            manifests=_SERVICE.format(type="ClusterIP", node="", name=""),
            at="Service/shop/order",
            pointer="/spec/ports/1",
            message="a Service with 2 ports has one without a name",
        ),
        Denied(
            name="a node port of a Service that has none",
            manifests=_SERVICE.format(type="ClusterIP", node=", nodePort: 30080", name="name: b, "),
            at="Service/shop/order",
            pointer="/spec/ports/0/nodePort",
            message="nodePort is given, and the type of the Service is ClusterIP, which has none",
        ),
    )

    def targets(self, world: World) -> Iterable[Manifest]:
        """Services, and whatever of Kubernetes' own kinds holds pods."""
        return (*world.of("", "Service"), *world.derived(_own_pods))

    def judge(self, world: World, target: Manifest) -> Iterator[Outcome]:
        """Compare the parts. An object that a patch of kustomize changes is complete only where that is built."""
        if world.is_patched(target):
            yield self.unchecked(target, "a patch of kustomize changes it")
            return
        if target.ref.kind == "Service":
            yield from self._service(target)
            return
        for pod in world.derived(_own_pods)[target]:
            yield from self._selector(target, pod)
            yield from self._containers(target, pod)

    def _selector(self, target: Manifest, pod: PodTemplate) -> Iterator[Outcome]:
        selector = target.root.get("spec", "selector", "matchLabels") if target.ref.group == "apps" else None
        for key, wanted in selector.entries() if selector is not None else ():
            has = pod.labels.get(key)
            if wanted.value != has and not is_placeholder(wanted.value) and not is_placeholder(has):
                there = f"{key}: {has}" if has is not None else f"no {key}"
                yield self.finding(wanted, f"spec.selector takes pods with {key}: {wanted.value}; those of spec.template have {there}")

    def _containers(self, target: Manifest, pod: PodTemplate) -> Iterator[Outcome]:
        claims = target.root.items("spec", "volumeClaimTemplates") if target.ref.kind == "StatefulSet" else ()
        volumes = {claim.text("metadata", "name") for claim in claims} | {volume.text("name") for volume in pod.spec.items("volumes")}
        names: set[str] = set()
        for container in pod.containers():
            name = container.get("name")
            if name is not None and str(name.value) in names:
                yield self.finding(name, f"two containers of one pod are called {name.value}")
            names.add("" if name is None else str(name.value))
            for mount in (*container.items("volumeMounts"), *container.items("volumeDevices")):
                mounted = mount.get("name")
                if mounted is not None and mounted.value not in volumes and not is_placeholder(mounted.value):
                    there = ", ".join(sorted(filter(None, volumes))) or "none"
                    said = f"the container {name.value if name else '?'} mounts the volume {mounted.value}, which its pod does not have"
                    yield self.finding(mounted, f"{said}; it has {there}")

    def _service(self, target: Manifest) -> Iterator[Outcome]:
        ports = target.root.items("spec", "ports")
        kind = target.root.text("spec", "type") or "ClusterIP"
        for port in ports:
            if len(ports) > 1 and port.get("name") is None:
                yield self.finding(port, f"a Service with {len(ports)} ports has one without a name", fix="name every port")
            node_port = port.get("nodePort")
            if node_port is not None and node_port.value != 0 and kind == "ClusterIP":
                yield self.finding(node_port, "nodePort is given, and the type of the Service is ClusterIP, which has none", fix=_TYPE)


_TYPE = "give the Service the type NodePort, or leave the port out"


def _own_pods(world: World) -> dict[Manifest, list[PodTemplate]]:
    """The manifests of Kubernetes' own kinds that hold pods, and these."""
    found: dict[Manifest, list[PodTemplate]] = {}
    for pod in world.pod_templates:
        if pod.manifest.ref.group in _SERVERS_OWN:
            found.setdefault(pod.manifest, []).append(pod)
    return found
