"""traefik: an ingress controller, and one of the Gateway API. It brings no Grafana datasource.

Established by rendering chart 41.3.0.
Source: https://github.com/traefik/traefik-helm-chart/tree/master/traefik
"""

from collections.abc import Iterator
from typing import Any, Final

from crema.policies.contracts import bodies as to
from crema.policies.contracts import pod_bodies as run
from crema.policies.contracts.bodies import Body
from crema.policies.contracts.chart import Chart, chart_of, printed, unsaid
from crema.policies.contracts.contract import Contract
from crema.policies.contracts.traefik_pods import pods, port_name
from crema.policies.model.helm import Release

_UNSAID: Final = (
    ("hub", "token"),
    ("autoscaling", "enabled"),
    ("providers", "file", "enabled"),
    ("providers", "kubernetesIngressNGINX", "enabled"),
    ("providers", "knative", "enabled"),
    ("experimental", "localPlugins"),
    ("tlsOptions",),
    ("tlsStore",),
    ("extraObjects",),
)


def _rendered(release: Release) -> Iterator[Body]:
    chart = chart_of(release)
    name, where = chart.fullname, _namespace(chart)
    yield from to.definitions(release.chart)
    yield from _rights(chart, name, where)
    yield from _services(chart, name, where)
    if chart.on("deployment", "enabled"):
        yield pods(chart, name, where, _selector(chart), _labels(chart))
    if chart.on("ingressClass", "enabled"):
        default = {"ingressclass.kubernetes.io/is-default-class": chart.text("ingressClass", "isDefaultClass")}
        spec = {"controller": "traefik.io/ingress-controller"}
        yield to.body("IngressClass", chart.text("ingressClass", "name") or name, annotations=default, spec=spec)
    if chart.on("providers", "kubernetesGateway", "enabled"):
        yield from _gateway(chart, where)
    if chart.on("podDisruptionBudget", "enabled"):
        yield to.budget(chart, name, where, _selector(chart), "podDisruptionBudget")
    if chart.on("persistence", "enabled") and not chart.on("persistence", "existingClaim"):
        modes = [chart.at("persistence", "accessMode")]
        yield to.body(
            "PersistentVolumeClaim",
            name,
            where,
            spec=run.claimed(chart.at("persistence", "size"), modes, chart.at("persistence", "storageClass")),
        )
    yield from _metrics(chart, name, where)
    for part in ("dashboard", "healthcheck"):
        if chart.on("ingressRoute", part, "enabled"):
            yield to.body("IngressRoute", f"{name}-{part}", where, api="traefik.io/v1alpha1")


def _namespace(chart: Chart) -> str:
    return chart.fit(chart.text("namespaceOverride")) or chart.namespace


def _selector(chart: Chart) -> dict[str, str]:
    """The instance is the release with its namespace: two of one name do not select each other's pods."""
    instance = chart.text("instanceLabelOverride") or f"{chart.release}-{_namespace(chart)}"
    return {"app.kubernetes.io/name": chart.short, "app.kubernetes.io/instance": chart.fit(instance)}


def _labels(chart: Chart) -> dict[str, str]:
    return _selector(chart) | {"app.kubernetes.io/managed-by": "Helm"} | chart.texts("commonLabels")


def _rights(chart: Chart, name: str, where: str) -> Iterator[Body]:
    account = chart.text("serviceAccount", "name") or name
    if not chart.on("serviceAccount", "name"):
        yield to.body("ServiceAccount", account, where)
    if not chart.on("rbac", "enabled"):
        return
    if chart.on("rbac", "namespaced"):
        listed = [printed(one) for key in ("kubernetesIngress", "kubernetesCRD") for one in chart.items("providers", key, "namespaces")]
        for namespace in sorted({where, *listed}):
            yield to.body("Role", name, namespace)
            yield to.binding("RoleBinding", name, namespace, f"Role/{name}", account, at=where)
    else:
        role = chart.fit(f"{name}-{where}")
        yield to.body("ClusterRole", role)
        yield to.binding("ClusterRoleBinding", role, where, f"ClusterRole/{role}", account)


def _services(chart: Chart, name: str, where: str) -> Iterator[Body]:
    """The Service, and those of `additionalServices`; each has the entry points that are exposed to it."""
    own = {key: value for key, value in chart.mapping("service").items() if key != "additionalServices"}
    more = chart.mapping("service", "additionalServices")
    for key, values in sorted({**more, "default": own}.items()):
        found = values if isinstance(values, dict) else {}
        if found.get("enabled") is False:
            continue
        at = ("service",) if key == "default" else ("service", "additionalServices", key)
        called = f"{name}-{key}" if key != "default" else chart.text("service", "nameOverride") or name
        tcp, udp = _ports(chart, key)
        single = bool(found.get("single"))
        if tcp or single:
            yield _service(chart, at, called, where, [*tcp, *udp] if single else tcp)
        if udp and not single:
            yield _service(chart, at, f"{called}-udp", where, udp)


def _service(chart: Chart, at: tuple[str, ...], name: str, where: str, ports: list[Body]) -> Body:
    return to.service(
        name,
        where,
        ports,
        _selector(chart),
        labels=_labels(chart) | chart.texts(*at, "labels"),
        type=chart.text(*at, "spec", "type"),
        cluster_ip=chart.text(*at, "spec", "clusterIP"),
        more=to.exposed(chart, *at, "spec"),
    )


def _ports(chart: Chart, service: str) -> tuple[list[Body], list[Body]]:
    """The ports of a Service over TCP and over UDP, HTTP/3 among the latter."""
    tcp: list[tuple[str, Body]] = []
    udp: list[tuple[str, Body]] = []
    single = chart.on("service", "single") if service == "default" else chart.on("service", "additionalServices", service, "single")
    for key in sorted(chart.mapping("ports")):
        at = ("ports", key)
        if not chart.on(*at, "expose", service):
            continue
        protocol = chart.text(*at, "protocol") or "TCP"
        number, node = chart.number(*at, "exposedPort") or chart.number(*at, "port"), chart.at(*at, "nodePort")
        target: Any = chart.at(*at, "targetPort") or key
        target = port_name(target) if isinstance(target, str) else target
        port = to.port(port_name(key), number, target, protocol=protocol, node=node)
        (udp if protocol == "UDP" else tcp).append((key, port))
        if chart.on(*at, "http3", "enabled"):
            advertised = chart.at(*at, "http3", "advertisedPort") or number
            three: Any = chart.at(*at, "targetPort") or f"{key}-http3"
            three = port_name(three) if isinstance(three, str) else three
            fast = to.port(port_name(f"{key}-http3"), advertised, three, protocol="UDP", node=node)
            (tcp if single else udp).append((f"{key}-http3", fast))
    return [port for _, port in sorted(tcp, key=_first)], [port for _, port in sorted(udp, key=_first)]


def _first(pair: tuple[str, Body]) -> str:
    return pair[0]


def _gateway(chart: Chart, where: str) -> Iterator[Body]:
    """The class, and a Gateway of it. A listener has the port of the container, not that of the Service."""
    class_name = chart.text("gatewayClass", "name") or "traefik"
    if chart.on("gatewayClass", "enabled"):
        yield to.body("GatewayClass", class_name, spec={"controllerName": "traefik.io/gateway-controller"})
    if chart.on("gateway", "enabled"):
        listeners = []
        for key in sorted(chart.mapping("gateway", "listeners")):
            at = ("gateway", "listeners", key)
            tls = to.written(mode=chart.text(*at, "mode"), certificateRefs=chart.items(*at, "certificateRefs"))
            policy = chart.mapping(*at, "namespacePolicy")
            listeners.append(
                to.written(
                    name=key,
                    port=chart.number(*at, "port"),
                    protocol=chart.text(*at, "protocol"),
                    hostname=chart.text(*at, "hostname"),
                    allowedRoutes={"namespaces": policy} if policy else None,
                    tls=tls,
                )
            )
        infrastructure, scope = chart.mapping("gateway", "infrastructure"), chart.text("gateway", "defaultScope")
        spec = to.written(gatewayClassName=class_name, infrastructure=infrastructure, defaultScope=scope, listeners=listeners)
        name, namespace = chart.text("gateway", "name") or "traefik-gateway", chart.text("gateway", "namespace") or where
        yield to.body("Gateway", name, namespace, spec=spec)


def _metrics(chart: Chart, name: str, where: str) -> Iterator[Body]:
    at = ("metrics", "prometheus")
    own = {"app.kubernetes.io/component": "metrics"}
    if chart.on(*at, "service", "enabled"):
        port = to.port("metrics", chart.at("ports", "metrics", "port"), "metrics", node=chart.at("ports", "metrics", "nodePort"))
        labels = _labels(chart) | own | chart.texts(*at, "service", "labels")
        yield to.service(f"{name}-metrics", where, [port], _selector(chart), labels=labels)
    if chart.on(*at, "serviceMonitor", "enabled"):
        labels = _labels(chart) | own | chart.texts(*at, "serviceMonitor", "additionalLabels")
        namespace = chart.text(*at, "serviceMonitor", "namespace") or where
        searched = chart.mapping(*at, "serviceMonitor", "namespaceSelector") or {"matchNames": [where]}
        yield to.monitor(name, namespace, labels, _selector(chart) | own, [{"targetPort": "metrics"}], where=searched)
    if chart.on(*at, "prometheusRule", "enabled"):
        labels = _labels(chart) | chart.texts(*at, "prometheusRule", "additionalLabels")
        yield to.body("PrometheusRule", name, chart.text(*at, "prometheusRule", "namespace") or where, labels=labels)


CONTRACT = Contract(chart="traefik", since=(41, 3, 0), until=(42, 0, 0), rendered=_rendered, gap=unsaid(*_UNSAID))
