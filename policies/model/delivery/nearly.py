"""Names that are almost another, found without comparing each with each."""

from collections.abc import Iterable, Iterator


class Names:
    """Names, looked up by what is a letter or two from one of them."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names: dict[str, str] = {}
        for name in sorted(names):
            for part in _parts(name):
                self._names.setdefault(part, name)

    def like(self, name: str) -> str:
        """One of the names that is this one but for a letter or two; empty when there is none."""
        return next((found for part in _parts(name) if (found := self._names.get(part)) is not None and found != name), "")


def _parts(name: str) -> Iterator[str]:
    """A name in lower case, and what it is without each of its letters: names that share one are alike. Too short ones all would be."""
    plain = name.lower()
    yield plain
    if len(plain) > 3:
        yield from (plain[:position] + plain[position + 1 :] for position in range(len(plain)))
