"""NetworkPolicies from declared edges: who calls whom, and nothing else gets through.

NetworkPolicies add up, so an edge needs no edit at the callee: the caller's app carries both halves, its own egress and, for a
callee of its namespace, the callee's ingress (https://kubernetes.io/docs/concepts/services-networking/network-policies/).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from constructs import Construct

from crema.generators.checks import Cidr, DnsLabel, LabelKey, Port
from crema.generators.manifest import Manifest
from crema.generators.part import Part
from crema.generators.spec import Mistake, Spec, rule

_DNS_PEER = {
    "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}},
    "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CallSpec(Spec):
    """One edge: the pods labelled ``app: <app>`` are called on a container port.

    Args:
        app: value of the callee's `app` label.
        port: the port its container listens on (not its Service's port: policies see packets after translation).
        namespace: the callee's namespace, where it is not the caller's. Its ingress is then its own namespace's matter.
        label: the key of the label that holds `app`.

    """

    app: DnsLabel
    port: Port
    namespace: DnsLabel | None = None
    label: LabelKey = "app"


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkPoliciesSpec(Spec):
    """All policies of one app: nothing comes in or goes out but what is declared here or in a caller's own edges.

    Args:
        name: the app; its pods are labelled ``app: <name>``.
        port: the container port others are admitted to.
        admit_cidrs: address ranges that may call it (node and load-balancer addresses, which no pod selector can name).
        calls: whom it calls; DNS is always allowed where it calls anybody.

    """

    name: DnsLabel
    port: Port
    admit_cidrs: tuple[Cidr, ...] = ()
    calls: tuple[CallSpec, ...] = ()

    @rule("calls")
    def _each_callee_once(self) -> Iterator[Mistake]:
        """An edge declared twice would want one name twice."""
        seen: set[tuple[str, str | None]] = set()
        for call in self.calls:
            if (call.app, call.namespace) in seen:
                yield call.mistake("app", f"a callee that {self.name} does not declare already", call.app)
            seen.add((call.app, call.namespace))


def build(spec: NetworkPoliciesSpec) -> tuple[Manifest, ...]:
    """The app's own policy, then one for the ingress of each callee in its namespace."""
    egress: list[dict[str, Any]] = []
    if spec.calls:
        egress.append({"to": [_DNS_PEER], "ports": [{"protocol": p, "port": 53} for p in ("UDP", "TCP")]})
    for call in sorted(spec.calls, key=_key):
        egress.append({"to": [_peer(call)], "ports": _tcp(call.port)})
    ingress = []
    if spec.admit_cidrs:
        ingress.append({"from": [{"ipBlock": {"cidr": c}} for c in sorted(set(spec.admit_cidrs))], "ports": _tcp(spec.port)})
    # Both types with no rule permit nothing; an empty list says no more, and the API server drops it.
    rules = {key: value for key, value in (("ingress", ingress), ("egress", egress)) if value}
    own = _policy(spec, spec.name, spec.name, {"policyTypes": ["Ingress", "Egress"], **rules})
    return (own, *(_admission(spec, call) for call in sorted(spec.calls, key=_key) if call.namespace is None))


def _key(call: CallSpec) -> tuple[str, str]:
    return (call.namespace or "", call.app)


def _tcp(port: int) -> list[dict[str, Any]]:
    return [{"protocol": "TCP", "port": port}]


def _peer(call: CallSpec) -> dict[str, Any]:
    pods = {"podSelector": {"matchLabels": {call.label: call.app}}}
    if call.namespace is None:
        return pods
    return {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": call.namespace}}, **pods}


def _admission(spec: NetworkPoliciesSpec, call: CallSpec) -> Manifest:
    callers = [{"podSelector": {"matchLabels": {"app": spec.name}}}]
    rule = {"policyTypes": ["Ingress"], "ingress": [{"from": callers, "ports": _tcp(call.port)}]}
    # Dots, because names of apps have none: no other pair of apps can give the same name.
    return _policy(spec, f"{spec.name}.calls.{call.app}", call.app, rule, label=call.label)


def _policy(spec: NetworkPoliciesSpec, name: str, app: str, rules: dict[str, Any], label: str = "app") -> Manifest:
    return Manifest(
        api_version="networking.k8s.io/v1",
        kind="NetworkPolicy",
        name=name,
        labels={"app.kubernetes.io/name": spec.name, "app.kubernetes.io/managed-by": "crema"},
        body={"spec": {"podSelector": {"matchLabels": {label: app}}, **rules}},
    )


class NetworkPolicies(Part[NetworkPoliciesSpec]):
    """The NetworkPolicies of one app."""

    def __init__(self, scope: Construct, id: str, spec: NetworkPoliciesSpec) -> None:
        """Add the app's policies to `scope`."""
        super().__init__(scope, id, spec, build)
