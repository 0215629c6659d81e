"""The policy admission-ingresses-are-valid."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example, Pinned
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.admission.ingresses import ingress, ingress_class
from crema.policies.model.admission.places import places
from crema.policies.model.admission.refusal import Refusal, below, mapping
from crema.policies.model.manifest import Manifest
from crema.policies.model.world import World


class IngressesAreValid(Policy[Manifest]):
    """The hosts, paths and back ends of an Ingress are ones that the server takes.

    Why: the API server refuses the object, and with it Argo CD fails the sync of the whole application: a host with a scheme or a port,
    a path without its slash, or a back end with both a name and a number is valid by its schema.
    Fix: write the host bare, the path from its slash, and one port.
    Source: https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/networking/validation/validation.go
    """

    id = "admission-ingresses-are-valid"
    basis = "breaks"
    allowed = (
        Example(
            name="a wildcard, and a regex where it may be",
            manifests="""
                apiVersion: networking.k8s.io/v1
                kind: Ingress
                metadata: {name: order, namespace: shop}
                spec:
                  ingressClassName: nginx
                  rules:
                    - host: "*.example.com"
                      http: {paths: [{path: "/x(/|$)(.*)", pathType: ImplementationSpecific, backend: {service: {name: order,
                        port: {number: 80}}}}]}
                """,
        ),
        Example(
            name="a port by its name, and any host",
            manifests="""
                apiVersion: networking.k8s.io/v1
                kind: Ingress
                metadata: {name: order, namespace: shop}
                spec:
                  ingressClassName: nginx
                  rules:
                    - host: ""
                      http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: order, port: {name: http}}}}]}
                """,
        ),
    )
    denied = (
        Denied(
            name="a host with a scheme, and one that is an address",
            manifests="""
                apiVersion: networking.k8s.io/v1
                kind: Ingress
                metadata: {name: order, namespace: shop}
                spec:
                  ingressClassName: nginx
                  rules:
                    - host: https://coffee.example.com
                      http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: order, port: {number: 80}}}}]}
                    - host: 192.168.38.140
                      http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: order, port: {number: 80}}}}]}
                """,
            at="Ingress/shop/order",
            pointer="/spec/rules/0/host",
            message='spec.rules[0].host is "https://coffee.example.com"; a host\'s name without scheme, port and path is '
            "required: at most 253 lower-case letters, digits, - and ., with a letter or digit at both ends of "
            "each part",
            also=(
                Pinned(
                    at="Ingress/shop/order",
                    pointer="/spec/rules/1/host",
                    message="spec.rules[1].host is 192.168.38.140, an address; the name of a host is required",
                ),
            ),
        ),
        Denied(
            name="a path without its slash, and one with two",
            manifests="""
                apiVersion: networking.k8s.io/v1
                kind: Ingress
                metadata: {name: order, namespace: shop}
                spec:
                  ingressClassName: nginx
                  rules:
                    - host: coffee.example.com
                      http: {paths: [{path: api/order, pathType: Prefix, backend: {service: {name: order, port: {number: 80}}}},
                        {path: /api//order, pathType: Exact, backend: {service: {name: order, port: {number: 80}}}}, {path: "(.*)",
                        pathType: ImplementationSpecific, backend: {service: {name: order, port: {number: 80}}}}]}
                """,
            at="Ingress/shop/order",
            pointer="/spec/rules/0/http/paths/0/path",
            message='spec.rules[0].http.paths[0].path is "api/order"; a path that begins with / is required',
            also=(
                Pinned(
                    at="Ingress/shop/order",
                    pointer="/spec/rules/0/http/paths/1/path",
                    message='spec.rules[0].http.paths[1].path is "/api//order"; a path without // is required',
                ),
                Pinned(
                    at="Ingress/shop/order",
                    pointer="/spec/rules/0/http/paths/2/path",
                    message='spec.rules[0].http.paths[2].path is "(.*)"; a path that begins with / is required',
                ),
            ),
        ),
        Denied(
            name="a port by name and by number, one without either, and a wildcard in the middle",
            manifests="""
                apiVersion: networking.k8s.io/v1
                kind: Ingress
                metadata: {name: order, namespace: shop}
                spec:
                  ingressClassName: nginx
                  rules:
                    - host: coffee.example.com
                      http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: order, port: {number: 80, name: http}}}},
                        {path: /a, pathType: Prefix, backend: {service: {name: order, port: {}}}}]}
                  tls: [{hosts: [api.*.example.com], secretName: TLS}]
                """,
            at="Ingress/shop/order",
            pointer="/spec/rules/0/http/paths/0/backend/service/port/number",
            message="spec.rules[0].http.paths[0].backend.service.port.number stands beside the name http; exactly one of both is required",
            also=(
                Pinned(
                    at="Ingress/shop/order",
                    pointer="/spec/rules/0/http/paths/1/backend/service/port",
                    message="spec.rules[0].http.paths[1].backend.service.port has neither a port's number nor its name; exactly "
                    "one is required",
                ),
                Pinned(
                    at="Ingress/shop/order",
                    pointer="/spec/tls/0/hosts/0",
                    message='spec.tls[0].hosts[0] is "api.*.example.com"; a domain such as *.example.com, whose first part alone '
                    "is *, is required",
                ),
                Pinned(
                    at="Ingress/shop/order",
                    pointer="/spec/tls/0/secretName",
                    message='spec.tls[0].secretName is "TLS"; at most 253 lower-case letters, digits, - and ., with a letter or '
                    "digit at both ends of each part, is required",
                ),
            ),
        ),
        Denied(
            name="two classes",
            manifests="""
                apiVersion: networking.k8s.io/v1
                kind: Ingress
                metadata: {name: order, namespace: shop, annotations: {kubernetes.io/ingress.class: traefik}}
                spec: {ingressClassName: nginx, defaultBackend: {service: {name: order, port: {number: 80}}}}
                """,
            at="Ingress/shop/order",
            pointer="/metadata/annotations/kubernetes.io~1ingress.class",
            message='metadata.annotations["kubernetes.io/ingress.class"] is traefik, and spec.ingressClassName is nginx; '
            "both have to be the same",
        ),
    )

    def targets(self, world: World) -> Iterable[Manifest]:
        """Every Ingress and IngressClass."""
        return world.of("networking.k8s.io", "Ingress", "IngressClass")

    def judge(self, world: World, target: Manifest) -> Iterator[Outcome]:
        """A finding for each field that the server refuses."""
        for place in places(world, target.root, _refusals(target)):
            yield self.finding(place.node, place.message, fix=place.fix, subject=place.subject)


def _refusals(target: Manifest) -> Iterator[Refusal]:
    if target.ref.kind == "Ingress":
        return ingress(target.body)
    return below("spec", ingress_class(mapping(target.body.get("spec"))))
