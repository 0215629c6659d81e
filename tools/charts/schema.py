"""What the values.schema.json of a chart says of keys: Helm refuses values that do not fit it.

Source: https://helm.sh/docs/topics/charts/#schema-files
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tools.charts.atoms import ANY, Path
from tools.charts.reads import Tree

Schema = dict[str, Any]


def refused(schema: Schema, tree: Tree) -> Iterator[Path]:
    """The keys of a tree that the schema does not allow: templates read them, and nobody can write them."""
    yield from _refused(schema, schema, tree, ())


def _refused(top: Schema, schema: Schema, tree: Tree, path: Path) -> Iterator[Path]:
    schema = _resolved(top, schema)
    if not isinstance(tree, dict) or not schema:
        return
    properties = schema.get("properties", {})
    others = schema.get("additionalProperties", True)
    for key, below in tree.items():
        if key in properties:
            yield from _refused(top, properties[key], below, (*path, key))
        elif key != ANY and others is False and "patternProperties" not in schema:
            yield (*path, key)
        elif isinstance(others, dict):
            yield from _refused(top, others, below, (*path, key))


def _resolved(top: Schema, schema: Any) -> Schema:
    """The schema that a reference within the file leads to; an empty one where several may hold, or any."""
    while isinstance(schema, dict) and "$ref" in schema:
        target: Any = top
        for part in str(schema["$ref"]).removeprefix("#").strip("/").split("/"):
            target = target.get(part, {}) if isinstance(target, dict) and part else target
        schema = target
    several = {"anyOf", "oneOf", "allOf", "if"}
    return schema if isinstance(schema, dict) and not several & schema.keys() else {}
