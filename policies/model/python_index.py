"""The places in a chart's Python, ordered so that those that can have to do with a value are found at once."""

from collections.abc import Iterator

from crema.policies.model.python_charts import Site
from crema.policies.model.python_clue import Clue, flat, form_of


class Index:
    """Sites by their text, by their key and, of things, by what these say of themselves."""

    def __init__(self, sites: tuple[Site, ...]) -> None:
        self._texts: dict[str, list[Site]] = {}
        self._open: list[Site] = []
        self.keys: dict[str, list[Site]] = {}
        self.things: dict[str, list[Site]] = {}
        for site in sites:
            if site.kind == "made":
                for name in site.owners[-1] if site.owners else ():
                    self.things.setdefault(name, []).append(site)
                continue
            if site.kind == "key" and site.text is not None and not site.text.pattern:
                self.keys.setdefault(flat(site.text.text), []).append(site)
            if site.text is not None and not site.text.pattern:
                self._texts.setdefault(site.text.text, []).append(site)
            if site.text is not None and (site.text.pattern or form_of(site.text.text) is not None):
                self._open.append(site)

    def candidates(self, clue: Clue) -> Iterator[Site]:
        """The sites that can hold the value of a clue, or are its key."""
        value = None if clue.value is None else str(clue.value)
        seen: set[int] = set()
        for sites in self._lists(clue, value):
            for site in sites:
                if id(site) not in seen:
                    seen.add(id(site))
                    yield site

    def _lists(self, clue: Clue, value: str | None) -> Iterator[list[Site]]:
        words = [*clue.hints, *clue.words[:1]]
        yield from (self.keys.get(flat(word), []) for word in words)
        yield from (self._texts.get(word, []) for word in words)
        yield self._open
        if isinstance(clue.value, str):
            for text, sites in self._texts.items():
                if (len(text) >= 3 and text in clue.value) or (len(clue.value) >= 4 and clue.value in text) or text == clue.value:
                    yield sites
        elif value is not None:
            yield self._texts.get(value, [])
