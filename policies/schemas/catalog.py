"""The schemas that this library carries: which kinds it knows, and the schema of a whole object of one kind.

One JSON file for each Kubernetes version, one for each API group of custom resources, both made by `make schemas`. A
file is read when a manifest of its group is met. Reading needs no network and no other program.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, Final

from crema.policies.schemas.beyond import beyond, stricter
from crema.policies.schemas.identity import identity

Schema = dict[str, Any]

FOLDER: Final = Path(__file__).parent
#: API groups that Kubernetes once had. No other group without a dot can be added to it.
_GONE: Final = frozenset({"extensions"})
DRAFT: Final = "http://json-schema.org/draft-07/schema#"


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaFile:
    """One file: what it was made from, "group/version Kind" → definition, and definitions in draft-07 by name."""

    source: Mapping[str, str]
    kinds: Mapping[str, str]
    definitions: Mapping[str, Schema]
    groups: frozenset[str]
    """The API groups of its kinds; "" is the core group."""
    names: frozenset[str]
    """The kinds without their groups."""
    needed: dict[str, tuple[str, ...]] = field(default_factory=dict, repr=False)

    def needs(self, name: str) -> tuple[str, ...]:
        """The definitions to which one of its definitions refers. Found once: most workloads need the same hundred."""
        if name not in self.needed:
            self.needed[name] = tuple(_references(self.definitions[name]))
        return self.needed[name]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSchema:
    """Why an object has no schema.

    served: the API versions in which this kind is known, if it is known at all. certain: the API server of that
    Kubernetes version refuses the object for sure, because the group is one of its own; otherwise a
    CustomResourceDefinition of another version may define it.
    """

    why: str
    served: tuple[str, ...] = ()
    certain: bool = False
    near: str = ""
    """The known kind or group that this most likely misspells."""
    field: str = "/apiVersion"
    """The pointer of what is unknown."""


@cache
def load(name: str) -> SchemaFile | None:
    """A schema file by its name without `.json`; None if there is none."""
    path = FOLDER / f"{name}.json"
    if not re.fullmatch(r"[a-z0-9.-]+", name) or not path.is_file():
        return None
    data = json.loads(path.read_text(encoding="utf-8"))
    groups = frozenset(kind.partition(" ")[0].rpartition("/")[0] for kind in data["kinds"])
    names = frozenset(kind.partition(" ")[2] for kind in data["kinds"])
    return SchemaFile(source=data["source"], kinds=data["kinds"], definitions=data["definitions"], groups=groups, names=names)


@cache
def kubernetes_versions() -> tuple[str, ...]:
    """The Kubernetes versions whose own kinds are known, oldest first."""
    found = [path.stem.removeprefix("kubernetes-") for path in FOLDER.glob("kubernetes-*.json")]
    return tuple(sorted(found, key=lambda version: [int(part) for part in version.split(".")]))


@cache
def custom_groups() -> tuple[str, ...]:
    """The API groups of custom resources that are known."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.json") if not path.stem.startswith("kubernetes-")))


def whole_object(api_version: str, kind: str, kubernetes_version: str) -> Schema | NoSchema:
    """One self-contained draft-07 schema for an object of this kind, or why there is none."""
    builtin = load(f"kubernetes-{kubernetes_version}")
    if builtin is None:
        known = ", ".join(kubernetes_versions())
        return NoSchema(why=f"no schemas for Kubernetes {kubernetes_version}; there are schemas for {known}")
    group = api_version.rpartition("/")[0]
    own = group in builtin.groups or group in _GONE or ("." not in group and kind in builtin.names)
    file = builtin if own else load(group)
    if file is None:
        near = get_close_matches(group, {*custom_groups(), *builtin.groups}, n=1, cutoff=0.9 if "." in group else 0.75)
        return NoSchema(why=f"no schema for the API group {group}", near=near[0] if near else "")
    name = file.kinds.get(f"{api_version} {kind}")
    if name is None:
        return _unknown(api_version, kind, file, certain=own, kubernetes_version=kubernetes_version)
    return {
        "$schema": DRAFT,
        "allOf": [{"$ref": f"#/definitions/{name}"}, identity(api_version, kind, file.definitions[name]), beyond(api_version, kind)],
        "definitions": stricter(dict(_closure(name, builtin, file))) if own else dict(_closure(name, builtin, file)),
    }


def _unknown(api_version: str, kind: str, file: SchemaFile, *, certain: bool, kubernetes_version: str) -> NoSchema:
    group = api_version.rpartition("/")[0]
    known = [entry.split(" ") for entry in file.kinds]
    served = tuple(version for version, name in known if name == kind and (certain or version.rpartition("/")[0] == group))
    server = f"Kubernetes {kubernetes_version}" if certain else f"{file.source['module']} {file.source['version']}"
    why = f"{server} has no {kind} in {api_version}" + (f"; it has {', '.join(served)}" if served else "")
    kinds = {name for version, name in known if version == api_version}
    near = [] if served else get_close_matches(kind, kinds, n=1, cutoff=0.8)
    field = "/kind" if near else "/apiVersion"
    return NoSchema(why=why, served=served, certain=certain, near=near[0] if near else "", field=field)


def _closure(root: str, builtin: SchemaFile, file: SchemaFile) -> Iterator[tuple[str, Schema]]:
    """The definitions that a definition needs, itself included. A group's own come before those of Kubernetes."""
    seen: set[str] = set()
    waiting = [root]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            holder = file if name in file.definitions else builtin
            yield name, holder.definitions[name]
            waiting.extend(holder.needs(name))


def _references(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref" and isinstance(value, str):
                yield value.rpartition("/")[2]
            elif isinstance(value, dict | list):
                yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)
