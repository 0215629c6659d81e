"""The policy traffic-network-policies-permit-nothing-else."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.network.extra import Grant, grants, unneeded
from crema.policies.model.network.needs import all_arrive
from crema.policies.model.world import World

_SHOP = """
    apiVersion: v1
    kind: Service
    metadata: {name: billing, namespace: shop}
    spec: {selector: {app: billing}, ports: [{port: 80, targetPort: 8000}]}
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: billing, namespace: shop}
    spec:
      template:
        metadata: {labels: {app: billing}}
        spec: {containers: [{name: billing, ports: [{containerPort: 8000}]}]}
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: order, namespace: shop}
    spec:
      template:
        metadata: {labels: {app: order}}
        spec: {containers: [{name: order, env: [{name: BILLING_URL, value: 'http://billing/api'}]}]}
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: frontend, namespace: shop}
    spec:
      template:
        metadata: {labels: {app: frontend}}
        spec: {containers: [{name: frontend}]}
    ---
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata: {name: policy, namespace: shop}
    spec: {podSelector: {matchLabels: {app: APP}}, policyTypes: [TYPE], RULES}
"""
_ORDER = "{podSelector: {matchLabels: {app: order}}}"


def _shop(rules: str, *, app: str = "billing", type: str = "Ingress") -> str:
    return _SHOP.replace("APP", app).replace("TYPE", type).replace("RULES", rules)


def _denied(name: str, rules: str, pointer: str, message: str, *, app: str = "billing", type: str = "Ingress") -> Denied:
    manifests = _shop(rules, app=app, type=type)
    return Denied(name=name, manifests=manifests, closed=True, at="NetworkPolicy/shop/policy", pointer=pointer, message=message)


class NetworkPoliciesPermitNothingElse(Policy[Grant]):
    """NetworkPolicies permit what calls, requests, scrapes and DNS need, and nothing else.

    Why: what may be reached without need is what an intruder in one pod reaches from there.
    Fix: narrow the rule to the pods and the ports that need it, or take it away.
    Source: https://kubernetes.io/docs/concepts/security/security-checklist/#network-security

    Whom a pod calls outside of the cluster is not known, so egress to addresses is a violation only where it is to all of them.
    """

    id = "traffic-network-policies-permit-nothing-else"
    basis = "house"
    severity = "warning"
    allowed = (
        Example(
            name="the one caller, on the one port",
            manifests=_shop(f"ingress: [{{from: [{_ORDER}], ports: [{{port: 8000}}]}}]"),
            closed=True,
        ),
        Example(name="nobody", manifests=_shop("ingress: []"), closed=True),
        Example(
            name="DNS and the one callee",
            manifests=_shop(
                "egress: [{to: [{podSelector: {matchLabels: {app: billing}}}], ports: [{port: 8000}]}, "
                "{to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}, "
                "podSelector: {matchLabels: {k8s-app: kube-dns}}}], ports: [{port: 53, protocol: UDP}, {port: 53}]}]",
                app="order",
                type="Egress",
            ),
            closed=True,
        ),
    )
    denied = (
        _denied("everybody", "ingress: [{ports: [{port: 8000}]}]", "/spec/ingress/0", "it admits everybody"),
        _denied(
            "a pod that does not call",
            "ingress: [{from: [{podSelector: {matchLabels: {app: frontend}}}], ports: [{port: 8000}]}]",
            "/spec/ingress/0/from/0",
            "it permits Deployment shop/frontend to ask Deployment shop/billing, and nothing says that it does",
        ),
        _denied(
            "every pod of the namespace",
            "ingress: [{from: [{podSelector: {}}], ports: [{port: 8000}]}]",
            "/spec/ingress/0/from/0",
            "it permits Deployment shop/frontend to ask Deployment shop/billing, and nothing says that it does",
        ),
        _denied(
            "every port",
            f"ingress: [{{from: [{_ORDER}]}}]",
            "/spec/ingress/0",
            "it permits every port, and only 8000 is asked",
        ),
        _denied(
            "one port more",
            f"ingress: [{{from: [{_ORDER}], ports: [{{port: 8000}}, {{port: 9000}}]}}]",
            "/spec/ingress/0/ports/1",
            "it permits port 9000, and only 8000 is asked",
        ),
        _denied(
            "addresses, of pods that no request is routed to",
            "ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}], ports: [{port: 8000}]}]",
            "/spec/ingress/0/from/0",
            "it admits addresses in 10.0.0.0/8, and no request from outside is routed to its pods",
        ),
        _denied(
            "out to everywhere",
            "egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0}}]}]",
            "/spec/egress/0/to/0",
            "it lets out to everywhere",
            app="order",
            type="Egress",
        ),
    )

    def targets(self, world: World) -> Iterable[Grant]:
        """Every peer of every rule of the policies that are written here."""
        return grants(world)

    def judge(self, world: World, target: Grant) -> Iterator[Outcome]:
        """Look for the needs that it serves, once every call and every route has an end: a broken one needs what it does not show."""
        if not all_arrive(world):
            return
        for node, why in unneeded(world, target):
            yield self.finding(node, why)
