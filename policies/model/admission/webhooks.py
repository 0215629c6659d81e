"""Configurations of admission webhooks, and Endpoints that are written by hand."""

import ipaddress
from collections.abc import Mapping
from typing import Final

from crema.policies.model.admission.forms import (
    DNS_1035,
    DNS_LABEL,
    DNS_SUBDOMAIN,
    PORT_RANGE,
    QUALIFIED,
    is_ip,
    is_qualified,
    of_the_machine,
)
from crema.policies.model.admission.labels import selector
from crema.policies.model.admission.ports import port_number
from crema.policies.model.admission.refusal import Refusal, Refusals, below, items, mapping, number, text, texts, twice, wrong
from crema.policies.model.values import Json

_REVIEWS: Final = frozenset({"v1", "v1beta1"})
_CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "failurePolicy": ("Fail", "Ignore"),
    "matchPolicy": ("Exact", "Equivalent"),
    "sideEffects": ("None", "NoneOnDryRun"),
    "reinvocationPolicy": ("Never", "IfNeeded"),
}
_SCOPES: Final = ("Cluster", "Namespaced", "*")
_OPERATIONS: Final = frozenset({"*", "CREATE", "UPDATE", "DELETE", "CONNECT"})


def webhooks(body: Mapping[str, Json]) -> Refusals:
    """What is wrong with a ValidatingWebhookConfiguration or a MutatingWebhookConfiguration."""
    seen: set[str] = set()
    for index, hook in items(body.get("webhooks")):
        name = text(hook.get("name"))
        if not DNS_SUBDOMAIN.fits(name) or name.count(".") < 2:
            yield wrong(("webhooks", index, "name"), name, "a domain of three parts or more such as check.shop.example.com")
        if name in seen:
            yield Refusal(("webhooks", index, "name"), twice(name))
        seen.add(name)
        yield from below(("webhooks", index), _hook(hook))


def _hook(hook: Mapping[str, Json]) -> Refusals:
    versions = [one for _, one in texts(hook.get("admissionReviewVersions"))]
    if not _REVIEWS & set(versions):
        way = ("admissionReviewVersions",) if hook.get("admissionReviewVersions") is not None else ()
        yield Refusal(way, f"names {', '.join(versions) or 'no version'}; v1 is required among the admissionReviewVersions")
    for index, one in enumerate(versions):
        if not DNS_1035.fits(one) or one in versions[:index]:
            yield wrong(("admissionReviewVersions", index), one, "a version such as v1, once,")
    for field, allowed in _CHOICES.items():
        if hook.get(field) is not None and hook.get(field) not in allowed:
            yield wrong(field, hook.get(field), " or ".join(allowed))
    seconds = number(hook.get("timeoutSeconds"))
    if seconds is not None and not 1 <= seconds <= 30:
        yield wrong("timeoutSeconds", seconds, "1 to 30")
    for field in ("namespaceSelector", "objectSelector"):
        yield from below(field, selector(hook.get(field)))
    yield from below("clientConfig", _client(mapping(hook.get("clientConfig"))))
    for index, rule in items(hook.get("rules")):
        yield from below(("rules", index), _rule(rule))


def _client(config: Mapping[str, Json]) -> Refusals:
    url, service = config.get("url"), config.get("service")
    if (url is None) == (service is None):
        yield Refusal((), f"has {'neither' if url is None else 'both'} of url and service; exactly one is required")
    if isinstance(url, str) and (
        not url.startswith("https://") or "?" in url or "#" in url or "@" in url.partition("//")[2].partition("/")[0]
    ):
        yield wrong("url", url, "an address such as https://hook.example.com/check")
    if service is not None:
        named = mapping(service)
        for field in ("name", "namespace"):
            if named.get(field) == "":
                yield wrong(("service", field), "", f"a {field}")
        path = named.get("path")
        if path and isinstance(path, str) and (not path.startswith("/") or "//" in path):
            yield wrong(("service", "path"), path, "a path that begins with /")
        yield from below("service", port_number(named, "port"))


def _rule(rule: Mapping[str, Json]) -> Refusals:
    for field in ("operations", "apiGroups", "apiVersions", "resources"):
        values = [one for _, one in texts(rule.get(field))]
        if not values or ("" in values and field != "apiGroups"):
            yield Refusal((field,) if rule.get(field) is not None else (), f"names no {field}; at least one is required")
        if "*" in values and len(values) > 1 and field != "resources":
            yield Refusal((field,), "has * beside others; * stands alone")
        if field == "resources" and "*/*" in values and len(values) > 1:
            yield Refusal((field,), "has */* beside others; */* stands alone")
        if field == "resources" and "*" in values and any(one != "*" and "/" not in one for one in values):
            yield Refusal((field,), "has * beside others; * stands alone")
        if field == "operations":
            for index, one in enumerate(values):
                if one not in _OPERATIONS:
                    yield wrong((field, index), one, f"one of {', '.join(sorted(_OPERATIONS))}")
    if rule.get("scope") is not None and rule.get("scope") not in _SCOPES:
        yield wrong("scope", rule.get("scope"), f"one of {', '.join(_SCOPES)}")


def endpoints(body: Mapping[str, Json]) -> Refusals:
    """What is wrong with Endpoints."""
    for index, subset in items(body.get("subsets")):
        if not subset.get("addresses") and not subset.get("notReadyAddresses"):
            yield Refusal(("subsets", index), "has neither addresses nor notReadyAddresses; one of both is required")
        for field in ("addresses", "notReadyAddresses"):
            for place, one in items(subset.get(field)):
                if not _is_reachable(text(one.get("ip"))):
                    yield wrong(("subsets", index, field, place, "ip"), one.get("ip"), "the IP address of another machine")
        yield from below(("subsets", index), _endpoint_ports(subset, required=True))


def endpoint_slice(body: Mapping[str, Json]) -> Refusals:
    """What is wrong with an EndpointSlice."""
    kind = body.get("addressType")
    if kind not in (None, "IPv4", "IPv6", "FQDN"):
        yield wrong("addressType", kind, "IPv4, IPv6 or FQDN")
    for index, one in items(body.get("endpoints")):
        addresses = list(texts(one.get("addresses")))
        if not addresses:
            yield Refusal(("endpoints", index), "has no addresses; at least one is required")
        for place, address in addresses:
            if kind in ("IPv4", "IPv6") and not (_is_plain(address) and (":" in address) == (kind == "IPv6")):
                yield wrong(("endpoints", index, "addresses", place), address, f"an address of {kind}")
            elif kind == "FQDN" and not DNS_SUBDOMAIN.fits(address):
                yield wrong(("endpoints", index, "addresses", place), address, DNS_SUBDOMAIN.words)
    yield from _endpoint_ports(body, required=False)
    seen: set[str] = set()
    for index, port in items(body.get("ports")):
        name = text(port.get("name"))
        if name in seen:
            yield Refusal(("ports", index, "name"), twice(name))
        seen.add(name)
        if port.get("protocol") not in (None, "TCP", "UDP", "SCTP"):
            yield wrong(("ports", index, "protocol"), port.get("protocol"), "TCP, UDP or SCTP")
        kind = port.get("appProtocol")
        if isinstance(kind, str) and not is_qualified(kind):
            yield wrong(("ports", index, "appProtocol"), kind, QUALIFIED.words)


def _is_reachable(address: str) -> bool:
    return is_ip(address) and not of_the_machine(address)


def _is_plain(address: str) -> bool:
    """Whether an address is written in the one form that an EndpointSlice takes."""
    return _is_reachable(address) and str(ipaddress.ip_address(address)) == address


def _endpoint_ports(holder: Mapping[str, Json], *, required: bool) -> Refusals:
    for index, port in items(holder.get("ports")):
        name, value = text(port.get("name")), number(port.get("port"))
        if required and not name and len(list(items(holder.get("ports")))) > 1:
            yield Refusal(("ports", index), "has no name, and stands beside other ports; a name is required")
        if name and not DNS_LABEL.fits(name):
            yield wrong(("ports", index, "name"), name, DNS_LABEL.words)
        if value is not None and not 1 <= value <= 65535 and required:
            yield wrong(("ports", index, "port"), value, PORT_RANGE)
