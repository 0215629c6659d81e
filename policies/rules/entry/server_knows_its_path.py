"""The policy entry-server-knows-its-path."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome, Related
from crema.policies.engine.policy import Policy
from crema.policies.model.entry.fronts import ARGO_CD, Front, fronts, ways_to
from crema.policies.model.entry.places import place_of
from crema.policies.model.routes.route import Route
from crema.policies.model.services import Ending
from crema.policies.model.world import World

_GRAFANA: Final = """
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: grafana, namespace: monitoring}
    data: {grafana.ini: "[server]\\nroot_url = http://coffee.test/grafana/\\nSUB"}
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: grafana, namespace: monitoring}
    spec:
      template:
        metadata: {labels: {app: grafana}}
        spec: {containers: [{name: grafana, image: 'grafana/grafana:13.2.0', ports: [{containerPort: 3000}]}]}
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: grafana, namespace: monitoring}
    spec: {selector: {app: grafana}, ports: [{port: 80, targetPort: 3000}]}
    ---
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata: {name: grafana, namespace: monitoring, annotations: {NOTES}}
    spec:
      ingressClassName: nginx
      rules:
        - host: coffee.test
          http: {paths: [{path: 'PATH', pathType: ImplementationSpecific, backend: {service: {name: grafana, port: {number: 80}}}}]}
"""
_ARGO_CD: Final = """
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: argocd-cmd-params-cm, namespace: argocd}
    data: {server.insecure: "true"ROOT}
    ---
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata: {name: argocd, namespace: argocd}
    spec:
      ingressClassName: nginx
      rules: [{http: {paths: [{path: /argocd, pathType: Prefix, backend: {service: {name: argocd-server, port: {number: 80}}}}]}}]
"""
_AT_THE_ROOT: Final = (
    _ARGO_CD.replace("ROOT", ", server.rootpath: /argocd").replace("path: /argocd,", "path: /,")
    + """
    ---
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: argocd-cm, namespace: argocd}
    data: {url: URL}
"""
)
_STRIP: Final = 'nginx.ingress.kubernetes.io/use-regex: "true", nginx.ingress.kubernetes.io/rewrite-target: /$2'


def _grafana(sub: str = "", path: str = "/grafana", notes: str = "") -> str:
    return _GRAFANA.replace("SUB", sub).replace("PATH", path).replace("NOTES", notes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A route to a server that knows its own address."""

    front: Front
    route: Route
    ending: Ending

    def __str__(self) -> str:
        """The route, as reports name it."""
        return str(self.route)


class ServerKnowsItsPath(Policy[Way]):
    """Argo CD and Grafana below a path of a host serve that very path, and take it for a part of their address.

    Why: a server that believes to be at the root sends a browser to /login and asks for /public/... there, which lead elsewhere; one that
    serves the root is asked for the path below which it is routed, and redirects or answers 404 for ever.
    Fix: Argo CD: set server.rootpath; Grafana: give root_url the path and set serve_from_sub_path; or take the path away on the way.
    Source: https://grafana.com/tutorials/run-grafana-behind-a-proxy/
    """

    id = "entry-server-knows-its-path"
    basis = "breaks"
    allowed = (
        Example(name="it serves the path", manifests=_grafana("serve_from_sub_path = true")),
        Example(name="the path is taken away on the way", manifests=_grafana("", "/grafana(/|$)(.*)", _STRIP)),
        Example(name="Argo CD below its path", manifests=_ARGO_CD.replace("ROOT", ", server.rootpath: /argocd")),
        Example(
            name="every path is routed, its own among them",
            manifests=_ARGO_CD.replace("ROOT", ", server.rootpath: /argocd").replace("path: /argocd", "path: /"),
        ),
        Example(name="its path is in its address", manifests=_AT_THE_ROOT.replace("URL", "https://cd.test/argocd")),
    )
    denied = (
        Denied(
            name="it serves the root",
            manifests=_grafana(),
            at="ConfigMap/monitoring/grafana",
            pointer="/data/grafana.ini",
            message="requests to http://coffee.test/grafana reach Grafana as /grafana, and it serves / (serve_from_sub_path)",
        ),
        Denied(
            name="the path is taken away from one that serves it",
            manifests=_grafana("serve_from_sub_path = true", "/grafana(/|$)(.*)", _STRIP),
            at="ConfigMap/monitoring/grafana",
            pointer="/data/grafana.ini",
            message="requests to http://coffee.test/grafana reach Grafana as /, and it serves /grafana (serve_from_sub_path)",
        ),
        Denied(
            name="another path than that of its address",
            manifests=_grafana("serve_from_sub_path = true", "/graf"),
            at="ConfigMap/monitoring/grafana",
            pointer="/data/grafana.ini",
            message="requests to http://coffee.test/graf reach Grafana as /graf, and it serves /grafana (serve_from_sub_path)",
        ),
        Denied(
            name="its address is the root, where it serves nothing",
            manifests=_AT_THE_ROOT.replace("URL", "https://cd.test"),
            at="ConfigMap/argocd/argocd-cm",
            pointer="/data/url",
            message="Argo CD takes https://cd.test for its address (url), and serves /argocd (server.rootpath)",
        ),
        Denied(
            name="Argo CD at the root",
            manifests=_ARGO_CD.replace("ROOT", ""),
            at="ConfigMap/argocd/argocd-cmd-params-cm",
            pointer="",
            message="requests to /argocd reach Argo CD as /argocd, and it serves / (server.rootpath)",
        ),
    )

    def targets(self, world: World) -> Iterable[Way]:
        """Every route to such a server."""
        for front in fronts(world):
            for route, way in ways_to(world, front):
                yield Way(front=front, route=route, ending=way)

    def judge(self, world: World, target: Way) -> Iterator[Outcome]:
        """Follow the path of the route to the server, and hold it against what that serves and calls itself."""
        front, route = target.front, target.route
        asked = route.path.rstrip("/") or "/"
        arrives: str | None = asked
        for rewrite in route.rewrites:
            arrives = rewrite.change(arrives) if arrives is not None else None
        if arrives is None:
            return
        here = arrives.rstrip("/") or "/"
        path = (*route.hops, *target.ending.hops)
        place = place_of(world, front.serves_place)
        related = (Related(manifest=route.manifest, pointer=route.node.pointer, note="the route"),)
        url = f"http://{route.host}{route.path}" if route.host else route.path
        if asked != "/" and not _is_below(here, front.serves):
            message = f"requests to {url} reach {front.who} as {here}, and it serves {front.serves} ({front.serves_setting})"
            yield self.finding(place, message, path=path, related=related, subject=url)
        elif front.told and asked == "/" and not _is_below(front.path or "/", front.serves) and front.serves != "/":
            message = f"{front.who} takes {front.url} for its address ({front.setting}), and serves {front.serves} ({front.serves_setting})"
            yield self.finding(place_of(world, front.place), message, path=path, related=related, subject=url)
        elif front.told and front.host and asked != "/" and not _is_below(front.path or "/", asked) and front.who != ARGO_CD:
            message = f"{front.who} takes {front.url} for its address ({front.setting}), and is routed below {asked}"
            yield self.finding(place_of(world, front.place), message, path=path, related=related, subject=url)


def _is_below(path: str, prefix: str) -> bool:
    return (prefix == "/" and path == "/") or path == prefix or (prefix != "/" and path.startswith(f"{prefix}/"))
