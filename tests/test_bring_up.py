"""What the README says to type on Kind fits what is in dist/; nobody here has Docker, so each word is compared instead."""

import re
from typing import Any

import pytest
import yaml

from tests.external import ROOT

_README = (ROOT / "README.md").read_text(encoding="utf-8")
_SECTION = _README.partition("## Bring it up on Kind")[2].partition("\n## ")[0]


def _yaml(path: str) -> Any:
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


def _commands() -> list[str]:
    """Every command of the section's shell blocks, continued lines joined, without comments."""
    blocks = re.findall(r"^```sh\n(.*?)^```$", _SECTION, re.MULTILINE | re.DOTALL)
    lines = "".join(blocks).replace("\\\n", " ").splitlines()
    return [" ".join(line.split()) for line in lines if line.strip() and not line.startswith("#")]


def test_every_file_that_is_named_exists() -> None:
    """In commands and in sentences."""
    named = set(re.findall(r"(?:dist|charts|docs)/[\w./-]*[\w/]", _SECTION))
    assert {"dist/local/_bootstrap/kind.yaml", "dist/local/_bootstrap/root.yaml", "dist/local/namespaces/"} <= named
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []


def test_argo_cd_is_installed_as_its_application_has_it() -> None:
    """Repository, version, release name and namespace: another name, and the ingress leads nowhere."""
    (install,) = [c for c in _commands() if c.startswith("helm ")]
    application = _yaml("dist/local/_root/application-argo-cd.yaml")["spec"]
    source = application["source"]
    assert install == (
        f"helm install {source['helm']['releaseName']} {source['chart']} --repo {source['repoURL']} --version {source['targetRevision']} "
        f"--namespace {application['destination']['namespace']} --values dist/local/_bootstrap/argo-cd-values.yaml --wait"
    )


def test_every_secret_that_a_person_supplies_is_supplied() -> None:
    """By the very command that the facts give, before anything needs it; its namespace exists by then."""
    commands = _commands()
    supplied = _yaml("dist/local/_bootstrap/facts.yaml")["supplied_secrets"]
    assert supplied
    namespaces = commands.index("kubectl apply --server-side -f dist/local/namespaces/")
    root = commands.index("kubectl apply -f dist/local/_bootstrap/root.yaml")
    for secret in supplied.values():
        assert namespaces < commands.index(secret["how"]) < root
        assert [key for key in secret["keys"] if f"{key}=" not in _SECTION] == []
        assert (ROOT / f"dist/local/namespaces/namespace-{secret['namespace']}.yaml").exists()


def test_the_project_comes_before_the_application_that_is_in_it() -> None:
    """An Application without its project is refused."""
    commands = _commands()
    project, root = (commands.index(f"kubectl apply -f dist/local/_bootstrap/{name}.yaml") for name in ("project-root", "root"))
    assert project < root


def test_every_application_is_in_the_table_once() -> None:
    """What it should look like afterwards is said of each, and of none that is not there."""
    table = _SECTION.partition("| Application | health | why |")[2].partition("\n\n")[0]
    named = [name for row in table.splitlines() for name in re.findall(r"`([a-z-]+)`", row.split("|")[1] if "|" in row else "")]
    files = (ROOT / "dist/local/_root").glob("application-*.yaml")
    assert sorted(named) == sorted(["root", *(f.stem.removeprefix("application-") for f in files)])


@pytest.mark.parametrize(("secret", "key"), [("grafana-admin", "admin-password")])
def test_the_passwords_are_where_it_says(secret: str, key: str) -> None:
    """In the namespace it names, under the key it names."""
    assert f"get secret {secret} -o jsonpath='{{.data.{key}}}'" in _SECTION
    made, password = (_yaml(f"dist/local/secrets/{kind}-{secret}.yaml") for kind in ("externalsecret", "password"))
    assert (made["metadata"]["namespace"], made["spec"]["target"]["name"]) == ("monitoring", secret)
    assert password["spec"]["secretKeys"] == [key]


def test_the_commands_of_the_backup_fit_its_cronjob() -> None:
    """The name and the time of the job."""
    job = _yaml("dist/local/mysql-backup/cronjob-mysql-backup.yaml")
    assert f"kubectl -n {job['metadata']['namespace']} create job backup-now --from=cronjob/{job['metadata']['name']}" in _SECTION
    minute, hour, *_ = job["spec"]["schedule"].split()
    assert f"{int(hour):02}:{int(minute):02} UTC" in _SECTION
    assert job["spec"]["timeZone"] == "Etc/UTC"
