"""The policy admission-services-are-valid."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example, Pinned
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.admission.places import places
from crema.policies.model.admission.services import service
from crema.policies.model.manifest import Manifest
from crema.policies.model.world import World


class ServicesAreValid(Policy[Manifest]):
    """The fields of a Service fit its type.

    Why: the API server refuses the object, and with it Argo CD fails the sync of the whole application: a headless LoadBalancer, an
    ExternalName without a host, or externalTrafficPolicy of a ClusterIP is valid by its schema.
    Fix: leave the field out, or give the Service the type that has it.
    Source: https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/validation.go
    """

    id = "admission-services-are-valid"
    basis = "breaks"
    allowed = (
        Example(
            name="what belongs to a LoadBalancer",
            manifests="""
                apiVersion: v1
                kind: Service
                metadata: {name: order, namespace: shop}
                spec: {type: LoadBalancer, externalTrafficPolicy: Local, loadBalancerClass: service.k8s.aws/nlb,
                  loadBalancerSourceRanges: [10.0.0.0/8], ports: [{port: 80}]}
                """,
        ),
        Example(
            name="headless, and a name outside",
            manifests="""
                apiVersion: v1
                kind: Service
                metadata: {name: mysql, namespace: shop}
                spec: {clusterIP: None, ports: [{port: 3306}]}
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: outside, namespace: shop}
                spec: {type: ExternalName, externalName: db.example.com.}
                """,
        ),
    )
    denied = (
        Denied(
            name="a headless NodePort, and a policy for traffic from outside of a ClusterIP",
            manifests="""
                apiVersion: v1
                kind: Service
                metadata: {name: order, namespace: shop}
                spec: {type: NodePort, clusterIP: None, ports: [{port: 80}]}
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: billing, namespace: shop}
                spec: {externalTrafficPolicy: Local, ports: [{port: 80}]}
                """,
            at="Service/shop/order",
            pointer="/spec/clusterIP",
            message="spec.clusterIP is None, and the type of the Service is NodePort; only a ClusterIP can be headless",
            also=(
                Pinned(
                    at="Service/shop/billing",
                    pointer="/spec/externalTrafficPolicy",
                    message="spec.externalTrafficPolicy is Local, and the type of the Service is ClusterIP; only a NodePort or a "
                    "LoadBalancer is reached from outside",
                ),
            ),
        ),
        Denied(
            name="an ExternalName with a URL, and one without a name",
            manifests="""
                apiVersion: v1
                kind: Service
                metadata: {name: order, namespace: shop}
                spec: {type: ExternalName, externalName: "https://db.example.com/"}
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: billing, namespace: shop}
                spec: {type: ExternalName}
                """,
            at="Service/shop/order",
            pointer="/spec/externalName",
            message='spec.externalName is "https://db.example.com/"; a host\'s name without scheme, port and path: at '
            "most 253 lower-case letters, digits, - and ., with a letter or digit at both ends of each part is "
            "required",
            also=(
                Pinned(
                    at="Service/shop/billing",
                    pointer="/spec",
                    message="spec.externalName is missing; a Service of the type ExternalName names a host",
                ),
            ),
        ),
        Denied(
            name="a class of a NodePort, and a range that is none",
            manifests="""
                apiVersion: v1
                kind: Service
                metadata: {name: order, namespace: shop}
                spec: {type: NodePort, loadBalancerClass: service.k8s.aws/nlb, ports: [{port: 80}]}
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: billing, namespace: shop}
                spec: {type: LoadBalancer, loadBalancerSourceRanges: [10.0.0.1], sessionAffinity: ClientIP,
                  sessionAffinityConfig: {clientIP: {timeoutSeconds: 100000}}, ports: [{port: 80}]}
                """,
            at="Service/shop/order",
            pointer="/spec/loadBalancerClass",
            message="spec.loadBalancerClass is given, and the type of the Service is NodePort; only a LoadBalancer has it",
            also=(
                Pinned(
                    at="Service/shop/billing",
                    pointer="/spec/loadBalancerSourceRanges/0",
                    message='spec.loadBalancerSourceRanges[0] is "10.0.0.1"; a range of addresses such as 10.0.0.0/8 is required',
                ),
                Pinned(
                    at="Service/shop/billing",
                    pointer="/spec/sessionAffinityConfig/clientIP/timeoutSeconds",
                    message="spec.sessionAffinityConfig.clientIP.timeoutSeconds is 100000; 1 to 86400 (a day) is required",
                ),
            ),
        ),
    )

    def targets(self, world: World) -> Iterable[Manifest]:
        """Every Service."""
        return world.of("", "Service")

    def judge(self, world: World, target: Manifest) -> Iterator[Outcome]:
        """A finding for each combination that the server refuses."""
        for place in places(world, target.root, service(target.body)):
            yield self.finding(place.node, place.message, fix=place.fix, subject=place.subject)
