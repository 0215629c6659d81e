"""The closed sets of values of Kubernetes' own fields, read from the Go types of k8s.io/api.

The published definitions say `type: string` for `imagePullPolicy`. The Go types mark a closed set with `// +enum`,
which is also where Kubernetes' own OpenAPI v3 takes it from.
https://github.com/kubernetes/community/blob/master/contributors/devel/sig-architecture/api_changes.md
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from tools.schemas.keywords import Node

_ENUM: Final = re.compile(r"^// \+enum\n(?://.*\n)*type (\w+) string$", re.MULTILINE)
#: `Name Type = value` or `Name = Type(value)`, inside `const (…)` or after `const`.
_CONSTANT: Final = re.compile(r"^\s*(?:const )?\w+ +(?:(\w+) += (.+)|= (\w+)\((.+)\))$", re.MULTILINE)
_LITERAL: Final = re.compile(r'"[^"]*"')
_STRUCT: Final = re.compile(r"^type (\w+) struct \{\n(.*?)^\}", re.MULTILINE | re.DOTALL)
_FIELD: Final = re.compile(r'^\s+(?:\w+ +)?(?:\[\])?\*?(?:(\w+)\.)?(\w+) +`json:"(\w*)(?:,([^"]*))?"', re.MULTILINE)


def find(api: Path, definitions: Mapping[str, Node]) -> dict[tuple[str, str], list[str]]:
    """(definition, property) → its values, sorted, for every definition whose Go type has a field of a closed set.

    api: the unpacked k8s.io/api module. Raises ValueError if nothing was found: the sources changed their spelling.
    """
    found: dict[tuple[str, str], list[str]] = {}
    for file in sorted(api.glob("*/*/types.go")):
        source = file.read_text(encoding="utf-8")
        group, version = file.parent.parts[-2:]
        sets = _sets(source)
        structs = {match[1]: match[2] for match in _STRUCT.finditer(source)}
        for struct in structs:
            name = f"io.k8s.api.{group}.{version}.{struct}"
            properties = definitions.get(name, {}).get("properties", {})
            found |= {(name, field): sets[kind] for field, kind in _fields(struct, structs) if kind in sets and field in properties}
    if not found:
        raise ValueError(f"no `// +enum` type is used by any definition under {api}")
    return found


def _sets(source: str) -> dict[str, list[str]]:
    """Go type → values. A type with a value that is not a plain string (another package's constant) is left out."""
    values: dict[str, set[str]] = {name: set() for name in _ENUM.findall(source)}
    for kind, value, cast, cast_value in _CONSTANT.findall(source):
        if (name := kind or cast) in values:
            values[name].add((value or cast_value).split(" //")[0].strip())
    if empty := sorted(name for name, found in values.items() if not found):
        raise ValueError(f"no constants were found for {', '.join(empty)}; their spelling is new to tools/schemas/enums.py")
    return {
        name: sorted(value.strip('"') for value in found)
        for name, found in values.items()
        if all(_LITERAL.fullmatch(value) for value in found)
    }


def _fields(struct: str, structs: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """(JSON name, Go type) of each field whose type is of the same package, those of inlined structs included."""
    for package, kind, name, options in _FIELD.findall(structs[struct]):
        if package:
            continue
        if name:
            yield name, kind
        elif "inline" in options and kind in structs:
            yield from _fields(kind, structs)
