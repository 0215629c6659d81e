"""Gateways and their routes: the rules that their definitions hold beside a schema (x-kubernetes-validations).

https://github.com/kubernetes-sigs/gateway-api/tree/main/config/crd/standard
"""

import re
from collections.abc import Mapping
from typing import Final

from crema.policies.model.admission.forms import DNS_SUBDOMAIN, WILDCARD
from crema.policies.model.admission.refusal import Refusal, Refusals, Way, below, items, mapping, number, text, twice, wrong
from crema.policies.model.values import Json

_FILTERS: Final[Mapping[str, str]] = {
    kind: kind[0].lower() + kind[1:] if kind not in ("URLRewrite", "CORS") else {"URLRewrite": "urlRewrite", "CORS": "cors"}[kind]
    for kind in (
        *("RequestHeaderModifier", "ResponseHeaderModifier", "RequestMirror", "RequestRedirect", "URLRewrite", "ExtensionRef", "CORS"),
        "ExternalAuth",
    )
}
_ONCE: Final = frozenset({"RequestHeaderModifier", "ResponseHeaderModifier", "RequestRedirect", "URLRewrite", "CORS"})
_PLAIN: Final = ("HTTP", "TCP", "UDP")
_PATH: Final = re.compile(r"(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|%[0-9a-fA-F]{2})+")
_SEQUENCES: Final = ("//", "/./", "/../", "%2f", "%2F", "#")
_SERVICE: Final = re.compile(r"(?i)\.?[a-z_][a-z_0-9]*(?:\.[a-z_][a-z_0-9]*)*")
_METHOD: Final = re.compile(r"[A-Za-z_][A-Za-z_0-9]*")
_DURATION: Final = re.compile(r"(?:([0-9]+)h)?(?:([0-9]+)m(?!s))?(?:([0-9]+)s)?(?:([0-9]+)ms)?")
_MATCHES: Final = 128


def gateway(spec: Mapping[str, Json]) -> Refusals:
    """What is wrong with the listeners and addresses of a Gateway."""
    seen: dict[tuple[Json, ...], Way] = {}
    for index, one in items(spec.get("listeners")):
        here, protocol, tls = ("listeners", index), one.get("protocol"), one.get("tls")
        key = (number(one.get("port")), text(protocol), text(one.get("hostname")))
        if key in seen:
            said = f"has the port, protocol and hostname of listeners[{seen[key][1]}]; each listener has its own"
            yield Refusal(here, said, "give it another hostname or another port")
        seen.setdefault(key, here)
        mode = mapping(tls).get("mode") or "Terminate"
        if protocol in _PLAIN and tls is not None:
            yield Refusal((*here, "tls"), f"is given beside the protocol {protocol}; only HTTPS and TLS have it", "write protocol: HTTPS")
        if protocol in ("TCP", "UDP") and one.get("hostname"):
            yield Refusal((*here, "hostname"), f"is given beside the protocol {protocol}, which knows no hosts", "leave the hostname out")
        if protocol == "HTTPS" and tls is not None and mode != "Terminate":
            yield wrong((*here, "tls", "mode"), mode, "Terminate for the protocol HTTPS", "write protocol: TLS to pass it through")
        if protocol == "TLS" and tls is None:
            yield Refusal(here, "has the protocol TLS and no tls with a mode; it is required")
        if tls is not None and mode == "Terminate" and not mapping(tls).get("certificateRefs") and not mapping(tls).get("options"):
            yield Refusal(
                (*here, "tls"), "terminates TLS without a certificate; certificateRefs are required", "name the Secret of a certificate"
            )
    addresses: set[tuple[str, str]] = set()
    for index, one in items(spec.get("addresses")):
        value, sort = one.get("value"), text(one.get("type"))
        if (sort, text(value)) in addresses and sort in ("Hostname", "IPAddress"):
            yield Refusal(("addresses", index, "value"), twice(value))
        addresses.add((sort, text(value)))
        if one.get("type") == "Hostname" and isinstance(value, str) and not (DNS_SUBDOMAIN.fits(value) or WILDCARD.fits(value)):
            yield wrong(("addresses", index, "value"), value, "the name of a host")


def tls_policy(spec: Mapping[str, Json]) -> Refusals:
    """What is wrong with a BackendTLSPolicy."""
    check = mapping(spec.get("validation"))
    if bool(check.get("caCertificateRefs")) == bool(check.get("wellKnownCACertificates")):
        given = "both" if check.get("caCertificateRefs") else "neither"
        yield Refusal(("validation",), f"has {given} of caCertificateRefs and wellKnownCACertificates; exactly one is required")


def route(kind: str, spec: Mapping[str, Json]) -> Refusals:
    """What is wrong with the parents, matches, filters and back ends of a route."""
    yield from _parents(spec)
    total = 0
    for index, rule in items(spec.get("rules")):
        matches = list(items(rule.get("matches")))
        total += max(len(matches), 1)
        yield from below(("rules", index), _rule(kind, rule))
    if total > _MATCHES:
        yield Refusal(("rules",), f"have {total} matches together; at most {_MATCHES} are allowed", "split the route")


def _parents(spec: Mapping[str, Json]) -> Refusals:
    """Of two references to one Gateway each names a section; by their ports only the experimental channel tells them apart."""
    seen: dict[tuple[Json, ...], tuple[int, dict[str, set[Json]]]] = {}
    for index, parent in items(spec.get("parentRefs")):
        key = tuple(text(parent.get(field)) for field in ("group", "kind", "namespace", "name"))
        name, port = text(parent.get("sectionName")), number(parent.get("port"))
        first, sections = seen.setdefault(key, (index, {}))
        if name in sections:
            said = f"names {parent.get('name')} as parentRefs[{first}] does; the sectionName has to tell them apart"
            yield Refusal(("parentRefs", index), said, "leave it out, or name another section", gated=port not in sections[name])
        elif sections and ("" in sections or not name):
            said = f"names {parent.get('name')}, which parentRefs[{first}] names too; either all or none of them have a sectionName"
            yield Refusal(("parentRefs", index), said, "give each of them a sectionName", gated=port is not None)
        sections.setdefault(name, set()).add(port)


def _rule(kind: str, rule: Mapping[str, Json]) -> Refusals:
    for index, match in items(rule.get("matches")):
        if kind == "HTTPRoute":
            yield from below(("matches", index, "path"), _path(mapping(match.get("path"))))
        elif kind == "GRPCRoute" and match.get("method") is not None:
            yield from below(("matches", index, "method"), _method(mapping(match.get("method"))))
    yield from _filters(rule.get("filters"), ("filters",))
    for index, backend in items(rule.get("backendRefs")):
        yield from below(("backendRefs", index), _backend(backend))
        yield from _filters(backend.get("filters"), ("backendRefs", index, "filters"))
        yield from _prefix(backend.get("filters"), rule, ("backendRefs", index, "filters"))
    redirects = [index for index, one in items(rule.get("filters")) if one.get("requestRedirect") is not None]
    if rule.get("backendRefs") and redirects:
        said = "redirects requests, and the rule has backendRefs, which none would reach; only one of both is allowed"
        yield Refusal(("filters", redirects[0]), said, "leave the backendRefs out, or the RequestRedirect")
    yield from _prefix(rule.get("filters"), rule, ("filters",))
    limits = mapping(rule.get("timeouts"))
    whole, part = _seconds(limits.get("request")), _seconds(limits.get("backendRequest"))
    if whole and part is not None and part > whole:
        yield wrong(("timeouts", "backendRequest"), limits.get("backendRequest"), f"at most {limits.get('request')}, the whole request's,")


def _path(path: Mapping[str, Json]) -> Refusals:
    value = path.get("value")
    if path.get("type") == "RegularExpression" or not isinstance(value, str):
        return
    if not value.startswith("/"):
        yield wrong("value", value, "a path that begins with /")
    elif any(part in value for part in _SEQUENCES) or value.endswith(("/.", "/..")) or not _PATH.fullmatch(value):
        yield wrong("value", value, "a path without //, /./, /../, %2F and #, of characters that a URL may have,")


def _method(method: Mapping[str, Json]) -> Refusals:
    if not method.get("service") and not method.get("method"):
        yield Refusal((), "has neither service nor method; one of both is required")
    if method.get("type") == "RegularExpression":
        return
    for field, form in (("service", _SERVICE), ("method", _METHOD)):
        value = method.get(field)
        if isinstance(value, str) and not form.fullmatch(value):
            yield wrong(field, value, "a name such as shop.Order" if field == "service" else "a name such as Get")


def _filters(filters: Json, way: Way) -> Refusals:
    seen: dict[str, int] = {}
    for index, one in items(filters):
        kind, here = text(one.get("type")), (*way, index)
        field = _FILTERS.get(kind, "")
        if field and one.get(field) is None:
            yield Refusal(here, f"has the type {kind} and no {field}; it is required")
        for other, name in _FILTERS.items():
            if other != kind and one.get(name) is not None and field:
                yield Refusal((*here, name), f"stands in a filter of the type {kind}; only {field} is allowed there")
        if kind in seen and kind in _ONCE:
            yield Refusal((*here, "type"), f"is {kind} a second time; a rule has one", f"put all of it into filters[{seen[kind]}]")
        seen.setdefault(kind, index)
        for part in ("urlRewrite", "requestRedirect"):
            yield from below((*here, part, "path"), _new_path(mapping(mapping(one.get(part)).get("path"))))
        mirror = mapping(one.get("requestMirror"))
        if mirror:
            yield from below((*here, "requestMirror", "backendRef"), _backend(mapping(mirror.get("backendRef"))))
            if mirror.get("percent") is not None and mirror.get("fraction") is not None:
                yield Refusal((*here, "requestMirror", "fraction"), "stands beside percent; only one of both is allowed")
    if {"RequestRedirect", "URLRewrite"} <= seen.keys():
        place = max(seen["RequestRedirect"], seen["URLRewrite"])
        yield Refusal(
            (*way, place), "is a URLRewrite beside a RequestRedirect; a request is rewritten or redirected", "leave one of both out"
        )


def _new_path(path: Mapping[str, Json]) -> Refusals:
    kind = text(path.get("type"))
    for field in ("replaceFullPath", "replacePrefixMatch"):
        wanted = field[0].upper() + field[1:]
        if kind == wanted and path.get(field) is None:
            yield Refusal((), f"has the type {kind} and no {field}; it is required")
        elif kind and kind != wanted and path.get(field) is not None:
            yield Refusal((field,), f"is given beside the type {kind}; {wanted} is required beside it")


def _prefix(filters: Json, rule: Mapping[str, Json], way: Way) -> Refusals:
    """A prefix is replaced where one was matched, and only one."""
    matches = [mapping(match.get("path")) for _, match in items(rule.get("matches"))]
    prefix = len(matches) == 1 and (matches[0].get("type") or "PathPrefix") == "PathPrefix"
    if prefix or (not matches and rule.get("matches") is None):
        return
    for index, one in items(filters):
        for part in ("urlRewrite", "requestRedirect"):
            path = mapping(mapping(one.get(part)).get("path"))
            if path.get("type") == "ReplacePrefixMatch" and path.get("replacePrefixMatch") is not None:
                said = (
                    f"replaces the matched prefix, and the rule has {len(matches)} matches; exactly one of the type PathPrefix is required"
                )
                yield Refusal((*way, index, part, "path", "replacePrefixMatch"), said, "make a rule of each prefix, or use ReplaceFullPath")


def _backend(backend: Mapping[str, Json]) -> Refusals:
    if not backend.get("group") and (backend.get("kind") or "Service") == "Service" and backend.get("name") and backend.get("port") is None:
        yield Refusal((), f"is missing; the Service {backend.get('name')} is reached at one of its ports", "", "port")


def _seconds(value: Json) -> float | None:
    found = _DURATION.fullmatch(value) if isinstance(value, str) and value else None
    if found is None:
        return None
    hours, minutes, seconds, thousandths = (int(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + seconds + thousandths / 1000
