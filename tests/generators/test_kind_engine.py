"""kind's own types read what the generator writes, to the last field."""

import json

import pytest
from hypothesis import given, settings

from crema.generators import KindClusterSpec, kind_cluster
from crema.generators.writer import manifest
from tests.external import ROOT, run
from tests.strategies import kind_clusters

pytestmark = pytest.mark.engine


def test_the_committed_configuration_maps_the_ports_of_the_ingress() -> None:
    """80 and 443 of the host reach the node, whose image is fixed by its digest."""
    done = run("kindconfig", ROOT / "dist" / "local" / "_bootstrap" / "kind.yaml")
    assert (done.status, done.stderr) == (0, "")
    (node,) = json.loads(done.stdout)["nodes"]
    assert {(m["hostPort"], m["containerPort"]) for m in node["extraPortMappings"]} == {(80, 80), (443, 443)}
    assert "@sha256:" in node["image"]


@settings(max_examples=15, deadline=None)
@given(kind_clusters)
def test_kind_reads_any_cluster_as_it_was_meant(spec: KindClusterSpec) -> None:
    """No field is unknown to it, and each value arrives."""
    (document,) = kind_cluster.build(spec)
    done = run("kindconfig", stdin=manifest(document.body))
    assert (done.status, done.stderr) == (0, "")
    read = json.loads(done.stdout)
    (node,) = read["nodes"]
    assert (read["name"], read["networking"]["podSubnet"], node["image"]) == (spec.name, spec.pod_subnet, spec.image)
    assert {m["hostPort"]: m["containerPort"] for m in node.get("extraPortMappings") or ()} == spec.ports


def test_a_misspelt_field_is_refused() -> None:
    """The reading is strict: the proof above can fail."""
    done = run(
        "kindconfig", stdin="apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\nnodes:\n- {role: control-plane, extraPortMapping: []}\n"
    )
    assert done.status == 1
    assert "extraPortMapping" in done.stderr
