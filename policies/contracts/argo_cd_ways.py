"""argo-cd: its Services, what may reach them, and how one gets in from outside. See `argo_cd.py`."""

from collections.abc import Iterator
from typing import Any, Final

from crema.policies.contracts import bodies as to
from crema.policies.contracts import network_bodies as net
from crema.policies.contracts.argo_cd_configuration import insecure
from crema.policies.contracts.argo_cd_names import Part
from crema.policies.contracts.bodies import Body
from crema.policies.contracts.chart import Chart

_METRICS_LABEL: Final = {"server": "server-metrics", "repoServer": "repo-server-metrics", "redis": "redis"}
"""The name in the labels of the metrics Service, `metrics` with the others."""
_EVERYONE: Final[list[Any]] = [{"namespaceSelector": {}}]
_CALLERS: Final = {
    "redis": ("server", "repoServer", "controller"),
    "repoServer": ("server", "controller", "notifications", "applicationSet"),
    "dex": ("server",),
}
_EVERY_WAY: Final = (10, 1, 1)
"""Since then a NetworkPolicy asks for every way in, and that of notifications asks for nothing."""


def rendered(chart: Chart, part: Part) -> Iterator[Body]:
    """The ways to a part."""
    yield from _services(chart, part)
    yield from _network_policy(chart, part)
    yield from _monitor(chart, part)
    if chart.on(part.key, "pdb", "enabled"):
        most = chart.number(part.key, "pdb", "maxUnavailable")
        least = {"minAvailable": chart.number(part.key, "pdb", "minAvailable") or 0}
        spec: Body = {"maxUnavailable": most} if most else least
        yield to.body("PodDisruptionBudget", part.name, part.namespace, spec=spec | {"selector": {"matchLabels": part.selector}})
    if part.key in {"server", "repoServer"} and chart.on(part.key, "autoscaling", "enabled"):
        target: Body = {"apiVersion": "apps/v1", "kind": "Deployment", "name": part.name}
        limits = {key: chart.number(part.key, "autoscaling", key) for key in ("minReplicas", "maxReplicas")}
        yield to.body("HorizontalPodAutoscaler", part.name, part.namespace, spec={"scaleTargetRef": target, **limits})
    if part.key == "server":
        yield from _server(chart, part)
    if part.key == "applicationSet" and chart.on(part.key, "ingress", "enabled"):
        number = chart.number(part.key, "service", "port")
        yield _ingress(chart, part, number, "ingress", secret="argocd-applicationset-controller-tls")


def _services(chart: Chart, part: Part) -> Iterator[Body]:
    key, at = part.key, (part.key, "service")
    labels = part.labels | chart.texts(*at, "labels")
    if key == "server":
        yield _server_service(chart, part, labels)
    elif key == "repoServer":
        port = to.port(chart.text(*at, "portName"), chart.at(*at, "port"), "repo-server")
        yield to.service(part.name, part.namespace, [port], part.selector, labels=labels)
    elif key == "applicationSet":
        port = to.port(chart.text(*at, "portName"), chart.at(*at, "port"), "webhook")
        yield to.service(part.name, part.namespace, [port], part.selector, labels=labels, type=chart.text(*at, "type"))
    elif key == "redis":
        yield to.service(part.name, part.namespace, [to.port("redis", chart.at(key, "servicePort"), "redis")], part.selector, labels=labels)
    elif key == "dex":
        ports = [
            to.port(chart.text(key, f"servicePort{kind}Name"), chart.at(key, f"servicePort{kind}"), kind.lower())
            for kind in ("Http", "Grpc")
        ]
        if chart.on(key, "metrics", "enabled"):
            ports.append(to.port(chart.text(key, "metrics", "service", "portName"), chart.at(key, "servicePortMetrics"), "metrics"))
        labels = part.labels | chart.texts(key, "metrics", "service", "labels")
        yield to.service(part.name, part.namespace, ports, part.selector, labels=labels)
    if key != "dex" and chart.on(key, "metrics", "enabled"):
        measured = (key, "metrics", "service")
        number = chart.at(key, "metrics", "port") if key == "notifications" else chart.at(*measured, "servicePort")
        port = to.port(chart.text(*measured, "portName"), number, "metrics")
        labels = _metrics_labels(chart, part) | chart.texts(*measured, "labels")
        selector = part.selector | ({"app.kubernetes.io/component": part.own} if key == "redis" else {})
        kind, ip = chart.text(*measured, "type"), chart.text(*measured, "clusterIP")
        yield to.service(f"{part.name}-metrics", part.namespace, [port], selector, labels=labels, type=kind, cluster_ip=ip)


def _metrics_labels(chart: Chart, part: Part) -> dict[str, str]:
    label = _METRICS_LABEL.get(part.key, "metrics")
    return part.named(chart, label.replace("repo-server", part.own) if part.key == "repoServer" else label)


def _server_service(chart: Chart, part: Part, labels: dict[str, str]) -> Body:
    """Both ports of the API server lead to the one on which it listens, with TLS or, when it is told so, without."""
    at, kind = ("server", "service"), chart.text("server", "service", "type")
    ports = [
        to.port(
            chart.text(*at, f"servicePort{name}Name"),
            chart.at(*at, f"servicePort{name}"),
            chart.at("server", "containerPorts", "server"),
            node=chart.at(*at, f"nodePort{name}") if kind == "NodePort" else None,
        )
        for name in ("Http", "Https")
    ]
    more = to.exposed(chart, *at)
    if kind not in {"LoadBalancer", "NodePort"}:
        more.pop("externalTrafficPolicy", None)
    if kind != "LoadBalancer":
        more.pop("loadBalancerClass", None)
    return to.service(part.name, part.namespace, ports, part.selector, labels=labels, type=kind, more=more)


def _network_policy(chart: Chart, part: Part) -> Iterator[Body]:
    key = part.key
    if not (chart.on(key, "networkPolicy", "create") or chart.on("global", "networkPolicy", "create")):
        return
    there = [caller for caller in _CALLERS.get(key, ()) if caller != "notifications" or chart.on(caller, "enabled")]
    callers: list[Any] = [{"podSelector": {"matchLabels": Part.of(chart, caller).selector}} for caller in there]
    if key == "server":
        rules: list[Any] = [{}]
    elif key == "applicationSet":
        ways_in = chart.on(key, "ingress", "enabled") or (chart.on(key, "httproute", "enabled") and chart.version >= _EVERY_WAY)
        if not (chart.on(key, "metrics", "enabled") or ways_in):
            return
        rules = [{"ports": [{"port": "webhook"}]}] if ways_in else []
        rules.append({"from": _EVERYONE, "ports": [{"port": "metrics"}]})
    elif key == "repoServer":
        rules = [{"from": callers, "ports": [net.number("TCP", "repo-server")]}, {"from": _EVERYONE, "ports": [{"port": "metrics"}]}]
    elif key == "redis":
        rules = [{"from": callers, "ports": [net.number("TCP", "redis")]}]
        rules += [{"from": _EVERYONE, "ports": [net.number("TCP", "metrics")]}] if chart.on(key, "exporter", "enabled") else []
    elif key == "dex":
        ports = [net.number("TCP", "http"), net.number("TCP", "grpc")]
        rules = [{"from": callers, "ports": ports}, {"from": _EVERYONE, "ports": [net.number("TCP", "metrics")]}]
    elif key == "notifications" and chart.version < _EVERY_WAY and not chart.on(key, "metrics", "enabled"):
        return
    else:
        rules = [{"from": _EVERYONE, "ports": [{"port": "metrics"}]}]
    yield net.network_policy(part.name, part.namespace, part.selector, ingress=rules)


def _monitor(chart: Chart, part: Part) -> Iterator[Body]:
    key, at = part.key, (part.key, "metrics", "serviceMonitor")
    if not chart.on(key, "metrics", "enabled"):
        return
    if chart.on(*at, "enabled"):
        own = _metrics_labels(chart, part) if key != "dex" else part.labels
        chosen = {name: own[name] for name in own if name.endswith(("/name", "/instance", "/component"))}
        labels = part.labels | chart.texts(*at, "selector") | chart.texts(*at, "additionalLabels")
        where = chart.text(*at, "namespace") or part.namespace
        port = chart.text(key, "metrics", "service", "portName")
        yield to.monitor(part.name, where, labels, chosen, [port], where={"matchNames": [part.namespace]})
    rules = (key, "metrics", "rules")
    if key == "controller" and chart.on(*rules, "enabled"):
        labels = part.labels | chart.texts(*rules, "selector") | chart.texts(*rules, "additionalLabels")
        yield to.body("PrometheusRule", part.name, chart.text(*rules, "namespace") or part.namespace, labels=labels)


def _server(chart: Chart, part: Part) -> Iterator[Body]:
    at = ("server", "service")
    number = chart.number(*at, "servicePortHttp" if insecure(chart) else "servicePortHttps")
    if chart.on("server", "ingress", "enabled") and chart.text("server", "ingress", "controller") == "generic":
        yield _ingress(chart, part, number, "ingress", secret="argocd-server-tls", every_host=True)
    if chart.on("server", "ingressGrpc", "enabled"):
        yield _ingress(chart, part, chart.number(*at, "servicePortHttps"), "ingressGrpc", secret="argocd-server-grpc-tls")
    if chart.on("server", "certificate", "enabled"):
        yield from to.every("Certificate", f"{part.name}", part.namespace)
    for key, kind, name in (("httproute", "HTTPRoute", part.name), ("grpcroute", "GRPCRoute", f"{part.name}-grpc")):
        if chart.on("server", key, "enabled"):
            rules = []
            back: Body = {"name": part.name, "port": number, "weight": 1} | ({"group": "", "kind": "Service"} if key == "httproute" else {})
            for rule in chart.items("server", key, "rules"):
                more = {name: rule[name] for name in ("filters", "matches", "timeouts") if isinstance(rule, dict) and rule.get(name)}
                rules.append({"backendRefs": [back], **more})
            hosts = to.written(hostnames=chart.items("server", key, "hostnames"))
            spec: Body = {"parentRefs": chart.items("server", key, "parentRefs"), **hosts, "rules": rules}
            yield to.body(kind, name, part.namespace, annotations=chart.texts("server", key, "annotations"), spec=spec)


def _ingress(chart: Chart, part: Part, number: Any, key: str, *, secret: str, every_host: bool = False) -> Body:
    at, name = (part.key, key), part.name
    otherwise = chart.text(part.key, "ingress", "hostname") or chart.text("global", "domain")
    host = chart.text(*at, "hostname") or (f"grpc.{otherwise}" if key == "ingressGrpc" else otherwise)
    back = {"service": {"name": name, "port": {"number": number}}}
    own = {"path": chart.text(*at, "path"), "pathType": chart.text(*at, "pathType"), "backend": back}
    rules: list[Any] = [{"host": host, "http": {"paths": [*chart.items(*at, "extraPaths"), own]}}]
    hosts: list[Any] = [host]
    for one in chart.items(*at, "extraHosts"):
        if isinstance(one, dict):
            paths = [own | {key: one[key] for key in ("path", "pathType") if one.get(key)}]
            rules.append({"host": one.get("name"), "http": {"paths": paths}})
            hosts += [one.get("name")] if every_host and one.get("name") else []
    tls: list[Any] = [{"hosts": hosts, "secretName": secret}] if chart.on(*at, "tls") else []
    spec = to.written(
        ingressClassName=chart.text(*at, "ingressClassName"),
        rules=[*rules, *chart.items(*at, "extraRules")],
        tls=[*tls, *chart.items(*at, "extraTls")],
    )
    name = f"{name}-grpc" if key == "ingressGrpc" else name
    return to.body("Ingress", name, part.namespace, annotations=chart.texts(*at, "annotations"), spec=spec)
