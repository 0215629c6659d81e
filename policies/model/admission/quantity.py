"""Quantities: `100m`, `0.5`, `128Mi`, 1e3, as numbers that can be compared.

https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
"""

import re
from fractions import Fraction
from functools import lru_cache
from typing import Final

from crema.policies.model.values import Json

_QUANTITY: Final = re.compile(
    r"\s*(?P<sign>[+-]?)(?P<number>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?P<suffix>[numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]{1,4})?\s*"
)
_SUFFIXES: Final[dict[str, Fraction]] = {
    "": Fraction(1),
    **{suffix: Fraction(1, 1000**power) for power, suffix in enumerate("mun", 1)},
    **{suffix: Fraction(1000**power) for power, suffix in enumerate("kMGTPE", 1)},
    **{f"{suffix}i": Fraction(1024**power) for power, suffix in enumerate("KMGTPE", 1)},
}


def quantity(value: Json) -> Fraction | None:
    """A quantity as a number; None for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    return _parsed(str(value))


def suffix(value: Json) -> str:
    """The suffix of a quantity: `m`, `Mi`, or empty."""
    found = _QUANTITY.fullmatch(value) if isinstance(value, str) else None
    return (found["suffix"] or "") if found else ""


@lru_cache(maxsize=4096)
def _parsed(text: str) -> Fraction | None:
    found = _QUANTITY.fullmatch(text)
    if found is None:
        return None
    number, suffix = Fraction(found["number"].rstrip(".") if found["number"][0] != "." else f"0{found['number']}"), found["suffix"] or ""
    scale = Fraction(10) ** int(suffix[1:]) if suffix not in _SUFFIXES else _SUFFIXES[suffix]
    return -number * scale if found["sign"] == "-" else number * scale
