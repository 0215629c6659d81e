"""The policy traffic-service-reaches-a-container."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome, Related
from crema.policies.engine.nearest import nearest
from crema.policies.engine.policy import Policy
from crema.policies.model.facts import fact
from crema.policies.model.manifest import Manifest
from crema.policies.model.node import Node
from crema.policies.model.operated import makes
from crema.policies.model.pods import PodTemplate
from crema.policies.model.routes.every import routes
from crema.policies.model.routes.route import Backend, Route
from crema.policies.model.services import Ending, ending
from crema.policies.model.whole import whole
from crema.policies.model.world import World

_SYSTEM = frozenset({"kube-system", "kube-public"})
_SHOP = """
    apiVersion: v1
    kind: Service
    metadata: {name: order, namespace: shop}
    spec: {selector: {app: SELECTED}, ports: [{port: 80, targetPort: TARGET}]}
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: order, namespace: shop}
    spec:
      template:
        metadata: {labels: {app: order}}
        spec: {containers: [{name: order, ports: [{name: http, containerPort: 8000}]}]}
    ---
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata: {name: order, namespace: shop}
    spec:
      rules:
        - host: coffee.test
          http: {paths: [{path: /api/order, pathType: Prefix, backend: {service: {name: order, port: {number: 80}}}}]}
"""


def _shop(selected: str, target: str) -> str:
    return _SHOP.replace("SELECTED", selected).replace("TARGET", target)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServicePort:
    """A port of a Service."""

    service: Manifest
    port: Node

    def __str__(self) -> str:
        """The Service and its port, as reports write them."""
        return str(self.backend)

    @property
    def backend(self) -> Backend:
        """The port as a route would name it."""
        port = self.port.text("name") or str(self.port.mapping().get("port", ""))
        return Backend(namespace=self.service.ref.namespace, name=self.service.ref.name, port=port)


class ServiceReachesAContainer(Policy[ServicePort]):
    """The selector of a Service matches pods, and each of its target ports is one that a container of them listens on.

    Why: a Service without end points refuses every connection; one that leads to a port at which nobody listens does so too.
    Fix: give the Service the labels of its pods, and the port, or its name, that their container has.
    Source: https://kubernetes.io/docs/concepts/services-networking/service/#defining-a-service

    A container may listen on a port that it does not declare: a number is a violation only where its pods declare ports and none is it. A
    fact (`services`, `port`) says which port it really is.
    """

    id = "traffic-service-reaches-a-container"
    basis = "breaks"
    allowed = (
        Example(name="the port by its name", manifests=_shop("order", "http"), closed=True),
        Example(name="the port by its number, which is written as text", manifests=_shop("order", "'8000'"), closed=True),
        Example(
            name="a number that no container declares, where none declares any",
            manifests=_shop("order", "8001").replace("ports: [{name: http, containerPort: 8000}]", "image: order:1"),
            closed=True,
        ),
        Example(
            name="a Service without a selector",
            manifests=_shop("order", "8001").replace("selector: {app: order}, ", ""),
            closed=True,
        ),
        Example(name="pods that may stand elsewhere", manifests=_shop("other", "http").replace("kind: Deployment", "kind: X")),
    )
    denied = (
        Denied(
            name="a selector with another label",
            manifests=_shop("orders", "http"),
            closed=True,
            at="Service/shop/order",
            pointer="/spec/selector",
            message="requests to http://coffee.test/api/order end at Service shop/order: its selector app=orders matches no pods of "
            "namespace shop; those of Deployment/shop/order have app=order",
        ),
        Denied(
            name="a number that no container has",
            manifests=_shop("order", "8001"),
            at="Service/shop/order",
            pointer="/spec/ports/0/targetPort",
            message="requests to http://coffee.test/api/order end at the pods of Service shop/order: no container of Deployment/shop/order "
            "has port 8001; it has 8000 (http)",
        ),
        Denied(
            name="a name that no container has",
            manifests=_shop("order", "web"),
            at="Service/shop/order",
            pointer="/spec/ports/0/targetPort",
            message="requests to http://coffee.test/api/order end at the pods of Service shop/order: no container of Deployment/shop/order "
            "has a port named web; it has 8000 (http)",
        ),
        Denied(
            name="another protocol",
            manifests=_shop("order", "8000").replace("port: 80,", "port: 80, protocol: UDP,"),
            at="Service/shop/order",
            pointer="/spec/ports/0/protocol",
            message="requests to http://coffee.test/api/order end at the pods of Service shop/order: no container of Deployment/shop/order "
            "has port 8000 for UDP; it has 8000 (http)",
        ),
        Denied(
            name="a declared port at which the program does not listen",
            manifests=_shop("order", "http"),
            facts={"services": {"shop/order": {"port": 8080, "serves": "/api/order"}}},
            at="Service/shop/order",
            pointer="/spec/ports/0/targetPort",
            message="requests to http://coffee.test/api/order end at the pods of Service shop/order: port 8000 is not the one that the "
            "program listens on, which is 8080 (fact services.shop/order.port)",
        ),
    )

    def targets(self, world: World) -> Iterable[ServicePort]:
        """Every port of every Service with a selector."""
        for manifest in world.of("", "Service"):
            spec = manifest.root.get("spec")
            if spec is not None and spec.texts("selector") and spec.text("type") != "ExternalName":
                for port in spec.items("ports"):
                    yield ServicePort(service=manifest, port=port)

    def judge(self, world: World, target: ServicePort) -> Iterator[Outcome]:
        """Follow the port to a container."""
        service = target.service
        way = ending(world, target.backend)
        if way.service is not service:
            return  # several documents claim this Service: the first is followed
        route = next(iter(_routes(world).get((service.ref.namespace, service.ref.name), ())), None)
        asked = f"requests to {route.url} end at" if route is not None else "requests end at"
        path = (*(route.hops if route is not None else ()), *way.hops)
        if way.broken == "selector" and target.port.pointer.endswith("/0") and service.ref.namespace not in _SYSTEM:
            selector = service.root.texts("spec", "selector")
            near = _near(world, service.ref.namespace, selector)
            if makes(world, service.ref.namespace, selector):
                return
            if near is None and not world.closed:
                yield self.undecided(service, f"the pods of Service {service.ref.namespace}/{service.ref.name}")
                return
            written = ",".join(f"{key}={value}" for key, value in sorted(selector.items()))
            message = f"{asked} Service {service.ref.namespace}/{service.ref.name}: its selector {written} matches no pods of namespace "
            place = service.root.get("spec", "selector") or service.root
            related = [Related(manifest=near.manifest, pointer="", note="pods that it nearly matches")] if near is not None else []
            yield self.finding(place, f"{message}{service.ref.namespace}{_labels(near, selector)}", path=path, related=related)
        elif way.broken == "target":
            if world.closed or _is_sure(target, way, route):
                yield self._target(target, way, asked, path)
            else:
                yield self.undecided(service, f"whether the pods of Service {service.ref.namespace}/{service.ref.name} listen there")
        elif way.containers and len(service.root.items("spec", "ports")) == 1:
            said = fact(world.facts, "services", f"{service.ref.namespace}/{service.ref.name}", "port")
            if said is not None and way.number != said:
                message = (
                    f"{asked} the pods of Service {service.ref.namespace}/{service.ref.name}: port {way.number} is not the one that the "
                )
                listens = f"program listens on, which is {said} (fact services.{service.ref.namespace}/{service.ref.name}.port)"
                place = target.port.get("targetPort") or target.port
                yield self.finding(place, message + listens, path=path, fix=f"lead the port to {said}, and let the container declare it")
        elif way.broken == "unknown":
            yield self.undecided(service, f"which ports the pods of Service {service.ref.namespace}/{service.ref.name} listen on")

    def _target(self, target: ServicePort, way: Ending, asked: str, path: tuple[str, ...]) -> Outcome:
        place = target.port.get("targetPort") or target.port.get("port") or target.port
        written, protocol = str(place.value), target.port.text("protocol") or "TCP"
        declared = [port for pod in way.pods[:1] for container in pod.spec.items("containers") for port in container.items("ports")]
        same = any(written in {str(port.mapping().get("containerPort")), port.text("name")} for port in declared)
        wanted = f"port {written}" if written.isdecimal() else f"a port named {written}"
        if same:
            wanted, place = f"{wanted} for {protocol}", target.port.get("protocol") or place
        has = ", ".join(_port(port) for port in declared)
        names = [name for port in declared if (name := port.text("name"))]
        hint = nearest(written, names) if names and not written.isdecimal() and not same else ""
        hint = hint if "did you mean" in hint else f"; it has {has}" if has else "; it declares none"
        service = f"Service {target.service.ref.namespace}/{target.service.ref.name}"
        pod = way.pods[0].manifest
        message = f"{asked} the pods of {service}: no container of {pod} has {wanted}{hint}"
        related = [Related(manifest=pod, pointer=way.pods[0].spec.pointer, note="the pods")]
        return self.finding(place, message, path=path, related=related)


def _is_sure(target: ServicePort, way: Ending, route: Route | None) -> bool:
    """Whether a port that no container declares is a mistake in somebody's directory too. What is declared there may not be all: a second
    port, one for metrics, the ports that a webhook or a patch adds.
    """
    containers = [container for pod in way.pods for container in pod.spec.items("containers")]
    ports = [port for container in containers for port in container.items("ports")]
    if not ports or any(container.text("image") == "auto" for container in containers):
        return False
    written = target.port.get("targetPort") or target.port.get("port")
    if written is None or not str(written.value).isdecimal():
        return True
    numbers = {port.mapping().get("containerPort") for port in ports}
    if int(str(written.value)) in numbers:
        return route is not None  # another protocol than is declared, which only requests are sure to speak
    return route is not None or (len(numbers) == 1 and len(target.service.root.items("spec", "ports")) == 1 and "metric" not in str(target))


def _port(port: Node) -> str:
    """`8000 (http)`, or without a name."""
    name = port.text("name")
    return f"{port.mapping().get('containerPort')}" + (f" ({name})" if name else "")


def _routes(world: World) -> Mapping[tuple[str, str], list[Route]]:
    return world.derived(_by_service)


def _by_service(world: World) -> Mapping[tuple[str, str], list[Route]]:
    found: defaultdict[tuple[str, str], list[Route]] = defaultdict(list)
    for route in routes(world):
        if not route.answered:
            found[route.backend.namespace, route.backend.name].append(route)
    return dict(found)


def _near(world: World, namespace: str, selector: dict[str, str]) -> PodTemplate | None:
    """The pods that have the keys of a selector with other values, those first whose values are most like them."""
    having = _pods(world).get(namespace, {})
    found = [pod for key in selector for pod in having.get(key, ())]
    best = [pod for pod in found if selector.keys() <= pod.labels.keys()]
    wanted = [pod for pod in best if any(_alike(pod.labels[key], value) for key, value in selector.items())]
    return next(iter(wanted or best), None)


def _alike(one: str, other: str) -> bool:
    return one == other or one in other or other in one


def _labels(near: PodTemplate | None, selector: dict[str, str]) -> str:
    if near is None:
        return ""
    return f"; those of {near.manifest} have " + ",".join(f"{key}={near.labels[key]}" for key in sorted(selector))


def _pods(world: World) -> Mapping[str, Mapping[str, list[PodTemplate]]]:
    return whole(world).world.derived(_by_key)


def _by_key(world: World) -> Mapping[str, Mapping[str, list[PodTemplate]]]:
    found: defaultdict[str, defaultdict[str, list[PodTemplate]]] = defaultdict(lambda: defaultdict(list))
    for pod in world.pod_templates:
        for key in pod.labels:
            found[pod.manifest.ref.namespace][key].append(pod)
    return found
