"""The policy traffic-class-has-a-controller."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome
from crema.policies.engine.nearest import nearest
from crema.policies.engine.policy import Policy
from crema.policies.model.helm import releases
from crema.policies.model.manifest import Manifest
from crema.policies.model.node import Node
from crema.policies.model.routes.classes import (
    DEFAULT,
    GATEWAY_CHARTS,
    by_annotation,
    gateway_classes,
    ingress_classes,
    runs,
    without_class,
)
from crema.policies.model.routes.ingress import class_of
from crema.policies.model.whole import whole
from crema.policies.model.world import World

_NGINX = """
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata: {name: ingress-nginx, namespace: argocd}
    spec:
      destination: {namespace: edge}
      source: {chart: ingress-nginx, targetRevision: 4.15.1, helm: {valuesObject: {controller: {VALUES}}}}
    ---
"""
_INGRESS = """
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata: {name: order, namespace: shop, annotations: {ANNOTATIONS}}
    spec:
      CLASS
      rules: [{host: coffee.test, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: a, port: {number: 80}}}}]}}]
"""
_GATEWAY = """
    apiVersion: gateway.networking.k8s.io/v1
    kind: Gateway
    metadata: {name: web, namespace: entry}
    spec: {gatewayClassName: NAME, listeners: [{name: http, port: 80, protocol: HTTP}]}
    ---
    apiVersion: gateway.networking.k8s.io/v1
    kind: GatewayClass
    metadata: {name: eg}
    spec: {controllerName: gateway.envoyproxy.io/gatewayclass-controller}
"""
_ENVOY = """
    ---
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata: {name: eg, namespace: argocd}
    spec:
      destination: {namespace: envoy-gateway-system}
      source: {chart: gateway-helm, targetRevision: 1.9.0}
"""


def _ingress(name: str, annotations: str = "", values: str = "") -> str:
    text = _INGRESS.replace("CLASS", f"ingressClassName: {name}" if name else "").replace("ANNOTATIONS", annotations)
    return _NGINX.replace("VALUES", values) + text


class ClassHasAController(Policy[Manifest]):
    """The class of an Ingress or a Gateway is one that a controller of this environment serves, and one without a class has a default.

    Why: nobody reads an Ingress of a class that nobody serves: its host answers 404 or not at all, and the object shows no error.
    Fix: name a class that there is, or install its controller.
    Source: https://kubernetes.io/docs/concepts/services-networking/ingress/#ingress-class

    What is not installed from here is said by a fact (`prerequisites`: "IngressClass alb: …").
    """

    id = "traffic-class-has-a-controller"
    basis = "breaks"
    allowed = (
        Example(name="the class that the chart brings", manifests=_ingress("nginx"), closed=True),
        Example(name="the class in the old annotation", manifests=_ingress("", "kubernetes.io/ingress.class: nginx"), closed=True),
        Example(
            name="no class, and the chart's is the default",
            manifests=_ingress("", values="ingressClassResource: {default: true}"),
            closed=True,
        ),
        Example(
            name="a class that a prerequisite brings",
            manifests=_ingress("alb"),
            closed=True,
            facts={"prerequisites": {"aws-load-balancer-controller": {"provides": "IngressClass alb: one load balancer"}}},
        ),
        Example(name="a class of somebody's directory", manifests=_ingress("internal")),
        Example(name="a Gateway whose controller is installed", manifests=_GATEWAY.replace("NAME", "eg") + _ENVOY, closed=True),
    )
    denied = (
        Denied(
            name="a class that the chart names otherwise",
            manifests=_ingress("nginx", values="ingressClassResource: {name: nginx-internal}"),
            closed=True,
            at="Ingress/shop/order",
            pointer="/spec/ingressClassName",
            message="no controller reads Ingress shop/order: there is no IngressClass nginx; did you mean nginx-internal?",
        ),
        Denied(
            name="a misspelt class in the old annotation",
            manifests=_ingress("", "kubernetes.io/ingress.class: ngnix"),
            closed=True,
            at="Ingress/shop/order",
            pointer="/metadata/annotations/kubernetes.io~1ingress.class",
            message="no controller reads Ingress shop/order: there is no IngressClass ngnix; did you mean nginx?",
        ),
        Denied(
            name="no class, and no default",
            manifests=_ingress(""),
            closed=True,
            at="Ingress/shop/order",
            pointer="/spec",
            message="no controller reads Ingress shop/order: it names no class, and no IngressClass here is the default; there is nginx",
        ),
        Denied(
            name="a class without a controller",
            manifests=_ingress("web").replace("chart: ingress-nginx", "chart: tempo").replace("4.15.1", "2.2.4")
            + "    ---\n    apiVersion: networking.k8s.io/v1\n    kind: IngressClass\n    metadata: {name: web}\n"
            "    spec: {controller: k8s.io/ingress-nginx}\n",
            closed=True,
            at="Ingress/shop/order",
            pointer="/spec/ingressClassName",
            message="no controller reads Ingress shop/order: nothing here runs IngressClass web, whose controller is k8s.io/ingress-nginx",
        ),
        Denied(
            name="a GatewayClass that is not there",
            manifests=_GATEWAY.replace("NAME", "envoy") + _ENVOY,
            closed=True,
            at="Gateway/entry/web",
            pointer="/spec/gatewayClassName",
            message="no controller reads Gateway entry/web: there is no GatewayClass envoy; known: eg",
        ),
        Denied(
            name="a GatewayClass without its controller",
            manifests=_GATEWAY.replace("NAME", "eg"),
            closed=True,
            at="Gateway/entry/web",
            pointer="/spec/gatewayClassName",
            message="no controller reads Gateway entry/web: nothing here runs GatewayClass eg, whose controller is "
            "gateway.envoyproxy.io/gatewayclass-controller",
        ),
    )

    def targets(self, world: World) -> Iterable[Manifest]:
        """Every Ingress and every Gateway."""
        yield from world.of("networking.k8s.io", "Ingress")
        yield from world.of("gateway.networking.k8s.io", "Gateway")

    def judge(self, world: World, target: Manifest) -> Iterator[Outcome]:
        """Find the class, and who runs it."""
        if target.ref.kind == "Gateway":
            named = target.root.get("spec", "gatewayClassName")
            if named is not None:
                yield from self._gateway(world, target, named)
            return
        asked = class_of(target)
        if asked is None:
            yield from self._none(world, target)
            return
        name = str(asked.value)
        classes = ingress_classes(world)
        if name in classes.objects or name in classes.provided:
            running = runs(world, name)
            if running is False and world.closed and not whole(world).unknown:
                value = classes.objects[name].root.text("spec", "controller")
                yield self._nobody(target, asked, f"nothing here runs IngressClass {name}, whose controller is {value}")
            elif not running:
                yield self.undecided(target, f"who runs IngressClass {name}")
        elif not (asked.key == "kubernetes.io/ingress.class" and by_annotation(world, name)):
            if world.closed and not whole(world).unknown:
                yield self._nobody(target, asked, f"there is no IngressClass {name}{nearest(name, classes.names)}")
            else:
                yield self.undecided(target, f"IngressClass {name}, which is not here")

    def _none(self, world: World, target: Manifest) -> Iterator[Outcome]:
        classes = ingress_classes(world)
        default = any(one.root.texts("metadata", "annotations").get(DEFAULT) == "true" for one in classes.objects.values())
        if default or without_class(world) is not None:
            return
        if not world.closed or whole(world).unknown:
            yield self.undecided(target, "which IngressClass is the default")
            return
        there = f"; there is {', '.join(classes.names)}" if classes.names else ""
        place = target.root.get("spec") or target.root
        fix = f"name the class: ingressClassName: {classes.names[0]}" if classes.names else ""
        yield self._nobody(target, place, f"it names no class, and no IngressClass here is the default{there}", fix=fix)

    def _gateway(self, world: World, target: Manifest, named: Node) -> Iterator[Outcome]:
        name, classes = str(named.value), gateway_classes(world)
        if name in classes.provided:
            return
        known = world.closed and not whole(world).unknown
        if name not in classes.objects:
            if known:
                yield self._nobody(target, named, f"there is no GatewayClass {name}{nearest(name, classes.names)}")
            else:
                yield self.undecided(target, f"GatewayClass {name}, which is not here")
            return
        value = classes.objects[name].root.text("spec", "controllerName") or ""
        by = GATEWAY_CHARTS.get(value)
        if classes.objects[name].origin == "rendered" or (by is not None and _is_here(world, by)):
            return
        if by is not None and known:
            yield self._nobody(target, named, f"nothing here runs GatewayClass {name}, whose controller is {value}")
        else:
            yield self.undecided(target, f"who runs GatewayClass {name}")

    def _nobody(self, target: Manifest, place: Node, why: str, fix: str = "") -> Outcome:
        name = f"{target.ref.kind} {target.ref.namespace}/{target.ref.name}"
        return self.finding(place, f"no controller reads {name}: {why}", path=(name,), fix=fix)


def _is_here(world: World, names: tuple[str, ...]) -> bool:
    """Whether a chart of one of these names is installed here, or a pod has an image with one in it."""
    charts, images = world.derived(_installed), whole(world).world.derived(_images)
    return not charts.isdisjoint(names) or any(name in image for name in names for image in images)


def _installed(world: World) -> frozenset[str]:
    return frozenset(release.chart for release in releases(world))


def _images(world: World) -> frozenset[str]:
    return frozenset(
        container.text("image") or "" for pod in world.pod_templates if pod.manifest.origin != "rendered" for container in pod.containers()
    )
