"""What a value of a spec must be: one small function a kind of value, and the annotated types the specs are written with.

A check takes any object and returns what is required, or None where the value is right. It never raises: a spec may hold
anything a person typed.
"""

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from crema.generators.quantity import exceeds

Requirement = str
CheckFunction = Callable[[object], Requirement | None]


@dataclass(frozen=True, slots=True)
class Check:
    """An annotation that says what a field's value must be, beyond its Python type."""

    requirement_of: CheckFunction


def _pattern(regex: str, requirement: Requirement, longest: int) -> Check:
    compiled = re.compile(regex)

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
        rf"(?![0-9.]+\Z)(\*\.)?{_LABEL}(\.{_LABEL})*",
        "a host name such as coffee.example.com: lower case, without scheme, port or path, and no address",
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
# ingress-nginx refuses other characters in Prefix and Exact paths (strict-validate-path-type), the API server refuses `.` and `..` in them.
UrlPath = Annotated[
    str,
    _pattern(
        r"/|(/(?!\.{1,2}(/|\Z))[A-Za-z0-9._\-]+)+",
        "a path that begins with '/', such as /api/order: letters, digits, '.', '_' and '-' between single slashes, none at the end",
        1024,
    ),
]
FilePath = Annotated[
    str,
    _pattern(r"(/(?!\.{1,2}(/|\Z))[^/\x00-\x1f:]+)+", "an absolute path inside the container, such as /tmp", 4096),
]
_HTTP_URL = re.compile(r"https?://[A-Za-z0-9]([A-Za-z0-9.\-]*[A-Za-z0-9])?(:(?P<port>[0-9]{1,5}))?(/[^\s]*)?")
# Grafana: https://grafana.com/docs/grafana/latest/developers/http_api/data_source/ (a uid has at most 40 characters).
Uid = Annotated[str, _pattern(r"[A-Za-z0-9_\-]{1,40}", "a uid: at most 40 letters, digits, '-' and '_'", 40)]
# A directory of the dashboards' volume, to the sidecar; a title, to Grafana.
FolderName = Annotated[
    str,
    _pattern(r"[A-Za-z0-9]([A-Za-z0-9 _\-]{0,98}[A-Za-z0-9])?", "a folder's name in letters, digits, blanks, '-' and '_'", 100),
]
# A label's or an annotation's key: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
LabelKey = Annotated[
    str,
    _pattern(
        rf"((?=[^/]{{1,253}}/){_LABEL}(\.{_LABEL})*/)?(?=.{{1,63}}\Z)[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?",
        "the key of a label or annotation, such as app or example.com/name",
        317,
    ),
]
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
    r"([a-zA-Z0-9][a-zA-Z0-9.\-]*(:[0-9]+)?/)?[a-z0-9]+((\.|_{1,2}|-+|/)[a-z0-9]+)*"
    r"(:(?P<tag>[A-Za-z0-9_][A-Za-z0-9._\-]{0,127}))?(?P<digest>@sha256:[0-9a-f]{64})?"
)
# https://dev.mysql.com/doc/refman/8.4/en/identifiers.html, of which this is the part that needs no quotes.
MySQLName = Annotated[
    str,
    _pattern(r"[A-Za-z_][A-Za-z0-9_]*", "a MySQL name: at most 32 letters, digits and '_', not beginning with a digit", 32),
]
MySQLSize = Annotated[str, _pattern(r"[1-9][0-9]*[KMG]", "a size of MySQL such as 128M", 16)]
Arn = Annotated[str, _pattern(r"arn:aws[a-z\-]*:[a-z0-9\-]+:[a-z0-9\-]*:[0-9]{12}:\S+", "an ARN, such as arn:aws:acm:…", 2048)]
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns
RoleArn = Annotated[
    str,
    _pattern(
        r"arn:aws[a-z\-]*:iam::[0-9]{12}:role/([A-Za-z0-9_+=,.@\-]+/)*[A-Za-z0-9_+=,.@\-]{1,64}",
        "the ARN of an IAM role, such as arn:aws:iam::123456789012:role/shop-secrets",
        2048,
    ),
]
AwsRegion = Annotated[str, _pattern(r"[a-z]{2,4}(-[a-z]+){1,2}-[1-9][0-9]?", "an AWS region, such as ap-northeast-2", 32)]
# https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html
RemoteKey = Annotated[
    str,
    _pattern(
        r"[A-Za-z0-9_+=.@\-]+(/[A-Za-z0-9_+=.@\-]+)*",
        "the name of a secret in AWS Secrets Manager, such as coffee/eks/mysql: letters, digits and _+=.@- between single slashes",
        512,
    ),
]
# The operator reads a property as a path of GJSON, in which other characters mean something.
# https://github.com/tidwall/gjson/blob/master/SYNTAX.md
RemoteProperty = Annotated[
    str,
    _pattern(r"[A-Za-z0-9_][A-Za-z0-9_\-]*", "a property of a secret's JSON object: letters, digits, '_' and '-'", 253),
]
# The one way in which Go writes a duration of whole seconds, which is what an operator written in Go makes of any other.
# https://pkg.go.dev/time#Duration.String
GoDuration = Annotated[
    str,
    _pattern(
        r"(([1-9][0-9]{0,5}h)([1-5]?[0-9]m)|[1-9]m|[1-5][0-9]m)?[1-5]?[0-9]s",
        "a duration as Go writes it, with all smaller units: 6h0m0s, 30m0s or 45s",
        16,
    ),
]
Registry = Annotated[
    str,
    _pattern(r"[a-zA-Z0-9.\-]+(:[0-9]+)?(/[a-z0-9._\-]+)*", "a registry host, without scheme and trailing '/'", 512),
]
GitRevision = Annotated[str, _pattern(r"[A-Za-z0-9][A-Za-z0-9._/\-]*", "a git branch, tag or commit", 255)]
DirectoryPath = Annotated[
    str,
    _pattern(
        r"(?!(.*/)?\.{1,2}(/|\Z))[A-Za-z0-9._\-]+(/[A-Za-z0-9._\-]+)*", "a directory of the repository, such as dist/local/order", 1024
    ),
]
# https://semver.org; Argo CD takes anything else for a range, and the newest version in it.
ChartVersion = Annotated[
    str,
    _pattern(r"v?[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.\-]+)?(\+[0-9A-Za-z.\-]+)?", "one exact version of a chart, such as 88.5.3", 64),
]
# https://helm.sh/docs/topics/charts/: it leaves room for what templates add to it.
ReleaseName = Annotated[str, _pattern(_LABEL, "a release name: at most 53 lower-case letters, digits and '-'", 53)]
ApiGroup = Annotated[str, _pattern(rf"({_LABEL}(\.{_LABEL})*)?", 'an API group, such as apps, or "" for the core group', 253)]
KindName = Annotated[str, _pattern(r"[A-Z][A-Za-z0-9]*", "a kind, such as Deployment", 63)]
NodeImage = Annotated[
    str,
    _pattern(
        r"kindest/node:v(?P<version>[0-9]+\.[0-9]+\.[0-9]+)@sha256:[0-9a-f]{64}",
        "an image of a kind release with its digest, such as kindest/node:v1.36.4@sha256:…",
        255,
    ),
]


def _image(value: object) -> Requirement | None:
    match = _IMAGE.fullmatch(value) if isinstance(value, str) and len(value) <= 512 else None
    if match is not None and (match["digest"] or match["tag"] not in {None, "latest"}):
        return None
    return "an image with a tag that stays (not 'latest') or a digest, such as registry.example.com/order:1.2.3"


def between(least: int, most: int, what: str = "a whole number") -> Check:
    """A whole number in a closed interval; True and False are none."""

    def check(value: object) -> Requirement | None:
        right = isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
        return None if right else f"{what} from {least} to {most}"

    return Check(check)


_PORT = between(1, 65535, "a port: a whole number")


def _http_url(value: object) -> Requirement | None:
    match = _HTTP_URL.fullmatch(value) if isinstance(value, str) and len(value) <= 2048 else None
    if match is None:
        return "an http or https URL, such as http://loki.monitoring:3100"
    return None if match["port"] is None or _PORT.requirement_of(int(match["port"])) is None else "a URL with a port from 1 to 65535"


def _cidr(value: object) -> Requirement | None:
    try:
        right = isinstance(value, str) and str(ipaddress.ip_network(value)) == value
    except ValueError:
        right = False
    return None if right else "an address range such as 172.18.0.0/16, with its prefix length and without bits beyond it"


# https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
_QUANTITY = re.compile(r"([0-9]+(\.[0-9]*)?|\.[0-9]+)([numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]{1,2})?")


def _quantity(least: str, most: str) -> CheckFunction:
    """A quantity in a closed interval; outside it stand slips of the unit: 128m of memory are 0.128 bytes, 500 of CPU are 500 cores."""

    def check(value: object) -> Requirement | None:
        match = _QUANTITY.fullmatch(value) if isinstance(value, str) and len(value) <= 64 else None
        if match is None:
            return "a quantity above zero such as 100m, 0.5 or 128Mi (a string)"
        within = not exceeds(least, match[0]) and not exceeds(match[0], most)
        return None if within else f"a quantity from {least} to {most}"

    return check


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


HttpUrl = Annotated[str, Check(_http_url)]
# A name without any character that a template, a shell or a URL would take for something else.
PlainName = Annotated[
    str,
    _pattern(r"[A-Za-z0-9]([A-Za-z0-9._\-]{0,61}[A-Za-z0-9])?", "a plain name such as admin: letters, digits, '.', '_' and '-'", 63),
]
# https://kubernetes.io/docs/concepts/configuration/secret/#restriction-names-data
SecretKey = Annotated[str, _pattern(r"(?!\.{1,2}\Z)[-._a-zA-Z0-9]+", "a key of a Secret: letters, digits, '-', '_' and '.'", 253)]
Text = Annotated[str, Check(_text)]
AnyText = Annotated[str, Check(_characters)]
Image = Annotated[str, Check(_image)]
Port = Annotated[int, _PORT]
NodePort = Annotated[int, between(30000, 32767, "a node port: a whole number")]
Cidr = Annotated[str, Check(_cidr)]
Cpu = Annotated[str, Check(_quantity("1m", "1024"))]
Bytes = Annotated[str, Check(_quantity("1Mi", "8Ei"))]
# Any user but root. https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#security-context
UserId = Annotated[int, between(1, 2**31 - 1)]
Replicas = Annotated[int, between(1, 1000)]
