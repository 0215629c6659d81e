"""Every Secret that the platform refers to is made by something or supplied by a person, in that namespace and with that key."""

from collections.abc import Iterator, Mapping
from typing import Any

import cdk8s
import pytest

from charts.environment import Environment
from charts.environments import ENVIRONMENTS
from charts.secrets import SecretsChart
from crema.generators import Part
from crema.generators.platform import render

Key = tuple[str, str, str]  # namespace, name, key

_PULL_SECRET = ("shop", "ecr-credentials", ".dockerconfigjson")
# What charts of other people are told to read, in values that no manifest of ours holds.
_READ_BY_VALUES = {
    ("monitoring", "grafana-admin", "admin-user"),
    ("monitoring", "grafana-admin", "admin-password"),
    ("monitoring", "alertmanager-slack-creds", "url"),
}


def _references(body: Any) -> Iterator[tuple[str, str]]:
    """(name, key) wherever an object names a key of a Secret."""
    if isinstance(body, Mapping):
        for field, value in body.items():
            if field.endswith(("secretKeyRef", "SecretRef")) and isinstance(value, Mapping) and "key" in value:
                yield value["name"], value["key"]
            elif field == "imagePullSecrets":
                yield from ((each["name"], ".dockerconfigjson") for each in value)
            else:
                yield from _references(value)
    elif isinstance(body, list):
        for each in body:
            yield from _references(each)


def referred(environment: Environment) -> set[Key]:
    """Every key of a Secret that the environment's own manifests name."""
    rendered = render("charts", [environment])
    assert rendered.mistakes.listed() == ()
    objects = [built.body for built in rendered.objects if built.document == ""]
    return {(body["metadata"].get("namespace", ""), name, key) for body in objects for name, key in _references(body)}


def made(environment: Environment) -> set[Key]:
    """Every key that the External Secrets Operator gives a Secret."""
    chart = SecretsChart(cdk8s.App(), environment)
    bodies = [each.to_json() for each in chart.node.find_all() if isinstance(each, cdk8s.ApiObject)]
    generated = {b["metadata"]["name"]: b["spec"]["secretKeys"] for b in bodies if b["kind"] == "Password"}
    found = set()
    for body in (b for b in bodies if b["kind"] == "ExternalSecret"):
        spec, template = body["spec"], body["spec"]["target"]["template"]
        keys = {d["secretKey"] for d in spec.get("data", [])}
        for source in spec.get("dataFrom", []):
            keys |= set(generated.get(source["sourceRef"]["generatorRef"]["name"], []))
        if template.get("data") and template["mergePolicy"] == "Replace":
            keys = set()
        keys |= set(template.get("data", {}))
        found |= {(body["metadata"]["namespace"], spec["target"]["name"], key) for key in keys}
    return found


def supplied(environment: Environment) -> set[Key]:
    """Every key that a person is asked for."""
    chart = SecretsChart(cdk8s.App(), environment)
    facts = [fact.body for part in chart.node.find_all() if isinstance(part, Part) for fact in part.facts]
    return {(body["namespace"], body["name"], key) for body in facts for key in body["keys"]}


@pytest.mark.parametrize("environment", ENVIRONMENTS, ids=lambda e: e.name)
def test_every_reference_to_a_secret_leads_to_one(environment: Environment) -> None:
    """A pod whose Secret nobody makes waits for ever; a key that is missing is the same."""
    needed = referred(environment) | _READ_BY_VALUES
    assert ("shop", "mysql-secret", "password") in needed
    assert needed - made(environment) - supplied(environment) == set()


@pytest.mark.parametrize("environment", ENVIRONMENTS, ids=lambda e: e.name)
def test_no_secret_has_two_makers(environment: Environment) -> None:
    """What a person supplied would be overwritten, or what the operator makes refused."""
    assert {key[:2] for key in made(environment)} & {key[:2] for key in supplied(environment)} == set()


@pytest.mark.parametrize("environment", ENVIRONMENTS, ids=lambda e: e.name)
def test_nothing_is_made_or_asked_for_in_vain(environment: Environment) -> None:
    """Each Secret has somebody who reads it."""
    assert made(environment) | supplied(environment) == referred(environment) | _READ_BY_VALUES


def test_only_nodes_outside_aws_need_a_pull_secret() -> None:
    """Nodes of EKS pull with their own role; everything else is the same Secrets in both environments, whoever makes them."""
    local, eks = ENVIRONMENTS
    assert (_PULL_SECRET in referred(local), _PULL_SECRET in made(local)) == (True, True)
    assert (local.image_pull_secrets, eks.image_pull_secrets) == (("ecr-credentials",), ())
    assert (made(local) | supplied(local)) - (made(eks) | supplied(eks)) == {
        _PULL_SECRET,
        ("shop", "aws-ecr", "access-key-id"),
        ("shop", "aws-ecr", "secret-access-key"),
    }
    assert supplied(eks) == set()
