"""Values that no template reads: a chart's recorded list of keys, held against what somebody wrote."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Final

from crema.policies.model.documents import Json
from crema.policies.model.node import Node

Keys = tuple[str, ...]
Tree = bool | str | Mapping[str, "Tree"]

ANY: Final = "*"
_HERE: Final = Path(__file__).parent
_NAME: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_MENTIONED: Final = re.compile(r"\.Values((?:\.\w+)+)")
_LISTED: Final = 6
_LIKE: Final = 0.7
_NEARLY: Final = 0.85


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyList:
    """The keys that the templates of one chart read, in the version in which they were recorded."""

    chart: str
    version: str
    recorded: str
    tree: Tree


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A key that no template reads, the uppermost where a whole mapping is lost. `single`: the key above it is one value."""

    keys: Keys
    node: Node
    single: bool
    nearest: Keys
    known: tuple[str, ...]

    @property
    def name(self) -> str:
        """The key with all above it, as a person writes it."""
        return name_of(self.keys)

    @property
    def hint(self) -> str:
        """What was meant, or what could have been."""
        if self.single:
            return f"{name_of(self.keys[:-1])} is one value"
        if self.nearest:
            return f"did you mean {name_of(self.nearest)}?"
        return (
            f"read there: {', '.join(name_of((key,)) for key in self.known)}"
            if 0 < len(self.known) <= _LISTED
            else "no key there has a name like it"
        )


def name_of(keys: Keys) -> str:
    r"""Keys as one name; a dot within a key as `\.`, which is how Helm takes it in a parameter."""
    return ".".join(key.replace(".", r"\.") for key in keys)


@lru_cache(maxsize=64)
def key_list(chart: str) -> KeyList | None:
    """The list of a chart; None when there is none."""
    path = _HERE / f"{chart}.json"
    if not _NAME.fullmatch(chart) or not path.is_file():
        return None
    recorded = json.loads(path.read_text(encoding="utf-8"))
    return KeyList(chart=recorded["chart"], version=recorded["version"], recorded=recorded["recorded"], tree=recorded["keys"])


def unread(tree: Tree, written: Node) -> Iterator[Unread]:
    """Every key of written values that no template reads.

    A list where templates read one value is left alone, as is a key that a text among the values names itself
    (`{{ .Values.shop.name }}`): charts render such texts, and what they read is read.
    """
    mentioned = frozenset(_mentioned(written.value))
    for found in _unread(tree, written, (), tree):
        # Within a sub-chart `.Values` is what stands below its name.
        if not any(_on_one_way(keys, said) for keys in (found.keys, found.keys[1:]) for said in mentioned):
            yield found


def unread_path(tree: Tree, keys: Keys, node: Node) -> Unread | None:
    """The first of a chain of keys that no template reads, as of a parameter such as `a.b[0]`."""
    here = tree
    for index, key in enumerate(keys):
        if here == ANY:
            return None
        below = _below(here, key)
        if below is None:
            # What stands in a list where one value is read is left alone here too.
            listed = here is True and key.isdigit()
            return None if listed else _lost(tree, here, keys[: index + 1], node)
        here = below
    return None


def _unread(tree: Tree, written: Node, keys: Keys, top: Tree) -> Iterator[Unread]:
    if tree == ANY:
        return
    if isinstance(written.value, dict):
        for key, value in written.value.items():
            below = _below(tree, key)
            node = written.child(key, value)
            if below is None:
                yield _lost(top, tree, (*keys, key), node)
            else:
                yield from _unread(below, node, (*keys, key), top)
    elif isinstance(written.value, list) and isinstance(tree, Mapping) and ANY in tree:
        for index, value in enumerate(written.value):
            yield from _unread(tree[ANY], written.child(index, value), (*keys, str(index)), top)


def _on_one_way(one: Keys, other: Keys) -> bool:
    return bool(one) and one[: len(other)] == other[: len(one)]


def _below(tree: Tree, key: str) -> Tree | None:
    return tree.get(key, tree.get(ANY)) if isinstance(tree, Mapping) else None


def _lost(top: Tree, above: Tree, keys: Keys, node: Node) -> Unread:
    known = tuple(sorted(above)) if isinstance(above, Mapping) else ()
    return Unread(keys=keys, node=node, single=not isinstance(above, Mapping), nearest=_nearest(top, known, keys), known=known)


def _nearest(top: Tree, siblings: tuple[str, ...], keys: Keys) -> Keys:
    """What a key most likely means: one beside it with nearly its name, else the one place below the same first key that has its name, else
    one beside it with a name like it, else the one place anywhere.
    """
    *above, name = keys
    plain = {sibling.lower(): (*above, sibling) for sibling in siblings}
    close = get_close_matches(name.lower().replace("-", "").replace("_", ""), plain, n=1, cutoff=_LIKE)
    beside = plain[close[0]] if close else ()
    if beside and SequenceMatcher(None, name.lower(), beside[-1].lower()).ratio() >= _NEARLY:
        return beside
    places = list(_places(top, name))
    near = [place for place in places if above and place[0] == above[0]]
    if len(near) == 1:
        return near[0]
    return beside or (places[0] if len(places) == 1 else ())


def _places(tree: Tree, name: str, keys: Keys = ()) -> Iterator[Keys]:
    """Every place whose key is this name; those in lists and below any key have no name of their own."""
    for key, below in tree.items() if isinstance(tree, Mapping) else ():
        if key == name:
            yield (*keys, key)
        if key != ANY:
            yield from _places(below, name, (*keys, key))


def _mentioned(value: Json) -> Iterator[Keys]:
    """The keys that texts among the values name themselves."""
    if isinstance(value, dict):
        for below in value.values():
            yield from _mentioned(below)
    elif isinstance(value, list):
        for below in value:
            yield from _mentioned(below)
    elif isinstance(value, str) and "{{" in value:
        yield from (tuple(names[1:].split(".")) for names in _MENTIONED.findall(value))
