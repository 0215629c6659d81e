"""How well a place in a chart's Python fits what is known of a value in a manifest."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from crema.policies.model.python_charts import Site
from crema.policies.model.python_scope import Text

_TOKEN: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_FIELD: Final = re.compile(r"\{\w*\}|%[sd]")
_SAME: Final = 6.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Clue:
    """The words by which a value is looked for.

    `words`: the value's key, then its parents' keys and indexes; `value`: the value itself, where it is text, a number
    or a boolean; `names`: what the things around the value call themselves, outermost first; `hints`: words that the
    finding is about; `ids`: the ids of the constructs around it, None where any will do; `item`: the place is an item of a list, not a key.
    """

    words: tuple[str, ...] = ()
    value: str | float | bool | None = None
    names: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    ids: tuple[str, ...] | None = ()
    item: bool = False


class Judge:
    """Says how well a site fits a clue."""

    def __init__(self, clue: Clue) -> None:
        self._clue = clue
        self._words = tuple(flat(word) for word in clue.words)
        self._tokens = frozenset(token for word in (*clue.words[:3], *clue.names[-1:]) for token in _tokens(word))
        self._key = clue.words[0] if clue.words else ""
        keys = [word for word in clue.words if not word.isdecimal()]
        self._last = keys[0] if keys else ""

    def score(self, site: Site) -> tuple[float, bool]:
        """How well, and whether well enough to be called the place of the value."""
        key = self._key_fits(site)
        around = self.around(site)
        foreign = -6.0 if self.foreign(site) else 0.0
        if site.kind == "key":
            return self._score_key(site, around, foreign)
        holds, certain = self._holds(site)
        if holds <= 0 and site.text is not None and not site.text.pattern and site.text.text == self._key and len(self._key) > 2:
            return 4.5 + around + foreign, foreign == 0.0  # a mapping made of things by their names
        if holds <= 0 or not (certain or key >= self._enough(site)):
            return 0.0, False
        hinted = 4.0 if site.text is not None and any(hint in site.text.text for hint in self._clue.hints) else 0.0
        return holds + 3 * key + around + foreign + hinted, foreign == 0.0

    def _enough(self, site: Site) -> float:
        """How well the key must fit where the value alone says little."""
        return 0.5 if isinstance(site.held, bool) or site.held in {0, 1} else 0.3

    def _score_key(self, site: Site, around: float, foreign: float) -> tuple[float, bool]:
        """A key fits by its own word: that of the place, or one that the finding is about."""
        text = site.text
        if text is None:
            return 0.0, False
        if any(text.fits(hint) for hint in self._clue.hints):
            return 12.0 + around + foreign, foreign == 0.0
        holds, certain = self._holds(site)  # lists can be made of the keys of a mapping
        if site.held is not None and site.held == self._clue.value and (certain or self._key_fits(site) >= self._enough(site)):
            return holds + around + foreign, foreign == 0.0
        if not self._key or self._key.isdecimal():
            return 0.0, False
        if (text.fits(self._key) and not (text.pattern and site.literal < 1)) or (not text.pattern and same(text.text, self._key)):
            # What an argument is given may itself be written elsewhere.
            own = 4.0 if site.held is None and self._clue.value is not None else 5.0
            return own + around + foreign, foreign == 0.0 and self._can_give(site)
        return 0.0, False

    def _can_give(self, site: Site) -> bool:
        """Whether what a key is given in Python can be, or be part of, the value."""
        value = self._clue.value
        return value is None or site.given is None or site.given in str(value)

    def _holds(self, site: Site) -> tuple[float, bool]:
        """How much of the value a site writes, and whether that alone is certain."""
        value, held = self._clue.value, site.held
        if value is None or site.text is None:
            return 0.0, False
        if held is not None and isinstance(held, bool) == isinstance(value, bool) and held == value:
            plain = (_SAME, len(held) > 1) if isinstance(held, str) and held else (2.5, False)
            return plain if held != "" else (2.0, False)
        if isinstance(value, bool) or isinstance(held, bool):
            return 0.0, False
        if site.text.pattern or held is None:
            return _made_by(site.text, site.literal, str(value))
        return _part_of(site.text.text, str(value), text=isinstance(held, str))

    def _key_fits(self, site: Site) -> float:
        """From 0 to 1: whether the innermost key or argument that leads to a site is that of the place."""
        label = next((word for word in reversed(site.way) if not word.isdecimal()), "")
        if not label or not self._last:
            return 0.0
        if same(label, self._last):
            return 1.0
        tokens = _tokens(label)
        return 0.8 * sum(token in self._tokens for token in tokens) / len(tokens) if tokens else 0.0

    def around(self, site: Site) -> float:
        """How well what leads to a site fits what leads to the place: keys, names, ids."""
        clue = self._clue
        way = [flat(word) for word in site.way]
        aligned = _aligned(tuple(way), self._words[::-1])
        owned = sum(
            2.0 / (1 + distance) for distance, name in enumerate(reversed(clue.names)) if any(name in texts for texts in site.owners)
        )
        return min(4.0, aligned) + owned + 0.5 * len(site.ids)

    def foreign(self, site: Site) -> bool:
        """Whether a site belongs to another construct."""
        ids = self._clue.ids
        if ids is None:
            return False
        return len(site.ids) > len(ids) or any(not text.fits(name) for text, name in zip(site.ids, ids, strict=False))

    def distinct(self, site: Site) -> bool:
        """Whether a site that nothing leads to can be believed: it says the names too, or the very text."""
        named = not self._clue.names or any(self._clue.names[-1] in texts for texts in site.owners)
        return named or (site.kind == "value" and site.held == self._clue.value and len(str(site.held)) > 12)


def _made_by(text: Text, written: int, value: str) -> tuple[float, bool]:
    """An f-string holds a value that it can become, the more of it it writes itself."""
    if written == 0 or not text.fits(value):
        part = written >= 3 and not text.pattern and text.text in value
        return (_SAME * 0.9 * written / len(value), True) if part else (0.0, False)
    share = min(1.0, written / max(1, len(value)))
    return _SAME * (0.5 + 0.5 * share if share >= 0.25 else share), written >= 3


def _part_of(held: str, value: str, *, text: bool) -> tuple[float, bool]:
    """A constant that is the value in other words: as text, as a piece of it, as what is formatted, or with more around it."""
    form = form_of(held) if text else None
    if held == value:
        return 4.0, text
    if len(held) >= 3 and held in value:
        return _SAME * 0.9 * len(held) / len(value), text
    if form is not None and form[0].fullmatch(value):
        return _SAME * (0.5 + 0.5 * min(1.0, form[1] / max(1, len(value)))), form[1] >= 3
    return (2.5 * len(value) / len(held), False) if text and len(value) >= 4 and value in held else (0.0, False)


def _aligned(way: tuple[str, ...], words: tuple[str, ...]) -> float:
    """How many of the words a way has in their order; an index counts little."""
    row = [0.0] * (len(words) + 1)
    for label in way:
        before = 0.0
        for number, word in enumerate(words):
            kept = row[number + 1]
            if label == word:
                row[number + 1] = max(kept, before + (0.25 if label.isdecimal() else 1.0))
            else:
                row[number + 1] = max(kept, row[number])
            before = kept
    return row[-1]


@lru_cache(maxsize=4096)
def flat(word: str) -> str:
    return re.sub(r"[^a-z0-9]", "", word.lower()) or word


@lru_cache(maxsize=4096)
def _tokens(word: str) -> tuple[str, ...]:
    return tuple(token.lower().rstrip("s") for token in _TOKEN.findall(word))


@lru_cache(maxsize=4096)
def form_of(text: str) -> tuple[re.Pattern[str], int] | None:
    """What a text with `{…}` or `%s` can become when it is formatted, and how much of that it writes itself."""
    parts = _FIELD.split(text)
    written = sum(map(len, parts))
    return (re.compile(".*".join(map(re.escape, parts)), re.DOTALL), written) if len(parts) > 1 and written else None


def same(label: str, word: str) -> bool:
    """Whether a Python name writes a manifest's key: `is_default` for isDefault, `for_` for for."""
    return label == word or flat(label) == flat(word)
