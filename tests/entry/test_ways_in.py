"""A way in that is right by construction arrives, and breaking any one hop of it is found where it was broken."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from crema.policies.engine.discover import Catalog
from crema.policies.engine.example import ENVIRONMENT, Example
from crema.policies.engine.finding import Finding
from crema.policies.model.entry.clusters import cluster_of
from crema.policies.model.entry.entries import entries
from crema.policies.model.world import World
from tests.external import run

_POLICY: Final = Catalog()["entry-host-port-reaches-the-controller"]
_HELD: Final = ("hostNetwork", "hostPort", "NodePort")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """Host port → node port → controller. workers: how many nodes there are beside the one with the ports; `at`: which one that is."""

    held: str
    kind: str
    host: int
    node: int
    inside: int
    workers: int
    at: int
    address: str

    @property
    def mapped(self) -> int:
        """The port of the node that is reached from outside."""
        return self.inside if self.held == "hostNetwork" else self.node


@st.composite
def chains(draw: st.DrawFn) -> Chain:
    """Chains of every kind, of one node and of several."""
    held, workers = draw(st.sampled_from(_HELD)), draw(st.integers(0, 3))
    inside = draw(st.sampled_from((80, 8000, 8080)))
    return Chain(
        held=held,
        kind=draw(st.sampled_from(("Deployment", "DaemonSet"))),
        host=draw(st.integers(1, 65535)),
        node=draw(st.integers(30000, 32767)) if held == "NodePort" else draw(st.integers(3000, 6000)),  # below are ports of etcd
        inside=inside,
        workers=workers,
        at=draw(st.integers(0, workers)),
        address=draw(st.sampled_from(("", "0.0.0.0", "127.0.0.1"))),
    )


def documents(chain: Chain) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Kind's configuration, and the objects."""
    mapping = {"hostPort": chain.host, "containerPort": chain.mapped} | ({"listenAddress": chain.address} if chain.address else {})
    nodes: list[dict[str, Any]] = [{"role": "worker" if at else "control-plane"} for at in range(chain.workers + 1)]
    nodes[chain.at] |= {"labels": {"entry": "here"}, "extraPortMappings": [mapping]}
    port: dict[str, Any] = {"name": "http", "containerPort": chain.inside}
    if chain.held == "hostPort":
        port["hostPort"] = chain.node
    image = "registry.k8s.io/ingress-nginx/controller:v1.15.1"
    pod: dict[str, Any] = {
        "nodeSelector": {"entry": "here"},
        "tolerations": [{"key": "node-role.kubernetes.io/control-plane", "operator": "Exists", "effect": "NoSchedule"}],
        "containers": [{"name": "controller", "image": image, "ports": [port]}],
    }
    if chain.held == "hostNetwork":
        pod["hostNetwork"] = True
    template = {"metadata": {"labels": {"app": "nginx"}}, "spec": pod}
    workload = {
        "apiVersion": "apps/v1",
        "kind": chain.kind,
        "metadata": {"name": "nginx", "namespace": "in"},
        "spec": {"template": template},
    }
    ports = [{"port": 80, "targetPort": "http"} | ({"nodePort": chain.node} if chain.held == "NodePort" else {})]
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "nginx", "namespace": "in"},
        "spec": {"type": "NodePort" if chain.held == "NodePort" else "ClusterIP", "selector": {"app": "nginx"}, "ports": ports},
    }
    one = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "IngressClass",
        "metadata": {"name": "nginx"},
        "spec": {"controller": "k8s.io/ingress-nginx"},
    }
    ingress = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": "shop", "namespace": "shop"},
        "spec": {"ingressClassName": "nginx", "rules": [{"host": "shop.test"}]},
    }
    return {"kind": "Cluster", "apiVersion": "kind.x-k8s.io/v1alpha4", "nodes": nodes}, [workload, service, one, ingress]


def world_of(cluster: dict[str, Any], objects: list[dict[str, Any]]) -> World:
    """The whole environment."""
    return Example(name="", manifests=yaml.safe_dump_all(objects), documents={"kind.yaml": yaml.safe_dump(cluster)}, closed=True).world()


def found(cluster: dict[str, Any], objects: list[dict[str, Any]]) -> list[Finding]:
    """What the policy finds."""
    return [outcome for outcome in _POLICY.check(world_of(cluster, objects)) if isinstance(outcome, Finding)]


@settings(max_examples=40, deadline=None)
@given(chains())
def test_a_right_chain_arrives(chain: Chain) -> None:
    """Whatever holds the port, on whichever node: nothing is found, and the way is told from the host to the controller."""
    cluster, objects = documents(chain)
    assert found(cluster, objects) == []
    (entry,) = entries(world_of(cluster, objects))
    assert (entry.mapping.host, entry.mapping.port) == (chain.host, chain.mapped)
    assert [str(controller) for controller in entry.controllers] == [f"{chain.kind}/in/nginx"]
    assert entry.hops[0] == f"port {chain.host} of the host"
    assert f"{chain.kind}/in/nginx" in entry.hops[-1]


def _mapping(cluster: dict[str, Any]) -> dict[str, Any]:
    return next(node["extraPortMappings"][0] for node in cluster["nodes"] if "extraPortMappings" in node)


def _pod(objects: list[dict[str, Any]]) -> dict[str, Any]:
    return dict.__getitem__(objects[0]["spec"]["template"], "spec")


def _no_mapping(cluster: dict[str, Any], _objects: list[dict[str, Any]]) -> None:
    for node in cluster["nodes"]:
        node.pop("extraPortMappings", None)


def _other_port(cluster: dict[str, Any], _objects: list[dict[str, Any]]) -> None:
    _mapping(cluster)["containerPort"] = 60000


def _udp(cluster: dict[str, Any], _objects: list[dict[str, Any]]) -> None:
    _mapping(cluster)["protocol"] = "UDP"


def _any_port(cluster: dict[str, Any], _objects: list[dict[str, Any]]) -> None:
    del _mapping(cluster)["hostPort"]


def _not_held(_cluster: dict[str, Any], objects: list[dict[str, Any]]) -> None:
    pod = _pod(objects)
    pod.pop("hostNetwork", None)
    for port in pod["containers"][0]["ports"]:
        port.pop("hostPort", None)
    objects[1]["spec"] |= {"type": "ClusterIP", "ports": [{"port": 80, "targetPort": "http"}]}


def _label(cluster: dict[str, Any], objects: list[dict[str, Any]]) -> None:
    del cluster
    _pod(objects)["nodeSelector"] = {"entry": "elsewhere"}
    objects[1]["spec"]["externalTrafficPolicy"] = "Local"


_AT_KIND: Final = {"the mapping is gone", "the mapping leads to another port", "the mapping is for UDP", "kind chooses the port"}
_BREAKS: Final[dict[str, Callable[[dict[str, Any], list[dict[str, Any]]], None]]] = {
    "the mapping is gone": _no_mapping,
    "the mapping leads to another port": _other_port,
    "the mapping is for UDP": _udp,
    "kind chooses the port": _any_port,
    "the controller holds no port of the node": _not_held,
    "the controller is on no such node": _label,
}


@pytest.mark.parametrize("hop", _BREAKS)
@settings(max_examples=40, deadline=None)
@given(chain=chains())
def test_a_broken_hop_is_found(hop: str, chain: Chain) -> None:
    """At kind's configuration where that was broken, at the controller or its Service where these were."""
    cluster, objects = documents(chain)
    _BREAKS[hop](cluster, objects)
    findings = found(cluster, objects)
    assert findings
    assert all(finding.path for finding in findings)
    if hop in _AT_KIND:
        assert {str(finding.manifest) for finding in findings} == {f"{ENVIRONMENT}/kind.yaml"}
    else:
        own = {f"{chain.kind}/in/nginx", "Service/in/nginx"}
        assert {str(finding.manifest) for finding in findings} <= own


@settings(max_examples=40, deadline=None)
@given(chains())
def test_without_a_toleration_a_control_plane_beside_others_is_not_reached(chain: Chain) -> None:
    """Kind takes the taint from a node that is alone, and from no other; a NodePort is reached on every node all the same."""
    cluster, objects = documents(chain)
    _pod(objects)["tolerations"] = []
    tainted = chain.at == 0 and chain.workers > 0 and chain.held != "NodePort"
    assert bool(found(cluster, objects)) is tainted


@settings(max_examples=40, deadline=None)
@given(chains().filter(lambda chain: chain.held != "NodePort"))
def test_pods_on_any_of_several_nodes_arrive_only_when_there_is_one_on_each(chain: Chain) -> None:
    """One pod of a Deployment may be on a node to which the port does not lead; a DaemonSet is on all of them."""
    cluster, objects = documents(chain)
    _pod(objects)["nodeSelector"] = {}
    assert bool(found(cluster, objects)) is (chain.kind == "Deployment" and chain.workers > 0)
    objects[0]["spec"]["replicas"] = chain.workers + 1
    assert found(cluster, objects) == []


@settings(max_examples=40, deadline=None)
@given(chains())
def test_of_the_same_in_a_directory_of_somebodys_the_same_is_said(chain: Chain) -> None:
    """Kind's configuration is an object there like any other; what is broken is found, what is right is not."""
    cluster, objects = documents(chain)
    named = cluster | {"metadata": {"name": "kind"}}
    right = Example(name="", manifests=yaml.safe_dump_all([*objects, named])).world()
    assert [outcome for outcome in _POLICY.check(right) if isinstance(outcome, Finding)] == []
    _other_port(named, objects)
    wrong = Example(name="", manifests=yaml.safe_dump_all([*objects, named])).world()
    assert [outcome for outcome in _POLICY.check(wrong) if isinstance(outcome, Finding)]


@pytest.mark.engine
def test_nodes_and_ports_are_those_that_kind_reads() -> None:
    """Roles, labels, ports, addresses and protocols, of a configuration with everything left out that may be."""
    text = json.dumps(
        {
            "kind": "Cluster",
            "apiVersion": "kind.x-k8s.io/v1alpha4",
            "nodes": [
                {
                    "labels": {"a": "b"},
                    "extraPortMappings": [{"containerPort": 80}, {"containerPort": 53, "hostPort": 53, "protocol": "udp"}],
                },
                {"role": "worker", "extraPortMappings": [{"containerPort": 443, "hostPort": 8443, "listenAddress": "127.0.0.1"}]},
                {"role": "worker"},
            ],
        }
    )
    cluster = cluster_of(Example(name="", manifests="", documents={"kind.yaml": text}, closed=True).world())
    read = json.loads(run("kindconfig", stdin=text).stdout)
    assert cluster is not None
    assert [node.role for node in cluster.nodes] == [node["role"] for node in read["nodes"]]
    assert [
        (mapping.port, mapping.host or 0, mapping.protocol, mapping.address) for node in cluster.nodes for mapping in node.mappings
    ] == [
        (each["containerPort"], each.get("hostPort") or 0, each.get("protocol") or "TCP", each.get("listenAddress") or "")
        for node in read["nodes"]
        for each in node.get("extraPortMappings") or ()
    ]
    assert [node.name for node in cluster.nodes] == ["kind-control-plane", "kind-worker", "kind-worker2"]
    assert [node.tainted for node in cluster.nodes] == [True, False, False]


def test_a_node_that_is_alone_has_no_taint() -> None:
    """And one that is not listed at all is there all the same."""
    text = "{kind: Cluster, apiVersion: kind.x-k8s.io/v1alpha4, name: coffee}"
    cluster = cluster_of(replace(Example(name="", manifests="", documents={"kind.yaml": text}, closed=True)).world())
    assert cluster is not None
    assert [(node.name, node.tainted) for node in cluster.nodes] == [("coffee-control-plane", False)]


@settings(max_examples=20, deadline=None)
@given(chains())
def test_of_a_port_for_something_that_is_not_here_nothing_is_said_in_a_directory_of_somebodys(chain: Chain) -> None:
    """A mapping beside the one of the controller may be for what is installed otherwise; in a whole environment it leads nowhere."""
    cluster, objects = documents(chain)
    cluster["nodes"][chain.at]["extraPortMappings"].append({"hostPort": 5000, "containerPort": 60000})
    named = cluster | {"metadata": {"name": "kind"}}
    apart = Example(name="", manifests=yaml.safe_dump_all([*objects, named])).world()
    assert [outcome for outcome in _POLICY.check(apart) if isinstance(outcome, Finding)] == []
    assert [finding.pointer.rpartition("/")[2] for finding in found(cluster, objects)] == ["containerPort"]


@pytest.mark.parametrize("arguments", ["node-labels: entry=here,a=b", "- {name: node-labels, value: 'a=b,entry=here'}"])
def test_a_label_that_a_patch_of_kubeadms_gives_is_the_nodes(arguments: str) -> None:
    """As a mapping, as it was written before v1beta4, and as a list."""
    chain = Chain(held="hostPort", kind="DaemonSet", host=80, node=80, inside=80, workers=1, at=0, address="")
    cluster, objects = documents(chain)
    cluster["nodes"][0]["labels"] = {}
    assert [finding.message.rpartition(" ")[2] for finding in found(cluster, objects)] == ["entry"]
    patch = f"kind: InitConfiguration\nnodeRegistration:\n  kubeletExtraArgs:\n    {arguments}\n"
    cluster["nodes"][0]["kubeadmConfigPatches"] = [patch]
    assert found(cluster, objects) == []
