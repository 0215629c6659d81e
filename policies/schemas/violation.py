"""One place where an object does not fit its schema, in words that name the value and what is required."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from crema.policies.model.steps import token_of

#: Stands for a value that must not be shown.
HIDDEN: Final = "(hidden)"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Violation:
    """`pointer` (RFC 6901) is the value's place, or its parent's where something is missing.

    `value` is the value as a message shows it: text and numbers as JSON, `a mapping`, `a list`, or HIDDEN.
    """

    pointer: str
    message: str
    value: str
    field: str = ""
    """The field that is missing at the pointer, if that is what is wrong."""
    unheard_of: bool = False
    """Whether it is a field or an option that misspells none that is known: another version of the API may have it."""


def pointer_of(path: tuple[str | int, ...]) -> str:
    """A JSON pointer."""
    return "".join(f"/{token_of(str(part))}" for part in path)


def field_of(path: tuple[str | int, ...]) -> str:
    """A field path as Kubernetes has it: `spec.ports[0].name`, `metadata.labels["app/x"]`; `the object` at the top."""
    written = ""
    for part in path:
        if isinstance(part, int):
            written += f"[{part}]"
        elif part.replace("_", "").isalnum():
            written += f".{part}" if written else part
        else:
            written += f'["{part}"]'
    return written or "the object"
