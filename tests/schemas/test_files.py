"""The schema files: made from what is pinned, small, sorted, and readable by every validator."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

import pytest

from crema.policies.schemas.catalog import FOLDER, NoSchema, custom_groups, kubernetes_versions, load
from crema.policies.schemas.validate import schema_for
from tools.schemas import generate, sources
from tools.schemas.crd import convert
from tools.schemas.keywords import constraints

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted(path.stem for path in FOLDER.glob("*.json"))


def test_the_modules_of_each_file_are_those_that_are_pinned() -> None:
    """A module bumped in tools/schemas/go.mod and not generated again is red."""
    recorded = {}
    for name in FILES:
        source = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))["source"]
        prefix = "enums" if name.startswith("kubernetes-") else "module"
        version, checksum = ("enums-version", "enums-sum") if prefix == "enums" else ("version", "sum")
        recorded[source[prefix]] = (source[version], source[checksum])

    assert recorded == sources.pins()


def test_the_package_of_kubernetes_schemas_is_the_locked_one() -> None:
    """kubernetes-validate bumped in Pipfile.lock and not generated again is red."""
    locked = json.loads((ROOT / "Pipfile.lock").read_text(encoding="utf-8"))["develop"][sources.KUBERNETES_PACKAGE]
    for version in generate.KUBERNETES_VERSIONS:
        file = load(f"kubernetes-{version}")
        installed, _ = sources.kubernetes(version)
        assert file is not None
        assert f"=={file.source['version']}" == locked["version"]
        assert file.source["sha256"] == installed["sha256"]
        assert len(base64.urlsafe_b64decode(f"{file.source['sha256']}=")) == 32


def test_the_files_are_those_that_the_generator_makes() -> None:
    """Each Kubernetes version and no other has a file; every other file is an API group."""
    assert kubernetes_versions() == generate.KUBERNETES_VERSIONS
    assert all("." in group for group in custom_groups())
    assert sorted([*(f"kubernetes-{version}" for version in kubernetes_versions()), *custom_groups()]) == FILES


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_structure_only_and_sorted(name: str) -> None:
    """A schema file has one definition a line, sorted, without prose; each reference has its definition."""
    data = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    lines = (FOLDER / f"{name}.json").read_text(encoding="utf-8").splitlines()
    known = data["definitions"].keys() | json.loads((FOLDER / "kubernetes-1.36.json").read_text())["definitions"].keys()

    assert list(data["definitions"]) == sorted(data["definitions"])
    assert list(data["kinds"]) == sorted(data["kinds"])
    assert sum(line.startswith(f'"{definition}":{{') for definition in data["definitions"] for line in lines) == len(data["definitions"])
    assert set(re.findall(r'"\$ref":"#/definitions/([^"]*)"', "\n".join(lines))) <= known
    assert "x-kubernetes-" not in re.sub(r'"x-kubernetes-[a-z-]+":\{"', "", "\n".join(lines)) or name.startswith("kubernetes")


def test_every_kind_compiles() -> None:
    """No schema has a pattern or keyword that the validator cannot read: one would be found only when its kind is used."""
    for name in FILES:
        file = load(name)
        assert file is not None
        for kind in file.kinds:
            api_version, _, plain = kind.partition(" ")
            assert not isinstance(schema_for(api_version, plain, "1.36"), NoSchema), kind


def test_a_stale_file_is_named(tmp_path: Path) -> None:
    """The comparison names a file that differs, with a definition that does, one that is missing and one without a source."""
    made = {"a.json": b'{\n"x":1,\n"y":2\n}\n', "b.json": b"{}\n", "c.json": b"{}\n"}
    for name, data in {"a.json": b'{\n"x":1,\n"y":3\n}\n', "b.json": b"{}\n", "old.json": b"{}\n"}.items():
        (tmp_path / name).write_bytes(data)

    assert generate.stale(made, tmp_path) == [
        'a.json: differs from its source at "y"',
        "c.json: missing",
        "old.json: no source makes it",
    ]


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        pytest.param({"type": "object"}, {"type": "object", "additionalProperties": False}, id="an object is closed"),
        pytest.param({"type": "object", "x-kubernetes-preserve-unknown-fields": True}, {"type": "object"}, id="unless it is open"),
        pytest.param(
            {"anyOf": [{"type": "integer"}, {"type": "string"}], "x-kubernetes-int-or-string": True, "pattern": "^a$"},
            {"type": ["integer", "string"], "pattern": "^a$"},
            id="an integer or text",
        ),
        pytest.param(
            {
                "type": "object",
                "required": ["a", "b"],
                "properties": {"a": {"type": "string", "default": "x"}, "b": {"type": "string"}},
            },
            {
                "type": "object",
                "additionalProperties": False,
                "required": ["b"],
                "properties": {"a": {"type": ["string", "null"]}, "b": {"type": "string"}},
            },
            id="a field with a default is not required, an optional one may be null",
        ),
        pytest.param(
            {"type": "string", "nullable": True, "enum": ["a"]},
            {"type": ["string", "null"], "enum": ["a", None]},
            id="a nullable enum takes null",
        ),
        pytest.param(
            {"type": "array", "items": {"type": "string"}, "x-kubernetes-list-type": "set", "description": "x"},
            {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
            id="a set has no duplicates",
        ),
        pytest.param({"type": "string", "pattern": "^(?i)(ab|c)?$"}, {"type": "string", "pattern": "^([aA][bB]|[cC])?$"}, id="(?i)"),
    ],
)
def test_a_node_of_a_custom_resource(node: dict[str, Any], expected: dict[str, Any]) -> None:
    """A structural schema node is converted to what the API server does with it."""
    assert convert(node) == expected


@pytest.mark.parametrize("node", [{"format": "ulid"}, {"pattern": "^(?i)[a-z]$"}])
def test_what_the_generator_does_not_know_stops_it(node: dict[str, Any]) -> None:
    """A format or a pattern that nobody decided on is an error, not a check that is dropped."""
    with pytest.raises(ValueError, match="new to tools/schemas"):
        constraints(node)
