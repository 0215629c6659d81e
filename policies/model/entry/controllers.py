"""Ingress controllers: which pods they are, which classes they serve, and by which of their ports requests come in."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from crema.policies.model.manifest import Manifest, Ref
from crema.policies.model.node import Node
from crema.policies.model.pods import PodTemplate
from crema.policies.model.whole import whole
from crema.policies.model.world import World

_IMAGES: Final = {
    "ingress-nginx/controller": "ingress-nginx",
    "ingress-nginx-controller": "ingress-nginx",
    "nginx-ingress-controller": "ingress-nginx",
    "nginx/nginx-ingress": "nginx-inc",
    "traefik": "traefik",
    "haproxytech/kubernetes-ingress": "haproxy",
    "haproxy-ingress": "haproxy",
    "kubernetes-ingress-controller": "kong",
    "projectcontour/contour": "contour",
}
_CONTROLLERS: Final = {
    "k8s.io/ingress-nginx": "ingress-nginx",
    "ingress.k8s.aws/alb": "alb",
    "nginx.org/ingress-controller": "nginx-inc",
    "traefik.io/ingress-controller": "traefik",
    "haproxy.org/ingress-controller": "haproxy",
    "haproxy-ingress.github.io/controller": "haproxy",
    "ingress-controllers.konghq.com/kong": "kong",
    "projectcontour.io/ingress-controller": "contour",
}
_BY_NAME: Final = {"nginx": "ingress-nginx", "ingress-nginx": "ingress-nginx", "traefik": "traefik", "alb": "alb"}
_NAMES: Final = frozenset({"ingress-nginx", "traefik"})
_BESIDE: Final = frozenset({"admission-webhook", "default-backend", "defaultbackend"})
_HTTP: Final = frozenset({"http", "web", "proxy"})
_HTTPS: Final = frozenset({"https", "websecure", "proxy-ssl"})
_CLASS: Final = "--controller-class="


@dataclass(frozen=True, slots=True, kw_only=True)
class Controller:
    """A workload that answers requests from outside for Ingresses. family: as classes name it; classes: names of those it serves."""

    pod: PodTemplate
    family: str
    classes: tuple[str, ...]

    def __str__(self) -> str:
        """The workload, as reports write it."""
        return str(self.pod.manifest)

    def arguments(self) -> Iterator[Node]:
        """Every argument of its containers, those of `command` included."""
        for container in self.pod.spec.items("containers"):
            yield from container.items("command")
            yield from container.items("args")

    def argument(self, flag: str) -> str | None:
        """What an argument `--flag=value` says; `true` for one without a value, None where it is not given."""
        for node in self.arguments():
            name, equals, value = str(node.value).partition("=")
            if name.lstrip("-") == flag:
                return value if equals else "true"
        return None

    def ports(self) -> Iterator[tuple[Node, int, str]]:
        """The ports of its containers: the entry, the number, and what is spoken there (`http`, `https` or empty)."""
        for container in self.pod.spec.items("containers"):
            for port in container.items("ports"):
                number = port.get("containerPort")
                if number is not None and type(number.value) is int and (port.text("protocol") or "TCP") == "TCP":
                    yield port, number.value, _spoken(port.text("name") or "", number.value)


def controllers(world: World) -> tuple[Controller, ...]:
    """Every controller of the whole world, in the order of its manifests."""
    return whole(world).world.derived(_controllers)


def controller_of(world: World, ingress: Manifest) -> Controller | None:
    """The one controller that serves an Ingress, by its class; None where nothing here says which, or several do."""
    found = served_by(world).get(class_of(world, ingress), ())
    return found[0] if len(found) == 1 else None


def served_by(world: World) -> dict[str, tuple[Controller, ...]]:
    """The controllers by the names of the classes that they serve."""
    return whole(world).world.derived(_by_class)


def class_of(world: World, ingress: Manifest) -> str:
    """The class of an Ingress: the one it names, else the default of the whole world; empty when there is none."""
    named = ingress.root.text("spec", "ingressClassName")
    if named is None:
        named = ingress.root.texts("metadata", "annotations").get("kubernetes.io/ingress.class")
    return whole(world).world.derived(_default_class) if named is None else named


def family_of(world: World, ingress: Manifest) -> str:
    """Which controller reads an Ingress: by the controller of its class, without a class here by the class's name; empty for another."""
    name = class_of(world, ingress)
    found = whole(world).world.get(Ref(group="networking.k8s.io", kind="IngressClass", namespace="", name=name))
    value = found.root.text("spec", "controller") or "" if found is not None else ""
    if value in _CONTROLLERS:
        return _CONTROLLERS[value]
    served = {controller.family for controller in served_by(world).get(name, ())}
    return served.pop() if len(served) == 1 else _BY_NAME.get(name, "") if found is None else ""


def _default_class(world: World) -> str:
    for manifest in world.of("networking.k8s.io", "IngressClass"):
        if manifest.root.texts("metadata", "annotations").get("ingressclass.kubernetes.io/is-default-class") == "true":
            return manifest.ref.name
    return ""


def _by_class(world: World) -> dict[str, tuple[Controller, ...]]:
    found: defaultdict[str, list[Controller]] = defaultdict(list)
    for controller in controllers(world):
        for name in controller.classes:
            found[name].append(controller)
    return {name: tuple(served) for name, served in found.items()}


def _controllers(world: World) -> tuple[Controller, ...]:
    found = [(pod, family) for pod in world.pod_templates if pod.manifest.ref.kind != "Job" and (family := _family(pod))]
    classes = [*world.of("networking.k8s.io", "IngressClass")]
    return tuple(Controller(pod=pod, family=family, classes=tuple(_classes(pod, family, classes))) for pod, family in found)


def _family(pod: PodTemplate) -> str:
    """Which controller a template is of; empty for anything else. A label alone does not tell it from what stands beside it."""
    name, component = pod.labels.get("app.kubernetes.io/name", ""), pod.labels.get("app.kubernetes.io/component", "")
    if component in _BESIDE:
        return ""
    for container in pod.spec.items("containers"):
        image = (container.text("image") or "").partition("@")[0]
        image = image if ":" not in image.rpartition("/")[2] else image.rpartition(":")[0]
        for part, family in _IMAGES.items():
            if image == part or image.endswith(f"/{part}"):
                return family
    brought = pod.manifest.origin == "rendered" and component in {"", "controller"}
    return name if brought and name in _NAMES and any(container.items("ports") for container in pod.spec.items("containers")) else ""


def _classes(pod: PodTemplate, family: str, classes: list[Manifest]) -> Iterator[str]:
    """The classes whose controller this is: by the value that it is told to serve, else by its family's own."""
    told = next((str(node.value).partition("=")[2] for container in pod.spec.items("containers") for node in container.items("args")
                 if str(node.value).startswith(_CLASS)), "")  # fmt: skip
    for manifest in classes:
        value = manifest.root.text("spec", "controller") or ""
        if value == told or (not told and _CONTROLLERS.get(value) == family):
            yield manifest.ref.name


def _spoken(name: str, number: int) -> str:
    if name in _HTTPS or number in {443, 8443}:
        return "https" if name in _HTTPS or name == "" or name.startswith("https") else ""
    if name in _HTTP or number in {80, 8080, 8000}:
        return "http"
    return ""
