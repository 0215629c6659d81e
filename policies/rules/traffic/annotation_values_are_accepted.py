"""The policy traffic-annotation-values-are-accepted."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.entry.controllers import controller_of
from crema.policies.model.node import Node
from crema.policies.model.routes.annotations import NGINX
from crema.policies.model.routes.classes import reader_of
from crema.policies.model.routes.known_annotations import CRITICAL, VALUES
from crema.policies.model.routes.nginx_settings import setting
from crema.policies.model.world import World

_INGRESS = """
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata: {name: order, namespace: shop, annotations: {ANNOTATION}}
    spec:
      ingressClassName: nginx
      rules: [{host: coffee.test, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: order, port: {number: 80}}}}]}}]
"""
_CONTROLLER = """
    ---
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata: {name: ingress-nginx, namespace: argocd}
    spec:
      destination: {namespace: edge}
      source: {chart: ingress-nginx, targetRevision: 4.15.1, helm: {valuesObject: {controller: {VALUES}}}}
"""
_SNIPPET = f"{NGINX}/configuration-snippet: 'more_set_headers \"X-Shop: 1\";'"
_ALLOWED = "allowSnippetAnnotations: true, config: {annotations-risk-level: Critical}"


def _ingress(annotation: str, values: str | None = None) -> str:
    return _INGRESS.replace("ANNOTATION", annotation) + ("" if values is None else _CONTROLLER.replace("VALUES", values))


def _denied(name: str, manifests: str, key: str, message: str) -> Denied:
    pointer = f"/metadata/annotations/{NGINX}~1{key}"
    return Denied(name=name, manifests=manifests, at="Ingress/shop/order", pointer=pointer, message=message, closed=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """An annotation that ingress-nginx reads."""

    node: Node
    name: str

    def __str__(self) -> str:
        """The object and the annotation, as reports name it."""
        return f"{self.node.manifest} {NGINX}/{self.name}"


class AnnotationValuesAreAccepted(Policy[Value]):
    """The value of an annotation is one that ingress-nginx takes, and one that carries configuration is allowed by the controller.

    Why: the controller's webhook refuses an Ingress with a value of another type or with a snippet; without the webhook the Ingress is left
    out, and its host answers 404.
    Fix: write a value of the type that the annotation has.
    Source: https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations-risk/

    Snippets need `allow-snippet-annotations: "true"` and `annotations-risk-level: Critical` in the controller's ConfigMap.
    """

    id = "traffic-annotation-values-are-accepted"
    basis = "breaks"
    allowed = (
        Example(name="as Go reads booleans", manifests=_ingress(f'{NGINX}/use-regex: "1"'), closed=True),
        Example(
            name="a size with a unit", manifests=_ingress(f"{NGINX}/proxy-body-size: 8m, {NGINX}/backend-protocol: https"), closed=True
        ),
        Example(name="a snippet that the controller allows", manifests=_ingress(_SNIPPET, _ALLOWED), closed=True),
        Example(name="a snippet for a controller that is elsewhere", manifests=_ingress(_SNIPPET)),
    )
    denied = (
        _denied(
            "no boolean",
            _ingress(f'{NGINX}/ssl-redirect: "no"'),
            "ssl-redirect",
            'ingress-nginx refuses Ingress shop/order: ssl-redirect is "no"; true or false is required',
        ),
        _denied(
            "seconds with a unit",
            _ingress(f"{NGINX}/proxy-read-timeout: 60s"),
            "proxy-read-timeout",
            'ingress-nginx refuses Ingress shop/order: proxy-read-timeout is "60s"; a whole number, without a unit is required',
        ),
        _denied(
            "no protocol",
            _ingress(f"{NGINX}/backend-protocol: HTTP2"),
            "backend-protocol",
            'ingress-nginx refuses Ingress shop/order: backend-protocol is "HTTP2"; AUTO_HTTP or HTTP or HTTPS or GRPC or GRPCS or FCGI is '
            "required",
        ),
        _denied(
            "a snippet that the controller refuses",
            _ingress(_SNIPPET, ""),
            "configuration-snippet",
            "ingress-nginx refuses Ingress shop/order: configuration-snippet is not allowed unless its ConfigMap says "
            "allow-snippet-annotations: true and annotations-risk-level: Critical",
        ),
        _denied(
            "a snippet that is allowed, and still too risky",
            _ingress(_SNIPPET, "allowSnippetAnnotations: true"),
            "configuration-snippet",
            "ingress-nginx refuses Ingress shop/order: configuration-snippet is not allowed unless its ConfigMap says "
            "annotations-risk-level: Critical",
        ),
    )

    def targets(self, world: World) -> Iterable[Value]:
        """Every annotation with the prefix of ingress-nginx, of an Ingress that it reads."""
        for manifest in world.of("networking.k8s.io", "Ingress"):
            if reader_of(world, manifest) == "nginx":
                for key, node in manifest.root.entries("metadata", "annotations"):
                    domain, _, name = key.partition("/")
                    if domain == NGINX:
                        yield Value(node=node, name=name)

    def judge(self, world: World, target: Value) -> Iterator[Outcome]:
        """Its type, and whether it may be there."""
        ref, written = target.node.manifest.ref, str(target.node.value)
        known = VALUES.get(target.name)
        if known is not None and written and not known[1](written):
            said = f'ingress-nginx refuses Ingress {ref.namespace}/{ref.name}: {target.name} is "{written}"; {known[0]} is required'
            yield self.finding(target.node, said)
        elif target.name in CRITICAL:
            controller = controller_of(world, target.node.manifest)
            if controller is None:
                yield self.undecided(target.node.manifest, "whether the controller allows snippets")
                return
            wanted = (("allow-snippet-annotations", "true"), ("annotations-risk-level", "Critical"))
            lacking = [f"{key}: {value}" for key, value in wanted if (setting(world, controller, key) or "").lower() != value.lower()]
            if lacking:
                said = f"ingress-nginx refuses Ingress {ref.namespace}/{ref.name}: {target.name} is not allowed unless its ConfigMap says "
                fix = "do without the snippet, or set that in the controller's values"
                yield self.finding(target.node, said + " and ".join(lacking), fix=fix)
