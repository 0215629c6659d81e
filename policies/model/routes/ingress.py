"""Routes of Ingress objects, whose rewrites are annotations of whichever controller reads them."""

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from crema.policies.model.manifest import Manifest
from crema.policies.model.node import Node
from crema.policies.model.rewrites import alb, haproxy, ingress_nginx, kong, nginx_inc, traefik
from crema.policies.model.rewrites.rewrite import IngressPath, Rewrite, literal_prefix
from crema.policies.model.routes.route import Backend, Route
from crema.policies.model.world import World

_CONTROLLERS: Final = (ingress_nginx, nginx_inc, haproxy, kong, alb, traefik)
_SERVERS: Final = (ingress_nginx, nginx_inc)
_FAMILIES: Final = sorted({controller.FAMILY for controller in _CONTROLLERS})
_NGINX: Final = frozenset({"", *(controller.FAMILY for controller in _SERVERS)})
_BY_ACTION: Final = "use-annotation"
_REGEX_MARKS: Final = frozenset("()[]{}*+?^$|\\")


def routes(world: World) -> Iterator[Route]:
    """Every path of every Ingress, and its default back end, which takes what no path does."""
    ingresses = [manifest for group in ("networking.k8s.io", "extensions") for manifest in world.of(group, "Ingress")]
    servers: defaultdict[str, list[Rewrite]] = defaultdict(list)
    for manifest in ingresses:
        for host in {rule.text("host") or "" for rule in manifest.root.items("spec", "rules")}:
            servers[host] += _of_server(manifest)
    for manifest in ingresses:
        spec = manifest.root.get("spec")
        if spec is not None:
            yield from _of_one(world, manifest, spec, servers)


def _of_server(manifest: Manifest) -> Iterator[Rewrite]:
    annotations = manifest.root.get("metadata", "annotations")
    for controller in _SERVERS if annotations is not None else ():
        if annotations is not None and _family(manifest) in {"", controller.FAMILY}:
            yield from controller.server(annotations)


def _of_one(world: World, manifest: Manifest, spec: Node, servers: dict[str, list[Rewrite]]) -> Iterator[Route]:
    default = spec.get("defaultBackend") or spec.get("backend")
    if default is not None and (backend := _backend(manifest.ref.namespace, default)) is not None:
        asked = IngressPath(path="/", kind="", service=backend.name)
        found = tuple(_rewrites(world, manifest, asked))
        family, to = _family(manifest), _named(default)
        hosts = tuple(dict.fromkeys(rule.text("host") or "" for rule in spec.items("rules"))) or ("",)
        yield Route(node=default, host="", path="/", backend=backend, rewrites=found, family=family, to=to, hosts=hosts)
    for rule in spec.items("rules"):
        host = rule.text("host") or ""
        for path in rule.items("http", "paths"):
            written, kind, below = path.text("path") or "/", path.text("pathType") or "", path.get("backend")
            for backend, to, answered in _ends(manifest, below) if below is not None else ():
                asked = IngressPath(path=written, kind=kind, service=backend.name)
                is_regex = not _REGEX_MARKS.isdisjoint(written)
                yield Route(
                    node=path,
                    host=host,
                    path=literal_prefix(written) if is_regex else written,
                    pattern=written if is_regex else "",
                    exact=kind == "Exact" and not is_regex,
                    hosts=(host,),
                    written=written,
                    kind=kind,
                    family=_family(manifest),
                    to=to,
                    answered=answered,
                    backend=backend,
                    rewrites=(*(servers.get(host, ()) if _family(manifest) in _NGINX else ()), *_rewrites(world, manifest, asked)),
                )


def _rewrites(world: World, manifest: Manifest, asked: IngressPath) -> Iterator[Rewrite]:
    annotations = manifest.root.get("metadata", "annotations")
    for controller in _CONTROLLERS if annotations is not None else ():
        if annotations is not None and _family(manifest) in {"", controller.FAMILY}:
            yield from controller.rewrites(world, annotations, asked)


def class_of(manifest: Manifest) -> Node | None:
    """Where an Ingress says its class: the field, without it the old annotation."""
    return manifest.root.get("spec", "ingressClassName") or manifest.root.get("metadata", "annotations", "kubernetes.io/ingress.class")


def _family(manifest: Manifest) -> str:
    """Which controllers read this Ingress, by the name of its class; empty when the name does not tell."""
    asked = class_of(manifest)
    return next((family for family in _FAMILIES if asked is not None and family in str(asked.value)), "")


def _ends(manifest: Manifest, backend: Node) -> Iterator[tuple[Backend, Node, bool]]:
    """The Services of a back end, and where they are named. An action of the AWS load balancer may have several, or none.

    Source: https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/#actions
    """
    end = _backend(manifest.ref.namespace, backend)
    if end is None:
        return
    if end.port != _BY_ACTION:
        yield end, _named(backend), False
        return
    action = manifest.root.get("metadata", "annotations", f"alb.ingress.kubernetes.io/actions.{end.name}")
    named = list(_of_action(manifest.ref.namespace, action)) if action is not None else []
    for one in named:
        yield one, action or backend, False
    if not named:
        yield end, _named(backend), True


def _of_action(namespace: str, action: Node) -> Iterator[Backend]:
    try:
        config = json.loads(str(action.value))
        groups = config.get("forwardConfig", {}).get("targetGroups", [])
        for group in groups:
            if "serviceName" in group:
                yield Backend(namespace=namespace, name=str(group["serviceName"]), port=str(group.get("servicePort", "")))
    except (ValueError, AttributeError, TypeError, RecursionError):
        return


def _named(backend: Node) -> Node:
    return backend.get("service") or backend


def _backend(namespace: str, backend: Node) -> Backend | None:
    """The Service of a back end, in today's spelling or in that of the beta APIs; None for a resource."""
    service = backend.get("service")
    if service is not None:
        port = service.get("port", "number") or service.get("port", "name")
        return Backend(namespace=namespace, name=service.text("name") or "", port="" if port is None else str(port.value))
    name = backend.text("serviceName")
    port = backend.get("servicePort")
    return None if name is None else Backend(namespace=namespace, name=name, port="" if port is None else str(port.value))
