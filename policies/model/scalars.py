"""Scalars of YAML as Kubernetes reads them.

`kubectl`, the API server and Argo CD read YAML with sigs.k8s.io/yaml, whose resolver is a fork of go-yaml v2: YAML 1.1
words for booleans, Go's integer literals, no base-60 numbers, dates left as text.
Source: https://github.com/kubernetes-sigs/yaml/blob/master/goyaml.v2/resolve.go
"""

import binascii
import re
import struct
from base64 import b64decode
from math import isinf, isnan
from typing import Final

Scalar = str | int | float | bool | None

MAY_NOT_BE_TEXT: Final = frozenset("+-.0123456789yYnNtTfFoO~")
"""First characters of the plain scalars that may be something else than text. The empty scalar is null."""
TAGS: Final = "tag:yaml.org,2002:"
_WORDS: Final[dict[str, Scalar]] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
}
_INTEGER: Final = re.compile(r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))")
_BINARY: Final = re.compile(r"0b([-+]?[01]+)")
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_POINT: Final = re.compile(r"\.[0-9]+(_[0-9]+)*([eE][-+]?[0-9]+(_[0-9]+)*)?")
_MANY_DIGITS: Final = 300
"""No whole number this long fits into 64 bits; none is converted, for that takes quadratic time."""
_MOST: Final = (1 << 64) - 1
_MOST_SIGNED: Final = (1 << 63) - 1
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ].*)?")
_KINDS: Final[dict[str, type]] = {"bool": bool, "int": int, "float": float, "null": type(None)}


class NotOfItsTag(ValueError):
    """A tag asks for something that the scalar is not: `!!int 1.5`."""


def resolve(text: str) -> Scalar:
    """The value of a plain (unquoted, untagged) scalar. Infinities and NaN are values here, which JSON cannot hold."""
    if text and text[0] not in MAY_NOT_BE_TEXT:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in "+-0123456789":
        return _number(text)
    return _finite(text.replace("_", "")) if text[0] == "." and _POINT.fullmatch(text) else text


def resolve_tagged(text: str, tag: str) -> Scalar:
    """The value of a scalar with a tag (in full): quotes do not matter, and unknown tags leave text.

    Raises NotOfItsTag where Kubernetes refuses the document.
    """
    name = tag.removeprefix(TAGS) if tag.startswith(TAGS) else ""
    if name == "binary":
        return _decoded(text)
    if name == "timestamp":
        if not _DATE.fullmatch(text):
            raise NotOfItsTag
        return text
    if name not in _KINDS:
        return text
    value = resolve(text)
    if name == "float" and type(value) is int and value <= _MOST_SIGNED:
        return float(value)
    if type(value) is not _KINDS[name]:
        raise NotOfItsTag
    return value


def key_of(value: Scalar) -> str | None:
    """The text that a mapping's key becomes in JSON; None for null and for what no signed 64 bits hold, which Kubernetes refuses.

    Numbers with a fraction are rounded to 32 bits, as in `convertToJSONableObject`:
    https://github.com/kubernetes-sigs/yaml/blob/master/yaml.go
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None or (isinstance(value, int) and value > _MOST_SIGNED):
        return None
    return _short(value) if isinstance(value, float) else str(value)


def _number(text: str) -> str | int | float:
    """A number where Go's strconv finds one, else the text itself."""
    if _DATE.fullmatch(text):
        return text
    digits = text.replace("_", "")
    whole = _INTEGER.fullmatch(digits) if len(digits) < _MANY_DIGITS else None
    if whole is not None:
        sign, *written = whole.groups()
        size = next(int(part, base) for part, base in zip(written, (16, 2, 8, 10), strict=True) if part is not None)
        value = -size if sign == "-" else size
        if -_MOST_SIGNED - 1 <= value <= (_MOST_SIGNED if sign else _MOST):
            return value
    if _FLOAT.fullmatch(digits):
        number = _finite(digits)
        return text if isinstance(number, str) else number
    signed = _BINARY.fullmatch(digits)
    return int(signed[1], 2) if signed is not None and len(digits) < 64 else text


def _finite(text: str) -> str | float:
    number = float(text)
    return text if isinf(number) else number


def _short(value: float) -> str:
    """Go's `FormatFloat(value, 'g', -1, 32)`: the fewest digits that lead back to the same 32 bits."""
    if isnan(value):
        return ".nan"
    try:
        (single,) = struct.unpack("f", struct.pack("f", value))
    except OverflowError:
        single = float("inf") if value > 0 else float("-inf")
    if isinf(single):
        return ".inf" if single > 0 else "-.inf"
    digits = next(written for written in (f"{single:.{most}e}" for most in range(9)) if _same_32_bits(float(written), single))
    mantissa, exponent = digits.split("e")
    if not -4 <= int(exponent) < 6:
        return digits
    fraction = len(mantissa.lstrip("-").replace(".", "")) - 1 - int(exponent)
    return f"{float(digits):.{max(0, fraction)}f}"


def _same_32_bits(one: float, other: float) -> bool:
    try:
        return struct.pack("f", one) == struct.pack("f", other)
    except OverflowError:
        return False


def _decoded(text: str) -> str:
    """Base64 as Go decodes it, line breaks left out; what is not UTF-8 in it is replaced, as by Go's JSON."""
    try:
        return b64decode(text.replace("\r", "").replace("\n", ""), validate=True).decode("utf-8", errors="replace")
    except (binascii.Error, ValueError):
        raise NotOfItsTag from None
