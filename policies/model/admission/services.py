"""Services beyond their ports."""

from collections.abc import Mapping
from typing import Final

from crema.policies.model.admission.forms import DNS_SUBDOMAIN, QUALIFIED, is_ip, is_qualified, network, of_the_machine
from crema.policies.model.admission.labels import labels
from crema.policies.model.admission.refusal import Refusal, Refusals, below, items, lacks, mapping, number, shown, text, texts, wrong
from crema.policies.model.values import Json

_BALANCED: Final = "LoadBalancer"
_OUTSIDE: Final = ("NodePort", _BALANCED)
_RANGES: Final = "service.beta.kubernetes.io/load-balancer-source-ranges"
_DAY: Final = 86400
FIRST_NODE_PORT: Final = 30000
LAST_NODE_PORT: Final = 32767


def service(body: Mapping[str, Json]) -> Refusals:
    """What is wrong with a Service, its ports left aside."""
    spec = mapping(body.get("spec"))
    if spec.get("ports") == [] and spec.get("type") != "ExternalName" and not _headless(spec):
        yield Refusal(("spec", "ports"), "is empty; at least one port is required")
    yield from below("spec", _type(spec))
    yield from below("spec", _addresses(spec))
    yield from below("spec", _families(spec))
    yield from below("spec", _traffic(spec))
    yield from below("spec", _affinity(spec))
    yield from below(("spec", "selector"), labels(spec.get("selector")))
    ranges = text(mapping(mapping(body.get("metadata")).get("annotations")).get(_RANGES))
    if ranges.strip() and not spec.get("loadBalancerSourceRanges"):
        if spec.get("type") != _BALANCED:
            yield Refusal(("metadata", "annotations", _RANGES), _only(spec))
        for one in ranges.split(","):
            if network(one.strip()) is None:
                yield wrong(("metadata", "annotations", _RANGES), one.strip(), "a range of addresses such as 10.0.0.0/8")


def node_ports(spec: Mapping[str, Json]) -> Refusals:
    """Node ports outside of the range that a server has unless it is told another."""
    for index, port in items(spec.get("ports")):
        value = number(port.get("nodePort"))
        if value and not FIRST_NODE_PORT <= value <= LAST_NODE_PORT and 1 <= value <= 65535:
            yield wrong(("ports", index, "nodePort"), value, f"{FIRST_NODE_PORT} to {LAST_NODE_PORT}, the range of node ports,")


def _only(spec: Mapping[str, Json]) -> str:
    return f"is given, and the type of the Service is {spec.get('type') or 'ClusterIP'}; only a LoadBalancer has it"


def _type(spec: Mapping[str, Json]) -> Refusals:
    kind, headless = spec.get("type") or "ClusterIP", _headless(spec)
    if kind in _OUTSIDE and headless:
        yield Refusal(
            ("clusterIP",),
            f"is None, and the type of the Service is {kind}; only a ClusterIP can be headless",
            "give it the type ClusterIP",
        )
    if kind == "ExternalName":
        name = text(spec.get("externalName")).removesuffix(".")
        if not name:
            yield lacks("externalName", "a Service of the type ExternalName names a host")
        elif not DNS_SUBDOMAIN.fits(name):
            yield wrong(
                "externalName", spec.get("externalName"), f"a host's name without scheme, port and path: {DNS_SUBDOMAIN.words.rstrip(',')}"
            )
        for field in ("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"):
            if spec.get(field):
                yield Refusal((field,), f"is {shown(spec.get(field))} beside the type ExternalName, which has none", "leave it out")
    if kind != _BALANCED:
        for field in ("loadBalancerClass", "allocateLoadBalancerNodePorts", "loadBalancerSourceRanges"):
            if spec.get(field) is not None and spec.get(field) != []:
                yield Refusal((field,), _only(spec), f"leave {field} out, or give the Service the type LoadBalancer")
    elif isinstance(spec.get("loadBalancerClass"), str) and not is_qualified(text(spec.get("loadBalancerClass"))):
        yield wrong("loadBalancerClass", spec.get("loadBalancerClass"), QUALIFIED.words)
    for index, one in texts(spec.get("loadBalancerSourceRanges")):
        if network(one.strip()) is None:
            yield wrong(("loadBalancerSourceRanges", index), one, "a range of addresses such as 10.0.0.0/8")


def _headless(spec: Mapping[str, Json]) -> bool:
    return spec.get("clusterIP") == "None" or [one for _, one in texts(spec.get("clusterIPs"))][:1] == ["None"]


def _addresses(spec: Mapping[str, Json]) -> Refusals:
    if spec.get("type") == "ExternalName":
        return
    given, many = text(spec.get("clusterIP")), [one for _, one in texts(spec.get("clusterIPs"))]
    if given and given != "None" and not is_ip(given):
        yield wrong("clusterIP", given, "an IP address, None, or nothing")
    if given and many and many[0] != given:
        yield Refusal(("clusterIPs",), f"begins with {many[0]}, and clusterIP is {given}; both have to be the same")
    if len(many) > 2:
        yield Refusal(("clusterIPs",), f"has {len(many)} addresses; at most 2 are allowed")
    for index, one in enumerate(many):
        if not (is_ip(one) or (one == "None" and len(many) == 1)):
            yield wrong(("clusterIPs", index), one, "an IP address, or None alone")
    for index, one in texts(spec.get("externalIPs")):
        if not is_ip(one) or of_the_machine(one):
            yield wrong(("externalIPs", index), one, "an IP address that is not the machine's own")


def _families(spec: Mapping[str, Json]) -> Refusals:
    if spec.get("type") == "ExternalName":
        return
    given, families = text(spec.get("clusterIP")), [one for _, one in texts(spec.get("ipFamilies"))]
    for index, one in enumerate(families):
        if one not in ("IPv4", "IPv6"):
            yield wrong(("ipFamilies", index), one, "IPv4 or IPv6")
        if one in families[:index]:
            yield Refusal(("ipFamilies", index), f"is {one} a second time")
    if spec.get("ipFamilyPolicy") not in (None, "SingleStack", "PreferDualStack", "RequireDualStack"):
        yield wrong("ipFamilyPolicy", spec.get("ipFamilyPolicy"), "SingleStack, PreferDualStack or RequireDualStack")
    if spec.get("ipFamilyPolicy") == "SingleStack" and len(families) > 1:
        yield Refusal(("ipFamilies",), "has two families beside ipFamilyPolicy: SingleStack; one is required")
    if families and given and is_ip(given) and (":" in given) != (families[0] == "IPv6"):
        yield wrong("clusterIP", given, f"an address of {families[0]}, the first of ipFamilies,")


def _traffic(spec: Mapping[str, Json]) -> Refusals:
    kind, policy = spec.get("type") or "ClusterIP", spec.get("externalTrafficPolicy")
    reached = kind in _OUTSIDE or (kind == "ClusterIP" and spec.get("externalIPs"))
    if policy and not reached:
        said = f"is {policy}, and the type of the Service is {kind}; only a NodePort or a LoadBalancer is reached from outside"
        yield Refusal(("externalTrafficPolicy",), said, "leave it out, or give the Service the type NodePort or LoadBalancer")
    elif policy not in (None, "", "Cluster", "Local"):
        yield wrong("externalTrafficPolicy", policy, "Cluster or Local")
    health = number(spec.get("healthCheckNodePort"))
    if health and not (kind == _BALANCED and policy == "Local"):
        said = f"is {health}; only a LoadBalancer with externalTrafficPolicy: Local has one"
        yield Refusal(("healthCheckNodePort",), said, "leave healthCheckNodePort out")
    elif health and not 1 <= health <= 65535:
        yield wrong("healthCheckNodePort", health, "1 to 65535")
    if spec.get("internalTrafficPolicy") not in (None, "Cluster", "Local"):
        yield wrong("internalTrafficPolicy", spec.get("internalTrafficPolicy"), "Cluster or Local")
    near = spec.get("trafficDistribution")
    if near not in (None, "PreferClose", "PreferSameZone", "PreferSameNode"):
        yield wrong("trafficDistribution", near, "PreferSameZone, PreferSameNode or PreferClose")


def _affinity(spec: Mapping[str, Json]) -> Refusals:
    kind, config = spec.get("sessionAffinity") or "None", spec.get("sessionAffinityConfig")
    seconds = number(mapping(mapping(config).get("clientIP")).get("timeoutSeconds"))
    if kind == "ClientIP" and seconds is not None and not 1 <= seconds <= _DAY:
        yield wrong(("sessionAffinityConfig", "clientIP", "timeoutSeconds"), seconds, f"1 to {_DAY} (a day)")
