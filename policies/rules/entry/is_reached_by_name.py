"""The policy entry-is-reached-by-name."""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from typing import Final

from crema.policies.engine.example import Denied, Example, Pinned
from crema.policies.engine.finding import Outcome, Related
from crema.policies.engine.policy import Policy
from crema.policies.model.entry.balancers import has_balancer
from crema.policies.model.entry.clusters import cluster_of
from crema.policies.model.entry.controllers import controller_of, controllers
from crema.policies.model.entry.doors import node_ports_at
from crema.policies.model.entry.entries import entries
from crema.policies.model.entry.fronts import ARGO_CD, Front, fronts, services_to, ways_to
from crema.policies.model.entry.places import place_of
from crema.policies.model.node import Node
from crema.policies.model.routes.route import Route
from crema.policies.model.services import Ending
from crema.policies.model.whole import complete
from crema.policies.model.world import World

_SERVERS: Final = """
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: argocd-cm, namespace: argocd, labels: {app.kubernetes.io/part-of: argocd}}
    data: {URL}
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: argocd-server, namespace: argocd}
    spec: {selector: {app.kubernetes.io/name: argocd-server}, ports: [{port: 80, targetPort: 8080}]}
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: argocd-server, namespace: argocd}
    spec:
      template:
        metadata: {labels: {app.kubernetes.io/name: argocd-server}}
        spec: {containers: [{name: server, ports: [{containerPort: 8080}]}]}
    ---
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata: {name: entry, namespace: NAMESPACE}
    spec:
      ingressClassName: nginx
      rules:
        - host: HOST
          http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: argocd-server, port: {number: 80}}}}]}
"""
_CONTROLLER: Final = """
    ---
    apiVersion: networking.k8s.io/v1
    kind: IngressClass
    metadata: {name: nginx}
    spec: {controller: k8s.io/ingress-nginx}
    ---
    apiVersion: apps/v1
    kind: DaemonSet
    metadata: {name: nginx, namespace: ingress}
    spec:
      template:
        spec:
          hostNetwork: true
          containers: [{name: controller, image: registry.k8s.io/ingress-nginx/controller, ports: [{name: http, containerPort: 80}]}]
"""
_KIND: Final = {
    "kind.yaml": "{apiVersion: kind.x-k8s.io/v1alpha4, kind: Cluster, nodes: [{extraPortMappings: [{hostPort: 8080, containerPort: 80}]}]}"
}
_GRAFANA: Final = """
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: grafana, namespace: argocd}
    spec:
      template:
        metadata: {labels: {app: grafana}}
        spec:
          containers:
            - {name: grafana, image: grafana/grafana, ports: [{containerPort: 3000}], env: [{name: GF_SERVER_DOMAIN, value: grafana.test}]}
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: grafana, namespace: argocd}
    spec: {selector: {app: grafana}, ports: [{port: 80, targetPort: 3000}]}
"""


def _servers(url: str = "url: http://argocd.test", host: str = "argocd.test", namespace: str = "argocd") -> str:
    return _SERVERS.replace("URL", url).replace("HOST", host).replace("NAMESPACE", namespace)


class IsReachedByName(Policy[Front]):
    """Argo CD and Grafana are reached under the very address that they take for their own.

    Why: both build links, cookies and redirects (log-in first of all) from the address in their configuration; under another one people
    are sent to a place where nothing is. Without a route nobody gets there but with kubectl port-forward.
    Fix: give the route and the configuration (configs.cm.url and global.domain; grafana.ini server.root_url) one host and port.
    Source: https://argo-cd.readthedocs.io/en/stable/operator-manual/ingress/
    """

    id = "entry-is-reached-by-name"
    basis = "breaks"
    allowed = (
        Example(name="one name", manifests=_servers(), closed=True),
        Example(name="a wildcard", manifests=_servers(host="'*.test'"), closed=True),
        Example(name="no address in the configuration", manifests=_servers(url=""), closed=True),
        Example(
            name="the port of the host is in the address",
            manifests=_servers("url: http://argocd.test:8080") + _CONTROLLER,
            documents=_KIND,
            closed=True,
        ),
        Example(
            name="a NodePort to which a port of the host leads",
            manifests=_servers(namespace="other").replace("ports: [{port: 80,", "type: NodePort, ports: [{nodePort: 80, port: 80,"),
            documents=_KIND,
            closed=True,
        ),
        Example(name="in somebody's directory the route may be elsewhere", manifests=_servers(namespace="other")),
    )
    denied = (
        Denied(
            name="another name than the route's",
            manifests=_servers("url: https://argo.test"),
            at="ConfigMap/argocd/argocd-cm",
            pointer="/data/url",
            message="Argo CD takes https://argo.test for its address (url), and Ingress/argocd/entry routes argocd.test to it",
        ),
        Denied(
            name="no route, though there are controllers, and another one that is Grafana's",
            manifests=_servers(namespace="other") + _CONTROLLER + _GRAFANA,
            closed=True,
            at="ConfigMap/argocd/argocd-cm",
            pointer="/data/url",
            message="no Ingress or HTTPRoute leads to Argo CD in namespace argocd, which takes http://argocd.test for its address",
            also=(
                Pinned(
                    at="Deployment/argocd/grafana",
                    pointer="/spec/template/spec/containers/0/env/0/value",
                    message="no Ingress or HTTPRoute leads to Grafana in namespace argocd, which takes "
                    "http://grafana.test/ for its address",
                ),
            ),
        ),
        Denied(
            name="a NodePort to which no port of the host leads",
            manifests=_servers(namespace="other").replace("ports: [{port: 80,", "type: NodePort, ports: [{nodePort: 30080, port: 80,"),
            documents=_KIND,
            at="Service/argocd/argocd-server",
            pointer="/spec/type",
            message="Service/argocd/argocd-server offers Argo CD in namespace argocd on port 30080 of the nodes, to which no port of the "
            "host leads, and no Ingress or HTTPRoute does",
        ),
        Denied(
            name="another port than the host's",
            manifests=_servers() + _CONTROLLER,
            documents=_KIND,
            closed=True,
            at="ConfigMap/argocd/argocd-cm",
            pointer="/data/url",
            message="Argo CD takes http://argocd.test for its address (url), which is port 80 of the host, and DaemonSet/ingress/nginx is "
            "reached on port 8080 of it",
        ),
    )

    def targets(self, world: World) -> Iterable[Front]:
        """Every Argo CD and every Grafana."""
        return fronts(world)

    def judge(self, world: World, target: Front) -> Iterator[Outcome]:
        """Compare the address with what routes lead there, and with the ports of the host that lead to these."""
        ways = ways_to(world, target)
        if not ways:
            yield from self._lonely(world, target)
            return
        if not target.told and target.who != ARGO_CD:
            return
        hosts = {host for route, _ in ways for host in (route.hosts or (route.host,))}
        route, way = ways[0]
        if target.host and "" not in hosts and not any(fnmatch(target.host, host) for host in hosts):
            place, other = _outlier(world, target, route)
            related = Related(manifest=other.manifest, pointer=other.pointer, note="the other address", inner=other.inner or "")
            message = f"{target.who} takes {target.url} for its address ({target.setting}), and {route.manifest} routes "
            message += f"{' and '.join(sorted(hosts))} to it"
            yield self.finding(place_of(world, place), message, path=(*route.hops, *way.hops), related=(related,))
        elif target.host:
            yield from self._by_port(world, target, route, way)

    def _lonely(self, world: World, front: Front) -> Iterator[Outcome]:
        services, fix = services_to(world, front), f"route {front.host or 'a name'} to its Service"
        kinds = {service.root.text("spec", "type") or "ClusterIP": service for service in services}
        on_nodes, cluster = kinds.get("NodePort"), cluster_of(world)
        if "LoadBalancer" in kinds and (cluster is None or has_balancer(world)):
            return
        if on_nodes is not None and cluster is not None:
            numbers = [held.number for held in node_ports_at(world, on_nodes)]
            if set(numbers) & {mapping.port for _, mapping in cluster.mappings}:
                return
            listed = " and ".join(str(number) for number in numbers)
            port = f"port{'s' if len(numbers) > 1 else ''} {listed}" if numbers else "a port that Kubernetes chooses"
            message = (
                f"{on_nodes} offers {front} on {port} of the nodes, to which no port of the host leads, and no Ingress or HTTPRoute does"
            )
            place = place_of(world, on_nodes.root.get("spec", "type") or on_nodes.root, "service")
            yield self.finding(place, message, fix=fix, path=("a port of the host", f"{port} of a node", str(on_nodes)))
            return
        entered = bool(controllers(world) or world.of("networking.k8s.io", "Ingress"))
        if on_nodes is None and entered and world.closed and complete(world, front.namespace):
            address = f", which takes {front.url} for its address" if front.told else ""
            yield self.finding(front.place, f"no Ingress or HTTPRoute leads to {front}{address}", fix=fix)

    def _by_port(self, world: World, front: Front, route: Route, way: Ending) -> Iterator[Outcome]:
        controller = controller_of(world, route.manifest)
        ports = {
            entry.mapping.host
            for entry in entries(world)
            if entry.mapping.host is not None and any(each is controller for each in entry.controllers)
        }
        if controller is None or not ports or front.port is None or front.port in ports:
            return
        listed = " and ".join(str(port) for port in sorted(ports))
        message = f"{front.who} takes {front.url} for its address ({front.setting}), which is port {front.port} of the host, and "
        message += f"{controller} is reached on port{'s' if len(ports) > 1 else ''} {listed} of it"
        yield self.finding(front.place, message, path=(*route.hops, *way.hops))


def _outlier(world: World, front: Front, route: Route) -> tuple[Node, Node]:
    """Which of two addresses is the odd one: the route's when the rest of the platform has names like the configuration's."""
    here = route.node if route.manifest.ref.kind != "Ingress" else _host_node(route)
    common = world.derived(_domains)
    own, routed = _domain(front.host), _domain(route.host)
    odd = own != routed and common.get(own, 0) >= common.get(routed, 0)
    return (here, front.place) if odd else (front.place, here)


def _host_node(route: Route) -> Node:
    rules = route.manifest.root.items("spec", "rules")
    return next((host for rule in rules if (host := rule.get("host")) is not None and host.value == route.host), route.node)


def _domains(world: World) -> dict[str, int]:
    """How many hosts of Ingresses are in each domain."""
    found: dict[str, int] = {}
    for ingress in world.of("networking.k8s.io", "Ingress"):
        for rule in ingress.root.items("spec", "rules"):
            domain = _domain(rule.text("host") or "")
            found[domain] = found.get(domain, 0) + 1
    return found


def _domain(host: str) -> str:
    return host.partition(".")[2]
