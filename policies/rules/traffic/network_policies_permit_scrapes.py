"""The policy traffic-network-policies-permit-scrapes."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.network.denials import Judged, judged, place
from crema.policies.model.world import World

_SHOP = """
    apiVersion: monitoring.coreos.com/v1
    kind: Prometheus
    metadata: {name: k8s, namespace: monitoring}
    spec: {serviceMonitorSelector: {}}
    ---
    apiVersion: monitoring.coreos.com/v1
    kind: ServiceMonitor
    metadata: {name: order, namespace: monitoring}
    spec: {namespaceSelector: {matchNames: [shop]}, selector: {matchLabels: {app: order}}, endpoints: [{port: metrics}]}
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: order, namespace: shop, labels: {app: order}}
    spec: {selector: {app: order}, ports: [{name: metrics, port: 9100, targetPort: metrics}]}
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: order, namespace: shop}
    spec:
      template:
        metadata: {labels: {app: order}}
        spec: {containers: [{name: order, ports: [{name: metrics, containerPort: 9464}]}]}
    ---
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata: {name: order, namespace: shop}
    spec: {podSelector: {matchLabels: {app: order}}, ingress: [{from: [PEER], ports: [{port: PORT}]}]}
"""
_SAID = (
    "Prometheus monitoring/k8s does not reach Deployment shop/order on port 9464 "
    "(ServiceMonitor monitoring/order scrapes Deployment shop/order): NetworkPolicy order does not admit it; "
)


def _shop(peer: str, port: str = "9464") -> str:
    return _SHOP.replace("PEER", peer).replace("PORT", port)


class NetworkPoliciesPermitScrapes(Policy[Judged]):
    """NetworkPolicies let Prometheus into every pod that a ServiceMonitor or PodMonitor tells it to scrape.

    Why: the target is down for Prometheus though it works; its metrics are missing, and alerts on them never fire.
    Fix: admit the pods of Prometheus (namespaceSelector and podSelector in one peer) to the port that is scraped.
    Source: https://prometheus-operator.dev/docs/developer/getting-started/

    The pods of a Prometheus object carry the labels that the operator gives them. Without one here, its namespace is not known: then a
    finding says that no other namespace is admitted at all.
    """

    id = "traffic-network-policies-permit-scrapes"
    basis = "breaks"
    allowed = (
        Example(
            name="by namespace and label",
            manifests=_shop(
                "{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: monitoring}}, "
                "podSelector: {matchLabels: {app.kubernetes.io/name: prometheus}}}",
            ),
        ),
        Example(name="by the port's name, from anywhere", manifests=_shop("{namespaceSelector: {}}", "metrics")),
        Example(
            name="a Prometheus that reads other monitors",
            manifests=_shop("{podSelector: {}}").replace("serviceMonitorSelector: {}", "serviceMonitorSelector: {matchLabels: {a: b}}"),
        ),
        Example(
            name="a Prometheus that is not here",
            manifests=_shop("{namespaceSelector: {matchLabels: {name: observability}}}").partition("---")[2],
        ),
    )
    denied = (
        Denied(
            name="pods of the own namespace only",
            manifests=_shop("{podSelector: {matchLabels: {app.kubernetes.io/name: prometheus}}}"),
            at="NetworkPolicy/shop/order",
            pointer="/spec/ingress/0/from",
            message=_SAID + "order permits pods with app.kubernetes.io/name=prometheus of namespace shop, of which there are none",
        ),
        Denied(
            name="the Service's port instead of the container's",
            manifests=_shop("{namespaceSelector: {}}", "9100"),
            at="NetworkPolicy/shop/order",
            pointer="/spec/ingress/0/ports",
            message=_SAID + "order permits it on port 9100 only",
        ),
        Denied(
            name="a label that the pods of Prometheus do not have",
            manifests=_shop("{namespaceSelector: {}, podSelector: {matchLabels: {app: prometheus}}}"),
            at="NetworkPolicy/shop/order",
            pointer="/spec/ingress/0/from",
            message=_SAID + "order permits pods with app=prometheus of every namespace",
        ),
    )

    def targets(self, world: World) -> Iterable[Judged]:
        """Each side of every scrape where a policy isolates."""
        return judged(world, "scrape")

    def judge(self, world: World, target: Judged) -> Iterator[Outcome]:
        """Report what no policy permits."""
        if target.permitted is False:
            hops = (*target.need.hops[:2], target.hop(world), *target.need.hops[2:])
            subject = f"{target.need} {target.direction}"
            yield self.finding(place(world, target.node(world)), target.message(world), path=hops, subject=subject)
        elif target.permitted is None and world.closed:
            yield self.undecided(target.isolating[0].manifest, f"whether {target} is permitted")
