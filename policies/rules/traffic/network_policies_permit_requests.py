"""The policy traffic-network-policies-permit-requests."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.network.denials import Judged, judged, place
from crema.policies.model.world import World

_SHOP = """
    apiVersion: networking.k8s.io/v1
    kind: IngressClass
    metadata: {name: nginx}
    spec: {controller: k8s.io/ingress-nginx}
    ---
    apiVersion: apps/v1
    kind: DaemonSet
    metadata: {name: controller, namespace: ingress}
    spec:
      template:
        metadata: {labels: {app: controller}}
        spec: {hostNetwork: ON_HOST, containers: [{name: controller, image: 'registry.k8s.io/ingress-nginx/controller:v1.15.1'}]}
    ---
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata: {name: order, namespace: shop}
    spec:
      ingressClassName: nginx
      rules:
        - host: coffee.test
          http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: order, port: {number: 80}}}}]}
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: order, namespace: shop}
    spec: {type: TYPE, selector: {app: order}, ports: [{port: 80, targetPort: 8000}]}
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: order, namespace: shop}
    spec:
      template:
        metadata: {labels: {app: order}}
        spec: {containers: [{name: order, ports: [{containerPort: 8000}]}]}
    ---
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata: {name: order, namespace: shop}
    spec: {podSelector: {}, ingress: [{from: [PEER], ports: [{port: 8000}]}]}
"""
_BY_SELECTOR = "{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ingress}}}"
_AT_ORDER = "does not reach Deployment shop/order on port 8000 (http://coffee.test/ leads there): NetworkPolicy order does not admit it; "
_SOURCES = {"cluster": {"ingress": {"sources": ["10.0.0.0/20", "10.0.16.0/20"]}}}


def _shop(peer: str, *, on_host: str = "false", type: str = "ClusterIP") -> str:
    return _SHOP.replace("PEER", peer).replace("ON_HOST", on_host).replace("TYPE", type)


class NetworkPoliciesPermitRequests(Policy[Judged]):
    """NetworkPolicies admit requests from outside to the pods that they are routed to.

    Why: what no policy admits is dropped; the controller waits and answers 504, the load balancer finds no healthy target.
    Fix: admit where the requests come from: pods of the controller by a selector, nodes and load balancers by ipBlock.
    Source: https://kubernetes.io/docs/concepts/services-networking/network-policies/#networkpolicy-and-hostnetwork-pods

    A controller on hostNetwork has the address of its node, and a load balancer is no pod: no selector means either, only an ipBlock
    does. Their addresses are those of the fact `cluster.ingress.sources`; without it a finding says that no address is admitted at all.
    """

    id = "traffic-network-policies-permit-requests"
    basis = "breaks"
    allowed = (
        Example(name="a controller in a pod, by its namespace", manifests=_shop(_BY_SELECTOR)),
        Example(
            name="a controller on its node's network, by ranges that together hold the sources",
            manifests=_shop("{ipBlock: {cidr: 10.0.0.0/19}}, {ipBlock: {cidr: 10.0.16.0/22}}", on_host="true"),
            facts=_SOURCES,
        ),
        Example(
            name="a controller on its node's network, whose addresses nothing says",
            manifests=_shop("{ipBlock: {cidr: 172.18.0.0/16}}", on_host="true"),
        ),
        Example(
            name="a load balancer, by addresses", manifests=_shop(f"{_BY_SELECTOR}, {{ipBlock: {{cidr: 0.0.0.0/0}}}}", type="LoadBalancer")
        ),
    )
    denied = (
        Denied(
            name="a selector aimed at a controller on its node's network",
            manifests=_shop(_BY_SELECTOR, on_host="true"),
            at="NetworkPolicy/shop/order",
            pointer="/spec/ingress/0/from",
            message="DaemonSet ingress/controller "
            + _AT_ORDER
            + "order permits pods of namespace ingress, and it has the address of its node, "
            "which no selector means",
        ),
        Denied(
            name="one of two load-balancer ranges is left out",
            manifests=_shop("{ipBlock: {cidr: 10.0.0.0/20}}", on_host="true"),
            facts=_SOURCES,
            at="NetworkPolicy/shop/order",
            pointer="/spec/ingress/0/from",
            message="ingress traffic from 10.0.16.0/20 " + _AT_ORDER + "order permits addresses in 10.0.0.0/20",
        ),
        Denied(
            name="the sources are excepted",
            manifests=_shop("{ipBlock: {cidr: 10.0.0.0/8, except: [10.0.4.0/22]}}", on_host="true"),
            facts={"cluster": {"ingress": {"sources": ["10.0.0.0/20"]}}},
            at="NetworkPolicy/shop/order",
            pointer="/spec/ingress/0/from",
            message="ingress traffic from 10.0.0.0/20 " + _AT_ORDER + "order permits addresses in 10.0.0.0/8 except 10.0.4.0/22",
        ),
        Denied(
            name="another namespace than the controller's",
            manifests=_shop(_BY_SELECTOR.replace("ingress}", "nginx}")),
            at="NetworkPolicy/shop/order",
            pointer="/spec/ingress/0/from",
            message="DaemonSet ingress/controller " + _AT_ORDER + "order permits pods of namespace nginx",
        ),
        Denied(
            name="a Service of type LoadBalancer behind selectors",
            manifests=_shop(_BY_SELECTOR, type="LoadBalancer"),
            at="NetworkPolicy/shop/order",
            pointer="/spec/ingress/0/from",
            message="what comes in by the load balancer of Service shop/order does not reach Deployment shop/order on port 8000 "
            "(its type is LoadBalancer): NetworkPolicy order does not admit it; order permits pods of namespace ingress",
        ),
    )

    def targets(self, world: World) -> Iterable[Judged]:
        """The pods' side, and a controller's own, of every request from outside where a policy isolates."""
        return judged(world, "request")

    def judge(self, world: World, target: Judged) -> Iterator[Outcome]:
        """Report what no policy permits."""
        if target.permitted is False:
            hops = (*target.need.hops[:2], target.hop(world), *target.need.hops[2:])
            subject = f"{target.need} {target.direction}"
            yield self.finding(place(world, target.node(world)), target.message(world), path=hops, subject=subject)
        elif target.permitted is None and world.closed:
            yield self.undecided(target.isolating[0].manifest, f"cluster.ingress.sources, whether {target} is permitted")
