"""Routes of Ingress objects, whose rewrites are annotations of whichever controller reads them."""

from collections.abc import Iterator
from typing import Final

from crema.policies.model.manifest import Manifest
from crema.policies.model.node import Node
from crema.policies.model.rewrites import alb, haproxy, ingress_nginx, kong, nginx_inc, traefik
from crema.policies.model.rewrites.rewrite import Rewrite, literal_prefix
from crema.policies.model.routes.route import Backend, Route
from crema.policies.model.world import World

_CONTROLLERS: Final = (ingress_nginx, nginx_inc, haproxy, kong, alb, traefik)
_FAMILIES: Final = frozenset(controller.FAMILY for controller in _CONTROLLERS)
_REGEX_MARKS: Final = frozenset("()[]{}*+?^$|\\")


def routes(world: World) -> Iterator[Route]:
    """Every path of every Ingress."""
    for group in ("networking.k8s.io", "extensions"):
        for manifest in world.of(group, "Ingress"):
            spec = manifest.root.get("spec")
            if spec is not None:
                yield from _of_one(world, manifest, spec)


def _of_one(world: World, manifest: Manifest, spec: Node) -> Iterator[Route]:
    annotations = manifest.root.get("metadata", "annotations")
    family = _family(spec, annotations)
    for rule in spec.items("rules"):
        for path in rule.items("http", "paths"):
            written = path.text("path") or "/"
            backend = _backend(manifest.ref.namespace, path)
            if backend is not None:
                found = () if annotations is None else tuple(_rewrites(world, family, annotations, written, backend.name))
                is_regex = not _REGEX_MARKS.isdisjoint(written)
                yield Route(
                    node=path,
                    host=rule.text("host") or "",
                    path=literal_prefix(written) if is_regex else written,
                    pattern=written if is_regex else "",
                    backend=backend,
                    rewrites=found,
                )


def _rewrites(world: World, family: str, annotations: Node, path: str, service: str) -> Iterator[Rewrite]:
    for controller in _CONTROLLERS:
        if family in {"", controller.FAMILY}:
            yield from controller.rewrites(world, annotations, path, service)


def _family(spec: Node, annotations: Node | None) -> str:
    """Which controllers read this Ingress, by the name of its class; empty when the name does not tell."""
    name = spec.text("ingressClassName")
    if name is None and annotations is not None:
        name = annotations.text("kubernetes.io/ingress.class")
    return next((family for family in sorted(_FAMILIES) if family in (name or "")), "")


def _backend(namespace: str, path: Node) -> Backend | None:
    """The Service of a path, in today's spelling or in that of the beta APIs; None for a resource back end."""
    service = path.get("backend", "service")
    if service is not None:
        port = service.get("port", "number") or service.get("port", "name")
        return Backend(namespace=namespace, name=service.text("name") or "", port="" if port is None else str(port.value))
    name = path.text("backend", "serviceName")
    port = path.get("backend", "servicePort")
    return None if name is None else Backend(namespace=namespace, name=name, port="" if port is None else str(port.value))
