"""kindconfig reads a cluster configuration as kind does, and refuses what kind refuses or would not read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.external import run

pytestmark = pytest.mark.engine

CLUSTER = "apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\n"
PORTS = "nodes:\n- role: control-plane\n  extraPortMappings:\n  - {containerPort: 80, hostPort: 8080, protocol: tcp}\n- role: worker\n"


def test_a_configuration_comes_back_as_json_with_kinds_defaults(tmp_path: Path) -> None:
    """From standard input and from a file: nodes as written, the image, the subnets and the protocol's case as kind sets them."""
    file = tmp_path / "kind.yaml"
    file.write_text(CLUSTER + PORTS)
    done = run("kindconfig", file)
    assert (done.status, done.stderr) == (0, "")
    assert run("kindconfig", stdin=CLUSTER + PORTS) == run("kindconfig", "-", stdin=CLUSTER + PORTS) == done
    cluster = json.loads(done.stdout)
    first, second = cluster["nodes"]
    assert (first["role"], second["role"]) == ("control-plane", "worker")
    assert first["extraPortMappings"] == [{"containerPort": 80, "hostPort": 8080, "protocol": "TCP"}]
    assert first["image"].startswith("kindest/node:v")
    assert cluster["networking"]["podSubnet"] == "10.244.0.0/16"
    assert [node["role"] for node in json.loads(run("kindconfig", stdin=CLUSTER).stdout)["nodes"]] == ["control-plane"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", 'apiVersion is "" and kind is "", must be "kind.x-k8s.io/v1alpha4" and "Cluster"'),
        (CLUSTER.replace("v1alpha4", "v1alpha3"), 'apiVersion is "kind.x-k8s.io/v1alpha3"'),
        (CLUSTER.replace("Cluster", "Config"), 'kind is "Config"'),
        (CLUSTER + "node: []\n", "line 3: field node not found in type v1alpha4.Cluster"),
        (CLUSTER + PORTS.replace("hostPort", "hostport"), "line 6: field hostport not found in type v1alpha4.PortMapping"),
        (CLUSTER + PORTS.replace("hostPort: 8080", "containerPort: 81"), 'line 6: mapping key "containerPort" already defined at line 6'),
        (CLUSTER + "nodes:\n- labels: {tier: a, tier: b}\n", 'mapping key "tier" already defined at line 4'),
        (CLUSTER + PORTS.replace("8080", '"http"'), "line 6: cannot unmarshal !!str `http` into int32"),
        (CLUSTER + PORTS.replace("tcp", "http"), 'Unknown PortMappingProtocol: "HTTP"'),
        (CLUSTER + "---\n" + CLUSTER, "line 3: a second document, which kind would not read"),
        (CLUSTER + "---\nnodes: [\n", "line 4: "),
        ("[", "line 1: did not find expected node content"),
    ],
)
def test_a_wrong_configuration_ends_with_status_1_and_the_reason(text: str, reason: str) -> None:
    """Another version, an unknown field at any depth, a key twice, a wrong type, a second document, no YAML."""
    done = run("kindconfig", stdin=text)
    assert (done.status, done.stdout) == (1, "")
    assert done.stderr.startswith("kindconfig: ")
    assert reason in done.stderr


def test_a_file_that_is_not_there_and_a_wrong_use_end_with_status_2(tmp_path: Path) -> None:
    """A missing file is never a refused configuration."""
    absent = run("kindconfig", tmp_path / "absent.yaml")
    assert (absent.status, "no such file" in absent.stderr) == (2, True)
    many = run("kindconfig", "a", "b")
    assert (many.status, many.stderr) == (2, "kindconfig: one file, or none for standard input\n")
