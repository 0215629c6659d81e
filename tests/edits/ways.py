"""Ways into the values that an Application gives to a chart."""

from typing import Any

from tests.edits.body import at
from tests.edits.edit import Body


def values_of(body: Body, chart: str) -> Any:
    """The values that an Application gives to a chart; None where it installs another, or nothing."""
    return at(body, "spec", "source", "helm", "valuesObject") if at(body, "spec", "source", "chart") == chart else None


def mappings(body: Body) -> list[Body]:
    """Every port of the host that a configuration of kind maps."""
    return [mapping for node in body.get("nodes", []) for mapping in node.get("extraPortMappings", [])]
