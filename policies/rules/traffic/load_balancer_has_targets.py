"""The policy traffic-load-balancer-has-targets."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome, Related
from crema.policies.engine.policy import Policy
from crema.policies.model.manifest import Ref
from crema.policies.model.routes.annotations import ALB
from crema.policies.model.routes.classes import reader_of
from crema.policies.model.routes.every import routes
from crema.policies.model.routes.target_groups import TargetGroup, target_type
from crema.policies.model.whole import whole
from crema.policies.model.world import World

_SHOP = """
    apiVersion: v1
    kind: Service
    metadata: {name: order, namespace: shop}
    spec: {type: TYPE, selector: {app: order}, ports: [{port: 80, targetPort: 8000}]}
    ---
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata: {name: order, namespace: shop, annotations: {ANNOTATIONS}}
    spec:
      ingressClassName: CLASS
      rules:
        - host: coffee.test
          http: {paths: [{path: /api/order, pathType: Prefix, backend: {service: {name: order, port: {number: 80}}}}]}
"""
_PARAMETERS = """
    ---
    apiVersion: networking.k8s.io/v1
    kind: IngressClass
    metadata: {name: alb}
    spec: {controller: ingress.k8s.aws/alb, parameters: {apiGroup: elbv2.k8s.aws, kind: IngressClassParams, name: alb}}
    ---
    apiVersion: elbv2.k8s.aws/v1beta1
    kind: IngressClassParams
    metadata: {name: alb}
    spec: {targetType: ip}
"""


def _shop(kind: str, annotations: str = "", reader: str = "alb") -> str:
    return _SHOP.replace("TYPE", kind).replace("ANNOTATIONS", annotations).replace("CLASS", reader)


class LoadBalancerHasTargets(Policy[TargetGroup]):
    """A load balancer that sends to ports of the nodes has a Service with such ports behind it.

    Why: without `target-type: ip` the controller wants a Service of type NodePort or LoadBalancer; for another it makes nothing of the
    whole group of Ingresses.
    Fix: set `alb.ingress.kubernetes.io/target-type: ip`, or give the Service the type NodePort.
    Source: https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/#target-type
    """

    id = "traffic-load-balancer-has-targets"
    basis = "breaks"
    allowed = (
        Example(name="to the pods", manifests=_shop("ClusterIP", f"{ALB}/target-type: ip")),
        Example(name="to ports of the nodes", manifests=_shop("NodePort")),
        Example(name="the class says ip", manifests=_shop("ClusterIP") + _PARAMETERS),
        Example(name="another controller", manifests=_shop("ClusterIP", reader="nginx")),
    )
    denied = (
        Denied(
            name="the default, and a Service without ports on the nodes",
            manifests=_shop("ClusterIP"),
            at="Ingress/shop/order",
            pointer="/spec/rules/0/http/paths/0/backend/service/name",
            message="the load balancer of http://coffee.test/api/order sends to ports of the nodes (target-type is instance, the default), "
            "and Service shop/order is a ClusterIP, which has none",
        ),
        Denied(
            name="said so, and a Service without ports on the nodes",
            manifests=_shop("ClusterIP", f"{ALB}/target-type: instance"),
            at="Ingress/shop/order",
            pointer=f"/metadata/annotations/{ALB}~1target-type",
            message="the load balancer of http://coffee.test/api/order sends to ports of the nodes (target-type is instance), and Service "
            "shop/order is a ClusterIP, which has none",
        ),
        Denied(
            name="no such type",
            manifests=_shop("ClusterIP", f"{ALB}/target-type: pod"),
            at="Ingress/shop/order",
            pointer=f"/metadata/annotations/{ALB}~1target-type",
            message="the AWS load balancer controller refuses target-type pod of Ingress shop/order; ip or instance is required",
        ),
    )

    def targets(self, world: World) -> Iterable[TargetGroup]:
        """The targets of every route of a load balancer."""
        every = whole(world).world
        for route in routes(world):
            if route.manifest.ref.kind == "Ingress" and not route.answered and reader_of(world, route.manifest) == "alb":
                ref = Ref(group="", kind="Service", namespace=route.backend.namespace, name=route.backend.name)
                yield TargetGroup(route=route, service=every.get(ref))

    def judge(self, world: World, target: TargetGroup) -> Iterator[Outcome]:
        """Compare the type of targets with the type of the Service."""
        kind, written = target_type(world, target), target.asked("target-type")
        own = target.route.manifest.ref
        if written is not None and kind not in {"ip", "instance"}:
            said = f"the AWS load balancer controller refuses target-type {kind} of Ingress {own.namespace}/{own.name}"
            yield self.finding(written, f"{said}; ip or instance is required", path=target.route.hops)
        if target.service is None or kind != "instance":
            return
        service = target.service.root.text("spec", "type") or "ClusterIP"
        if service in {"NodePort", "LoadBalancer"}:
            return
        ref = target.service.ref
        default = "" if written is not None else ", the default"
        message = (
            f"the load balancer of {target.route.url} sends to ports of the nodes (target-type is instance{default}), and Service "
            f"{ref.namespace}/{ref.name} is {'an' if service == 'ExternalName' else 'a'} {service}, which has none"
        )
        named = target.route.to.get("name") if target.route.to is not None else None
        related = [Related(manifest=target.service, pointer="/spec/type", note="the Service's type")]
        yield self.finding(
            written or named or target.route.node, message, path=(*target.route.hops, str(target.route.backend)), related=related
        )
