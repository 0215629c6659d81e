"""What contracts say beside the objects: what a project has to permit, what is too big, what listens, what is not known."""

import re
import sys
from typing import Any

import pytest

from crema.policies.contracts.contract import contract_for
from crema.policies.model.helm import Release
from crema.policies.model.manifest import ref_of
from tests.contracts.releases import release_of
from tests.contracts.test_objects import CHARTS, recorded
from tests.external import ROOT, start
from tools.charts.objects import cases
from tools.charts.spoken import spoken


def release(
    chart: str, values: dict[str, Any] | None = None, *, version: str = "", name: str = "shop", namespace: str = "there"
) -> Release:
    """A release of a chart."""
    return release_of(chart, version or recorded(chart)["version"], name=name, namespace=namespace, values=values)


def test_every_contract_has_a_record() -> None:
    """And every record a contract that covers its version, and the day on which it was made."""
    folder = ROOT / "policies" / "contracts"
    with_contract = sorted(
        file.stem.replace("_", "-") for file in folder.glob("*.py") if "\nCONTRACT = " in file.read_text(encoding="utf-8")
    )
    assert with_contract == CHARTS
    for chart in CHARTS:
        contract = contract_for(chart)
        assert contract is not None
        assert contract.covers(recorded(chart)["version"])
        assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", recorded(chart)["recorded"])


@pytest.mark.parametrize("chart", CHARTS)
def test_a_record_has_every_case(chart: str) -> None:
    """A case that was added or changed and not recorded is no proof; what an environment of ours gives is as of the day of the record."""
    asked = {case.name: [case.release, case.namespace, case.values] for case in cases(chart)}
    found = {case["name"]: [case["release"], case["namespace"], case["values"]] for case in recorded(chart)["cases"]}
    assert list(asked) == list(found)
    assert {name: case for name, case in asked.items() if name not in {"local", "eks"}} == {
        name: case for name, case in found.items() if name not in {"local", "eks"}
    }


@pytest.mark.parametrize("chart", CHARTS)
@pytest.mark.parametrize("version", ["0.0.1", "999.0.0", "", "latest"])
def test_another_version_brings_nothing_that_is_known(chart: str, version: str) -> None:
    """Of a version that a contract does not cover it says nothing at all."""
    contract = contract_for(chart)
    assert contract is not None
    other = release_of(chart, version, name="shop", namespace="there", values={})
    assert list(contract.objects(other)) == []
    assert contract.needs(other) == frozenset()
    assert contract.big_kinds(other) == frozenset()


@pytest.mark.parametrize("chart", CHARTS)
def test_what_a_project_has_to_permit(chart: str) -> None:
    """Group, kind and namespace of everything that the chart renders, and of nothing that only comes to be when it runs."""
    contract, about = contract_for(chart), recorded(chart)
    assert contract is not None
    case = about["cases"][0]
    real = {ref_of(about["objects"][number]) for number in case["objects"]}
    permitted = contract.needs(release(chart, case["values"], name=case["release"], namespace=case["namespace"]))
    assert permitted == {(ref.group, ref.kind, ref.namespace) for ref in real}


@pytest.mark.parametrize(
    ("chart", "big"),
    [
        (
            "kube-prometheus-stack",
            "alertmanagerconfigs alertmanagers prometheusagents prometheuses scrapeconfigs thanosrulers",
        ),
        ("argo-cd", "applicationsets"),
        ("external-secrets", "clustersecretstores secretstores"),
        ("gateway-helm", "envoyproxies httproutes securitypolicies"),
        ("traefik", ""),
        ("alloy", ""),
        ("loki", ""),
    ],
)
def test_definitions_that_are_too_big(chart: str, big: str) -> None:
    """Those that no client-side apply takes, as measured in the chart."""
    contract = contract_for(chart)
    assert contract is not None
    assert sorted(name.partition(".")[0] for name in contract.big_kinds(release(chart))) == big.split()


def test_definitions_that_are_not_installed_are_not_too_big() -> None:
    """Who switches them off does not have to know how to apply them."""
    contract = contract_for("external-secrets")
    assert contract is not None
    assert contract.big_kinds(release("external-secrets", {"crds": {"createClusterSecretStore": False}})) == {
        "secretstores.external-secrets.io"
    }


@pytest.mark.parametrize(
    ("receivers", "silent"),
    [
        ({}, [9411, 55680, 55681]),
        ({"zipkin": {}}, [55680, 55681]),
        ({"zipkin": {"endpoint": "0.0.0.0:9411"}}, [55680, 55681]),
        ({"otlp": {"protocols": {"http": None}}}, [4318, 9411, 55680, 55681]),
        ({"jaeger": None}, [6831, 6832, 9411, 14250, 14268, 55680, 55681]),
        ({"otlp": {"protocols": {"grpc": None, "http": None}}}, [4317, 4318, 9411, 55680, 55681]),
    ],
)
def test_tempo_listens_for_the_receivers_that_it_has(receivers: dict[str, Any], silent: list[int]) -> None:
    """The Service and the container have the ports of others as well."""
    contract = contract_for("tempo")
    assert contract is not None
    found = list(contract.silent(release("tempo", {"tempo": {"receivers": receivers}})))
    assert sorted(port.number for port in found) == silent
    assert {(port.kind, port.namespace, port.name, port.container) for port in found} == {("StatefulSet", "there", "shop-tempo", "tempo")}


@pytest.mark.parametrize(
    ("chart", "values", "said"),
    [
        ("argo-cd", {"redis-ha": {"enabled": True}}, "redis-ha.enabled is on"),
        ("argo-cd", {"server": {"ingress": {"enabled": True, "controller": "aws"}}}, "server.ingress.controller is aws"),
        ("loki", {"deploymentMode": "Distributed"}, "deploymentMode is Distributed"),
        ("loki", {"minio": {"enabled": True}}, "minio.enabled is on"),
        ("loki-stack", {"grafana": {"enabled": True}}, "grafana.enabled is on"),
        ("kube-prometheus-stack", {"thanosRuler": {"enabled": True}}, "thanosRuler.enabled is on"),
        (
            "kube-prometheus-stack",
            {"kube-state-metrics": {"autosharding": {"enabled": True}}},
            "kube-state-metrics.autosharding.enabled is on",
        ),
        ("kube-prometheus-stack", {"grafana": {"imageRenderer": {"enabled": True}}}, "imageRenderer.enabled is on"),
        ("ingress-nginx", {"controller": {"keda": {"enabled": True}}}, "controller.keda is on"),
        ("traefik", {"hub": {"token": "x"}}, "hub.token is on"),
        ("external-secrets", {"networkPolicy": {"enabled": True}}, "networkPolicy.enabled is on"),
        ("alloy", {"extraObjects": [{"kind": "X"}]}, "extraObjects is on"),
        ("promtail", {"networkPolicy": {"enabled": True}}, "networkPolicy.enabled is on"),
    ],
)
def test_what_a_contract_does_not_know_it_says(chart: str, values: dict[str, Any], said: str) -> None:
    """A part that is off by default and whose objects nobody wrote down; by themselves the charts leave nothing open."""
    contract = contract_for(chart)
    assert contract is not None
    assert contract.gap(release(chart)) == ""
    assert said in contract.gap(release(chart, values))


def test_an_older_grafana_is_known_by_its_datasources_only() -> None:
    """Objects were compared with chart 12."""
    contract = contract_for("grafana")
    assert contract is not None
    assert list(contract.objects(release("grafana", version="6.43.5"))) == []
    assert "chart 12" in contract.gap(release("grafana", version="6.43.5"))


def test_nothing_is_read_before_it_is_asked_for() -> None:
    """Who looks up a contract does not pay for the values of its chart."""
    asks = (
        "from crema.policies.contracts import chart, contract; contract.contract_for('loki'); print(chart.defaults.cache_info().currsize)"
    )
    assert start([sys.executable, "-c", asks]).stdout.strip() == "0"


SERVICE = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {
        "name": "x",
        "labels": {"a": "b", "helm.sh/chart": "x-1.2.3", "app.kubernetes.io/version": "1"},
        "annotations": {"c": "d"},
    },
    "spec": {
        "type": "ClusterIP",
        "ports": [{"name": "http", "port": 80, "targetPort": 80, "protocol": "TCP"}, {"port": 53, "targetPort": "dns", "protocol": "UDP"}],
        "selector": {"a": "b"},
        "sessionAffinity": "None",
    },
}
POD = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "x", "namespace": "own"},
    "spec": {
        "template": {
            "spec": {
                "dnsPolicy": "ClusterFirst",
                "hostNetwork": False,
                "containers": [
                    {
                        "name": "c",
                        "image": "i",
                        "env": [
                            {"name": "B", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}},
                            {"name": "A", "valueFrom": {"secretKeyRef": {"name": "t", "key": "k", "optional": True}}},
                            {"name": "C", "value": "v"},
                        ],
                    }
                ],
                "volumes": [{"name": "e", "emptyDir": {}}, {"name": "v", "secret": {"secretName": "s", "defaultMode": 420}}],
            }
        }
    },
}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            SERVICE,
            {
                "apiVersion": "v1",
                "kind": "Service",
                "metadata": {"name": "x", "namespace": "there", "labels": {"a": "b"}},
                "spec": {
                    "ports": [{"name": "http", "port": 80}, {"port": 53, "targetPort": "dns", "protocol": "UDP"}],
                    "selector": {"a": "b"},
                },
            },
        ),
        (
            POD,
            {
                "apiVersion": "apps/v1",
                "kind": "Deployment",
                "metadata": {"name": "x", "namespace": "own"},
                "spec": {
                    "template": {
                        "spec": {
                            "containers": [{"name": "c", "env": [{"name": "B", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}]}],
                            "volumes": [{"name": "v", "secret": {"secretName": "s"}}],
                        }
                    }
                },
            },
        ),
        (
            {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x"}, "stringData": {"password": "p"}},
            {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x", "namespace": "there"}, "data": {"password": ""}},
        ),
    ],
    ids=["a Service", "a pod", "a Secret"],
)
def test_what_is_spoken_of(body: dict[str, Any], said: dict[str, Any]) -> None:
    """What Kubernetes fills in, versions, optional references and the values of Secrets are left out; nothing else that matters is."""
    assert spoken(body, "there", "x") == said


def bodies(chart: str, version: str, values: dict[str, Any] | None = None) -> dict[str, dict[str, Any]]:
    """What a version of a chart brings, by its refs."""
    contract = contract_for(chart)
    assert contract is not None
    return {str(ref_of(body)): body for body in contract.objects(release_of(chart, version, name=chart, namespace="there", values=values))}


@pytest.mark.parametrize(("version", "known"), [("2.2.0", True), ("2.2.1", True), ("2.2.2", False), ("2.2.4", False)])
def test_earlier_versions_of_tempo_have_a_port_more(version: str, known: bool) -> None:
    """Of OpenCensus, in the Service and in the container."""
    found = bodies("tempo", version)
    (container,) = found["StatefulSet/there/tempo"]["spec"]["template"]["spec"]["containers"]
    assert (55678 in [port["port"] for port in found["Service/there/tempo"]["spec"]["ports"]]) is known
    assert (55678 in [port["containerPort"] for port in container["ports"]]) is known


@pytest.mark.parametrize(
    ("version", "part", "values", "guarded"),
    [
        ("10.1.0", "notifications-controller", {}, False),
        ("10.1.0", "notifications-controller", {"notifications": {"metrics": {"enabled": True}}}, True),
        ("10.1.1", "notifications-controller", {}, True),
        ("10.1.0", "applicationset-controller", {"applicationSet": {"httproute": {"enabled": True}}}, False),
        ("10.1.1", "applicationset-controller", {"applicationSet": {"httproute": {"enabled": True}}}, True),
        ("10.1.0", "applicationset-controller", {"applicationSet": {"ingress": {"enabled": True}}}, True),
    ],
)
def test_earlier_versions_of_argo_cd_have_a_network_policy_less(version: str, part: str, values: dict[str, Any], guarded: bool) -> None:
    """As the templates of 10.1.0 and 10.1.1 differ."""
    assert (f"NetworkPolicy/there/argo-cd-argocd-{part}" in bodies("argo-cd", version, values)) is guarded


@pytest.mark.parametrize(("version", "known"), [("6.43.0", False), ("12.3.2", False), ("12.3.3", True), ("12.11.1", True)])
def test_of_earlier_versions_of_grafana_the_objects_are_not_known(version: str, known: bool) -> None:
    """And the contract says so."""
    contract = contract_for("grafana")
    assert contract is not None
    assert bool(bodies("grafana", version)) is known
    assert (contract.gap(release_of("grafana", version, name="grafana", namespace="there")) == "") is known
