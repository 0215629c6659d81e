"""What a value of a spec must be: one small function a kind of value, and the annotated types the specs are written with.

A check takes any object and returns what is required, or None where the value is right. It never raises: a spec may hold
anything a person typed.
"""

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

Requirement = str
CheckFunction = Callable[[object], Requirement | None]


@dataclass(frozen=True, slots=True)
class Check:
    """An annotation that says what a field's value must be, beyond its Python type."""

    requirement_of: CheckFunction


def _pattern(regex: str, requirement: Requirement, longest: int) -> Check:
    compiled = re.compile(regex, re.ASCII)

    def check(value: object) -> Requirement | None:
        right = isinstance(value, str) and len(value) <= longest and compiled.fullmatch(value) is not None
        return None if right else requirement

    return Check(check)


_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"

# https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
DnsLabel = Annotated[
    str,
    _pattern(
        _LABEL,
        "a DNS label: at most 63 lower-case letters, digits and '-', beginning and ending with a letter or digit",
        63,
    ),
]
# A Service's name is also a DNS label that begins with a letter (RFC 1035).
ServiceName = Annotated[
    str,
    _pattern(
        r"[a-z]([-a-z0-9]*[a-z0-9])?",
        "a Service name: at most 63 lower-case letters, digits and '-', beginning with a letter and ending with a letter or digit",
        63,
    ),
]
DnsName = Annotated[
    str,
    _pattern(
        rf"{_LABEL}(\.{_LABEL})*",
        "a DNS name: at most 253 lower-case letters, digits, '-' and '.', each part beginning and ending with a letter or digit",
        253,
    ),
]
# An Ingress host: no port, no address, a wildcard only as the whole first label.
# https://kubernetes.io/docs/reference/kubernetes-api/service-resources/ingress-v1/#IngressRule
HostName = Annotated[
    str,
    _pattern(
        rf"(\*\.)?{_LABEL}(\.{_LABEL})*",
        "a host name such as coffee.example.com: lower case, without scheme, port or path",
        253,
    ),
]
EnvName = Annotated[
    str,
    _pattern(
        r"[A-Za-z_][A-Za-z0-9_]*",
        "the name of an environment variable: letters, digits and '_', not beginning with a digit",
        253,
    ),
]
# ingress-nginx refuses other characters in Prefix and Exact paths (strict-validate-path-type).
UrlPath = Annotated[
    str,
    _pattern(
        r"/|(/[A-Za-z0-9._\-]+)+",
        "a path that begins with '/', such as /api/order: letters, digits, '.', '_' and '-' between single slashes, none at the end",
        1024,
    ),
]
FilePath = Annotated[str, _pattern(r"(/[^/\x00-\x1f:]+)+", "an absolute path inside the container, such as /tmp", 4096)]
HttpUrl = Annotated[
    str,
    _pattern(
        r"https?://[A-Za-z0-9.\-]+(:[0-9]{1,5})?(/[^\s]*)?",
        "an http or https URL, such as http://loki.monitoring:3100",
        2048,
    ),
]
# Grafana: https://grafana.com/docs/grafana/latest/developers/http_api/data_source/ (a uid has at most 40 characters).
Uid = Annotated[str, _pattern(r"[A-Za-z0-9_\-]{1,40}", "a uid: at most 40 letters, digits, '-' and '_'", 40)]
LabelValue = Annotated[
    str,
    _pattern(
        r"([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?",
        "a label value: at most 63 letters, digits, '-', '_' and '.'",
        63,
    ),
]
# https://prometheus.io/docs/concepts/data_model/
PrometheusLabel = Annotated[str, _pattern(r"[a-zA-Z_][a-zA-Z0-9_]*", "a Prometheus label name: letters, digits and '_'", 253)]
AlertName = Annotated[
    str,
    _pattern(r"[a-zA-Z_][a-zA-Z0-9_]*", "an alert name in one word, such as PodNotReady: letters, digits and '_'", 253),
]
# The pattern of the PrometheusRule CRD's `for` and `interval`.
Duration = Annotated[
    str,
    _pattern(
        r"0|(?=.)([0-9]+y)?([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?",
        "a Prometheus duration such as 30s, 5m or 1h30m",
        32,
    ),
]
# https://github.com/distribution/reference: [host[:port]/]path[:tag][@digest]; a tag or a digest is required, and `latest` is not one.
_IMAGE = re.compile(
    r"([a-zA-Z0-9.\-]+(:[0-9]+)?/)?[a-z0-9]+([._\-/]+[a-z0-9]+)*"
    r"(:(?P<tag>[A-Za-z0-9_][A-Za-z0-9._\-]{0,127}))?(?P<digest>@sha256:[0-9a-f]{64})?",
    re.ASCII,
)
# https://dev.mysql.com/doc/refman/8.4/en/identifiers.html, of which this is the part that needs no quotes.
MySQLName = Annotated[
    str,
    _pattern(r"[A-Za-z_][A-Za-z0-9_]*", "a MySQL name: at most 32 letters, digits and '_', not beginning with a digit", 32),
]
MySQLSize = Annotated[str, _pattern(r"[1-9][0-9]*[KMG]", "a size of MySQL such as 128M", 16)]
Arn = Annotated[str, _pattern(r"arn:aws[a-z\-]*:[a-z0-9\-]+:[a-z0-9\-]*:[0-9]{12}:\S+", "an ARN, such as arn:aws:acm:…", 2048)]
Registry = Annotated[
    str,
    _pattern(r"[a-zA-Z0-9.\-]+(:[0-9]+)?(/[a-z0-9._\-]+)*", "a registry host, without scheme and trailing '/'", 512),
]
GitRevision = Annotated[str, _pattern(r"[A-Za-z0-9][A-Za-z0-9._/\-]*", "a git branch, tag or commit", 255)]


def _image(value: object) -> Requirement | None:
    match = _IMAGE.fullmatch(value) if isinstance(value, str) else None
    if match is not None and (match["digest"] or match["tag"] not in {None, "latest"}):
        return None
    return "an image with a tag that stays (not 'latest') or a digest, such as registry.example.com/order:1.2.3"


def _port(value: object) -> Requirement | None:
    right = isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 65535
    return None if right else "a port: a whole number from 1 to 65535"


def _node_port(value: object) -> Requirement | None:
    right = isinstance(value, int) and not isinstance(value, bool) and 30000 <= value <= 32767
    return None if right else "a node port: a whole number from 30000 to 32767"


def _cidr(value: object) -> Requirement | None:
    try:
        ipaddress.ip_network(value if isinstance(value, str) else "")
    except ValueError:
        return "an address range such as 172.18.0.0/16, without bits beyond its prefix"
    return None


# https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
_QUANTITY = re.compile(r"(?P<number>[0-9]+(\.[0-9]*)?|\.[0-9]+)(?P<suffix>[numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]+)?", re.ASCII)


def _quantity(value: object) -> Requirement | None:
    match = _QUANTITY.fullmatch(value) if isinstance(value, str) and len(value) <= 64 else None
    if match is None or not re.search("[1-9]", match["number"]):
        return "a quantity above zero such as 100m, 0.5 or 128Mi (a string)"
    return None


def between(least: int, most: int) -> Check:
    """A whole number in a closed interval."""

    def check(value: object) -> Requirement | None:
        right = isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
        return None if right else f"a whole number from {least} to {most}"

    return Check(check)


def _text(value: object) -> Requirement | None:
    if not isinstance(value, str) or not value.strip():
        return "a text that is not empty"
    return _characters(value)


def _characters(value: object) -> Requirement | None:
    if not isinstance(value, str):
        return "a text"
    try:
        value.encode()
    except UnicodeEncodeError:
        return "a text that UTF-8 can hold: it has half of a surrogate pair"
    return None if "\x00" not in value else "a text without NUL characters"


Text = Annotated[str, Check(_text)]
AnyText = Annotated[str, Check(_characters)]
Image = Annotated[str, Check(_image)]
Port = Annotated[int, Check(_port)]
NodePort = Annotated[int, Check(_node_port)]
Cidr = Annotated[str, Check(_cidr)]
Quantity = Annotated[str, Check(_quantity)]
Replicas = Annotated[int, between(1, 1000)]
