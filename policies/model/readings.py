"""How another reader takes a scalar: YAML 1.2's core schema beside Kubernetes' resolver.

Source: https://yaml.org/spec/1.2.2/#103-core-schema
"""

import re
from math import isinf
from typing import Final, NamedTuple

from crema.policies.model.scalars import Scalar, key_of

_WORDS: Final[dict[str, Scalar]] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
}
_INTEGER: Final = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INFINITE: Final = re.compile(r"[-+]?\.(inf|Inf|INF)")
_OCTAL: Final = re.compile(r"0[0-7]+")
_KINDS: Final[dict[type, str]] = {bool: "a boolean", int: "a number", float: "a number", str: "text", type(None): "null"}
_LONGEST: Final = 40
_MANY_DIGITS: Final = 300


class Difference(NamedTuple):
    """Two readings of one scalar in words: `text` quotes it, `veiled` does not."""

    text: str
    veiled: str


def core(text: str) -> Scalar:
    """The value of a plain scalar for a reader of YAML 1.2."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text) and len(text) < _MANY_DIGITS:
        return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))
    if _FLOAT.fullmatch(text):
        return float(text)
    return float("-inf" if text[0] == "-" else "inf") if _INFINITE.fullmatch(text) else text


def difference(text: str, read: Scalar) -> Difference | None:
    """What a plain scalar, of which Kubernetes reads a value, is to YAML 1.2; None when it is the same."""
    other = core(text)
    kind, other_kind = _KINDS[type(read)], _KINDS[type(other)]
    if kind != other_kind:
        return Difference(
            f"{_short(text)} without quotes is {_shown(read)} to Kubernetes and {_shown(other)} to readers of YAML 1.2",
            f"a value without quotes is {kind} to Kubernetes and {other_kind} to readers of YAML 1.2",
        )
    if read == other or (isinstance(read, float) and isinstance(other, int) and _near(read, other)):
        return None
    return Difference(
        f"{_short(text)} is the number {read} to Kubernetes and {other} to readers of YAML 1.2",
        "a number has another value to Kubernetes than to readers of YAML 1.2",
    )


def key_difference(text: str, key: str) -> str | None:
    """The same for a mapping's key, which Kubernetes turned into text."""
    other = core(text)
    kept = _written(other, text)
    if kept == key:
        return None
    return f"the key {_short(text)} without quotes is {_short(key)} to Kubernetes and {_short(kept)} to readers of YAML 1.2"


def is_file_mode(key: str, text: str) -> bool:
    """Whether this is an octal number where the API's own documentation writes one: `defaultMode: 0644`."""
    return key.lower().endswith("mode") and _OCTAL.fullmatch(text) is not None


def _written(value: Scalar, text: str) -> str:
    return text if value is None or (isinstance(value, float) and isinf(value)) else key_of(value) or text


def _near(read: float, other: int) -> bool:
    try:
        return float(other) == read
    except OverflowError:
        return False


def _shown(value: Scalar) -> str:
    if isinstance(value, bool):
        return f"the boolean {'true' if value else 'false'}"
    if isinstance(value, int | float):
        return f"the number {value}"
    return _KINDS[type(value)]


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
