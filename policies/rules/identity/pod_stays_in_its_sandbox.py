"""The policy identity-pod-stays-in-its-sandbox."""

import posixpath
from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example, Pinned
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.node import Node
from crema.policies.model.pods import PodTemplate
from crema.policies.model.references.reference import said
from crema.policies.model.world import World

_SOCKETS = ("docker.sock", "containerd.sock", "crio.sock", "cri-dockerd.sock")
_OF_THE_NODE = ("/", "/etc", "/root", "/home", "/boot", "/dev", "/proc", "/sys", "/var", "/var/run", "/run", "/usr", "/bin", "/lib")
_BELOW = ("/var/lib/kubelet", "/var/lib/docker", "/var/lib/containerd", "/run/containerd", "/etc/kubernetes", "/var/lib/etcd")
_CAPABILITIES = frozenset(
    {
        *("ALL", "SYS_ADMIN", "SYS_PTRACE", "SYS_MODULE", "SYS_RAWIO", "DAC_READ_SEARCH", "NET_ADMIN", "BPF", "SYS_BOOT", "SYSLOG"),
        *("MAC_ADMIN", "MAC_OVERRIDE", "PERFMON", "NET_RAW"),
    }
)
_POD = """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: order, namespace: shop}
    spec:
      template:
        metadata: {labels: {app: order}}
        spec:
          POD
          containers: [{name: order, securityContext: {CONTAINER}}]
          volumes: [VOLUMES]
"""


def _pod(pod: str = "hostUsers: true", container: str = "", volumes: str = "") -> str:
    return _POD.replace("POD", pod).replace("CONTAINER", container).replace("VOLUMES", volumes)


class PodStaysInItsSandbox(Policy[PodTemplate]):
    """A pod that is written here has no way out of its sandbox onto the node.

    Why: a privileged container, the node's processes or files, or the socket of its container runtime make whoever gets into the
    container master of the node, and of every pod on it.
    Fix: take it out; what needs the node (an agent, a driver) is its own chart in a namespace of its own
    Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
    """

    id = "identity-pod-stays-in-its-sandbox"
    basis = "house"
    allowed = (
        Example(name="nothing of it", manifests=_pod(container="privileged: false, capabilities: {drop: [ALL], add: [NET_BIND_SERVICE]}")),
        Example(name="a folder of its own on the node", manifests=_pod(volumes="{name: data, hostPath: {path: /data/order}}")),
    )
    denied = (
        Denied(
            name="privileged, with a capability that is nearly the same",
            manifests=_pod(container="privileged: true, capabilities: {add: [CAP_SYS_ADMIN]}"),
            at="Deployment/shop/order",
            pointer="/spec/template/spec/containers/0/securityContext/privileged",
            message="Deployment shop/order container order is privileged: it is root on the node",
            also=(
                Pinned(
                    at="Deployment/shop/order",
                    pointer="/spec/template/spec/containers/0/securityContext/capabilities/add/0",
                    message="Deployment shop/order container order has the capability CAP_SYS_ADMIN, which leads out of the container",
                ),
            ),
        ),
        Denied(
            name="the runtime's socket and the whole disk",
            manifests=_pod(volumes="{name: docker, hostPath: {path: /var/run/docker.sock}}, {name: disk, hostPath: {path: //}}"),
            at="Deployment/shop/order",
            pointer="/spec/template/spec/volumes/0/hostPath/path",
            message="Deployment shop/order mounts /var/run/docker.sock of the node: whoever speaks to it starts any container",
            also=(
                Pinned(
                    at="Deployment/shop/order",
                    pointer="/spec/template/spec/volumes/1/hostPath/path",
                    message="Deployment shop/order mounts / of the node",
                ),
            ),
        ),
        Denied(
            name="the node's processes and network, and no filter of system calls",
            manifests=_pod(
                pod="hostPID: true\n          hostNetwork: true\n          securityContext: {seccompProfile: {type: Unconfined}}"
            ),
            at="Deployment/shop/order",
            pointer="/spec/template/spec/hostPID",
            message="Deployment shop/order has hostPID: it sees and reaches what runs on the node",
            also=(
                Pinned(
                    at="Deployment/shop/order",
                    pointer="/spec/template/spec/hostNetwork",
                    message="Deployment shop/order has hostNetwork: it sees and reaches what runs on the node",
                ),
                Pinned(
                    at="Deployment/shop/order",
                    pointer="/spec/template/spec/securityContext/seccompProfile/type",
                    message="Deployment shop/order has the seccomp profile Unconfined: no system call is refused",
                ),
            ),
        ),
    )

    def targets(self, world: World) -> Iterable[PodTemplate]:
        """Every pod that is written here."""
        return (pod for pod in world.pod_templates if pod.manifest.origin != "rendered")

    def judge(self, world: World, target: PodTemplate) -> Iterator[Outcome]:
        """Each way out."""
        del world
        who, spec = said(target.manifest.ref), target.spec
        for field in ("hostPID", "hostIPC", "hostNetwork"):
            node = spec.get(field)
            if node is not None and node.flag():
                yield self.finding(node, f"{who} has {field}: it sees and reaches what runs on the node")
        for volume in spec.items("volumes"):
            path = volume.get("hostPath", "path")
            if path is not None:
                yield from self._mount(path, who)
        own = spec.get("securityContext")
        yield from self._context(own, who) if own is not None else ()
        for container in target.containers():
            context = container.get("securityContext")
            if context is not None:
                yield from self._context(context, f"{who} container {container.text('name') or container.key}")

    def _mount(self, path: Node, who: str) -> Iterator[Outcome]:
        place = "/" + posixpath.normpath(path.text() or "/").strip("/")
        if place.endswith(_SOCKETS):
            yield self.finding(path, f"{who} mounts {place} of the node: whoever speaks to it starts any container")
        elif place in _OF_THE_NODE or any(place == each or place.startswith(f"{each}/") for each in _BELOW):
            yield self.finding(path, f"{who} mounts {place} of the node")

    def _context(self, context: Node, who: str) -> Iterator[Outcome]:
        privileged, procs, seccomp = context.get("privileged"), context.get("procMount"), context.get("seccompProfile", "type")
        if privileged is not None and privileged.flag():
            yield self.finding(privileged, f"{who} is privileged: it is root on the node")
        if procs is not None and procs.text() == "Unmasked":
            yield self.finding(procs, f"{who} has procMount Unmasked: all of /proc is open to it")
        if seccomp is not None and seccomp.text() == "Unconfined":
            yield self.finding(seccomp, f"{who} has the seccomp profile Unconfined: no system call is refused")
        for added in context.items("capabilities", "add"):
            if str(added.value).removeprefix("CAP_") in _CAPABILITIES:
                yield self.finding(added, f"{who} has the capability {added.value}, which leads out of the container")
