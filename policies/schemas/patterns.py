"""The regular expressions that schemas use for Kubernetes' own forms, and what each means in words.

Written in the syntax that Go's RE2, Rust's and ECMA's engines share, so that every validator reads them alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_LABEL: Final = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN: Final = rf"{_LABEL}(\.{_LABEL})*"
_NAME: Final = r"([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)"

#: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names
DNS_SUBDOMAIN: Final = f"^{_SUBDOMAIN}$"

#: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names
DNS_LABEL: Final = r"^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$"
NAMESPACE: Final = r"^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)?$"

#: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#path-segment-names
PATH_SEGMENT: Final = r"^[^/%]+$"

#: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
LABEL_VALUE: Final = f"^{_NAME}?$"
LABEL_KEY: Final = rf"^({_SUBDOMAIN}/)?{_NAME}$"

#: The same, but lower-cased before it is checked.
#: https://kubernetes.io/docs/concepts/overview/working-with-objects/annotations/#syntax-and-character-set
ANNOTATION_KEY: Final = LABEL_KEY.replace("[a-z0-9]", "[A-Za-z0-9]").replace("[-a-z0-9]", "[-A-Za-z0-9]")

#: A decimal number and one suffix, or an exponent; white space around it is trimmed.
#: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
QUANTITY: Final = r"^\s*[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]+)?\s*$"

#: What controller-gen writes for a quantity in a custom resource; it has no spaces and takes a fractional exponent.
CUSTOM_QUANTITY: Final = (
    r"^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))))?$"
)

#: RFC 3339 with an upper-case T and Z, the only spelling that Go's time.Parse takes.
#: https://go.dev/src/time/format.go
DATE_TIME: Final = (
    r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?"
    r"(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$"
)

#: Base64 with padding; Go's decoder ignores line breaks anywhere. https://go.dev/src/encoding/base64/base64.go
BASE64: Final = (
    r"^[\r\n]*(([A-Za-z0-9+/][\r\n]*){4})*"
    r"(([A-Za-z0-9+/][\r\n]*){2}=[\r\n]*=[\r\n]*|([A-Za-z0-9+/][\r\n]*){3}=[\r\n]*)?$"
)

#: The duration of prometheus-operator.
#: https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.Duration
PROMETHEUS_DURATION: Final = r"^(0|(([0-9]+)y)?(([0-9]+)w)?(([0-9]+)d)?(([0-9]+)h)?(([0-9]+)m)?(([0-9]+)s)?(([0-9]+)ms)?)$"

#: Pattern → what it asks for.
IN_WORDS: Final[Mapping[str, str]] = {
    ANNOTATION_KEY: "a key such as example.com/name: letters, digits, -, _ and ., at most 63 after the slash",
    BASE64: "base64",
    CUSTOM_QUANTITY: "a quantity such as 100m, 0.5 or 128Mi",
    DATE_TIME: "a time such as 2026-01-31T08:00:00Z",
    DNS_LABEL: "at most 63 lower-case letters, digits and -, with a letter or digit at both ends",
    DNS_SUBDOMAIN: "lower-case letters, digits, - and ., with a letter or digit at both ends of each part",
    LABEL_KEY: "a key such as example.com/name: letters, digits, -, _ and ., at most 63 after the slash",
    LABEL_VALUE: "at most 63 letters, digits, -, _ and ., with a letter or digit at both ends",
    NAMESPACE: "at most 63 lower-case letters, digits and -, with a letter or digit at both ends",
    PATH_SEGMENT: "a name without / and %",
    PROMETHEUS_DURATION: "a duration such as 30s, 5m or 1h30m",
    QUANTITY: "a quantity such as 100m, 0.5 or 128Mi",
}
