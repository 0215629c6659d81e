"""Three truths: yes, no, and None where manifests cannot say."""

from collections.abc import Iterable


def every(truths: Iterable[bool | None]) -> bool | None:
    """No if one is no; else unknown if one is."""
    unknown = False
    for truth in truths:
        if truth is False:
            return False
        unknown = unknown or truth is None
    return None if unknown else True


def some(truths: Iterable[bool | None]) -> bool | None:
    """Yes if one is yes; else unknown if one is."""
    unknown = False
    for truth in truths:
        if truth is True:
            return True
        unknown = unknown or truth is None
    return None if unknown else False


def no(truth: bool | None) -> bool | None:
    """The opposite; of the unknown it is unknown too."""
    return None if truth is None else not truth
