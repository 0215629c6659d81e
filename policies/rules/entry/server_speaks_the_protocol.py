"""The policy entry-server-speaks-the-protocol."""

from collections.abc import Iterable, Iterator
from typing import Final

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome, Related
from crema.policies.engine.policy import Policy
from crema.policies.model.entry.places import place_of
from crema.policies.model.entry.protocols import is_argo_cd, spoken_by, spoken_to
from crema.policies.model.node import Node
from crema.policies.model.routes.every import routes
from crema.policies.model.routes.route import Route
from crema.policies.model.services import ending
from crema.policies.model.whole import whole
from crema.policies.model.world import World

_ARGO_CD: Final = """
    apiVersion: v1
    kind: Service
    metadata: {name: argocd-server, namespace: argocd}
    spec: {selector: {app: server}, ports: [{name: http, port: 80, targetPort: 8080}, {name: https, port: 443, targetPort: 8080}]}
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: argocd-server, namespace: argocd}
    spec:
      template:
        metadata: {labels: {app: server}}
        spec: {containers: [{name: server, args: [/usr/local/bin/argocd-server], ports: [{containerPort: 8080}]}]}
    ---
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: argocd-cmd-params-cm, namespace: argocd}
    data: {DATA}
    ---
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata: {name: argocd, namespace: argocd, annotations: {NOTES}}
    spec:
      ingressClassName: nginx
      rules:
        - host: argocd.test
          http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: argocd-server, port: {name: PORT}}}}]}
"""
_DASHBOARD: Final = """
    apiVersion: v1
    kind: Service
    metadata: {name: dashboard, namespace: shop}
    spec: {selector: {app: dashboard}, ports: [{port: 443, targetPort: 8443}]}
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: dashboard, namespace: shop}
    spec:
      template:
        metadata: {labels: {app: dashboard}}
        spec:
          containers:
            - {name: dashboard, ports: [{containerPort: 8443}], livenessProbe: {httpGet: {port: 8443, scheme: SCHEME}}}
    ---
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata: {name: dashboard, namespace: shop, annotations: {NOTES}}
    spec:
      ingressClassName: nginx
      rules: [{host: shop.test, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: dashboard, port: {number: 443}}}}]}}]
"""
_PROTOCOL: Final = "nginx.ingress.kubernetes.io/backend-protocol: {}"
_INSECURE: Final = 'server.insecure: "true"'


def _argo_cd(data: str = "", notes: str = "", port: str = "http") -> str:
    return _ARGO_CD.replace("DATA", data).replace("NOTES", notes).replace("PORT", port)


def _dashboard(scheme: str, notes: str = "") -> str:
    return _DASHBOARD.replace("SCHEME", scheme).replace("NOTES", notes)


class ServerSpeaksTheProtocol(Policy[Route]):
    """A controller speaks to each back end what that speaks: no plain HTTP to TLS, no TLS to plain HTTP, no redirect that comes back.

    Why: Argo CD's server answers plain HTTP with a redirect to https, so behind a controller that ends TLS every request is redirected
    for ever; other TLS servers refuse plain HTTP (400), and a handshake with a plain server ends in 502.
    Fix: make both speak the same: `server.insecure: true` for an Argo CD behind a controller, else backend-protocol HTTPS.
    Source: https://argo-cd.readthedocs.io/en/stable/operator-manual/ingress/

    What a server speaks is read from its configuration (Argo CD), else from its probes and the names and numbers of its ports, where
    these agree.
    """

    id = "entry-server-speaks-the-protocol"
    basis = "breaks"
    allowed = (
        Example(name="Argo CD in plain HTTP", manifests=_argo_cd(_INSECURE)),
        Example(name="Argo CD's own TLS", manifests=_argo_cd("", _PROTOCOL.format("HTTPS"), "https")),
        Example(name="its TLS behind port 80, which leads to the same", manifests=_argo_cd("", _PROTOCOL.format("https"))),
        Example(name="its plain HTTP behind the port called https", manifests=_argo_cd(_INSECURE, port="https")),
        Example(name="gRPC in the clear", manifests=_argo_cd(_INSECURE, _PROTOCOL.format("GRPC"))),
        Example(name="a dashboard's TLS", manifests=_dashboard("HTTPS", _PROTOCOL.format("HTTPS"))),
        Example(name="a port 443 that speaks plain HTTP, as its probe says", manifests=_dashboard("HTTP")),
    )
    denied = (
        Denied(
            name="Argo CD with its own TLS behind plain HTTP",
            manifests=_argo_cd(),
            at="Ingress/argocd/argocd",
            pointer="/spec/rules/0/http/paths/0/backend/service",
            message="requests to http://argocd.test/ are redirected for ever: Argo CD's server answers plain HTTP with a redirect to https "
            "(server.insecure is not set), and what comes back reaches it in plain HTTP again (no annotation asks for TLS)",
        ),
        Denied(
            name="told to be secure",
            manifests=_argo_cd('server.insecure: "false"', _PROTOCOL.format("HTTP")),
            at="ConfigMap/argocd/argocd-cmd-params-cm",
            pointer="/data/server.insecure",
            message="requests to http://argocd.test/ are redirected for ever: Argo CD's server answers plain HTTP with a redirect to https "
            "(server.insecure is false), and what comes back reaches it in plain HTTP again (backend-protocol is HTTP)",
        ),
        Denied(
            name="TLS to an Argo CD that speaks plain HTTP",
            manifests=_argo_cd(_INSECURE, _PROTOCOL.format("HTTPS"), "https"),
            at="Ingress/argocd/argocd",
            pointer="/metadata/annotations/nginx.ingress.kubernetes.io~1backend-protocol",
            message="requests to http://argocd.test/ end in 502: the controller begins TLS (backend-protocol is HTTPS) with a server that "
            "speaks plain HTTP (server.insecure is true)",
        ),
        Denied(
            name="plain HTTP to a TLS port",
            manifests=_dashboard("HTTPS"),
            at="Ingress/shop/dashboard",
            pointer="/spec/rules/0/http/paths/0/backend/service",
            message="requests to http://shop.test/ are refused: the controller speaks plain HTTP (no annotation asks for TLS) to a server "
            "that speaks TLS (its livenessProbe asks port 8443 over HTTPS)",
        ),
    )

    def targets(self, world: World) -> Iterable[Route]:
        """Every route, those that charts bring included."""
        return (route for route in routes(whole(world).world) if not route.answered)

    def judge(self, world: World, target: Route) -> Iterator[Outcome]:
        """Compare what the controller speaks with what the server does."""
        way = ending(world, target.backend)
        spoken, served = spoken_to(world, target), spoken_by(world, way)
        if not spoken.protocol or not served.protocol or spoken.protocol == served.protocol or (served.weak and spoken.place is None):
            return
        url, argo_cd = target.url, is_argo_cd(way)
        place = spoken.place or target.to or target.node
        if spoken.protocol == "HTTP" and argo_cd:
            message = f"requests to {url} are redirected for ever: Argo CD's server answers plain HTTP with a redirect to https "
            message += f"({served.why}), and what comes back reaches it in plain HTTP again ({spoken.why})"
            place = served.place or place
        elif spoken.protocol == "HTTP":
            message = (
                f"requests to {url} are refused: the controller speaks plain HTTP ({spoken.why}) to a server that speaks TLS ({served.why})"
            )
        else:
            message = f"requests to {url} end in 502: {'a client' if spoken.passes else 'the controller'} begins TLS ({spoken.why}) with a "
            message += f"server that speaks plain HTTP ({served.why})"
        others = ((each.place, each.why) for each in (spoken, served))
        related = [_other(world, where, why) for where, why in others if where is not None and where != place]
        yield self.finding(place_of(world, place, "ingress"), message, path=(*target.hops, *way.hops), related=related, subject=url)


def _other(world: World, where: Node, why: str) -> Related:
    place = place_of(world, where, "ingress")
    return Related(manifest=place.manifest, pointer=place.pointer, note=why, inner=place.inner or "")
