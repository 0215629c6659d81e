"""What an AWS load balancer does with the Service of a route: to which addresses it sends, and how it asks for health.

Annotations of the Service come before those of the Ingress; where neither says anything, an IngressClassParams may, else the defaults hold.
Source: https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/#health-check
"""

from dataclasses import dataclass
from typing import Final

from crema.policies.model.entry.controllers import class_of as class_name
from crema.policies.model.manifest import Manifest
from crema.policies.model.node import Node
from crema.policies.model.routes.annotations import ALB, annotation
from crema.policies.model.routes.classes import ingress_classes
from crema.policies.model.routes.route import Route
from crema.policies.model.whole import whole
from crema.policies.model.world import World

_GROUP: Final = "elbv2.k8s.aws"
_PARAMS: Final = "IngressClassParams"


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetGroup:
    """The targets of one route. service: None where it is not here."""

    route: Route
    service: Manifest | None

    def asked(self, name: str) -> Node | None:
        """Where an annotation about the targets is written: on the Service, else on the Ingress."""
        own = annotation(self.service, ALB, name) if self.service is not None else None
        return own or annotation(self.route.manifest, ALB, name)

    def said(self, name: str, default: str) -> str:
        """What it says, or the controller's default."""
        node = self.asked(name)
        return default if node is None else str(node.value).strip()


def target_type(world: World, group: TargetGroup) -> str:
    """`instance` (through ports of the nodes) or `ip` (to the pods); empty where an IngressClassParams that is not here decides."""
    written = group.asked("target-type")
    if written is not None:
        return str(written.value)
    found = ingress_classes(world).objects.get(class_name(world, group.route.manifest))
    parameters = found.root.text("spec", "parameters", "name") if found is not None else None
    if parameters is None:
        return "instance"
    for manifest in whole(world).world.of(_GROUP, _PARAMS):
        if manifest.ref.name == parameters:
            return manifest.root.text("spec", "targetType") or "instance"
    return ""
