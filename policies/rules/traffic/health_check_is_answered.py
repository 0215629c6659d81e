"""The policy traffic-health-check-is-answered."""

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import SequenceMatcher
from typing import Final

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.facts import fact
from crema.policies.model.manifest import Ref
from crema.policies.model.node import Node
from crema.policies.model.rewrites.rewrite import is_under
from crema.policies.model.routes.annotations import ALB
from crema.policies.model.routes.classes import reader_of
from crema.policies.model.routes.every import routes
from crema.policies.model.routes.target_groups import TargetGroup, target_type
from crema.policies.model.served import ROOT, serving
from crema.policies.model.services import Ending, ending
from crema.policies.model.whole import whole
from crema.policies.model.world import World

_SHOP = """
    apiVersion: v1
    kind: Service
    metadata: {name: order, namespace: shop}
    spec: {type: ClusterIP, selector: {app: order}, ports: [{port: 80, targetPort: 8000}]}
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: order, namespace: shop}
    spec:
      template:
        metadata: {labels: {app: order}}
        spec:
          containers: [{name: order, ports: [{containerPort: 8000}], env: [{name: ROOT_PATH, value: /api/order}]}]
    ---
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata: {name: order, namespace: shop, annotations: {ANNOTATIONS}}
    spec:
      ingressClassName: alb
      rules:
        - host: coffee.test
          http: {paths: [{path: /api/order, pathType: Prefix, backend: {service: {name: order, port: {number: 80}}}}]}
"""
_FACTS: Mapping[str, object] = {"services": {"shop/order": {"port": 8000, "serves": "/api/order", "health": "/api/order/health"}}}
_NEAR: Final = 0.75


def _shop(**said: str) -> str:
    written = ", ".join(f"{ALB}/{name.replace('_', '-')}: '{value}'" for name, value in said.items())
    return _SHOP.replace("ANNOTATIONS", f"{ALB}/target-type: ip, {written}" if "target_type" not in said else written)


def _denied(name: str, manifests: str, key: str, message: str, *, facts: bool = False) -> Denied:
    pointer = f"/metadata/annotations/{ALB}~1{key}" if key else "/metadata/annotations"
    said = dict(_FACTS) if facts else {}
    return Denied(name=name, manifests=manifests, at="Ingress/shop/order", pointer=pointer, message=message, facts=said)


class HealthCheckIsAnswered(Policy[TargetGroup]):
    """The health check of a load balancer asks a path and a port that the targets answer, for a status that they answer with.

    Why: a load balancer sends requests to healthy targets: with a check that nobody answers it answers 503 for all.
    Fix: set `healthcheck-path` to a path that the service answers with 200.
    Source: https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/#health-check

    Without annotations it asks for `/` at the targets' own port and wants 200. What is served is said by a fact (`services`), else by the
    variable ROOT_PATH.
    """

    id = "traffic-health-check-is-answered"
    basis = "breaks"
    allowed = (
        Example(name="the path that a fact gives", manifests=_shop(healthcheck_path="/api/order/health"), facts=dict(_FACTS)),
        Example(
            name="said by the Service, which comes first",
            manifests=_shop(healthcheck_path="/").replace(
                "namespace: shop}\n    spec: {type",
                f"namespace: shop, annotations: {{{ALB}/healthcheck-path: /api/order/x}}}}\n    spec: {{type",
            ),
        ),
        Example(
            name="a range of codes", manifests=_shop(healthcheck_path="/api/order/health", success_codes="200-399"), facts=dict(_FACTS)
        ),
        Example(name="the default, for a service at the root", manifests=_shop().replace("value: /api/order", "value: /")),
    )
    denied = (
        _denied(
            "the default path",
            _shop(),
            "",
            "the load balancer asks Service shop/order for / (no healthcheck-path is set); the service serves /api/order",
        ),
        _denied(
            "a path beside what is served",
            _shop(healthcheck_path="/health"),
            "healthcheck-path",
            "the load balancer asks Service shop/order for /health; the service serves /api/order",
        ),
        _denied(
            "a misspelt path",
            _shop(healthcheck_path="/api/order/healthz"),
            "healthcheck-path",
            "the load balancer asks Service shop/order for /api/order/healthz; the service answers /api/order/health",
            facts=True,
        ),
        _denied(
            "the Service's port instead of the container's",
            _shop(healthcheck_path="/api/order/health", healthcheck_port="80"),
            "healthcheck-port",
            "the load balancer asks the pods of Service shop/order at port 80; their container has 8000",
        ),
        _denied(
            "codes that the service does not answer with",
            _shop(healthcheck_path="/api/order/health", success_codes="301,302"),
            "success-codes",
            "the load balancer wants 301,302 of Service shop/order, which answers /api/order/health with 200",
            facts=True,
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
        """Its port, its path and its codes."""
        backend = target.route.backend
        service = f"Service {backend.namespace}/{backend.name}"
        protocol = target.said("healthcheck-protocol", "HTTP").upper()
        way = ending(world, backend)
        if target.service is None or not way.arrives or protocol == "TCP":
            return
        asked = target.said("healthcheck-path", ROOT).partition("?")[0]
        said = fact(world.facts, "services", f"{backend.namespace}/{backend.name}", "health")
        hops = (*target.route.hops, str(backend), f"health check {asked}")
        yield from self._port(world, target, way, service, hops)
        if target.said("backend-protocol-version", "HTTP1").upper() == "GRPC":
            return
        served = serving(world, backend).prefix
        place = target.asked("healthcheck-path") or target.route.manifest.root.get("metadata", "annotations") or target.route.node
        default = " (no healthcheck-path is set)" if target.asked("healthcheck-path") is None else ""
        fix = f"set {ALB}/healthcheck-path: {said}" if said else ""
        if served and not is_under(asked, served):
            message = f"the load balancer asks {service} for {asked}{default}; the service serves {served}"
            yield self.finding(place, message, path=hops, fix=fix, subject=backend.name)
        elif said and asked not in {said, served} and SequenceMatcher(None, asked, str(said)).ratio() > _NEAR:
            message = f"the load balancer asks {service} for {asked}; the service answers {said}"
            yield self.finding(place, message, path=hops, fix=fix, subject=backend.name)
        codes = target.asked("success-codes")
        if codes is not None and said and asked == said and not _has_200(str(codes.value)):
            message = f"the load balancer wants {codes.value} of {service}, which answers {said} with 200"
            yield self.finding(codes, message, path=hops, fix="let success-codes have 200", subject=backend.name)

    def _port(self, world: World, target: TargetGroup, way: Ending, service: str, hops: tuple[str, ...]) -> Iterator[Outcome]:
        port: Node | None = target.asked("healthcheck-port")
        if port is None or not str(port.value).isdecimal() or target_type(world, target) != "ip" or not way.containers:
            return
        numbers = [number for container in way.containers for number in _numbers(container)]
        if int(str(port.value)) not in numbers:
            has = ", ".join(str(number) for number in dict.fromkeys(numbers))
            message = f"the load balancer asks the pods of {service} at port {port.value}; their container has {has}"
            yield self.finding(port, message, path=hops, fix="leave healthcheck-port out: then it asks the port that gets the requests")


def _numbers(container: Node) -> list[int]:
    return [number.value for port in container.items("ports") if (number := port.get("containerPort")) and isinstance(number.value, int)]


def _has_200(codes: str) -> bool:
    """Whether `200`, `200,302` or `200-399` holds 200; anything else is not known to leave it out."""
    for part in codes.replace(" ", "").split(","):
        bounds = re.fullmatch(r"(\d{3})(?:-(\d{3}))?", part)
        if bounds is None or int(bounds[1]) <= 200 <= int(bounds[2] or bounds[1]):
            return True
    return False
