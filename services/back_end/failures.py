"""How a request can fail, in words for whoever asked; what a caller may conclude from it is in the kind of failure.

The law between the services: an answer of 4xx or 503 means that nothing was done. Any other failure means that it may have been.
"""

from __future__ import annotations


class Failure(Exception):
    """An answer that is no success.

    Args:
        status: of the answer. detail: a sentence for a person.

    """

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


class Refused(Failure):
    """The request cannot be met as it is (4xx); nothing was done."""


class Unavailable(Failure):
    """Something that is needed does not answer (503); nothing was done, and the same request may succeed later."""

    def __init__(self, detail: str) -> None:
        super().__init__(503, detail)


class Unknown(Failure):
    """It broke off where it may have been done or not (502 where another service broke off, 500 where this one did)."""
