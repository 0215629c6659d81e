"""The policy admission-network-policies-are-valid."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example, Pinned
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.admission.networks import network_policy
from crema.policies.model.admission.places import places
from crema.policies.model.admission.refusal import below, mapping
from crema.policies.model.manifest import Manifest
from crema.policies.model.world import World


class NetworkPoliciesAreValid(Policy[Manifest]):
    """The peers and ports of a NetworkPolicy are ones that the server takes.

    Why: the API server refuses the object, and with it Argo CD fails the sync of the whole application, and what the policy would have
    permitted stays closed: an address without its prefix, or an ipBlock beside a selector, is valid by its schema.
    Fix: write the range with its prefix, and each peer as an item of its own.
    Source: https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/networking/validation/validation.go
    """

    id = "admission-network-policies-are-valid"
    basis = "breaks"
    allowed = (
        Example(
            name="pods of a namespace, a range with a hole, and a range of ports",
            manifests="""
                apiVersion: networking.k8s.io/v1
                kind: NetworkPolicy
                metadata: {name: order, namespace: shop}
                spec:
                  podSelector: {matchLabels: {app: order}}
                  ingress:
                    - from: [{podSelector: {}, namespaceSelector: {}}, {ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}]
                      ports: [{port: 8000, endPort: 8010}, {port: http}]
                """,
        ),
        Example(
            name="one address, and none at all",
            manifests="""
                apiVersion: networking.k8s.io/v1
                kind: NetworkPolicy
                metadata: {name: order, namespace: shop}
                spec:
                  podSelector: {matchLabels: {app: order}}
                  ingress: [{from: [{ipBlock: {cidr: 192.168.38.140/32}}]}]
                  egress: [{}]
                """,
        ),
    )
    denied = (
        Denied(
            name="an address without its prefix, and a range with bits after it",
            manifests="""
                apiVersion: networking.k8s.io/v1
                kind: NetworkPolicy
                metadata: {name: order, namespace: shop}
                spec:
                  podSelector: {matchLabels: {app: order}}
                  ingress: [{from: [{ipBlock: {cidr: 192.168.38.140}}, {ipBlock: {cidr: 10.0.0.1/8}}]}]
                """,
            at="NetworkPolicy/shop/order",
            pointer="/spec/ingress/0/from/0/ipBlock/cidr",
            message='spec.ingress[0].from[0].ipBlock.cidr is "192.168.38.140"; a range of addresses such as 10.0.0.0/8, '
            "with zeros after the prefix, is required",
            also=(
                Pinned(
                    at="NetworkPolicy/shop/order",
                    pointer="/spec/ingress/0/from/1/ipBlock/cidr",
                    message='spec.ingress[0].from[1].ipBlock.cidr is "10.0.0.1/8"; a range of addresses such as 10.0.0.0/8, with '
                    "zeros after the prefix, is required",
                ),
            ),
        ),
        Denied(
            name="a selector beside an ipBlock, and a peer of nothing",
            manifests="""
                apiVersion: networking.k8s.io/v1
                kind: NetworkPolicy
                metadata: {name: order, namespace: shop}
                spec:
                  podSelector: {matchLabels: {app: order}}
                  egress: [{to: [{podSelector: {}, ipBlock: {cidr: 10.0.0.0/8}}, {}]}]
                """,
            at="NetworkPolicy/shop/order",
            pointer="/spec/egress/0/to/0/ipBlock",
            message="spec.egress[0].to[0].ipBlock stands beside podSelector; an ipBlock stands alone",
            also=(
                Pinned(
                    at="NetworkPolicy/shop/order",
                    pointer="/spec/egress/0/to/1",
                    message="spec.egress[0].to[1] names no peer; a podSelector, a namespaceSelector or an ipBlock is required",
                ),
            ),
        ),
        Denied(
            name="a hole outside of its range, and an endPort below the port",
            manifests="""
                apiVersion: networking.k8s.io/v1
                kind: NetworkPolicy
                metadata: {name: order, namespace: shop}
                spec:
                  podSelector: {matchLabels: {app: order}}
                  egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8, except: [172.16.0.0/12]}}], ports: [{port: 8010, endPort: 8000},
                    {port: "8000"}]}]
                """,
            at="NetworkPolicy/shop/order",
            pointer="/spec/egress/0/ports/0/endPort",
            message="spec.egress[0].ports[0].endPort is 8000; 8010 (the port) to 65535 is required",
            also=(
                Pinned(
                    at="NetworkPolicy/shop/order",
                    pointer="/spec/egress/0/ports/1/port",
                    message='spec.egress[0].ports[1].port is "8000"; a number, or at most 15 lower-case letters, digits and '
                    "single -, with a letter among them, is required",
                ),
                Pinned(
                    at="NetworkPolicy/shop/order",
                    pointer="/spec/egress/0/to/0/ipBlock/except/0",
                    message='spec.egress[0].to[0].ipBlock.except[0] is "172.16.0.0/12"; a range within 10.0.0.0/8, and smaller '
                    "than it, is required",
                ),
            ),
        ),
    )

    def targets(self, world: World) -> Iterable[Manifest]:
        """Every NetworkPolicy."""
        return world.of("networking.k8s.io", "NetworkPolicy")

    def judge(self, world: World, target: Manifest) -> Iterator[Outcome]:
        """A finding for each peer or port that the server refuses."""
        for place in places(world, target.root, below("spec", network_policy(mapping(target.body.get("spec"))))):
            yield self.finding(place.node, place.message, fix=place.fix, subject=place.subject)
