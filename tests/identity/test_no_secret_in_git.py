"""Secrets in plain text are found wherever they stand, and shown nowhere."""

import base64
import json
import re
from pathlib import Path
from typing import Any, Final

import click
import pytest
import yaml
from click.testing import CliRunner
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from charts.environments import ENVIRONMENTS
from crema.check import check
from crema.policies.model.manifest import Manifest, ref_of
from crema.policies.model.references.formats import known_format
from crema.policies.model.references.leaks import leaks
from crema.policies.report.formats import FORMATS
from tests.external import ROOT

MARK: Final = "hunter2Xq"
_QUIET = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
LETTERS = st.text(st.sampled_from("abcdefghijkmnpqrstuvwyzABCDEFGHJKLMNPQRSTUVWYZ23456789"), min_size=20, max_size=40)
FIELDS = st.sampled_from(["password", "MYSQL_ROOT_PASSWORD", "adminPassword", "db-password", "smtp_passwd", "redisPass", "PGPASSWORD_PWD"])


def of(body: dict[str, Any]) -> Manifest:
    """A manifest of a body."""
    return Manifest(ref=ref_of(body), api_version=str(body["apiVersion"]), body=body, file="m.yaml")


def secret(**fields: Any) -> dict[str, Any]:
    """A Secret."""
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "db", "namespace": "shop"}, **fields}


def deployment(**container: Any) -> dict[str, Any]:
    """A Deployment of one container."""
    spec = {"containers": [{"name": "order", **container}]}
    template = {"metadata": {"labels": {"app": "order"}}, "spec": spec}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "order", "namespace": "shop"},
        "spec": {"template": template},
    }


def config_map(**files: str) -> dict[str, Any]:
    """A ConfigMap."""
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "app", "namespace": "shop"}, "data": files}


def application(values: Any) -> dict[str, Any]:
    """An Application with values."""
    source = {"chart": "grafana", "helm": {"valuesObject": values}}
    return {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": {"name": "a"}, "spec": {"source": source}}


def bodies(field: str, value: str) -> list[dict[str, Any]]:
    """A secret in every place that people put one."""
    encoded = base64.b64encode(value.encode()).decode()
    last = json.dumps(secret(data={field: encoded}))
    variable = re.sub("(?<=[a-z])(?=[A-Z])", "_", field).replace("-", "_").upper()
    return [
        secret(stringData={field: value}),
        secret(data={field: encoded}),
        {**secret(), "metadata": {"name": "db", "annotations": {"kubectl.kubernetes.io/last-applied-configuration": last}}},
        deployment(env=[{"name": variable, "value": value}]),
        deployment(args=[f"--db-password={value}"]),
        config_map(**{field: value}),
        config_map(**{"app.properties": f"user=coffee\ndb.password={value}\n"}),
        config_map(**{"app.yaml": f"db:\n  user: coffee\n  password: '{value}'\n"}),
        config_map(**{"init.sql": f"CREATE USER coffee IDENTIFIED BY '{value}';\nSELECT 1;\n"}),
        config_map(**{"run.sh": f"#!/bin/sh\nexport MYSQL_PASSWORD='{value}'\nexec run\n"}),
        application({"grafana": {field: value}}),
        deployment(args=["--verbose", "--db-password", value]),
        deployment(command=["sh", "-c", f"MYSQL_PASSWORD={value} exec run --all"]),
        config_map(**{"app.json": json.dumps({"db": {"user": "coffee", "password": value, "more": "x" * 500}})}),
    ]


@given(field=FIELDS, value=LETTERS)
@example(field="password", value="hunter2")
@example(field="password", value="correcthorse")
def test_a_password_is_found_wherever_it_stands(field: str, value: str) -> None:
    """In Secrets, variables, arguments, files and values: once, and what is said of it does not hold it."""
    for body in bodies(field, value):
        found = [*leaks(of(body))]
        assert len(found) == 1, body["kind"]
        assert value not in found[0].what


@pytest.mark.parametrize(
    "value", ["", "changeme", "CHANGE_ME", "<password>", "${DB_PASSWORD}", "$(DB_PASSWORD)", "{{ .password }}", "REDACTED"]
)
def test_a_placeholder_is_none(value: str) -> None:
    """What is filled in later, and what says that it is no password, is right in every place."""
    for body in bodies("password", value):
        assert [*leaks(of(body))] == [], (body["kind"], value)


_KNOWN: Final = {
    "an AWS access key": "AKIA" + "Q3EGRZ7PLM2VX8TN",
    "a GitHub token": "ghp_" + "k9Lm2Qw8Er5Ty1Ui7Op3As6Df4Gh0Jk2Zx5Cv",
    "the address of a Slack webhook": "https://hooks.slack.com/services/" + "T0HB3JQ7K/B02LM9PXD/" + "v8Rk2qTz5LwYc1NfHs0J",
    "a Slack token": "xoxb-" + "731004512283-9f3kQp7Lx2Vb",
    "a private key": "-----BEGIN " + "RSA PRIVATE KEY-----\n" + "MIIEpAIBAAKCAQEA7bq3Kz9mVt2QwLx8RyUc5NfHs0Jv8Rk2qTz5LwYc1Nf\n",
    "a JSON web token": "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiJjb2ZmZWUifQ." + "Zk3q9Lm2Qw8Er5Ty1Ui7Op3As6Df4Gh0",
    "the header of a log-in": 'proxy_set_header Authorization "Basic ' + 'Y29mZmVlOnY4UmsycVR6NUx3";',
    "a password on mysql's command line": "mysqldump -uroot " + "-pv8Rk2qTz5Lw coffee",
    "a password in an address": "postgres://coffee:" + "v8Rk2qTz5Lw@db.shop:5432/coffee",
}


@pytest.mark.parametrize("what", sorted(_KNOWN))
def test_credentials_of_a_known_form_are_found_anywhere(what: str) -> None:
    """In a text of any name, within other words; and in base64 in a Secret."""
    text = _KNOWN[what]
    assert known_format(f"see {text} there") == what
    encoded = base64.b64encode(text.encode()).decode()
    for body in (config_map(note=f"x {text} y"), deployment(args=[text]), secret(data={"anything": encoded}), application({"a": [text]})):
        assert [leak.what for leak in leaks(of(body))] == [what]


@pytest.mark.parametrize(
    "text",
    [
        "AKIAIOSFODNN7EXAMPLE",
        "https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX",
        "postgres://coffee:$(DB_PASSWORD)@db/coffee",
        "postgres://user:password@host:5432/db",
        "https://example.com:8443/a@b",
        "-----BEGIN CERTIFICATE-----\nMIIEpAIBAAKCAQEA7bq3Kz9mVt2QwLx8RyUc5NfHs0Jv8Rk2qTz5LwYc1Nf\n",
        'curl -H "Authorization: Bearer $TOKEN" https://example.com',
        'mysql -uroot -p"$MYSQL_ROOT_PASSWORD" coffee && mysql -h db -P 3306',
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    ],
)
def test_examples_of_the_makers_are_none(text: str) -> None:
    """What documentation shows, variables, certificates and digests."""
    assert known_format(text) == ""


@pytest.fixture
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("_here")
@_QUIET
@given(number=st.integers(0, 13), field=FIELDS)
def test_no_rendering_shows_it(number: int, field: str) -> None:
    """A finding names the place and what it is; no output of any form holds the value, nor the line on which it stands."""
    Path("m.yaml").write_text(yaml.safe_dump(bodies(field, MARK)[number], sort_keys=False), encoding="utf-8")
    assert isinstance(check, click.Command)
    encoded = base64.b64encode(MARK.encode()).decode()
    for form in FORMATS:
        result = CliRunner().invoke(check, ["m.yaml", "--format", form, "--rule", "identity-no-secret-in-git"])
        assert result.exit_code == 1
        assert MARK not in result.output
        assert encoded not in result.output


_KUSTOMIZATION: Final = """
resources: [app.yaml]
secretGenerator: [{name: db, literals: ["username=coffee", "password=PASSWORD"]}]
configMapGenerator: [{name: app, literals: ["LOG_LEVEL=info"], files: [a.txt]}]
"""


@pytest.mark.usefixtures("_here")
@pytest.mark.parametrize(("password", "expected"), [(MARK, 1), ("${DB_PASSWORD}", 0)])
def test_a_kustomization_with_a_secret_is_found(password: str, expected: int) -> None:
    """What kustomize makes a Secret of stands in git as well; the finding points into the kustomization."""
    Path("kustomization.yaml").write_text(_KUSTOMIZATION.replace("PASSWORD", password), encoding="utf-8")
    Path("app.yaml").write_text(yaml.safe_dump(config_map(note="x")), encoding="utf-8")
    Path("a.txt").touch()
    assert isinstance(check, click.Command)
    result = CliRunner().invoke(check, [".", "--format", "json", "--rule", "identity-no-secret-in-git"])
    found = json.loads(result.output)["findings"]
    assert [finding["manifest"]["pointer"] for finding in found] == ["/secretGenerator/0/literals/1"] * expected
    assert all(finding["manifest"]["line"] == 3 for finding in found)
    assert MARK not in result.output


@pytest.mark.parametrize("path", sorted((ROOT / "charts").glob("*.*")), ids=lambda path: path.name)
def test_the_charts_themselves_hold_none(path: Path) -> None:
    """The files of `charts/`, from which dist/ is made: neither a known form nor a password in a line of its own."""
    text = path.read_text(encoding="utf-8")
    assert [leak.what for leak in leaks(of(config_map(**{path.name: text})))] == []


def test_there_are_charts_to_look_at() -> None:
    """The test above looks at something, and would see a secret in a file of Python."""
    assert len(ENVIRONMENTS) > 1
    assert (ROOT / "charts" / "secrets.py").is_file()
    assert [leak.what for leak in leaks(of(config_map(**{"a.py": 'x = 1\npassword = "hunter2"\n'})))] == ["the value of password"]
