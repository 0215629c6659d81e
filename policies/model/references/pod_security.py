"""The Pod Security Standards: what the API server refuses in a namespace that enforces `baseline` or `restricted`.

Each check has the name that the API server gives as its reason.
Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/ and the admission itself, read at 1.36.3:
https://github.com/kubernetes/kubernetes/tree/master/staging/src/k8s.io/pod-security-admission/policy
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from crema.policies.model.node import Node
from crema.policies.model.references.pod_security_tables import (
    ALLOWED_CAPABILITIES,
    ALLOWED_SELINUX_TYPES,
    ALLOWED_SYSCTLS,
    ALLOWED_VOLUMES,
    APPARMOR,
    PROBES,
    SECCOMP,
)

Version = tuple[int, int]
CONTAINERS: Final = ("initContainers", "containers", "ephemeralContainers")
_APPARMOR_KEY: Final = "container.apparmor.security.beta.kubernetes.io/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One thing that a level forbids. reason: the API server's word for it. said: who does what, in words."""

    reason: str
    node: Node
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A pod as the checks see it. annotations: those of the pod. version: the standard's. whole: everything of the pod is known; of
    one that is not, only what stands there is judged.
    """

    spec: Node
    annotations: Node | None
    version: Version
    whole: bool = True

    def containers(self) -> Iterator[tuple[Node, str]]:
        """Every container with its name."""
        for key in CONTAINERS:
            for container in self.spec.items(key):
                yield container, f"container {container.text('name') or container.key}"

    def contexts(self) -> Iterator[tuple[Node, str]]:
        """Every securityContext, the pod's own first, with whose it is."""
        own = self.spec.get("securityContext")
        if own is not None:
            yield own, "the pod"
        for container, name in self.containers():
            context = container.get("securityContext")
            if context is not None:
                yield context, name

    @property
    def in_user_namespace(self) -> bool:
        """Whether the pod has users of its own, for which the newer standards are milder."""
        return self.version >= (1, 35) and self.spec.flag("hostUsers") is False

    @property
    def on_windows(self) -> bool:
        """Whether the pod says that it is one for Windows."""
        return self.version >= (1, 25) and self.spec.text("os", "name") == "windows"


Found = Iterator[Violation]


def violations(judged: Judged, level: str) -> Iterator[Violation]:
    """Everything that a level forbids in a pod."""
    for check in _BASELINE if level == "baseline" else _RESTRICTED if level == "restricted" else ():
        yield from check(judged)


def _host_namespaces(pod: Judged) -> Found:
    for field in ("hostNetwork", "hostPID", "hostIPC"):
        node = pod.spec.get(field)
        if node is not None and node.flag():
            yield Violation(reason="host namespaces", node=node, said=f"the pod has {field}")


def _privileged(pod: Judged) -> Found:
    for container, name in pod.containers():
        node = container.get("securityContext", "privileged")
        if node is not None and node.flag():
            yield Violation(reason="privileged", node=node, said=f"{name} is privileged")


def _host_process(pod: Judged) -> Found:
    for context, whose in pod.contexts():
        node = context.get("windowsOptions", "hostProcess")
        if node is not None and node.flag():
            yield Violation(reason="hostProcess", node=node, said=f"{whose} is a process of the host")


def _capabilities(pod: Judged) -> Found:
    for container, name in pod.containers():
        for added in container.items("securityContext", "capabilities", "add"):
            if added.text() not in ALLOWED_CAPABILITIES:
                yield Violation(reason="non-default capabilities", node=added, said=f"{name} adds the capability {added.value}")


def _host_paths(pod: Judged) -> Found:
    for volume in pod.spec.items("volumes"):
        node = volume.get("hostPath")
        if node is not None:
            yield Violation(reason="hostPath volumes", node=node, said=f"volume {volume.text('name')} is a hostPath")


def _host_ports(pod: Judged) -> Found:
    for container, name in pod.containers():
        for port in container.items("ports"):
            node = port.get("hostPort")
            if node is not None and node.value != 0:
                yield Violation(reason="hostPort", node=node, said=f"{name} has hostPort {node.value}")


def _probe_hosts(pod: Judged) -> Found:
    for container, name in pod.containers() if pod.version >= (1, 34) else ():
        for way in PROBES:
            for how in ("httpGet", "tcpSocket"):
                node = container.get(*way, how, "host")
                if node is not None and node.text():
                    yield Violation(reason="probe or lifecycle host", node=node, said=f"{name} names a host in {'.'.join(way)}")


def _app_armor(pod: Judged) -> Found:
    for context, whose in pod.contexts():
        node = context.get("appArmorProfile", "type")
        if context.get("appArmorProfile") is not None and (node is None or node.text() not in APPARMOR):
            where = node or context
            yield Violation(reason="forbidden AppArmor profile", node=where, said=f"{whose} has the AppArmor profile {_value(node)}")
    for key, node in pod.annotations.entries() if pod.annotations is not None else ():
        value = node.text() or ""
        if key.startswith(_APPARMOR_KEY) and value and value != "runtime/default" and not value.startswith("localhost/"):
            yield Violation(reason="forbidden AppArmor profile", node=node, said=f"an annotation asks for the AppArmor profile {value}")


def _selinux(pod: Judged) -> Found:
    types = ALLOWED_SELINUX_TYPES if pod.version >= (1, 31) else ALLOWED_SELINUX_TYPES - {"container_engine_t"}
    for context, whose in pod.contexts():
        options = context.get("seLinuxOptions")
        if options is None:
            continue
        for field, allowed in (("type", types), ("user", frozenset({""})), ("role", frozenset({""}))):
            node = options.get(field)
            if node is not None and node.text() not in allowed:
                yield Violation(reason="seLinuxOptions", node=node, said=f"{whose} has the SELinux {field} {node.value}")


def _proc_mount(pod: Judged) -> Found:
    for container, name in pod.containers():
        node = container.get("securityContext", "procMount")
        if node is not None and node.text() != "Default":
            yield Violation(reason="procMount", node=node, said=f"{name} has procMount {node.value}")


def _proc_mount_baseline(pod: Judged) -> Found:
    if not pod.in_user_namespace:
        yield from _proc_mount(pod)


def _seccomp(pod: Judged) -> Found:
    for context, whose in pod.contexts():
        node = context.get("seccompProfile", "type")
        if context.get("seccompProfile") is not None and (node is None or node.text() not in SECCOMP):
            yield Violation(reason="seccompProfile", node=node or context, said=f"{whose} has the seccomp profile {_value(node)}")


def _sysctls(pod: Judged) -> Found:
    for sysctl in pod.spec.items("securityContext", "sysctls"):
        name = sysctl.text("name") or ""
        since = ALLOWED_SYSCTLS.get(name)
        if since is None or pod.version < since:
            yield Violation(reason="forbidden sysctls", node=sysctl, said=f"the pod sets {name}")


def _volumes(pod: Judged) -> Found:
    for volume in pod.spec.items("volumes"):
        kinds = [key for key, _ in volume.entries() if key != "name"]
        if not ALLOWED_VOLUMES.intersection(kinds) and (kinds or pod.whole):
            said = f"volume {volume.text('name')} is of the kind {', '.join(kinds) or 'none'}"
            yield Violation(reason="restricted volume types", node=volume, said=said)


def _escalation(pod: Judged) -> Found:
    for container, name in pod.containers() if not pod.on_windows else ():
        node = container.get("securityContext", "allowPrivilegeEscalation")
        if node.flag() if node is not None else pod.whole:
            said = f"{name} does not set allowPrivilegeEscalation: false"
            yield Violation(reason="allowPrivilegeEscalation != false", node=node or container, said=said)


def _non_root(pod: Judged) -> Found:
    own = pod.spec.get("securityContext", "runAsNonRoot")
    if pod.in_user_namespace:
        return
    if own is not None and not own.flag():
        yield Violation(reason="runAsNonRoot != true", node=own, said="the pod sets runAsNonRoot: false")
    for container, name in pod.containers():
        node = container.get("securityContext", "runAsNonRoot")
        if node is not None and not node.flag():
            yield Violation(reason="runAsNonRoot != true", node=node, said=f"{name} sets runAsNonRoot: false")
        elif node is None and own is None and pod.whole:
            said = f"neither the pod nor {name} sets runAsNonRoot: true"
            yield Violation(reason="runAsNonRoot != true", node=container, said=said)


def _root_user(pod: Judged) -> Found:
    for context, whose in pod.contexts() if not pod.in_user_namespace else ():
        node = context.get("runAsUser")
        if node is not None and node.value == 0:
            yield Violation(reason="runAsUser=0", node=node, said=f"{whose} runs as user 0")


def _seccomp_restricted(pod: Judged) -> Found:
    if pod.on_windows:
        return
    yield from _seccomp(pod)
    own = pod.spec.text("securityContext", "seccompProfile", "type")
    for container, name in pod.containers() if own not in SECCOMP and pod.whole else ():
        if container.get("securityContext", "seccompProfile") is None:
            said = f"neither the pod nor {name} sets seccompProfile RuntimeDefault or Localhost"
            yield Violation(reason="seccompProfile", node=container, said=said)


def _capabilities_restricted(pod: Judged) -> Found:
    for container, name in pod.containers() if not pod.on_windows else ():
        dropped = {item.text() for item in container.items("securityContext", "capabilities", "drop")}
        if "ALL" not in dropped and pod.whole:
            said = f"{name} does not drop the capabilities ALL"
            yield Violation(reason="unrestricted capabilities", node=container.get("securityContext") or container, said=said)
        for added in container.items("securityContext", "capabilities", "add"):
            if added.text() != "NET_BIND_SERVICE":
                said = f"{name} adds the capability {added.value}"
                yield Violation(reason="unrestricted capabilities", node=added, said=said)


def _proc_mount_restricted(pod: Judged) -> Found:
    yield from _proc_mount(pod)


def _value(node: Node | None) -> str:
    return "none" if node is None else str(node.value)


_BOTH: Final[tuple[Callable[[Judged], Found], ...]] = (
    _host_namespaces,
    _privileged,
    _host_process,
    _host_ports,
    _probe_hosts,
    _app_armor,
    _selinux,
    _sysctls,
)
_BASELINE: Final = (*_BOTH, _capabilities, _host_paths, _proc_mount_baseline, _seccomp)
_RESTRICTED: Final = (
    *_BOTH,
    _volumes,
    _escalation,
    _non_root,
    _root_user,
    _seccomp_restricted,
    _capabilities_restricted,
    _proc_mount_restricted,
)
