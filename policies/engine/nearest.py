"""The known name that a misspelt one most likely means."""

from collections.abc import Iterable


def nearest(name: str, known: Iterable[str]) -> str:
    """`; did you mean X?`, or what there is when nothing is near; ready to follow a sentence."""
    from difflib import get_close_matches  # here, since only mistakes need it

    names = sorted(set(known))
    close = get_close_matches(name, names, n=1, cutoff=0.5)
    if close:
        return f"; did you mean {close[0]}?"
    return f"; known: {', '.join(names)}" if names else ""
