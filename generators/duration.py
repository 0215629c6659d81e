"""How long a duration is, as Prometheus (`1h30m`) and Go (`6h0m0s`) write it."""

import re

_SECONDS = {"y": 31536000.0, "w": 604800.0, "d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}


def seconds(duration: str) -> float:
    """The length of a valid duration of either: `1h30m` is 5400."""
    return sum(int(number) * _SECONDS[unit] for number, unit in re.findall(r"([0-9]+)(ms|[ywdhms])", duration))
