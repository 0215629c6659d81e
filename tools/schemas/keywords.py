"""What one published schema node becomes in our files: structure only, and null as Kubernetes means it.

Both kinds of source (the OpenAPI definitions of Kubernetes, the openAPIV3Schema of a CustomResourceDefinition) share
these rules. The result is JSON Schema draft-07 that any validator reads the same way: no `$ref` beside other keywords,
and patterns in place of the formats that validators disagree on.
"""

from __future__ import annotations

import re
from typing import Any, Final

from crema.policies.schemas.patterns import BASE64, DATE_TIME

Node = dict[str, Any]

#: Value constraints that mean the same in a Kubernetes schema and in ours.
KEPT: Final[tuple[str, ...]] = (
    "enum",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "pattern",
    "uniqueItems",
)

#: Formats without a bound here: `type` says it already, or 64 bits are more than every reader of JSON keeps exactly.
PLAIN_FORMATS: Final = frozenset({"double", "float", "int64"})

#: Formats that JSON Schema validators agree on and check.
STANDARD_FORMATS: Final = frozenset({"ipv4", "ipv6"})


def constraints(node: Node) -> Node:
    """The value constraints of one node: ranges, lengths, patterns, enums, and formats as every validator enforces them.

    Raises ValueError for a format this file does not know, so that a new one in a source is decided on and not dropped.
    """
    kept: Node = {key: node[key] for key in KEPT if key in node}
    if "pattern" in kept:
        kept["pattern"] = _portable(kept["pattern"])
    format_name = node.get("format")
    if format_name == "int32":
        kept.setdefault("minimum", -(2**31))
        kept.setdefault("maximum", 2**31 - 1)
    elif format_name in {"date-time", "byte"}:
        kept.setdefault("pattern", DATE_TIME if format_name == "date-time" else BASE64)
    elif format_name in STANDARD_FORMATS:
        kept["format"] = format_name
    elif format_name is not None and format_name not in PLAIN_FORMATS:
        raise ValueError(f"format {format_name!r} is new to tools/schemas/keywords.py; decide how it is checked")
    return kept


def _portable(pattern: str) -> str:
    """A pattern without Go's `(?i)`, which ECMA's syntax lacks: up to the end of its group, letters become `[xX]`.

    https://github.com/google/re2/wiki/Syntax
    """
    if "(?i)" not in pattern:
        return pattern
    written, folds = "", [False]
    for part in re.findall(r"\(\?i\)|\(\?:|\[[^]]*\]|\\.|.", pattern):
        if folds[-1] and len(part) > 1 and part != "(?:" and re.search("[A-Za-z]", part):
            raise ValueError(f"{part!r} in the pattern {pattern!r} is new to tools/schemas/keywords.py")
        if part == "(?i)":
            folds[-1] = True
        elif part == ")":
            folds.pop()
            written += part
        else:
            folds += [folds[-1]] if part in {"(", "(?:"} else []
            written += f"[{part.lower()}{part.upper()}]" if folds[-1] and part.isalpha() else part
    return written


def nullable(node: Node) -> Node:
    """The same schema, and null: for an optional field null means that it is absent.

    The API server decodes null into the zero value of a built-in type, and prunes it from a custom resource.
    https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#defaulting-and-nullable
    """
    changed = dict(node)
    if "type" in node:
        types = node["type"] if isinstance(node["type"], list) else [node["type"]]
        changed["type"] = types if "null" in types else [*types, "null"]
    if "enum" in node and None not in node["enum"]:
        changed["enum"] = [*node["enum"], None]
    return changed | {key: [nullable(part) for part in node[key]] for key in ("allOf", "anyOf", "oneOf") if key in node}


def present(node: Node) -> Node:
    """The same schema without null at its top: for a required field null means missing."""
    types = node.get("type")
    if not isinstance(types, list) or "null" not in types:
        return node
    left = [name for name in types if name != "null"]
    return {**node, "type": left[0] if len(left) == 1 else left}
