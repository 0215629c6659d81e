"""What the API's documentation says of NetworkPolicies, sentence by sentence.

Source: https://kubernetes.io/docs/concepts/services-networking/network-policies/ and
https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/network-policy-v1/
"""

from typing import Any

import pytest

from crema.policies.model.network.end import End
from tests.network.made import body, outside, permitted, pod, policies

ORDER, BILLING = pod({"app": "order"}), pod({"app": "billing", "tier": "api"}, ports={"http": 8000}, address="10.1.0.2")
PROMETHEUS = pod({"app": "prometheus"}, namespace="monitoring", space={"team": "sre"}, address="10.2.0.1")
NODE, HOST = outside("172.18.0.2"), pod({"app": "order"}, on_host=True, address="172.18.0.2")

ALL: dict[str, Any] = {}
IS_ORDER, IS_BILLING = {"matchLabels": {"app": "order"}}, {"matchLabels": {"app": "billing"}}


def _expressions(operator: str, key: str, *values: str) -> dict[str, Any]:
    return {"matchExpressions": [{"key": key, "operator": operator, **({"values": list(values)} if values else {})}]}


def _from(*peers: dict[str, Any], ports: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    return {"podSelector": ALL, "policyTypes": ["Ingress"], "ingress": [{"from": list(peers), **({"ports": ports} if ports else {})}]}


@pytest.mark.parametrize(
    ("spec", "caller", "admitted"),
    [
        pytest.param({"podSelector": ALL, "policyTypes": ["Ingress"]}, ORDER, False, id="no rules isolate"),
        pytest.param({"podSelector": ALL}, ORDER, False, id="without policyTypes it isolates for ingress"),
        pytest.param({"podSelector": ALL, "policyTypes": ["Egress"]}, ORDER, True, id="egress alone says nothing of ingress"),
        pytest.param({"podSelector": IS_ORDER, "policyTypes": ["Ingress"]}, ORDER, True, id="pods that it does not select are open"),
        pytest.param({"podSelector": ALL, "ingress": [{}]}, NODE, True, id="an empty rule admits everybody"),
        pytest.param({"podSelector": ALL, "ingress": [{"from": []}]}, NODE, True, id="an empty from admits everybody"),
        pytest.param(_from({"podSelector": ALL}), ORDER, True, id="an empty podSelector is every pod of the namespace"),
        pytest.param(_from({"podSelector": ALL}), PROMETHEUS, False, id="and of no other namespace"),
        pytest.param(_from({"podSelector": ALL}), NODE, False, id="and no address"),
        pytest.param(_from({"namespaceSelector": ALL}), PROMETHEUS, True, id="an empty namespaceSelector is every namespace"),
        pytest.param(_from({"namespaceSelector": {"matchLabels": {"team": "sre"}}}), PROMETHEUS, True, id="a namespace by its label"),
        pytest.param(_from({"namespaceSelector": {"matchLabels": {"team": "sre"}}}), ORDER, False, id="a namespace without the label"),
        pytest.param(
            _from({"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}),
            PROMETHEUS,
            True,
            id="a namespace by the label that the API server gives it",
        ),
        pytest.param(
            _from({"namespaceSelector": {"matchLabels": {"team": "sre"}}, "podSelector": IS_ORDER}),
            PROMETHEUS,
            False,
            id="both selectors in one peer: both have to match",
        ),
        pytest.param(
            _from({"namespaceSelector": {"matchLabels": {"team": "sre"}}}, {"podSelector": IS_ORDER}),
            PROMETHEUS,
            True,
            id="two peers: one has to match",
        ),
        pytest.param(_from({"podSelector": _expressions("In", "app", "order", "frontend")}), ORDER, True, id="In"),
        pytest.param(_from({"podSelector": _expressions("NotIn", "tier", "api")}), ORDER, True, id="NotIn takes what has no such key"),
        pytest.param(_from({"podSelector": _expressions("NotIn", "app", "order")}), ORDER, False, id="NotIn"),
        pytest.param(_from({"podSelector": _expressions("Exists", "tier")}), ORDER, False, id="Exists"),
        pytest.param(_from({"podSelector": _expressions("DoesNotExist", "tier")}), ORDER, True, id="DoesNotExist"),
        pytest.param(_from({"ipBlock": {"cidr": "172.16.0.0/12"}}), NODE, True, id="an address in the block"),
        pytest.param(_from({"ipBlock": {"cidr": "172.16.0.0/12", "except": ["172.18.0.0/16"]}}), NODE, False, id="an excepted address"),
        pytest.param(_from({"ipBlock": {"cidr": "10.0.0.0/8"}}), NODE, False, id="an address outside of the block"),
        pytest.param(_from({"ipBlock": {"cidr": "fd00::/8"}}), NODE, False, id="an address of another family"),
        pytest.param(_from({"podSelector": ALL}), HOST, False, id="a selector does not mean a pod on its node's network"),
        pytest.param(_from({"namespaceSelector": ALL}), HOST, False, id="nor does a namespaceSelector"),
        pytest.param(_from({"ipBlock": {"cidr": "172.18.0.0/16"}}), HOST, True, id="but a block with its node's address does"),
    ],
)
def test_who_is_admitted(spec: dict[str, Any], caller: End, admitted: bool) -> None:
    """A policy in the callee's namespace admits a caller or does not."""
    assert permitted(policies(body(spec)), caller, BILLING, 8000)[1] is admitted


@pytest.mark.parametrize(
    ("ports", "protocol", "admitted"),
    [
        pytest.param([{"port": 8000}], "TCP", True, id="the protocol is TCP where none is given"),
        pytest.param([{"port": 8000, "protocol": "UDP"}], "TCP", False, id="another protocol"),
        pytest.param([{"protocol": "TCP"}], "TCP", True, id="a protocol alone is all of its ports"),
        pytest.param([{"port": 7000, "endPort": 8000}], "TCP", True, id="a range has its last port"),
        pytest.param([{"port": 8001, "endPort": 9000}], "TCP", False, id="a range without it"),
        pytest.param([{"port": "http"}], "TCP", True, id="a name of the callee's port"),
        pytest.param([{"port": "web"}], "TCP", False, id="a name that the callee does not have"),
        pytest.param([{"port": 80}, {"port": 8000}], "TCP", True, id="one of several"),
        pytest.param([{"port": 80}], "TCP", False, id="the port of a Service is none"),
    ],
)
def test_which_port_is_admitted(ports: list[dict[str, Any]], protocol: str, admitted: bool) -> None:
    """Ports are those of containers."""
    assert permitted(policies(body(_from({"podSelector": ALL}, ports=ports))), ORDER, BILLING, 8000, protocol)[1] is admitted


def test_egress_is_isolated_by_a_rule_alone() -> None:
    """Without policyTypes a policy isolates for egress exactly if it has a rule for it."""
    named = {"podSelector": IS_ORDER, "egress": [{"to": [{"podSelector": IS_ORDER}]}]}
    assert permitted(policies(body(named)), ORDER, BILLING, 8000) == (False, True)
    assert permitted(policies(body({"podSelector": IS_ORDER})), ORDER, BILLING, 8000) == (True, True)


def test_a_name_of_a_port_is_the_callees_in_egress_too() -> None:
    """In egress a named port is one of the pods that are called; outside of the cluster nothing has names."""
    spec = {"podSelector": IS_ORDER, "policyTypes": ["Egress"], "egress": [{"ports": [{"port": "http"}]}]}
    assert permitted(policies(body(spec)), ORDER, BILLING, 8000)[0] is True
    assert permitted(policies(body(spec)), ORDER, NODE, 8000)[0] is False


def test_policies_of_another_namespace_say_nothing() -> None:
    """A policy applies to pods of its own namespace."""
    assert permitted(policies(body({"podSelector": ALL}, namespace="monitoring")), ORDER, BILLING, 8000) == (True, True)


def test_policies_have_no_effect_on_pods_on_their_nodes_network() -> None:
    """They are as the node itself."""
    assert permitted(policies(body({"podSelector": ALL, "policyTypes": ["Ingress", "Egress"]})), HOST, HOST, 8000) == (True, True)


def test_a_range_may_be_admitted_in_parts() -> None:
    """Traffic from a whole range is admitted where several blocks hold it together, and not where one address is left out."""
    halves = _from({"ipBlock": {"cidr": "10.0.0.0/21"}}, {"ipBlock": {"cidr": "10.0.8.0/21"}})
    assert permitted(policies(body(halves)), outside("10.0.0.0/20"), BILLING, 8000)[1] is True
    hole = _from({"ipBlock": {"cidr": "10.0.0.0/20", "except": ["10.0.3.7/32"]}})
    assert permitted(policies(body(hole)), outside("10.0.0.0/20"), BILLING, 8000)[1] is False
