"""The policy traffic-network-policies-permit-names."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome, Severity
from crema.policies.engine.policy import Policy
from crema.policies.model.network.resolving import Resolving, resolving, servers
from crema.policies.model.network.verdict import Connection, Verdict, network
from crema.policies.model.whole import whole
from crema.policies.model.world import World

_SHOP = """
    apiVersion: v1
    kind: Service
    metadata: {name: billing, namespace: shop}
    spec: {selector: {app: billing}, ports: [{port: 80}]}
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: order, namespace: shop}
    spec:
      template:
        metadata: {labels: {app: order}}
        spec: {containers: [{name: order, env: [{name: BILLING_URL, value: 'http://billing/api'}]}]}
    ---
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata: {name: order, namespace: shop}
    spec: {podSelector: {}, policyTypes: [Egress], egress: [{to: [{podSelector: {}}]}, RULE]}
"""
_TO = "{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}, podSelector: {matchLabels: {k8s-app: kube-dns}}}"
_BOTH = "[{port: 53, protocol: UDP}, {port: 53, protocol: TCP}]"
_SAID = "Deployment shop/order does not resolve billing (BILLING_URL is http://billing/api): "


def _shop(to: str, ports: str = _BOTH) -> str:
    return _SHOP.replace("RULE", f"{{to: [{to}], ports: {ports}}}")


class NetworkPoliciesPermitNames(Policy[Resolving]):
    """A pod whose egress is restricted still reaches the cluster's DNS, by UDP and by TCP.

    Why: without DNS no name is resolved, and every call fails though it is permitted itself; answers too long for UDP are asked for by TCP.
    Fix: permit egress to port 53, UDP and TCP, of the pods k8s-app=kube-dns in the namespace kube-system.
    Source: https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/

    Of TCP only a whole environment is judged, as a warning. In somebody's directory the labels of kube-system and of its pods are taken as
    unknown: there a finding says that no rule permits port 53 at all.
    """

    id = "traffic-network-policies-permit-names"
    basis = "breaks"
    allowed = (
        Example(name="UDP and TCP to the DNS pods", manifests=_shop(_TO), closed=True),
        Example(name="UDP alone, in somebody's directory", manifests=_shop(_TO, "[{port: 53, protocol: UDP}]")),
        Example(
            name="a label that somebody may have put on kube-system", manifests=_shop("{namespaceSelector: {matchLabels: {name: dns}}}")
        ),
        Example(
            name="egress is not restricted", manifests=_shop(_TO).replace("policyTypes: [Egress], egress", "policyTypes: [Ingress], egress")
        ),
    )
    denied = (
        Denied(
            name="only the own namespace",
            manifests=_shop("{podSelector: {}}"),
            at="NetworkPolicy/shop/order",
            pointer="/spec/egress",
            message=_SAID + "NetworkPolicy order lets nothing out to port 53/UDP of the cluster's DNS (k8s-app=kube-dns in kube-system)",
        ),
        Denied(
            name="TCP alone",
            manifests=_shop(_TO, "[{port: 53}]"),
            at="NetworkPolicy/shop/order",
            pointer="/spec/egress",
            message=_SAID + "NetworkPolicy order lets nothing out to port 53/UDP of the cluster's DNS (k8s-app=kube-dns in kube-system)",
        ),
        Denied(
            name="a label that kube-system does not have, in a whole environment",
            manifests=_shop("{namespaceSelector: {matchLabels: {name: kube-system}}}"),
            closed=True,
            at="NetworkPolicy/shop/order",
            pointer="/spec/egress",
            message=_SAID + "NetworkPolicy order lets nothing out to port 53/UDP of the cluster's DNS (k8s-app=kube-dns in kube-system)",
        ),
        Denied(
            name="UDP alone, in a whole environment",
            manifests=_shop(_TO, "[{port: 53, protocol: UDP}]"),
            closed=True,
            at="NetworkPolicy/shop/order",
            pointer="/spec/egress",
            message="Deployment shop/order does not resolve a name whose answer is too long for UDP (BILLING_URL is http://billing/api): "
            "NetworkPolicy order lets nothing out to port 53/TCP of the cluster's DNS (k8s-app=kube-dns in kube-system)",
        ),
    )

    def targets(self, world: World) -> Iterable[Resolving]:
        """Every pod here that calls by name."""
        return resolving(world)

    def judge(self, world: World, target: Resolving) -> Iterator[Outcome]:
        """Ask for UDP first: without it TCP is no matter."""
        for protocol in ("UDP", "TCP"):
            verdict = _verdict(world, target, protocol)
            if verdict.permitted is True:
                continue
            if verdict.permitted is None:
                if world.closed:
                    yield self.undecided(verdict.isolating[0].manifest, f"whether {target} reaches the cluster's DNS by {protocol}")
                return
            if protocol == "UDP" or world.closed:
                yield self._finding(world, target, protocol, verdict)
            return

    def _finding(self, world: World, target: Resolving, protocol: str, verdict: Verdict) -> Outcome:
        call = target.call
        said = call.said
        names = ", ".join(policy.manifest.ref.name for policy in verdict.isolating)
        what = call.host if protocol == "UDP" else "a name whose answer is too long for UDP"
        policies = f"NetworkPolicy {names} lets" if len(verdict.isolating) == 1 else f"the NetworkPolicies {names} let"
        message = f"{target} does not resolve {what} ({said}): {policies} nothing out to port 53/{protocol} of {servers(world)[0]}"
        root = verdict.isolating[0].manifest.root
        node = root.get("spec", "egress") or root.get("spec", "policyTypes") or root
        hops = (call.hops[0], f"{verdict.isolating[0]} (egress)", f"{servers(world)[0]} port 53/{protocol}")
        severity: Severity = "error" if protocol == "UDP" else "warning"
        return self.finding(whole(world).place(node), message, path=hops, subject=f"{target} {protocol}", severity=severity)


def _verdict(world: World, target: Resolving, protocol: str) -> Verdict:
    """What policies say of DNS; the best where several pods answer."""
    ask = (Connection(caller=target.caller, callee=server, port=53, protocol=protocol) for server in servers(world))
    found = [network(world).verdict(connection, "egress") for connection in ask]
    best = next((verdict for verdict in found if verdict.permitted), None)
    return best or next((verdict for verdict in found if verdict.permitted is None), found[0])
