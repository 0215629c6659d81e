"""The command that records what a chart brings: what it writes and what it leaves out."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.external import program
from tests.keys.charts import write_chart
from tools.charts import objects

CASES = """
release: till
namespace: counter
values: {color: red}
cases:
  defaults: {}
  another: {release: bar, namespace: yard, values: {color: blue}}
"""
ACCOUNTS = """
apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: ServiceAccount
    metadata: {name: "{{ .Release.Name }}-a"}
  - apiVersion: v1
    kind: ServiceAccount
    metadata: {name: shared, namespace: kube-system}
"""
TEST = """
apiVersion: v1
kind: Pod
metadata: {name: probe, annotations: {helm.sh/hook: test}}
"""
SERVICE = """
apiVersion: v1
kind: Service
metadata: {name: "{{ .Release.Name }}", labels: {color: "{{ .Values.color }}", helm.sh/chart: shop-1.2.3}}
spec: {ports: [{port: 80}], selector: {a: b}}
"""
DEFINITION = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: cups.shop.example}
spec:
  group: shop.example
  names: {kind: Cup, plural: cups}
  scope: Namespaced
  versions:
    - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, enum: [=, "é"]}}}
    - {name: v0, served: false, storage: false}
"""
WRITTEN = (
    '{"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"cups.shop.example"},"spec":'
    '{"group":"shop.example","names":{"kind":"Cup","plural":"cups"},"scope":"Namespaced","versions":[{"name":"v1","served":true,'
    '"storage":true,"schema":{"openAPIV3Schema":{"type":"object","enum":["=","é"]}}},{"name":"v0","served":false,"storage":false}]}}'
)
"""The same as it stands in the annotation."""
FILES = {
    "values.yaml": "{color: green, gone: null, list: [1], long: " + "x" * 3000 + "}",
    "accounts.yaml": ACCOUNTS,
    "probe.yaml": TEST,
    "service.yaml": SERVICE,
    "crds/cups.yaml": DEFINITION,
}
pytestmark = pytest.mark.engine


@pytest.fixture
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, str]], int]:
    """Records a chart with these files; what is written stands in `recorded` and `defaults`."""
    program("helm")
    for name in ("cases", "recorded", "defaults"):
        (tmp_path / name).mkdir()
        monkeypatch.setattr(objects, name.upper(), tmp_path / name)
    (tmp_path / "cases" / "shop.yaml").write_text(CASES, encoding="utf-8")
    return lambda files: objects.main([str(write_chart(tmp_path / "shop", files)), "--recorded", "2026-11-24"])


def written(folder: Path, name: str) -> dict[str, Any]:
    """A file that the command wrote."""
    found: dict[str, Any] = json.loads((folder / name / "shop.json").read_text(encoding="utf-8"))
    return found


def test_what_a_chart_brings_under_each_case(record: Callable[[dict[str, str]], int], tmp_path: Path) -> None:
    """Lists are taken apart, definitions are in it and tests are not, and what two cases share stands once."""
    assert record(FILES) == 0
    found = written(tmp_path, "recorded")
    assert {key: found[key] for key in ("chart", "version", "recorded")} == {"chart": "shop", "version": "1.2.3", "recorded": "2026-11-24"}
    assert [(case["name"], case["release"], case["namespace"], case["values"]) for case in found["cases"]] == [
        ("defaults", "till", "counter", {"color": "red"}),
        ("another", "bar", "yard", {"color": "blue"}),
    ]
    refs = [(body["kind"], body["metadata"].get("namespace"), body["metadata"]["name"]) for body in found["objects"]]
    own = {(kind, place, name) for name, place in (("till", "counter"), ("bar", "yard")) for kind in ("Service",)}
    accounts = {("ServiceAccount", "counter", "till-a"), ("ServiceAccount", "yard", "bar-a"), ("ServiceAccount", "kube-system", "shared")}
    assert len(refs) == len(set(refs))
    assert set(refs) == own | accounts | {("CustomResourceDefinition", None, "cups.shop.example")}
    assert {len(case["objects"]) for case in found["cases"]} == {4}
    services = [body for body in found["objects"] if body["kind"] == "Service"]
    assert sorted(found["shared"][body["metadata"]["labels"]]["color"] for body in services) == ["blue", "red"]


def test_what_contracts_need_of_a_chart(record: Callable[[dict[str, str]], int], tmp_path: Path) -> None:
    """Its values, long texts cut and removed ones gone, and of a definition what it serves and how big it is as JSON."""
    assert record(FILES) == 0
    found = written(tmp_path, "defaults")
    values = found["values"]
    assert values | {"long": len(values["long"])} == {"color": "green", "list": [1], "long": 2000}
    ((*about, size),) = found["definitions"]
    assert about == ["cups.shop.example", "Cup", "Namespaced", ["v1"]]
    assert size == len(WRITTEN.encode())


def test_recorded_twice_it_is_the_same(record: Callable[[dict[str, str]], int], tmp_path: Path) -> None:
    """A difference of two records is a difference of two charts."""
    assert record(FILES) == 0
    first = (tmp_path / "recorded" / "shop.json").read_bytes()
    assert record(FILES) == 0
    assert (tmp_path / "recorded" / "shop.json").read_bytes() == first


def test_a_chart_that_does_not_render_is_said(record: Callable[[dict[str, str]], int], capsys: pytest.CaptureFixture[str]) -> None:
    """With the case and what Helm says."""
    assert record({"values.yaml": "{}", "shop.yaml": '{{ fail "no cups" }}'}) == 2
    said = capsys.readouterr().err
    assert "shop, defaults: " in said
    assert "no cups" in said
