"""The policy traffic-network-policies-isolate."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example, Pinned
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Parameter, Policy
from crema.policies.model.network.end import End, end_of
from crema.policies.model.network.policy import DIRECTIONS
from crema.policies.model.network.verdict import network
from crema.policies.model.whole import whole
from crema.policies.model.world import World

_SHOP = """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: order, namespace: shop}
    spec:
      template:
        metadata: {labels: {app: order}}
        spec: {containers: [{name: order}]}
    ---
    apiVersion: batch/v1
    kind: Job
    metadata: {name: backup, namespace: shop}
    spec:
      template:
        metadata: {labels: {app: backup}}
        spec: {hostNetwork: ON_HOST, containers: [{name: backup}]}
    ---
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata: {name: order, namespace: shop}
    spec: {podSelector: {SELECTOR}, policyTypes: [TYPES]}
"""


def _shop(selector: str, types: str = "Ingress, Egress", on_host: str = "false") -> str:
    return _SHOP.replace("SELECTOR", selector).replace("TYPES", types).replace("ON_HOST", on_host)


class NetworkPoliciesIsolate(Policy[End]):
    """In a namespace with NetworkPolicies every pod is isolated by one, for ingress and for egress.

    Why: a pod that no policy selects may be reached by everything and may reach everything: one label too few opens it.
    Fix: add a NetworkPolicy that selects the pod, with both policyTypes.
    Source: https://kubernetes.io/docs/concepts/services-networking/network-policies/#default-policies

    Pods on their node's network are left out: no policy has an effect on them.
    """

    id = "traffic-network-policies-isolate"
    basis = "house"
    parameters = (
        Parameter(
            name="namespaces",
            what="The namespaces whose pods are isolated. Without it: those in which a NetworkPolicy stands.",
            schema={"type": "array", "items": {"type": "string", "minLength": 1}},
            default=(),
        ),
        Parameter(
            name="directions",
            what="For what they are isolated.",
            schema={"type": "array", "minItems": 1, "items": {"enum": ["ingress", "egress"]}},
            default=DIRECTIONS,
        ),
    )
    allowed = (
        Example(name="one policy for all", manifests=_shop("")),
        Example(name="a pod on its node's network", manifests=_shop("matchLabels: {app: order}", on_host="true")),
        Example(name="a namespace without any policy", manifests=_shop("").rpartition("---")[0]),
    )
    denied = (
        Denied(
            name="a pod that no policy selects",
            manifests=_shop("matchLabels: {app: order}"),
            at="Job/shop/backup",
            pointer="/spec/template/spec",
            message="no NetworkPolicy of namespace shop isolates it for ingress and egress",
        ),
        Denied(
            name="only ingress",
            manifests=_shop("matchExpressions: [{key: app, operator: Exists}]", types="Ingress"),
            at="Deployment/shop/order",
            pointer="/spec/template/spec",
            message="no NetworkPolicy of namespace shop isolates it for egress",
            also=(
                Pinned(
                    at="Job/shop/backup",
                    pointer="/spec/template/spec",
                    message="no NetworkPolicy of namespace shop isolates it for egress",
                ),
            ),
        ),
    )

    def targets(self, world: World) -> Iterable[End]:
        """The pods of these namespaces that are written here."""
        every = whole(world)
        named = frozenset(self.parameter("namespaces"))
        spaces = named or {one.manifest.ref.namespace for one in network(world).policies if every.release(one.manifest) is None}
        for pod in every.world.pod_templates:
            if pod.manifest.ref.namespace in spaces and every.release(pod.manifest) is None and not pod.spec.flag("hostNetwork"):
                yield end_of(world, pod)

    def judge(self, world: World, target: End) -> Iterator[Outcome]:
        """Ask who selects it, for each direction."""
        asked = [one for one in DIRECTIONS if one in self.parameter("directions")]
        missing = [direction for direction in asked if not network(world).selecting(target, direction)]
        if missing and target.pod is not None:
            message = f"no NetworkPolicy of namespace {target.namespace} isolates it for {' and '.join(missing)}"
            yield self.finding(target.pod.spec, message, subject=target.name)
