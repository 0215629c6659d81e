"""The forms of names that the server's validation knows. Each pattern is compiled once, and judges a whole text.

https://github.com/kubernetes/apimachinery/blob/master/pkg/util/validation/validation.go
"""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from crema.policies.model.admission.refusal import Refusals, lacks, wrong
from crema.policies.model.values import Json
from crema.policies.schemas.patterns import IN_WORDS
from crema.policies.schemas.patterns import LABEL_KEY as _LABEL_KEY
from crema.policies.schemas.patterns import LABEL_VALUE as _LABEL_VALUE

_LABEL: Final = r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN: Final = rf"{_LABEL}(?:\.{_LABEL})*"


@dataclass(frozen=True, slots=True)
class Form:
    """A pattern for all of a text, how long that may be, and both in words."""

    pattern: re.Pattern[str]
    longest: int
    words: str

    def fits(self, value: str) -> bool:
        """Whether a text has this form."""
        return len(value) <= self.longest and self.pattern.fullmatch(value) is not None


def _form(pattern: str, longest: int, words: str) -> Form:
    return Form(re.compile(pattern, re.ASCII), longest, words)


DNS_LABEL: Final = _form(_LABEL, 63, "at most 63 lower-case letters, digits and -, with a letter or digit at both ends,")
DNS_1035: Final = _form(
    r"[a-z](?:[-a-z0-9]*[a-z0-9])?", 63, "at most 63 lower-case letters, digits and -, with a letter in front and no - at the end,"
)
DNS_SUBDOMAIN: Final = _form(
    _SUBDOMAIN, 253, "at most 253 lower-case letters, digits, - and ., with a letter or digit at both ends of each part,"
)
DNS_WITH_UNDERSCORE: Final = _form(
    r"[a-z0-9_](?:[-a-z0-9_]*[a-z0-9])?(?:\.[a-z0-9_](?:[-a-z0-9_]*[a-z0-9])?)*", 253, "a domain such as shop.svc.cluster.local"
)
WILDCARD: Final = _form(rf"\*\.{_SUBDOMAIN}", 253, "a domain such as *.example.com, whose first part alone is *,")
QUALIFIED: Final = _form(_LABEL_KEY.strip("^$"), 317, IN_WORDS[_LABEL_KEY])
LABEL_VALUE: Final = _form(_LABEL_VALUE.strip("^$"), 63, IN_WORDS[_LABEL_VALUE])
PORT_NAME: Final = _form(
    r"(?!.*--)(?=.*[a-z])[a-z0-9](?:[-a-z0-9]*[a-z0-9])?",
    15,
    "at most 15 lower-case letters, digits and single -, with a letter among them,",
)
CONFIG_KEY: Final = _form(r"(?!\.\.)(?!\.$)[-._a-zA-Z0-9]+", 253, "a key of letters, digits, -, _ and ., which does not begin with ..,")
VARIABLE: Final = _form(r"[ -<>-~]+", 1 << 20, "a name of printable ASCII characters without =")
PERCENT: Final = _form(r"[0-9]+%", 1 << 10, "a number or a percentage such as 25%")
HEADER: Final = _form(r"[-A-Za-z0-9]+", 1 << 10, "a header's name of letters, digits and -")
PATH_SEGMENT: Final = _form(r"(?!\.{1,2}$)[^/%]+", 1 << 10, "a name without / and %, which is not . or ..,")
DOMAIN_PATH: Final = _form(rf"{_SUBDOMAIN}/[A-Za-z0-9/_.~!$&'()*+,;=:@%-]+", 1 << 10, "a domain and a path such as example.com/name")
CONTROLLER: Final = _form(rf"{_SUBDOMAIN}/[A-Za-z0-9/_.~%!$&'()*+,;=:-]+", 250, "a domain and a path such as k8s.io/ingress-nginx")
SYSCTL: Final = _form(
    r"(?:[a-z0-9](?:[-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9](?:[-_a-z0-9]*[a-z0-9])?", 253, "a kernel parameter such as net.core.somaxconn"
)

PORT_RANGE: Final = "1 to 65535"


def misfit(holder: Mapping[str, Json], key: str, form: Form, *, required: bool = False) -> Refusals:
    """What is wrong with the text of a field: it is missing, or has another form."""
    value = holder.get(key)
    if value is None or value == "":
        if required:
            yield lacks(key) if value is None else wrong(key, value, form.words)
    elif isinstance(value, str) and not form.fits(value):
        yield wrong(key, value, form.words)


def is_qualified(value: str) -> bool:
    """Whether a text is a key such as `example.com/name`: the part before the slash has a length of its own."""
    return QUALIFIED.fits(value) and len(value.rpartition("/")[0]) <= DNS_SUBDOMAIN.longest


@lru_cache(maxsize=4096)
def is_ip(value: str) -> bool:
    """Whether a text is an IP address as new objects must write it: without leading zeros, IPv4 not within IPv6, without a zone."""
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        return False
    return "%" not in value and getattr(address, "ipv4_mapped", None) is None


@lru_cache(maxsize=4096)
def network(value: str) -> "ipaddress.IPv4Network | ipaddress.IPv6Network | None":
    """The range of addresses that a text such as `10.0.0.0/8` is; None for anything else. Bits after the prefix must be zero."""
    address, slash, prefix = value.rpartition("/")
    if not slash or not is_ip(address) or not prefix.isdecimal() or (len(prefix) > 1 and prefix.startswith("0")):
        return None
    try:
        return ipaddress.ip_network(value)
    except ValueError:
        return None


def of_the_machine(value: str) -> bool:
    """Whether an address is one that no other machine has: loopback, link-local or unspecified."""
    address = ipaddress.ip_address(value)
    local_group = value.startswith("224.0.0.") or value.lower().startswith("ff02:")
    return address.is_loopback or address.is_link_local or address.is_unspecified or local_group
