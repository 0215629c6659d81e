"""Facts: what manifests cannot say. Written by generators to `_bootstrap/facts.yaml`, by others under `[facts]` of a
configuration; one schema for both.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

FILE: Final = "facts.yaml"
SCHEMA_FILE: Final = Path(__file__).parent / "facts.schema.json"


def fact(facts: Mapping[str, Any], *keys: str) -> Any:
    """A fact at a chain of keys; None where nothing says it."""
    here: Any = facts
    for key in keys:
        if not isinstance(here, Mapping) or key not in here:
            return None
        here = here[key]
    return here
