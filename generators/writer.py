"""Objects as YAML text that every reader reads alike.

YAML 1.1, YAML 1.2 and Kubernetes' own reader disagree about plain scalars (`on`, `1234567`, `12e4567`, `0o17`, `190:20:30`, `~`), so a
string is written plain only where its shape rules out every other reading; all others are quoted. Keys are sorted, so that the order in
which Python or JavaScript happened to fill a mapping never shows.
"""

import math
import re
from collections.abc import Mapping
from typing import Any

import yaml

# Words only: a letter first; then nothing that could make it a number, a date, a key or a comment.
_PLAIN = re.compile(r"[A-Za-z/][A-Za-z0-9_/.\-]*(:[A-Za-z0-9_/.\-]+)*", re.ASCII)
# What some reader takes for a boolean, null or number, whatever its case.
# https://yaml.org/type/ and https://yaml.org/spec/1.2.2/#103-core-schema
_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null", "inf", "nan", "infinity"})
DEEPEST = 100


class WriterError(ValueError):
    """A value that YAML cannot hold; the text says where it is."""


class _Dumper(yaml.CSafeDumper):
    """The C emitter with our strings. It meets no object twice and so writes no anchors: `_plain` copies."""


def is_plain(text: str) -> bool:
    """Whether every reader takes this text for itself when it stands without quotes."""
    return _PLAIN.fullmatch(text) is not None and text.lower() not in _WORDS


def _string(dumper: yaml.CSafeDumper, value: str) -> yaml.ScalarNode:
    style: str | None = '"'
    if is_plain(value):
        style = None
    elif _fits_a_block(value):
        style = "|"
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


def _fits_a_block(value: str) -> bool:
    """Whether a literal block shows the text as it is: several printable lines, the first not indented, at most one newline at the end.

    What the emitter cannot write as a block (a blank before a newline) it quotes by itself.
    """
    lines = value.removesuffix("\n").split("\n")
    return len(lines) > 1 and lines[-1] != "" and lines[0] != "" and not lines[0][0].isspace() and all(line.isprintable() for line in lines)


_Dumper.add_representer(str, _string)


def document(value: Mapping[str, Any]) -> str:
    """One YAML document: block style, two spaces, sorted keys, LF, ending in a newline.

    Raises:
        WriterError: for a value that is not plain data (a number that is not finite, half a surrogate pair, an object of a class).

    """
    return _dump(_plain(value, ""))


def manifest(body: Mapping[str, Any]) -> str:
    """One Kubernetes object as a document, what people look for in front: apiVersion, kind, metadata; in that, name and namespace."""
    plain = _plain(body, "")
    metadata = plain.get("metadata")
    if isinstance(metadata, dict):
        plain["metadata"] = _in_front(metadata, "name", "namespace")
    return _dump(_in_front(plain, "apiVersion", "kind", "metadata"))


def _in_front(mapping: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {**{key: mapping[key] for key in keys if key in mapping}, **mapping}


def _dump(plain: object) -> str:
    return yaml.dump(
        plain,
        Dumper=_Dumper,
        default_flow_style=False,
        allow_unicode=True,
        sort_keys=False,
        width=2**30,
        line_break="\n",
    )


def _plain(value: object, where: str, depth: int = 0) -> Any:
    """A copy made of dicts with sorted keys, lists and scalars alone."""
    if depth > DEEPEST:
        raise WriterError(f"{where or '/'} is nested more than {DEEPEST} levels deep")
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str):
                raise WriterError(f"{where or '/'} has a key of class {type(key).__name__}; keys are strings")
            _check_text(key, where)
        return {key: _plain(value[key], f"{where}/{_token(key)}", depth + 1) for key in sorted(value)}
    if isinstance(value, list | tuple):
        return [_plain(element, f"{where}/{index}", depth + 1) for index, element in enumerate(value)]
    if isinstance(value, str):
        _check_text(value, where)
        return str(value)
    if isinstance(value, float) and not math.isfinite(value):
        raise WriterError(f"{where or '/'} is {value}; a number must be finite")
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)  # JSON and Kubernetes know one kind of number; YAML would show 1.0
    if value is None or isinstance(value, bool | int | float):
        return value
    raise WriterError(f"{where or '/'} is a {type(value).__name__}; only mappings, lists, texts, numbers, booleans and null can be written")


def _check_text(text: str, where: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise WriterError(f"{where or '/'} holds half of a surrogate pair, which UTF-8 cannot write") from None


def _token(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
