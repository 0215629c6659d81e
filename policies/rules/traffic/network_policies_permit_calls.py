"""The policy traffic-network-policies-permit-calls."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.network.denials import Judged, judged, place
from crema.policies.model.world import World

_SHOP = """
    apiVersion: v1
    kind: Service
    metadata: {name: billing, namespace: shop}
    spec: {selector: {app: billing}, ports: [{port: 80, targetPort: http}]}
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: billing, namespace: shop}
    spec:
      template:
        metadata: {labels: {app: billing}}
        spec: {containers: [{name: billing, ports: [{name: http, containerPort: 8000}]}]}
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: order, namespace: shop}
    spec:
      template:
        metadata: {labels: {app: order}}
        spec: {containers: [{name: order, env: [{name: BILLING_URL, value: 'http://billing/api'}]}]}
    ---"""
_POLICY = """
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata: {name: NAME, namespace: shop}
    spec: {podSelector: {matchLabels: {app: APP}}, RULES}
    ---"""
_NAMESPACE = """
    apiVersion: v1
    kind: Namespace
    metadata: {name: shop, labels: {}}
"""
_DENIED = "Deployment shop/order does not reach Deployment shop/billing on port 8000 (BILLING_URL is http://billing/api): "


def _policy(app: str, rules: str, *, name: str = "") -> str:
    return _POLICY.replace("NAME", name or app).replace("APP", app).replace("RULES", rules)


def _denied(name: str, place: str, message: str, policy: str) -> Denied:
    app, _, pointer = place.partition(" ")
    return Denied(name=name, manifests=_SHOP + policy, at=f"NetworkPolicy/shop/{app}", pointer=pointer, message=_DENIED + message)


class NetworkPoliciesPermitCalls(Policy[Judged]):
    """NetworkPolicies let every call of a pod out and into the pods that it asks.

    Why: a packet that no policy permits is dropped; the call hangs until it times out, and no object looks wrong.
    Fix: add the caller to a policy of the called pods, and the called pods to the egress of the caller: by the containers' port.
    Source: https://kubernetes.io/docs/concepts/services-networking/network-policies/

    A policy sees packets after the Service's translation, so the port is the container's. Calls are those of variables, arguments, mounted
    files and facts, and what the programs of charts ask.
    """

    id = "traffic-network-policies-permit-calls"
    basis = "breaks"
    allowed = (
        Example(
            name="both sides permit it",
            manifests=_SHOP
            + _policy("billing", "ingress: [{from: [{podSelector: {matchLabels: {app: order}}}], ports: [{port: http}]}]")
            + _policy("order", "policyTypes: [Egress], egress: [{to: [{podSelector: {}}]}]"),
        ),
        Example(
            name="only the other directions are isolated",
            manifests=_SHOP + _policy("billing", "policyTypes: [Egress]") + _policy("order", "ingress: []"),
        ),
        Example(
            name="one of two policies permits it",
            manifests=_SHOP
            + _policy("billing", "policyTypes: [Ingress]")
            + _policy("billing", "ingress: [{from: [{podSelector: {}}]}]", name="all-of-shop"),
        ),
    )
    denied = (
        _denied(
            "nobody is admitted",
            "billing /spec/policyTypes",
            "NetworkPolicy billing does not admit it",
            _policy("billing", "policyTypes: [Ingress]"),
        ),
        _denied(
            "the Service's port instead of the container's",
            "billing /spec/ingress/0/ports",
            "NetworkPolicy billing does not admit it; billing permits it on port 80 only",
            _policy("billing", "ingress: [{from: [{podSelector: {matchLabels: {app: order}}}], ports: [{port: 80}]}]"),
        ),
        _denied(
            "a label that the caller does not carry",
            "billing /spec/ingress/0/from",
            "NetworkPolicy billing does not admit it; billing permits pods with app=orders of namespace shop, of which there are none",
            _policy("billing", "ingress: [{from: [{podSelector: {matchLabels: {app: orders}}}], ports: [{port: 8000}]}]"),
        ),
        _denied(
            "the caller is not let out",
            "order /spec/egress/0/to",
            "NetworkPolicy order does not let it out; order permits pods of namespaces with team=shop",
            _policy("order", "policyTypes: [Egress], egress: [{to: [{namespaceSelector: {matchLabels: {team: shop}}}]}]") + _NAMESPACE,
        ),
    )

    def targets(self, world: World) -> Iterable[Judged]:
        """Each side of every call where a policy isolates."""
        return judged(world, "call")

    def judge(self, world: World, target: Judged) -> Iterator[Outcome]:
        """Report what no policy permits."""
        if target.permitted is False:
            hops = (*target.need.hops[:1], target.hop(world), *target.need.hops[1:])
            subject = f"{target.need} {target.direction}"
            yield self.finding(place(world, target.node(world)), target.message(world), path=hops, subject=subject)
        elif target.permitted is None and world.closed:
            yield self.undecided(target.isolating[0].manifest, f"whether {target} is permitted")
