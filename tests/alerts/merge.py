"""How Helm merges a person's values over a chart's."""

from collections.abc import Mapping
from typing import Any


def merged(defaults: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Maps are merged key by key, everything else is replaced, lists as a whole, and a null takes a default away."""
    result: dict[str, Any] = {}
    for key in {**defaults, **own}:
        if key not in own:
            result[key] = defaults[key]
        elif isinstance(own[key], Mapping) and isinstance(defaults.get(key), Mapping):
            result[key] = merged(defaults[key], own[key])
        elif own[key] is not None or key not in defaults:
            result[key] = own[key]
    return result
