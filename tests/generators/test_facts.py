"""What manifests cannot say, gathered into one file that its schema describes."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft7Validator

from crema.generators import (
    ClusterFactsSpec,
    Fact,
    FactsSpec,
    PrerequisiteSpec,
    RemoteSecretSpec,
    StorageClassSpec,
    SuppliedSecretSpec,
    WebServiceSpec,
)
from crema.generators import facts as generator
from crema.generators.supplied_secret import build as build_supplied
from crema.generators.web_service import fact
from tests.external import ROOT
from tests.generators.conftest import Project
from tests.strategies import web_services

_CLUSTER = ClusterFactsSpec(
    nodes=3,
    cpu="2",
    memory="8Gi",
    storage_classes=(StorageClassSpec(name="gp3", expandable=True), StorageClassSpec(name="io2")),
    registries=("registry.example.com",),
    prerequisites=(PrerequisiteSpec(name="external-dns", provides="names"),),
    stored_secrets=(RemoteSecretSpec(key="shop/mysql", properties=("root", "password")), RemoteSecretSpec(key="shop/token")),
)
_SCHEMA = json.loads((ROOT / "policies" / "model" / "facts.schema.json").read_text(encoding="utf-8"))


def _file(*others: Fact) -> dict[str, Any]:
    spec = FactsSpec(cluster=_CLUSTER, ingress_sources=("10.0.0.0/8",), others=others)
    assert spec.mistakes() == ()
    (document,) = generator.build(spec)
    assert document.name == "facts.yaml"
    return dict(document.body)


def test_what_a_cluster_is_like_reaches_the_file() -> None:
    """Each setting in its place, as its schema has it."""
    Draft7Validator.check_schema(_SCHEMA)
    assert _file() == {
        "schema": "crema-facts/v1",
        "cluster": {
            "nodes": {"count": 3, "cpu": "2", "memory": "8Gi"},
            "ingress": {"sources": ["10.0.0.0/8"]},
            "registries": {"with_credentials": ["registry.example.com"]},
        },
        "storage_classes": {"gp3": {"default": False, "expandable": True}, "io2": {"default": False, "expandable": False}},
        "prerequisites": {"external-dns": {"provides": "names"}},
        "stored_secrets": {"shop/mysql": {"properties": ["password", "root"]}, "shop/token": {"properties": []}},
    }
    Draft7Validator(_SCHEMA).validate(_file())


@given(web_services())
def test_what_a_service_serves_is_what_its_probe_asks_and_its_variable_says(spec: WebServiceSpec) -> None:
    """The fact, its manifests and the schema agree."""
    made = fact(spec)
    assert made.body["serves"] == spec.root_path
    assert str(made.body["health"]).startswith(spec.root_path)
    assert made.body["port"] == spec.port
    assert dict(made.body.get("url_appends", {})) == dict(spec.url_appends)
    assert tuple(made.body.get("fixed_urls", ())) == spec.fixed_urls
    assert tuple(made.body.get("page_paths", ())) == spec.page_paths
    whole = _file(Fact(section=made.section, key=f"shop/{made.key}", body=made.body))
    Draft7Validator(_SCHEMA).validate(json.loads(json.dumps(whole, default=list)))


def test_a_secret_that_a_person_supplies_is_a_fact_that_the_schema_knows() -> None:
    """With its keys and the command, and no value."""
    (made,) = build_supplied(SuppliedSecretSpec(name="slack", namespace="monitoring", keys=("url",), why="alerts reach nobody without it"))
    whole = _file(made)
    Draft7Validator(_SCHEMA).validate(whole)
    assert whole["supplied_secrets"]["monitoring/slack"]["keys"] == ["url"]


def test_two_facts_of_one_name_are_a_mistake() -> None:
    """One of them would be lost."""
    twice = Fact(section="services", key="shop/order", body={"port": 1, "serves": "/"})
    (mistake,) = FactsSpec(cluster=_CLUSTER, ingress_sources=(), others=(twice, twice)).mistakes()
    assert mistake.message.endswith("it must be free of a second fact of one name")
    assert "services: shop/order" in mistake.message


def test_two_default_storage_classes_are_a_mistake() -> None:
    """Kubernetes would take the newer one."""
    both = (StorageClassSpec(name="a", default=True), StorageClassSpec(name="b", default=True))
    (mistake,) = ClusterFactsSpec(nodes=1, cpu="1", memory="1Gi", storage_classes=both).mistakes()
    assert mistake.message == "ClusterFacts: storage_classes is ['a', 'b']; it must be with at most one default"


def test_a_url_that_is_no_variable_cannot_be_appended_to() -> None:
    """What the code appends, it appends to a variable that it is given."""
    spec = WebServiceSpec(name="w", image="w:1", port=8000, health="/h", env={"A_URL": "http://a"}, url_appends={"B_URL": "/b"})
    (mistake,) = spec.mistakes()
    assert mistake.message == "WebService 'w': url_appends is 'B_URL'; it must be keyed by variables of env"


def test_a_service_is_a_fact_of_its_charts_namespace(project: Project) -> None:
    """Two services of one name in two namespaces are two facts."""
    for namespace in ("one", "two"):
        project.write(
            f"{namespace}.py",
            f"""
            import cdk8s
            from crema.generators import WebService, WebServiceSpec
            class {namespace.capitalize()}(cdk8s.Chart):
                def __init__(self, scope, environment):
                    super().__init__(scope, "{namespace}", namespace="{namespace}")
                    WebService(self, "w", WebServiceSpec(name="w", image="w:1", port=8000, health="/h", root_path="/{namespace}"))
            """,
        )
    project.write(
        "boot.py",
        """
        import cdk8s
        from crema.generators import ClusterFactsSpec, Facts, FactsSpec
        class Boot(cdk8s.Chart):
            def __init__(self, scope, environment, others):
                super().__init__(scope, "_bootstrap")
                cluster = ClusterFactsSpec(nodes=1, cpu="1", memory="1Gi", storage_classes=())
                Facts(self, "facts", FactsSpec(cluster=cluster, ingress_sources=(), others=others.facts))
        """,
    )
    done = project.synth()
    assert done.status == 0, done.err
    text = project.tree()["dist/local/_bootstrap/facts.yaml"].decode()
    assert "services:\n  one/w:\n    health: /one/h\n    port: 8000\n    serves: /one\n  two/w:\n" in text


@pytest.mark.parametrize("name", ["facts.schema.json"])
def test_the_schema_is_part_of_the_wheel(name: str) -> None:
    """A policy of an installed crema reads it."""
    settings = (Path(ROOT) / "pyproject.toml").read_text(encoding="utf-8")
    assert (ROOT / "policies" / "model" / name).is_file()
    assert '"crema.policies.model" = ["*.json"]' in settings
