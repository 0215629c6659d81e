"""Functions of Helm's templates that take values apart, or make new ones of them.

Source: https://helm.sh/docs/chart_template_guide/function_list/
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from tools.charts.atoms import ANY, NOTHING, At, Each, Items, Mapping, Serialised, TextOf, Value, Word, join, mapping, word

if TYPE_CHECKING:
    from tools.charts.evaluate import Evaluation


def known(key: Value) -> list[str | None]:
    """The texts that a key may be; None for one that is not known."""
    return sorted({atom.text if isinstance(atom, Word) else None for atom in key} or {None}, key=str)


def as_text(evaluation: Evaluation, value: Value) -> Value:
    """A value made a text, which still may be a template or serialised."""
    evaluation.truth(frozenset(atom for atom in value if isinstance(atom, At)))
    return frozenset(TextOf(atom.path) if isinstance(atom, At) else atom for atom in value if isinstance(atom, At | Serialised | TextOf))


def below(evaluation: Evaluation, value: Value, *keys: Value) -> Value:
    """What stands at a chain of keys, whatever each of them may be."""
    for key in keys:
        value = join(*(evaluation.items(value) if name is None else evaluation.field(value, name) for name in known(key)))
    return value


def _dict(_: Evaluation, given: list[Value]) -> Value:
    pairs = zip(given[::2], given[1::2], strict=False)
    return mapping((key or ANY, value) for keys, value in pairs for key in known(keys))


def _pick(evaluation: Evaluation, given: list[Value]) -> Value:
    return mapping((key or ANY, below(evaluation, given[0], keys)) for keys in given[1:] for key in known(keys))


def _omit(_: Evaluation, given: list[Value]) -> Value:
    names = {key for keys in given[1:] for key in known(keys)}
    made = [atom for atom in given[0] if isinstance(atom, Mapping)]
    kept = [mapping(entry for entry in atom.entries if entry[0] not in names) for atom in made]
    return join(given[0].difference(made), *kept)


def _pluck(evaluation: Evaluation, given: list[Value]) -> Value:
    return frozenset({Each(join(*(below(evaluation, each, given[0]) for each in given[1:])))})


def _values(evaluation: Evaluation, given: list[Value]) -> Value:
    return frozenset({Each(join(*(evaluation.items(each) for each in given)))})


def _keys(evaluation: Evaluation, given: list[Value]) -> Value:
    everything = join(*given)
    evaluation.keys(everything)
    if not all(isinstance(atom, Mapping) for atom in everything):
        return NOTHING
    names = (key for atom in everything if isinstance(atom, Mapping) for key, _ in atom.entries)
    return frozenset({Each(join(*(word(None if name == ANY else name) for name in names)))})


def _end(evaluation: Evaluation, given: list[Value], which: int) -> Value:
    """The first or the last item of a list."""
    made = [atom for atom in given[0] if isinstance(atom, Items)]
    rest = evaluation.items(given[0].difference(made))
    return join(rest, *(atom.items[which] for atom in made if atom.items))


def _added(_: Evaluation, given: list[Value]) -> Value:
    return join(given[0], frozenset({Each(join(*given[1:]))}))


def _ternary(evaluation: Evaluation, given: list[Value]) -> Value:
    evaluation.truth(given[-1])
    return join(*given[:2])


def _looked(evaluation: Evaluation, *values: Value) -> Value:
    evaluation.text(join(*values))
    return NOTHING


def _tpl(evaluation: Evaluation, given: list[Value]) -> Value:
    for text in sorted(_templates(evaluation, given[0])):
        evaluation.template(text, given[1])
    return join(as_text(evaluation, given[0]), word(None))


def _templates(evaluation: Evaluation, value: Value) -> set[str]:
    """Every text that a value may hold: those that templates make, and those that the charts ship."""
    found: set[str] = set()
    for atom in value:
        match atom:
            case At(path) | TextOf(path):
                found.update(evaluation.source.defaults(path))
            case Serialised(inner) | Each(inner):
                found |= _templates(evaluation, inner)
            case Mapping(entries):
                found |= _templates(evaluation, join(*(each for _, each in entries)))
            case Items(items):
                found |= _templates(evaluation, join(*items))
            case Word() if atom.text is not None:
                found.add(atom.text)
    return found


SPECIAL: Final[dict[str, Callable[[Evaluation, list[Value]], Value]]] = {
    "append": _added,
    "chunk": lambda _, given: frozenset({Each(given[-1])}),
    "dict": _dict,
    "dig": lambda evaluation, given: join(given[-2], below(evaluation, given[-1], *given[:-2])),
    "first": lambda evaluation, given: _end(evaluation, given, 0),
    "get": lambda evaluation, given: below(evaluation, *given),
    "has": lambda evaluation, given: _looked(evaluation, *given, evaluation.items(given[1])),
    "hasKey": lambda evaluation, given: _looked(evaluation, below(evaluation, *given)),
    "include": lambda evaluation, given: evaluation.include(given[0], given[1]),
    "index": lambda evaluation, given: below(evaluation, *given),
    "join": lambda evaluation, given: as_text(evaluation, join(*given, evaluation.items(given[1]))) | word(None),
    "keys": _keys,
    "last": lambda evaluation, given: _end(evaluation, given, -1),
    "list": lambda _, given: frozenset({Items(tuple(given))}),
    "omit": _omit,
    "pick": _pick,
    "pluck": _pluck,
    "prepend": _added,
    "ternary": _ternary,
    "tpl": _tpl,
    "tuple": lambda _, given: frozenset({Items(tuple(given))}),
    "values": _values,
}
