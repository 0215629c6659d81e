"""Classes of Ingresses and of Gateways: which there are, and whether a controller for each is here.

Source: https://kubernetes.io/docs/concepts/services-networking/ingress/#ingress-class
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from crema.policies.model.entry.controllers import Controller, controllers, served_by
from crema.policies.model.entry.controllers import class_of as name_of
from crema.policies.model.facts import fact
from crema.policies.model.manifest import Manifest
from crema.policies.model.whole import whole
from crema.policies.model.world import World

DEFAULT: Final = "ingressclass.kubernetes.io/is-default-class"
FAMILIES: Final[Mapping[str, str]] = {
    "k8s.io/ingress-nginx": "nginx",
    "nginx.org/ingress-controller": "nginx-inc",
    "ingress.k8s.aws/alb": "alb",
    "eks.amazonaws.com/alb": "alb-auto",
    "traefik.io/ingress-controller": "traefik",
    "haproxy.org/ingress-controller": "haproxy",
    "haproxy-ingress.github.io/controller": "haproxy",
    "ingress-controllers.konghq.com/kong": "kong",
    "projectcontour.io/ingress-controller": "contour",
}
GATEWAY_CHARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "gateway.envoyproxy.io/gatewayclass-controller": ("gateway-helm", "envoyproxy/gateway"),
    "traefik.io/gateway-controller": ("traefik",),
    "gateway.nginx.org/nginx-gateway-controller": ("nginx-gateway-fabric",),
    "istio.io/gateway-controller": ("istiod", "pilot"),
    "io.cilium/gateway-controller": ("cilium",),
}
"""What runs a GatewayClass, by `controllerName`: the names of its chart, or parts of its image."""
_NGINX: Final = "ingress-nginx"
_NAMED: Final = re.compile(r"\b(Ingress|Gateway)Class (?P<name>[a-z0-9][a-z0-9.-]*[a-z0-9])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Classes:
    """Of one kind, IngressClass or GatewayClass: the objects by name, and the names that a prerequisite provides."""

    objects: Mapping[str, Manifest]
    provided: Mapping[str, str]

    @property
    def names(self) -> list[str]:
        """Every name that there is."""
        return sorted({*self.objects, *self.provided})


def ingress_classes(world: World) -> Classes:
    """The classes of Ingresses in the whole world."""
    return whole(world).world.derived(_ingress_classes)


def gateway_classes(world: World) -> Classes:
    """The classes of Gateways in the whole world."""
    return whole(world).world.derived(_gateway_classes)


def family_of(world: World, name: str) -> str:
    """Which controller reads the Ingresses of a class: by the class's own object, else by its name; empty when neither tells."""
    found = ingress_classes(world).objects.get(name)
    value = found.root.text("spec", "controller") if found is not None else None
    if value is not None:
        return FAMILIES.get(value, "")
    return name if name in FAMILIES.values() else ""


def reader_of(world: World, ingress: Manifest) -> str:
    """Which controller reads an Ingress, by its class or the default one: `nginx` is ingress-nginx alone. Empty when nothing tells."""
    name = name_of(world, ingress)
    if any(key.startswith(("nginx.org/", "nginx.com/")) for key in ingress.root.texts("metadata", "annotations")):
        return "nginx-inc"
    return family_of(world, name)


def by_annotation(world: World, name: str) -> bool:
    """Whether a controller here takes Ingresses that carry this class in the old annotation, without any object of that name."""
    return name in whole(world).world.derived(_annotations)


def without_class(world: World) -> Controller | None:
    """A controller that takes Ingresses without a class."""
    return whole(world).world.derived(_taking)


def runs(world: World, name: str) -> bool | None:
    """Whether something here runs an IngressClass; None when nobody knows who would."""
    classes = ingress_classes(world)
    if name in classes.provided or served_by(world).get(name):
        return True
    value = classes.objects[name].root.text("spec", "controller") or ""
    if FAMILIES.get(value) in {"alb", "alb-auto"}:
        return True if fact(world.facts, "prerequisites", "aws-load-balancer-controller") is not None else None
    if value in whole(world).world.derived(_values):
        return True
    return False if value in FAMILIES else None


def _annotations(world: World) -> frozenset[str]:
    return frozenset(one.argument("ingress-class") or "nginx" for one in controllers(world) if one.family == _NGINX)


def _taking(world: World) -> Controller | None:
    return next((one for one in controllers(world) if one.argument("watch-ingress-without-class") == "true"), None)


def _values(world: World) -> frozenset[str]:
    """What controllers here are started with, behind the equals signs."""
    return frozenset(str(node.value).rpartition("=")[2] for one in controllers(world) for node in one.arguments())


def _ingress_classes(world: World) -> Classes:
    objects = {manifest.ref.name: manifest for manifest in world.of("networking.k8s.io", "IngressClass")}
    return Classes(objects=objects, provided=_provided(world, "Ingress"))


def _gateway_classes(world: World) -> Classes:
    objects = {manifest.ref.name: manifest for manifest in world.of("gateway.networking.k8s.io", "GatewayClass")}
    return Classes(objects=objects, provided=_provided(world, "Gateway"))


def _provided(world: World, kind: str) -> dict[str, str]:
    """Names of classes that prerequisites bring, with the prerequisite."""
    found: dict[str, str] = {}
    for prerequisite, said in (fact(world.facts, "prerequisites") or {}).items():
        for named in _NAMED.finditer(str(said.get("provides", "")) if isinstance(said, Mapping) else ""):
            if named[1] == kind:
                found[named["name"]] = prerequisite
    return found
