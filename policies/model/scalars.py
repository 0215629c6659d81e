"""Plain YAML scalars as Kubernetes reads them.

`kubectl`, the API server and Argo CD read YAML with sigs.k8s.io/yaml, whose resolver is a fork of go-yaml v2: YAML 1.1
words for booleans, Go's integer literals, no base-60 numbers, dates left as text.
Source: https://github.com/kubernetes-sigs/yaml/blob/master/goyaml.v2/resolve.go
"""

import re
from math import isinf
from typing import Final

Scalar = str | int | float | bool | None

_WORDS: Final[dict[str, Scalar]] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
}
_MAY_NOT_BE_TEXT: Final = frozenset("+-.0123456789yYnNtTfFoO~")
_INTEGER: Final = re.compile(r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))")
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_MANY_DIGITS: Final = 300
"""Whole numbers as long as this are read as floats, in which the longest are infinite and so stay text, as for Go."""
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ].*)?")


def resolve(text: str) -> Scalar:
    """The value of a plain (unquoted, untagged) scalar."""
    if text and text[0] not in _MAY_NOT_BE_TEXT:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in "+-.0123456789":
        return _number(text)
    return text


def _number(text: str) -> str | int | float:
    """A number where Go's strconv finds one, else the text itself."""
    if _DATE.fullmatch(text):
        return text
    digits = text if text[0] == "." else text.replace("_", "")
    whole = _INTEGER.fullmatch(digits) if text[0] != "." else None
    if whole is not None and len(digits) < _MANY_DIGITS:
        sign, *written = whole.groups()
        value = next(int(part, base) for part, base in zip(written, (16, 2, 8, 10), strict=True) if part is not None)
        return -value if sign == "-" else value
    number = float(digits) if _FLOAT.fullmatch(digits) else None
    return text if number is None or isinf(number) else number
