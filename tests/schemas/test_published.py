"""Our schemas of Kubernetes' own kinds against the published ones that they are made from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
import yaml
from jsonschema_rs import Draft7Validator

from crema.policies.schemas.catalog import NoSchema, kubernetes_versions, load
from crema.policies.schemas.validate import validate
from tests.schemas.mutants import every_mutant
from tools.schemas import sources

VERSION = "1.36"


#: Published as `oneOf` two types that both include null, so that null fits twice and is refused. The API server takes null
#: for an absent field here as everywhere: ours accepts it, and the comparison reads `anyOf`.
NULL_FITS_TWICE = (
    "io.k8s.apimachinery.pkg.api.resource.Quantity",
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString",
)


@cache
def published() -> dict[str, Any]:
    """The definitions as kubernetes-validate ships them, with their references made local and NULL_FITS_TWICE put right."""
    _, definitions = sources.kubernetes(VERSION)
    text = json.dumps(definitions).replace('"/api/_definitions.json#/$defs/', '"#/$defs/')
    local: dict[str, Any] = json.loads(text)
    for name in NULL_FITS_TWICE:
        local[name]["anyOf"] = local[name].pop("oneOf")
    return local


@cache
def published_validator(api_version: str, kind: str) -> Draft7Validator | None:
    """The published schema of one built-in kind."""
    group, _, version = api_version.rpartition("/")
    wanted = {"group": group, "kind": kind, "version": version}
    for name, definition in published().items():
        if wanted in definition.get("x-kubernetes-group-version-kind", ()):
            return Draft7Validator({"$ref": f"#/$defs/{name}", "$defs": published()})
    return None


def accepted_as_published(body: Mapping[str, Any]) -> bool:
    """Whether the published schema takes an object; one of an unknown kind is taken."""
    api_version, kind = body.get("apiVersion"), body.get("kind")
    if not isinstance(api_version, str) or not isinstance(kind, str):
        return True
    validator = published_validator(api_version, kind)
    return validator is None or validator.is_valid(body)


def test_what_the_published_schema_refuses_is_refused() -> None:
    """No manifest passes that the published schema of its built-in kind refuses, wherever and however it is broken."""
    broken = [body for body in every_mutant() if not accepted_as_published(body)]

    assert [body for body in broken if validate(body) == ()] == []
    assert len({body["kind"] for body in broken if isinstance(body.get("kind"), str)}) > 5


DEPLOYMENT = (
    "{{apiVersion: apps/v1, kind: Deployment, metadata: {metadata}, spec: {{replicas: {replicas}, selector: {selector}, "
    "template: {{metadata: {{labels: {{a: {label}}}}}, spec: {{containers: [{{name: a, image: a, imagePullPolicy: {pull}, "
    "resources: {{limits: {{memory: {memory}}}}}}}]}}}}}}}}"
)
GOOD = {
    "metadata": "{name: a}",
    "replicas": "1",
    "selector": "{matchLabels: {a: b}}",
    "label": "b",
    "pull": "Always",
    "memory": "64Mi",
}


def test_the_object_of_the_differences_is_valid() -> None:
    """Without a difference both schemas accept the object below, so each case shows that difference alone."""
    body = yaml.safe_load(DEPLOYMENT.format(**GOOD))

    assert accepted_as_published(body)
    assert validate(body) == ()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        pytest.param("metadata", "{}", id="an object needs a name"),
        pytest.param("metadata", "{name: A_b}", id="a name is a DNS subdomain"),
        pytest.param("metadata", "{name: a, namespace: A_b}", id="a namespace is a DNS label"),
        pytest.param("metadata", "{name: a, annotations: {a b: c}}", id="an annotation's key has a form"),
        pytest.param("replicas", "3000000000", id="int32 has a range"),
        pytest.param("selector", "null", id="a required mapping is not null"),
        pytest.param("label", "a b", id="a label's value has a form"),
        pytest.param("pull", "always", id="an enum is closed"),
        pytest.param("memory", "64MB", id="a quantity has a form"),
    ],
)
def test_where_ours_asks_for_more_than_is_published(field: str, value: str) -> None:
    """The published schema still accepts what ours refuses in these ways; one that is published again needs no rule of ours."""
    body = yaml.safe_load(DEPLOYMENT.format(**{**GOOD, field: value}))

    judged = validate(body)

    assert accepted_as_published(body)
    assert not isinstance(judged, NoSchema)
    assert len(judged) == 1


@pytest.mark.parametrize("name", NULL_FITS_TWICE)
def test_where_ours_asks_for_less_than_is_published(name: str) -> None:
    """The published schema still refuses null for a quantity or a port; when it does not, NULL_FITS_TWICE can go."""
    _, definitions = sources.kubernetes(VERSION)
    ours = load(f"kubernetes-{VERSION}")

    assert ours is not None
    assert not Draft7Validator(definitions[name]).is_valid(None)
    assert Draft7Validator(ours.definitions[name]).is_valid(None)


def test_every_published_kind_has_a_schema() -> None:
    """No built-in kind that is published for exactly one API version is left out."""
    expected = {
        f"{each['group']}/{each['version']} {each['kind']}".removeprefix("/")
        for definition in published().values()
        if len(definition.get("x-kubernetes-group-version-kind", ())) == 1
        for each in definition["x-kubernetes-group-version-kind"]
    }
    file = load(f"kubernetes-{VERSION}")

    assert kubernetes_versions() == (VERSION,)
    assert file is not None
    assert set(file.kinds) == expected
