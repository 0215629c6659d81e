"""What YAML text becomes, and what is said of text that becomes nothing."""

from typing import Final

from crema.policies.model.scalars import Scalar

Json = Scalar | list["Json"] | dict[str, "Json"]

MAX_DEPTH: Final = 200
"""Kubernetes reads 10,000 levels; no object has a hundredth of that, and everything here that walks a value calls itself."""
TOO_DEEP: Final = f"nested deeper than {MAX_DEPTH} levels"
NO_NUMBER: Final = "infinity, or not a number at all, which JSON and so Kubernetes cannot hold"


class Unreadable(Exception):
    """Text that Kubernetes cannot read, or that no object of it could be. It never quotes a value."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(why)
        self.line = line
        self.why = why
