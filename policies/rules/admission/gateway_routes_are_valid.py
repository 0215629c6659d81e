"""The policy admission-gateway-routes-are-valid."""

from collections.abc import Iterable, Iterator
from typing import Final

from crema.policies.engine.example import Denied, Example, Pinned
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.admission.gateways import gateway, route, tls_policy
from crema.policies.model.admission.places import places
from crema.policies.model.admission.refusal import Refusal, below, mapping
from crema.policies.model.manifest import Manifest
from crema.policies.model.world import World

_KINDS: Final = ("Gateway", "HTTPRoute", "GRPCRoute", "BackendTLSPolicy")


class GatewayRoutesAreValid(Policy[Manifest]):
    """Gateways and their routes keep the rules that their definitions hold beside the schema.

    Why: the API server refuses the object, and with it Argo CD fails the sync of the whole application: a rewrite beside a redirect, a
    Service without its port, or a listener for HTTPS without a certificate is valid by its schema.
    Fix: write the rule or the listener as the message asks.
    Source: https://gateway-api.sigs.k8s.io/reference/spec/
    """

    id = "admission-gateway-routes-are-valid"
    basis = "breaks"
    allowed = (
        Example(
            name="a rewritten prefix, and a redirect of its own",
            manifests="""
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: order, namespace: shop}
                spec:
                  parentRefs: [{name: coffee}]
                  rules:
                    - matches: [{path: {type: PathPrefix, value: /api/order}}]
                      filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /order}}}]
                      backendRefs: [{name: order, port: 80}]
                    - filters: [{type: RequestRedirect, requestRedirect: {scheme: https}}]
                """,
        ),
        Example(
            name="listeners told apart by their hosts",
            manifests="""
                apiVersion: gateway.networking.k8s.io/v1
                kind: Gateway
                metadata: {name: coffee, namespace: shop}
                spec:
                  gatewayClassName: traefik
                  listeners:
                    - {name: web, port: 80, protocol: HTTP}
                    - {name: a, port: 443, protocol: HTTPS, hostname: a.example.com, tls: {certificateRefs: [{name: a}]}}
                    - {name: b, port: 443, protocol: HTTPS, hostname: b.example.com, tls: {certificateRefs: [{name: b}]}}
                """,
        ),
    )
    denied = (
        Denied(
            name="a rewrite beside a redirect, and a Service without its port",
            manifests="""
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: order, namespace: shop}
                spec:
                  parentRefs: [{name: coffee}]
                  rules:
                    - matches: [{path: {type: PathPrefix, value: /api/order}}]
                      filters: [{type: URLRewrite, urlRewrite: {hostname: a.example.com}}, {type: RequestRedirect,
                        requestRedirect: {scheme: https}}]
                    - backendRefs: [{name: order}]
                """,
            at="HTTPRoute/shop/order",
            pointer="/spec/rules/0/filters/1",
            message="spec.rules[0].filters[1] is a URLRewrite beside a RequestRedirect; a request is rewritten or redirected",
            also=(
                Pinned(
                    at="HTTPRoute/shop/order",
                    pointer="/spec/rules/1/backendRefs/0",
                    message="spec.rules[1].backendRefs[0].port is missing; the Service order is reached at one of its ports",
                ),
            ),
        ),
        Denied(
            name="a redirect before a back end, and a path without its slash",
            manifests="""
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: order, namespace: shop}
                spec:
                  parentRefs: [{name: coffee}]
                  rules:
                    - matches: [{path: {type: PathPrefix, value: /api/order}}]
                      filters: [{type: RequestRedirect, requestRedirect: {scheme: https}}]
                      backendRefs: [{name: order, port: 80}]
                    - matches: [{path: {type: Exact, value: api}}]
                """,
            at="HTTPRoute/shop/order",
            pointer="/spec/rules/0/filters/0",
            message="spec.rules[0].filters[0] redirects requests, and the rule has backendRefs, which none would reach; "
            "only one of both is allowed",
            also=(
                Pinned(
                    at="HTTPRoute/shop/order",
                    pointer="/spec/rules/1/matches/0/path/value",
                    message='spec.rules[1].matches[0].path.value is "api"; a path that begins with / is required',
                ),
            ),
        ),
        Denied(
            name="a prefix replaced where two were matched, and two references to one Gateway",
            manifests="""
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: order, namespace: shop}
                spec:
                  parentRefs: [{name: coffee}, {name: coffee}]
                  rules:
                    - matches: [{path: {type: PathPrefix, value: /api/order}}, {path: {type: PathPrefix, value: /order}}]
                      filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /order}}}]
                """,
            at="HTTPRoute/shop/order",
            pointer="/spec/parentRefs/1",
            message="spec.parentRefs[1] names coffee as parentRefs[0] does; the sectionName has to tell them apart",
            also=(
                Pinned(
                    at="HTTPRoute/shop/order",
                    pointer="/spec/rules/0/filters/0/urlRewrite/path/replacePrefixMatch",
                    message="spec.rules[0].filters[0].urlRewrite.path.replacePrefixMatch replaces the matched prefix, and the "
                    "rule has 2 matches; exactly one of the type PathPrefix is required",
                ),
            ),
        ),
        Denied(
            name="a listener for HTTPS without a certificate, and one for HTTP with it",
            manifests="""
                apiVersion: gateway.networking.k8s.io/v1
                kind: Gateway
                metadata: {name: coffee, namespace: shop}
                spec:
                  gatewayClassName: traefik
                  listeners: [{name: web, port: 80, protocol: HTTP, tls: {certificateRefs: [{name: a}]}}, {name: websecure,
                    port: 443, protocol: HTTPS, tls: {mode: Terminate}}]
                """,
            at="Gateway/shop/coffee",
            pointer="/spec/listeners/0/tls",
            message="spec.listeners[0].tls is given beside the protocol HTTP; only HTTPS and TLS have it",
            also=(
                Pinned(
                    at="Gateway/shop/coffee",
                    pointer="/spec/listeners/1/tls",
                    message="spec.listeners[1].tls terminates TLS without a certificate; certificateRefs are required",
                ),
            ),
        ),
    )

    def targets(self, world: World) -> Iterable[Manifest]:
        """Gateways and their routes."""
        return world.of("gateway.networking.k8s.io", *_KINDS)

    def judge(self, world: World, target: Manifest) -> Iterator[Outcome]:
        """A finding for each rule of their definitions that does not hold."""
        for place in places(world, target.root, _refusals(target)):
            yield self.finding(place.node, place.message, fix=place.fix, subject=place.subject)


def _refusals(target: Manifest) -> Iterator[Refusal]:
    spec = mapping(target.body.get("spec"))
    if target.ref.kind == "BackendTLSPolicy":
        return below("spec", tls_policy(spec))
    return below("spec", gateway(spec) if target.ref.kind == "Gateway" else route(target.ref.kind, spec))
