"""What each function of Helm's templates does with the values it is given.

Source: https://helm.sh/docs/chart_template_guide/function_list/
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tools.charts.atoms import ANY, NOTHING, At, Serialised, Value, Word, join, mapping, parts_of, word
from tools.charts.special import SPECIAL, as_text, known

if TYPE_CHECKING:
    from tools.charts.evaluate import Evaluation


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: They look at each argument as one value; what they yield is none of them.
LOOKS: Final = _names(
    """
    add add1 add1f addf adler32sum ago all any atoi b32dec b32enc base bcrypt biggest buildCustomCert ceil clean contains date
    dateInZone dateModify date_in_zone date_modify decryptAES derivePassword dir div divf duration durationRound empty encryptAES eq
    ext fail float64 floor ge genCA genCAWithKey genPrivateKey genSelfSignedCert genSelfSignedCertWithKey genSignedCert
    genSignedCertWithKey getHostByName gt hasPrefix hasSuffix htmlDate htpasswd initials int int64 isAbs kindIs kindOf le len lookup
    lt max maxf min minf mod mul mulf ne not now osBase osDir osExt randAlpha randAlphaNum randAscii randBytes randInt randNumeric
    regexFind regexFindAll regexMatch regexQuoteMeta regexSplit round semver semverCompare seq sha1sum sha256sum sha512sum split
    splitList splitn sub subf toDate toDecimal typeIs typeIsLike typeOf unixEpoch until untilStep urlJoin urlParse uuidv4
    """
)
#: They make a text of texts; what was serialised still is.
TEXTS: Final = _names(
    """
    abbrev abbrevboth b64dec b64enc camelcase cat html indent js kebabcase lower nindent nospace plural print printf println quote
    regexReplaceAll regexReplaceAllLiteral repeat replace snakecase squote substr swapcase title toString trim trimAll trimPrefix
    trimSuffix trunc untitle upper urlquery wrap wrapWith
    """
)
#: They yield one of their arguments, or a list of what is in them.
PASSES: Final = _names("and coalesce compact concat default initial or rest reverse sortAlpha toStrings uniq")
#: They yield one argument alone, in another form.
ALONE: Final = {"deepCopy": 0, "required": -1, "slice": 0, "unset": 0, "without": 0}
WRITES: Final = frozenset({"toYaml", "toYamlPretty", "toJson", "toPrettyJson", "toRawJson", "toToml"})
READS: Final = frozenset({"fromYaml", "fromYamlArray", "fromJson", "fromJsonArray", "fromToml"})
CONSTANTS: Final = frozenset({"true", "false", "nil"})
_VERB: Final = re.compile(r"%[-+# 0-9.]*[a-zA-Z]")
_SAID: Final[dict[str, Callable[[str], str]]] = {"lower": str.lower, "upper": str.upper, "title": str.title, "trim": str.strip}


@dataclass(frozen=True, slots=True)
class Called:
    """What a call yields. `changed`: what its first argument is afterwards, of a function that writes into it."""

    result: Value
    changed: Value | None = None


def call(evaluation: Evaluation, name: str, given: list[Value], *, named: bool, own: bool) -> Called:
    """A call of a function.

    named: its first argument is a variable or a field, not something that was made for this call. own: it is a variable
    of the template, in which a change of it is followed.
    """
    name = re.sub(r"^must(?=[A-Z])", "", name)
    name = name[:1].lower() + name[1:]
    if name in {"set", "merge", "mergeOverwrite"}:
        return _change(evaluation, name, given, named=named, own=own)
    return Called(_yield(evaluation, name, given))


def _yield(evaluation: Evaluation, name: str, given: list[Value]) -> Value:
    everything, found = join(*given), NOTHING
    if name in SPECIAL:
        found = SPECIAL[name](evaluation, given)
    elif name in PASSES:
        found = everything
    elif name in ALONE:
        found = given[ALONE[name]]
    elif name in TEXTS:
        found = as_text(evaluation, everything) | {Word(_parts(name, given))}
    elif name in WRITES:
        found = frozenset({Serialised(everything)}) if everything else word(None)
    elif name in READS:
        evaluation.truth(everything)
        found = join(*(atom.value for atom in everything if isinstance(atom, Serialised)))
    elif name in LOOKS:
        evaluation.text(everything)
    elif name not in CONSTANTS:
        evaluation.unknown.add(f"the function {name}")
        evaluation.whole(everything)
    return found


def _change(evaluation: Evaluation, name: str, given: list[Value], *, named: bool, own: bool) -> Called:
    """`set mapping key value`, and the merges, which write into their first argument.

    What is written into the values is found there again. What is written into a mapping that other templates may hold
    counts as used as it is.
    """
    first, *others = given
    if name == "set":
        entries = [(key or ANY, others[1]) for key in known(others[0])]
        made = any(not isinstance(atom, At) for atom in first) or not first
        changed, added = join(first, mapping(entries)) if made else first, others[1]
    else:
        entries, changed, added = [], join(*given), join(*others)
    places = [atom.path for atom in first if isinstance(atom, At)] if named else []
    for path in places:
        for key, value in entries:
            evaluation.write((*path, key), value)
        if name != "set":
            evaluation.write(path, added)
    if named and not own and not places:
        evaluation.whole(added)
    return Called(changed, changed)


def _parts(name: str, given: list[Value]) -> tuple[str | None, ...]:
    """The text that a function makes, as far as it is known."""
    texts = [atom.parts if len(value) == 1 and isinstance(atom := next(iter(value)), Word) else (None,) for value in given]
    if name == "print":
        return parts_of(part for parts in texts for part in parts)
    if name == "printf" and None not in texts[0]:
        first, *pieces = _VERB.split("".join(map(str, texts[0])))
        holes = [*texts[1:], *[(None,)] * len(pieces)]
        return parts_of((first, *(part for hole, piece in zip(holes, pieces, strict=False) for part in (*hole, piece))))
    if name in _SAID and None not in texts[-1]:
        return (_SAID[name]("".join(map(str, texts[-1]))),)
    return (None,)
