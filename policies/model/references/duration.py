"""Durations as Go writes them: `1h30m`, `12h0m0s`, `0`."""

import re
from typing import Final

_PART: Final = re.compile(r"(?P<number>[0-9]+(?:\.[0-9]*)?)(?P<unit>ns|us|µs|ms|s|m|h)")
_SECONDS: Final = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


def seconds(text: str) -> float | None:
    """The seconds of a duration; None for text that is none. Source: https://pkg.go.dev/time#ParseDuration"""
    if text in {"0", "+0", "-0"}:
        return 0.0
    parts = [*_PART.finditer(text)]
    if not parts or "".join(part[0] for part in parts) != text.lstrip("+"):
        return None
    return sum(float(part["number"]) * _SECONDS[part["unit"]] for part in parts)
