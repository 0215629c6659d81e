"""The policy traffic-network-policy-selects-something."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.network.policy import DIRECTIONS, NetworkPolicy, Peer
from crema.policies.model.network.selected import applies_to_nobody, near_miss, selects_nobody, spaces_of
from crema.policies.model.network.selector import Selector
from crema.policies.model.network.verdict import network
from crema.policies.model.whole import whole
from crema.policies.model.world import World

_SHOP = """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: billing, namespace: shop}
    spec:
      template:
        metadata: {labels: {app: billing}}
        spec: {containers: [{name: billing}]}
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: billing, namespace: shop}
    spec: {selector: {app: billing}, ports: [{port: 80}]}
    ---
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata: {name: billing, namespace: shop}
    spec: {podSelector: {SELECTOR}, ingress: [{from: [PEER]}]}
"""


def _shop(selector: str, peer: str = "{podSelector: {}}") -> str:
    return _SHOP.replace("SELECTOR", selector).replace("PEER", peer)


class NetworkPolicySelectsSomething(Policy[NetworkPolicy]):
    """A NetworkPolicy applies to a pod, and each peer that it names by labels is some pod.

    Why: a policy for labels that nobody carries neither protects nor admits anybody: a letter too many opens the pods, or shuts them.
    Fix: write the labels that the pods carry in their template.
    Source: https://kubernetes.io/docs/concepts/services-networking/network-policies/#networkpolicy-resource

    In somebody's directory pods may be made by what is not in it: there labels are reported only if they are nearly those of a pod here.
    """

    id = "traffic-network-policy-selects-something"
    basis = "breaks"
    severity = "warning"
    allowed = (
        Example(name="the label of a pod", manifests=_shop("matchLabels: {app: billing}"), closed=True),
        Example(name="every pod", manifests=_shop(""), closed=True),
        Example(
            name="pods of a namespace that every cluster has",
            manifests=_shop(
                "", "{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}, podSelector: {matchLabels: {a: b}}}"
            ),
            closed=True,
        ),
        Example(name="pods that something else may make", manifests=_shop("matchLabels: {role: worker}")),
        Example(name="a label that is given at run time", manifests=_shop("matchLabels: {job-name: restore}"), closed=True),
    )
    denied = (
        Denied(
            name="a misspelt label",
            manifests=_shop("matchLabels: {app: biling}"),
            at="NetworkPolicy/shop/billing",
            pointer="/spec/podSelector",
            message="it applies to pods with app=biling, and no pod of namespace shop has that; one has app=billing",
        ),
        Denied(
            name="another key",
            manifests=_shop("matchExpressions: [{key: apps, operator: In, values: [billing]}]"),
            at="NetworkPolicy/shop/billing",
            pointer="/spec/podSelector",
            message="it applies to pods with apps=billing, and no pod of namespace shop has that; one has app=billing",
        ),
        Denied(
            name="a peer that does not exist, in a whole environment",
            manifests=_shop("", "{podSelector: {matchLabels: {app: order}}}"),
            closed=True,
            at="NetworkPolicy/shop/billing",
            pointer="/spec/ingress/0/from/0",
            message="it names pods with app=order of namespace shop, and there are none",
        ),
        Denied(
            name="a namespace that does not exist, in a whole environment",
            manifests=_shop("", "{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shopp}}}"),
            closed=True,
            at="NetworkPolicy/shop/billing",
            pointer="/spec/ingress/0/from/0",
            message="it names pods of namespace shopp, and there are none",
        ),
    )

    def targets(self, world: World) -> Iterable[NetworkPolicy]:
        """Every NetworkPolicy that is written here."""
        every = whole(world)
        return (policy for policy in network(world).policies if every.release(policy.manifest) is None)

    def judge(self, world: World, target: NetworkPolicy) -> Iterator[Outcome]:
        """Look for the pods of the policy and of each peer."""
        namespace, root = target.manifest.ref.namespace, target.manifest.root
        if target.selector.requirements and applies_to_nobody(world, target):
            near = near_miss(world, namespace, target.selector)
            if near or world.closed:
                node = root.get("spec", "podSelector") or root
                message = f"it applies to pods with {target.selector}, and no pod of namespace {namespace} has that"
                yield self.finding(node, message + (f"; one has {near}" if near else ""))
        for direction in DIRECTIONS:
            for rule in target.rules(direction) or ():
                for peer in rule.peers:
                    yield from self._peer(world, peer)

    def _peer(self, world: World, peer: Peer) -> Iterator[Outcome]:
        if not selects_nobody(world, peer):
            return
        spaces = spaces_of(world, peer) or []
        near = next((found for space in spaces if (found := near_miss(world, space, peer.pods or Selector()))), "")
        if near or world.closed:
            yield self.finding(peer.node, f"it names {peer}, and there are none" + (f"; one has {near}" if near else ""))
