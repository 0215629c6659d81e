"""A pod as a whole: its names, its DNS, its place on the host."""

from collections.abc import Mapping
from typing import Final

from crema.policies.model.admission.containers import containers
from crema.policies.model.admission.forms import DNS_LABEL, DNS_SUBDOMAIN, DNS_WITH_UNDERSCORE, Form, is_ip, misfit
from crema.policies.model.admission.refusal import Refusal, Refusals, items, lacks, mapping, number, text, texts, wrong
from crema.policies.model.values import Json

_NAMES: Final[Mapping[str, Form]] = {
    "serviceAccountName": DNS_SUBDOMAIN,
    "nodeName": DNS_SUBDOMAIN,
    "priorityClassName": DNS_SUBDOMAIN,
    "runtimeClassName": DNS_SUBDOMAIN,
    "hostnameOverride": DNS_SUBDOMAIN,
}
_LAST: Final = (1 << 31) - 1


def pod(spec: Mapping[str, Json], *, of_set: bool = False, template: bool = False) -> Refusals:
    """What is wrong with a pod's own fields. A StatefulSet gives its pods their hostname and subdomain, so there both are not judged."""
    if template and spec.get("ephemeralContainers"):
        said = "are given in a template; a person adds them to a pod that runs"
        yield Refusal(("ephemeralContainers",), said, "write them as containers")
    for field, form in _NAMES.items():
        yield from misfit(spec, field, form)
    for field in () if of_set else ("hostname", "subdomain"):
        yield from misfit(spec, field, DNS_LABEL)
    if spec.get("runtimeClassName") == "":
        yield wrong("runtimeClassName", "", DNS_SUBDOMAIN.words)
    deadline = number(spec.get("activeDeadlineSeconds"))
    if deadline is not None and not 1 <= deadline <= _LAST:
        yield wrong("activeDeadlineSeconds", deadline, f"1 to {_LAST}")
    if spec.get("preemptionPolicy") not in (None, "PreemptLowerPriority", "Never"):
        yield wrong("preemptionPolicy", spec.get("preemptionPolicy"), "PreemptLowerPriority or Never")
    yield from _dns(spec)
    yield from _host(spec)
    yield from _system(spec)
    for index, one in items(spec.get("hostAliases")):
        if not is_ip(text(one.get("ip"))):
            yield wrong(("hostAliases", index, "ip"), one.get("ip"), "an IP address")
        for place, name in texts(one.get("hostnames")):
            if not DNS_SUBDOMAIN.fits(name):
                yield wrong(("hostAliases", index, "hostnames", place), name, DNS_SUBDOMAIN.words)


def _dns(spec: Mapping[str, Json]) -> Refusals:
    policy, config = spec.get("dnsPolicy"), mapping(spec.get("dnsConfig"))
    if policy not in (None, "", "ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"):
        yield wrong("dnsPolicy", policy, "ClusterFirst, ClusterFirstWithHostNet, Default or None")
    servers = list(texts(config.get("nameservers")))
    if policy == "None" and not servers:
        yield Refusal(
            ("dnsPolicy",),
            "is None, and dnsConfig.nameservers is empty; at least one name server is required",
            "name a server, or another policy",
        )
    if len(servers) > 3:
        yield Refusal(("dnsConfig", "nameservers"), f"has {len(servers)} servers; at most 3 are allowed")
    for index, address in servers:
        if not is_ip(address):
            yield wrong(("dnsConfig", "nameservers", index), address, "an IP address")
    searches = list(texts(config.get("searches")))
    if len(searches) > 32 or len(" ".join(one for _, one in searches)) > 2048:
        yield Refusal(("dnsConfig", "searches"), "has more than 32 domains, or more than 2048 characters")
    for index, domain in searches:
        if domain != "." and not DNS_WITH_UNDERSCORE.fits(domain.removesuffix(".")):
            yield wrong(("dnsConfig", "searches", index), domain, DNS_WITH_UNDERSCORE.words)
    for index, option in items(config.get("options")):
        if not option.get("name"):
            yield lacks("name", way=("dnsConfig", "options", index))


def _host(spec: Mapping[str, Json]) -> Refusals:
    if spec.get("hostPID") is True and spec.get("shareProcessNamespace") is True:
        yield Refusal(("shareProcessNamespace",), "is true beside hostPID: true; only one of both is allowed")
    if spec.get("hostUsers") is False:
        for field in ("hostNetwork", "hostPID", "hostIPC"):
            if spec.get(field) is True:
                yield Refusal((field,), "is true beside hostUsers: false; only one of both is allowed")
        for way, container in containers(spec):
            if container.get("volumeDevices"):
                yield Refusal((*way, "volumeDevices"), "is given beside hostUsers: false; only one of both is allowed")
    if spec.get("hostnameOverride") is not None:
        for field in ("hostNetwork", "setHostnameAsFQDN"):
            if spec.get(field) is True:
                yield Refusal(("hostnameOverride",), f"is given beside {field}: true; only one of both is allowed")
        if len(text(spec.get("hostnameOverride"))) > 64:
            yield wrong("hostnameOverride", spec.get("hostnameOverride"), "at most 64 characters")


def _system(spec: Mapping[str, Json]) -> Refusals:
    system = mapping(spec.get("os")).get("name")
    if spec.get("os") is not None and system not in ("linux", "windows"):
        yield wrong(("os", "name"), system, "linux or windows")
    if system == "windows":
        for field in ("hostPID", "hostIPC", "hostUsers", "shareProcessNamespace", "resources"):
            if spec.get(field) not in (None, False) or (spec.get(field) is False and field in ("hostUsers", "shareProcessNamespace")):
                yield Refusal((field,), "is given for a pod of Windows, which has none")
