"""Security contexts of pods and containers."""

from collections.abc import Mapping
from typing import Final

from crema.policies.model.admission.containers import containers
from crema.policies.model.admission.forms import SYSCTL
from crema.policies.model.admission.refusal import Refusal, Refusals, below, items, lacks, mapping, number, text, twice, wrong
from crema.policies.model.values import Json

_IDS: Final = ("runAsUser", "runAsGroup", "fsGroup")
_LAST: Final = (1 << 31) - 1
_PROFILES: Final = ("RuntimeDefault", "Localhost", "Unconfined")
_NOT_ON_WINDOWS: Final = (
    *("appArmorProfile", "seLinuxOptions", "seccompProfile", "fsGroup", "fsGroupChangePolicy", "sysctls", "runAsUser", "runAsGroup"),
    *("supplementalGroups", "supplementalGroupsPolicy", "seLinuxChangePolicy", "capabilities", "readOnlyRootFilesystem", "privileged"),
    *("allowPrivilegeEscalation", "procMount"),
)
_HOST_KERNEL: Final[Mapping[str, tuple[str, ...]]] = {
    "hostNetwork": ("net.",),
    "hostIPC": ("kernel.shm", "kernel.msg", "kernel.sem", "fs.mqueue."),
}
_CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "fsGroupChangePolicy": ("OnRootMismatch", "Always"),
    "supplementalGroupsPolicy": ("Merge", "Strict"),
    "seLinuxChangePolicy": ("Recursive", "MountOption"),
}


def security(spec: Mapping[str, Json]) -> Refusals:
    """What the server refuses of the security contexts of a pod and its containers."""
    pod = mapping(spec.get("securityContext"))
    system = text(mapping(spec.get("os")).get("name"))
    yield from below("securityContext", _context(pod, system))
    for field, allowed in _CHOICES.items():
        if pod.get(field) is not None and pod.get(field) not in allowed:
            yield wrong(("securityContext", field), pod.get(field), " or ".join(allowed))
    groups = pod.get("supplementalGroups")
    for index, group in enumerate(groups if isinstance(groups, list) else ()):
        value = number(group)
        if value is not None and not 0 <= value <= _LAST:
            yield wrong(("securityContext", "supplementalGroups", index), value, f"0 to {_LAST}")
    names: set[str] = set()
    for index, one in items(pod.get("sysctls")):
        name = text(one.get("name"))
        if not SYSCTL.fits(name):
            yield wrong(("securityContext", "sysctls", index, "name"), name, SYSCTL.words)
        for shared, own in _HOST_KERNEL.items():
            if spec.get(shared) is True and name.replace("/", ".").startswith(own):
                place = ("securityContext", "sysctls", index, "name")
                yield Refusal(place, f"is {name} beside {shared}: true; the parameter would be the host's own")
        if name in names:
            yield Refusal(("securityContext", "sysctls", index, "name"), twice(name))
        names.add(name)
    for way, container in containers(spec):
        context = mapping(container.get("securityContext"))
        if context:
            yield from below((*way, "securityContext"), _context(context, system))
            yield from below((*way, "securityContext"), _container(context, spec))


def never_starts(spec: Mapping[str, Json]) -> Refusals:
    """What the server takes and no node starts: a container that must not be root and is told to be (CreateContainerConfigError)."""
    pod = mapping(spec.get("securityContext"))
    for way, container in containers(spec):
        own = mapping(container.get("securityContext"))
        given = own if own.get("runAsUser") is not None else pod
        firm = own if own.get("runAsNonRoot") is not None else pod
        if firm.get("runAsNonRoot") is True and number(given.get("runAsUser")) == 0:
            place = (*way, "securityContext", "runAsUser") if given is own else ("securityContext", "runAsUser")
            said = "is 0, which is root, and runAsNonRoot is true: the kubelet refuses to start the container"
            yield Refusal(place, said, "give it the number of a user that is not root")


def _context(context: Mapping[str, Json], system: str) -> Refusals:
    for field in _IDS:
        value = number(context.get(field))
        if value is not None and not 0 <= value <= _LAST:
            yield wrong(field, value, f"0 to {_LAST}")
    for field, escapes in (("seccompProfile", True), ("appArmorProfile", False)):
        if context.get(field) is not None:
            yield from below(field, _profile(mapping(context.get(field)), paths=escapes))
    if system == "windows":
        for field in _NOT_ON_WINDOWS:
            if context.get(field) is not None:
                yield Refusal((field,), "is given for a pod of Windows, which has none")
    if system == "linux" and context.get("windowsOptions") is not None:
        yield Refusal(("windowsOptions",), "is given for a pod of Linux, which has none")


def _container(context: Mapping[str, Json], spec: Mapping[str, Json]) -> Refusals:
    if context.get("allowPrivilegeEscalation") is False:
        added = mapping(context.get("capabilities")).get("add")
        if context.get("privileged") is True:
            yield Refusal(("allowPrivilegeEscalation",), "is false beside privileged: true, which always may; only one of both is allowed")
        if isinstance(added, list) and "CAP_SYS_ADMIN" in added:
            said = "is false beside the capability CAP_SYS_ADMIN, which always may; only one of both is allowed"
            yield Refusal(("allowPrivilegeEscalation",), said)
    if context.get("procMount") not in (None, "", "Default", "Unmasked"):
        yield wrong("procMount", context.get("procMount"), "Default or Unmasked")
    if context.get("procMount") == "" or (context.get("procMount") == "Unmasked" and spec.get("hostUsers") is not False):
        yield wrong("procMount", context.get("procMount"), "Default, or hostUsers: false in the pod,")


def _profile(profile: Mapping[str, Json], *, paths: bool) -> Refusals:
    kind, local = profile.get("type"), profile.get("localhostProfile")
    if kind not in _PROFILES:
        yield wrong("type", kind, f"one of {', '.join(_PROFILES)}")
    elif kind == "Localhost":
        path = text(local)
        if local is None or (not paths and not path.strip()):
            yield lacks("localhostProfile", "a profile of the type Localhost names a file")
        elif paths and (path.startswith("/") or ".." in path.split("/")):
            yield wrong("localhostProfile", path, "a relative path without ..")
        elif not paths and path != path.strip():
            yield wrong("localhostProfile", path, "a name without spaces around it")
    elif local is not None:
        yield Refusal(("localhostProfile",), f"is given beside the type {kind}; only Localhost has one")
