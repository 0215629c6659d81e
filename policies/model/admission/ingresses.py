"""Ingresses and their classes."""

from collections.abc import Mapping
from typing import Final

from crema.policies.model.admission.forms import (
    CONTROLLER,
    DNS_1035,
    DNS_LABEL,
    DNS_SUBDOMAIN,
    PATH_SEGMENT,
    PORT_NAME,
    PORT_RANGE,
    WILDCARD,
    is_ip,
    misfit,
)
from crema.policies.model.admission.refusal import Refusal, Refusals, below, items, lacks, mapping, number, text, texts, wrong
from crema.policies.model.values import Json

_SEQUENCES: Final = ("//", "/./", "/../", "%2f", "%2F")
_ENDS: Final = ("/..", "/.")
_CLASS: Final = "kubernetes.io/ingress.class"


def ingress(body: Mapping[str, Json]) -> Refusals:
    """What is wrong with an Ingress."""
    spec = mapping(body.get("spec"))
    old, new = mapping(mapping(body.get("metadata")).get("annotations")).get(_CLASS), spec.get("ingressClassName")
    if isinstance(old, str) and isinstance(new, str) and old != new:
        said = f"is {old}, and spec.ingressClassName is {new}; both have to be the same"
        yield Refusal(("metadata", "annotations", _CLASS), said, "leave the annotation out")
    if spec.get("defaultBackend") is None and spec.get("rules") == []:
        yield Refusal(("spec", "rules"), "is empty; rules or a defaultBackend are required")
    if spec.get("defaultBackend") is not None:
        yield from below(("spec", "defaultBackend"), _backend(mapping(spec.get("defaultBackend"))))
    yield from below("spec", misfit(spec, "ingressClassName", DNS_SUBDOMAIN))
    if new == "":
        yield wrong(("spec", "ingressClassName"), "", "the name of a class")
    for index, rule in items(spec.get("rules")):
        yield from below(("spec", "rules", index), _rule(rule))
    for index, one in items(spec.get("tls")):
        for place, host in texts(one.get("hosts")):
            yield from below(("spec", "tls", index, "hosts", place), _host(host, address=True))
        yield from below(("spec", "tls", index), misfit(one, "secretName", DNS_SUBDOMAIN))


def ingress_class(spec: Mapping[str, Json]) -> Refusals:
    """What is wrong with the specification of an IngressClass."""
    controller = spec.get("controller")
    if isinstance(controller, str) and not CONTROLLER.fits(controller):
        yield wrong("controller", controller, CONTROLLER.words)
    given = spec.get("parameters")
    if given is None:
        return
    parameters = mapping(given)
    group = parameters.get("apiGroup")
    if isinstance(group, str) and not DNS_SUBDOMAIN.fits(group):
        yield wrong(("parameters", "apiGroup"), group, DNS_SUBDOMAIN.words)
    for field in ("kind", "name"):
        yield from below("parameters", misfit(parameters, field, PATH_SEGMENT, required=True))
    scope = parameters.get("scope")
    if scope not in (None, "Cluster", "Namespace"):
        yield wrong(("parameters", "scope"), scope, "Cluster or Namespace")
    if scope == "Namespace" and not parameters.get("namespace"):
        yield lacks("namespace", "parameters in a namespace name it", ("parameters",))
    if scope != "Namespace" and parameters.get("namespace") is not None:
        yield Refusal(("parameters", "namespace"), "is given beside the scope Cluster, which has none")
    yield from below("parameters", misfit(parameters, "namespace", DNS_LABEL))


def _host(host: str, *, address: bool = False) -> Refusals:
    if not address and is_ip(host):
        yield Refusal((), f"is {host}, an address; the name of a host is required", "give the address a name, such as one of nip.io")
    elif "*" in host and not WILDCARD.fits(host):
        yield Refusal((), f'is "{host}"; {WILDCARD.words} is required')
    elif "*" not in host and not DNS_SUBDOMAIN.fits(host):
        yield Refusal((), f'is "{host}"; a host\'s name without scheme, port and path is required: {DNS_SUBDOMAIN.words.rstrip(",")}')


def _rule(rule: Mapping[str, Json]) -> Refusals:
    host = text(rule.get("host"))
    if host:
        yield from below("host", _host(host))
    http = rule.get("http")
    if http is not None and not mapping(http).get("paths"):
        yield Refusal(("http",), "has no paths; at least one is required")
    for index, path in items(mapping(http).get("paths")):
        yield from below(("http", "paths", index), _path(path))


def _path(one: Mapping[str, Json]) -> Refusals:
    kind, path = one.get("pathType"), text(one.get("path"))
    if kind not in ("Exact", "Prefix", "ImplementationSpecific"):
        yield wrong("pathType", kind, "Exact, Prefix or ImplementationSpecific") if kind is not None else lacks("pathType")
        return
    if not path.startswith("/") and (path or kind != "ImplementationSpecific"):
        missing = one.get("path") is None
        yield lacks("path", "a path that begins with / is required") if missing else wrong("path", path, "a path that begins with /")
    if kind != "ImplementationSpecific":
        for part in _SEQUENCES:
            if part in path:
                yield wrong("path", path, f"a path without {part}")
        for end in _ENDS:
            if path.endswith(end):
                yield wrong("path", path, f"a path that does not end in {end}")
    yield from below("backend", _backend(mapping(one.get("backend"))))


def _backend(backend: Mapping[str, Json]) -> Refusals:
    service, resource = backend.get("service"), backend.get("resource")
    if service is not None and resource is not None:
        yield Refusal(("resource",), "stands beside service; exactly one of both is required", "leave resource or service out")
        return
    if service is None and resource is None:
        yield Refusal((), "has neither service nor resource; exactly one is required", "name a Service and its port")
    elif service is not None:
        yield from below("service", _service(mapping(service)))
    else:
        for field in ("kind", "name"):
            yield from below("resource", misfit(mapping(resource), field, PATH_SEGMENT, required=True))
        group = mapping(resource).get("apiGroup")
        if isinstance(group, str) and not DNS_SUBDOMAIN.fits(group):
            yield wrong(("resource", "apiGroup"), group, DNS_SUBDOMAIN.words)


def _service(service: Mapping[str, Json]) -> Refusals:
    name, port = service.get("name"), mapping(service.get("port"))
    if not isinstance(name, str) or not name:
        yield lacks("name", "a Service is required") if name is None else wrong("name", name, "the name of a Service")
    elif not (DNS_LABEL.fits(name) or DNS_1035.fits(name)):
        yield wrong("name", name, DNS_LABEL.words)
    value, named = number(port.get("number")), text(port.get("name"))
    if named and value:
        yield Refusal(("port", "number"), f"stands beside the name {named}; exactly one of both is required", "leave name or number out")
    elif not named and not value:
        yield Refusal(("port",) if "port" in service else (), "has neither a port's number nor its name; exactly one is required")
    elif named and not PORT_NAME.fits(named):
        fix = f"write number: {named}" if named.isdecimal() else ""
        yield wrong(("port", "name"), named, PORT_NAME.words, fix)
    elif value and not 1 <= value <= 65535:
        yield wrong(("port", "number"), value, PORT_RANGE)
