"""ingress-nginx: the ingress controller. It brings no Grafana datasource.

Established by rendering charts 4.15.0 and 4.15.1. Its webhook is in `ingress_nginx_webhook.py`.
Source: https://github.com/kubernetes/ingress-nginx/tree/main/charts/ingress-nginx
"""

from collections.abc import Iterator

from crema.policies.contracts import bodies as to
from crema.policies.contracts import ingress_nginx_webhook as hook
from crema.policies.contracts import network_bodies as net
from crema.policies.contracts.bodies import Body
from crema.policies.contracts.chart import Chart, chart_of, printed
from crema.policies.contracts.contract import Contract
from crema.policies.contracts.ingress_nginx_pods import arguments, default_backend, pods, raw_ports
from crema.policies.contracts.ingress_nginx_webhook import Names
from crema.policies.model.helm import Release

_PROTOCOLS = ("tcp", "udp")


def _rendered(release: Release) -> Iterator[Body]:
    chart = chart_of(release)
    names = Names.of(chart)
    namespace, controller, labels = names.namespace, names.controller, names.labels("controller")
    yield from _rights(chart, names)
    if chart.on("serviceAccount", "create"):
        yield to.body("ServiceAccount", names.account, namespace)
    yield from _configuration(chart, names)
    yield pods(chart, names, arguments(chart, names))
    yield from _scaling(chart, names)
    yield from _services(chart, names)
    yield from _classes(chart)
    if chart.on("controller", "networkPolicy", "enabled"):
        yield _network_policy(chart, names)
    yield from _metrics(chart, names)
    yield from hook.rendered(chart, names)
    yield from default_backend(chart, names)
    if chart.on("dhParam"):
        yield to.keyed("Secret", controller, namespace, ("dhparam.pem",), labels=labels)


def _rights(chart: Chart, names: Names) -> Iterator[Body]:
    if chart.on("rbac", "create"):
        for scope in ("",) if chart.on("rbac", "scope") else ("", "Cluster"):
            yield to.body(f"{scope}Role", names.full, names.namespace)
            yield to.binding(f"{scope}RoleBinding", names.full, names.namespace, f"{scope}Role/{names.full}", names.account)


def _configuration(chart: Chart, names: Names) -> Iterator[Body]:
    """The ConfigMap that the controller reads, with its values: they say what Ingresses may do."""
    labels, at = names.labels("controller"), names.namespace
    own: dict[str, str] = {}
    if chart.on("controller", "allowSnippetAnnotations"):
        own["allow-snippet-annotations"] = "true"
    for key, values, name in (("add-headers", "addHeaders", "add"), ("proxy-set-headers", "proxySetHeaders", "proxy")):
        if headers := chart.texts("controller", values):
            own[key] = f"{at}/{names.full}-custom-{name}-headers"
            yield to.body("ConfigMap", f"{names.full}-custom-{name}-headers", at, labels=labels, data=headers)
    if chart.on("dhParam"):
        own["ssl-dh-param"] = f"{at}/{names.controller}"
    yield to.body("ConfigMap", names.controller, at, labels=labels, data=own | chart.texts("controller", "config"))
    for protocol in _PROTOCOLS:
        if raw := chart.texts(protocol):
            yield to.body("ConfigMap", f"{names.full}-{protocol}", at, labels=labels, data=raw)


def _scaling(chart: Chart, names: Names) -> Iterator[Body]:
    if chart.text("controller", "kind") == "DaemonSet":
        return
    scaled, at = chart.on("controller", "autoscaling", "enabled"), ("controller", "autoscaling")
    replicas = chart.number(*at, "minReplicas") if scaled else chart.number("controller", "replicaCount")
    if scaled:
        target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": names.controller}
        spec = {"scaleTargetRef": target, "minReplicas": replicas, "maxReplicas": chart.number(*at, "maxReplicas")}
        yield to.body("HorizontalPodAutoscaler", names.controller, names.namespace, spec=spec)
    if isinstance(replicas, int) and replicas > 1:
        yield to.budget(chart, names.controller, names.namespace, names.selector("controller"), "controller")


def _services(chart: Chart, names: Names) -> Iterator[Body]:
    at = ("controller", "service")
    selector, labels = names.selector("controller"), names.labels("controller", own=False) | chart.texts(*at, "labels")
    kind = chart.text(*at, "type")
    if chart.on(*at, "enabled") and chart.on(*at, "external", "enabled"):
        yield to.service(
            names.controller,
            names.namespace,
            _ports(chart, kind, at, at),
            selector,
            labels=labels | chart.texts(*at, "external", "labels"),
            type=kind,
            cluster_ip=chart.text(*at, "clusterIP"),
            more=to.exposed(chart, *at),
        )
    inner = (*at, "internal")
    if chart.on(*at, "enabled") and chart.on(*inner, "enabled") and chart.on(*inner, "annotations"):
        yield to.service(
            f"{names.controller}-internal",
            names.namespace,
            _ports(chart, kind, inner, at),
            selector,
            labels=labels | chart.texts(*inner, "labels"),
            type=chart.text(*inner, "type") or kind,
            more=to.exposed(chart, *inner),
        )
    metrics = ("controller", "metrics")
    if chart.on(*metrics, "enabled") and chart.on(*metrics, "service", "enabled"):
        kind = chart.text(*metrics, "service", "type")
        node = chart.number(*metrics, "service", "nodePort") if kind in {"NodePort", "LoadBalancer"} else None
        name = chart.text(*metrics, "portName")
        port = to.port(name, chart.at(*metrics, "service", "servicePort"), name, node=node)
        labels = names.labels("controller", own=False) | chart.texts(*metrics, "service", "labels")
        ip = chart.text(*metrics, "service", "clusterIP")
        yield to.service(f"{names.controller}-metrics", names.namespace, [port], selector, labels=labels, type=kind, cluster_ip=ip)


def _ports(chart: Chart, kind: str, at: tuple[str, ...], above: tuple[str, ...]) -> list[Body]:
    """The ports of a Service of the controller. What is not said `at` the Service's own values stands `above` them."""
    ports = []
    on_nodes = kind in {"NodePort", "LoadBalancer"}
    for name, switch in (("http", "enableHttp"), ("https", "enableHttps")):
        if chart.on(*above, switch):
            number = chart.at(*at, "ports", name) or chart.at(*above, "ports", name)
            target = chart.at(*at, "targetPorts", name) or chart.at(*above, "targetPorts", name)
            ports.append(to.port(name, number, target, node=chart.at(*at, "nodePorts", name) if on_nodes else None))
    for name, number, protocol in raw_ports(chart):
        node = chart.at(*at, "nodePorts", protocol.lower(), number)
        ports.append(to.port(name, number, name, protocol=protocol, node=node))
    return ports


def _classes(chart: Chart) -> Iterator[Body]:
    at = ("controller", "ingressClassResource")
    if chart.on(*at, "enabled"):
        spec = {"controller": chart.text(*at, "controllerValue")}
        default = {"ingressclass.kubernetes.io/is-default-class": "true"} if chart.on(*at, "default") else None
        yield to.body("IngressClass", chart.text(*at, "name"), annotations=default, spec=spec)
        for alias in chart.items(*at, "aliases"):
            yield to.body("IngressClass", printed(alias), spec=spec)


def _network_policy(chart: Chart, names: Names) -> Body:
    numbers = [("TCP", number) for _, number in sorted(chart.mapping("controller", "containerPort").items())]
    for part in ("metrics", "admissionWebhooks"):
        if chart.on("controller", part, "enabled"):
            numbers.append(("TCP", chart.at("controller", part, "port")))
    numbers += [(protocol, number) for _, number, protocol in raw_ports(chart)]
    ports = [net.number(protocol, number) for protocol, number in numbers]
    return net.network_policy(names.controller, names.namespace, names.selector("controller"), ingress=[{"ports": ports}], egress=[{}])


def _metrics(chart: Chart, names: Names) -> Iterator[Body]:
    at = ("controller", "metrics")
    labels = names.labels("controller", own=False)
    if chart.on(*at, "enabled") and chart.on(*at, "serviceMonitor", "enabled"):
        yield to.monitor(
            names.controller,
            chart.text(*at, "serviceMonitor", "namespace") or names.namespace,
            labels | chart.texts(*at, "serviceMonitor", "additionalLabels"),
            names.selector("controller"),
            [chart.text(*at, "portName")],
            where=chart.mapping(*at, "serviceMonitor", "namespaceSelector") or {"matchNames": [names.namespace]},
        )
    if chart.on(*at, "enabled") and chart.on(*at, "prometheusRule", "enabled"):
        namespace = chart.text(*at, "prometheusRule", "namespace") or names.namespace
        more = chart.texts(*at, "prometheusRule", "additionalLabels")
        yield to.body("PrometheusRule", names.controller, namespace, labels=labels | more)


CONTRACT = Contract(chart="ingress-nginx", since=(4, 15, 0), until=(4, 16, 0), rendered=_rendered, made=hook.made, gap=hook.gap)
