"""The policy traffic-annotations-are-read."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.manifest import Manifest
from crema.policies.model.node import Node
from crema.policies.model.routes.annotations import ALB, NGINX, TRAEFIK
from crema.policies.model.routes.classes import reader_of
from crema.policies.model.routes.known_annotations import NAMES, READ_BY, is_known
from crema.policies.model.world import World

_INGRESS = """
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata: {name: order, namespace: shop, annotations: {ANNOTATION}}
    spec:
      ingressClassName: CLASS
      rules: [{host: coffee.test, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: order, port: {number: 80}}}}]}}]
"""
_OWN: Final = {"nginx": NGINX, "alb": ALB, "traefik": TRAEFIK}
_CALLED: Final = {"nginx": "ingress-nginx", "alb": "the AWS load balancer controller", "traefik": "Traefik"}
_NEAR: Final = 0.8
_OLD: Final = "ingress.kubernetes.io"
_ONCE: Final = (
    *("add-base-url", "base-url-scheme", "enable-influxdb", "enable-opentracing", "grpc-backend", "influxdb-", "lua-resty-waf"),
    *("opentracing-", "proxy-add-original-uri-header", "secure-backends", "secure-verify-ca-secret", "session-cookie-hash"),
)
"""Annotations that an older ingress-nginx read: in somebody's directory that one may be what runs."""


def _ingress(annotation: str, reader: str = "nginx") -> str:
    return _INGRESS.replace("ANNOTATION", annotation).replace("CLASS", reader)


def _denied(name: str, manifests: str, key: str, message: str, *, closed: bool = False) -> Denied:
    pointer = "/metadata/annotations/" + key.replace("/", "~1")
    return Denied(name=name, manifests=manifests, at="Ingress/shop/order", pointer=pointer, message=message, closed=closed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """One annotation of an Ingress: where, its domain, its name, and the family of controllers that reads the Ingress."""

    node: Node
    domain: str
    name: str
    reader: str

    def __str__(self) -> str:
        """The object and the annotation, as reports name it."""
        return f"{self.node.manifest} {self.domain}/{self.name}"

    @property
    def manifest(self) -> Manifest:
        """The Ingress."""
        return self.node.manifest


class AnnotationsAreRead(Policy[Annotation]):
    """An annotation of an Ingress that is meant for a controller is one that the controller of its class reads.

    Why: no controller complains of an annotation that it does not know: what it should switch on or off stays as it was.
    Fix: write the annotation as the controller of the class spells it, or take it away.
    Source: https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/

    Known are all annotations of ingress-nginx 1.15.1, of the AWS load balancer controller and of Traefik; of other controllers only their
    domains. Annotations of other programs (cert-manager, external-dns) are not judged.
    """

    id = "traffic-annotations-are-read"
    basis = "breaks"
    allowed = (
        Example(name="an annotation of ingress-nginx", manifests=_ingress(f'{NGINX}/ssl-redirect: "false"')),
        Example(name="an old name that is still read", manifests=_ingress(f"{NGINX}/whitelist-source-range: 10.0.0.0/8"), closed=True),
        Example(
            name="an action of the load balancer, whose name is one's own",
            manifests=_ingress(f"{ALB}/actions.gone: '{{}}'", "alb"),
            closed=True,
        ),
        Example(name="an annotation of another program", manifests=_ingress("cert-manager.io/cluster-issuer: letsencrypt"), closed=True),
        Example(name="a class that may be anybody's", manifests=_ingress(f"{ALB}/scheme: internal", "mine")),
    )
    denied = (
        _denied(
            "an annotation of ingress-nginx for the load balancer",
            _ingress(f"{NGINX}/proxy-body-size: 8m", "alb"),
            f"{NGINX}/proxy-body-size",
            "the AWS load balancer controller, which reads Ingress shop/order, does not read nginx.ingress.kubernetes.io/proxy-body-size",
        ),
        _denied(
            "an annotation of the load balancer for ingress-nginx",
            _ingress(f"{ALB}/healthcheck-path: /health"),
            f"{ALB}/healthcheck-path",
            "ingress-nginx, which reads Ingress shop/order, does not read alb.ingress.kubernetes.io/healthcheck-path",
        ),
        _denied(
            "a misspelt annotation",
            _ingress(f'{NGINX}/ssl-redirects: "false"'),
            f"{NGINX}/ssl-redirects",
            "ingress-nginx, which reads Ingress shop/order, does not read nginx.ingress.kubernetes.io/ssl-redirects; did you mean "
            "nginx.ingress.kubernetes.io/ssl-redirect?",
        ),
        _denied(
            "a misspelt domain",
            _ingress('nginx.ingress.kubernets.io/ssl-redirect: "false"'),
            "nginx.ingress.kubernets.io/ssl-redirect",
            "ingress-nginx, which reads Ingress shop/order, does not read nginx.ingress.kubernets.io/ssl-redirect; did you mean "
            "nginx.ingress.kubernetes.io/ssl-redirect?",
        ),
        _denied(
            "an annotation that it no longer reads",
            _ingress(f'{NGINX}/secure-backends: "true"'),
            f"{NGINX}/secure-backends",
            "ingress-nginx, which reads Ingress shop/order, does not read nginx.ingress.kubernetes.io/secure-backends",
            closed=True,
        ),
        _denied(
            "a misspelt annotation of the load balancer",
            _ingress(f"{ALB}/health-check-path: /health", "alb"),
            f"{ALB}/health-check-path",
            "the AWS load balancer controller, which reads Ingress shop/order, does not read alb.ingress.kubernetes.io/health-check-path; "
            "did you mean alb.ingress.kubernetes.io/healthcheck-path?",
        ),
    )

    def targets(self, world: World) -> Iterable[Annotation]:
        """Every annotation, of every Ingress whose controller is known, that has a domain."""
        for manifest in world.of("networking.k8s.io", "Ingress"):
            reader = reader_of(world, manifest)
            for key, node in manifest.root.entries("metadata", "annotations") if reader in _OWN else ():
                domain, slash, name = key.partition("/")
                if slash:
                    yield Annotation(node=node, domain=domain, name=name, reader=reader)

    def judge(self, world: World, target: Annotation) -> Iterator[Outcome]:
        """Whether the controller reads its domain, and that name."""
        own = _OWN[target.reader]
        readers = READ_BY.get(target.domain)
        if readers is None:
            near = get_close_matches(target.domain, [own], n=1, cutoff=_NEAR)
            also = target.manifest.root.get("metadata", "annotations", f"{own}/{target.name}") is not None
            if near and is_known(own, target.name) and not also and (world.closed or target.domain != _OLD):
                yield self._unread(target, f"{own}/{target.name}")
        elif target.reader not in readers:
            meant = f"{own}/{target.name}" if is_known(own, target.name) else ""
            yield self._unread(target, meant)
        elif not is_known(target.domain, target.name):
            close = get_close_matches(target.name, NAMES[own], n=1, cutoff=_NEAR)
            if world.closed or (close and not target.name.startswith(_ONCE)):
                yield self._unread(target, f"{own}/{close[0]}" if close else "")

    def _unread(self, target: Annotation, meant: str) -> Outcome:
        ref = target.manifest.ref
        said = f"{_CALLED[target.reader]}, which reads Ingress {ref.namespace}/{ref.name}, does not read {target.domain}/{target.name}"
        return self.finding(target.node, said + (f"; did you mean {meant}?" if meant else ""), fix=f"write {meant}" if meant else "")
