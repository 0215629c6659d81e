"""kube-prometheus-stack: what leads Prometheus to the parts of Kubernetes itself. See `kube_prometheus_stack_objects.py`."""

from collections.abc import Iterator
from typing import Any, Final

from crema.policies.contracts import bodies as to
from crema.policies.contracts.bodies import Body
from crema.policies.contracts.chart import Chart
from crema.policies.contracts.kube_prometheus_stack_names import Names

_PARTS: Final = (
    ("coreDns", "coredns", {"k8s-app": "kube-dns"}, None),
    ("kubeControllerManager", "kube-controller-manager", {"component": "kube-controller-manager"}, 10257),
    ("kubeDns", "kube-dns", {"k8s-app": "kube-dns"}, None),
    ("kubeEtcd", "kube-etcd", {"component": "etcd"}, None),
    ("kubeProxy", "kube-proxy", {"k8s-app": "kube-proxy"}, None),
    ("kubeScheduler", "kube-scheduler", {"component": "kube-scheduler"}, 10259),
)
"""Values, name, what its pods are selected by, and the port where the values say none."""
_SYSTEM: Final = "kube-system"


def rendered(chart: Chart, names: Names) -> Iterator[Body]:
    """Headless Services in kube-system, and monitors of them."""
    if not chart.on("kubernetesServiceMonitors", "enabled"):
        return
    for key, part, pods, number in _PARTS:
        if chart.on(key, "enabled"):
            yield from _part(chart, names, key, part, pods=pods, number=number)
    for key, part in (("kubeApiServer", "apiserver"), ("kubelet", "kubelet")):
        if chart.on(key, "enabled") and chart.on(key, "serviceMonitor", "enabled"):
            yield _monitor_only(chart, names, key, part)


def _part(chart: Chart, names: Names, key: str, part: str, *, pods: dict[str, str], number: int | None) -> Iterator[Body]:
    name, labels, port = f"{names.full}-{part}", names.labels(part), chart.text(key, "serviceMonitor", "port")
    is_dns = key == "kubeDns"
    if is_dns:
        ports = [
            to.port(f"http-metrics-{each}", chart.at(key, "service", each, "port"), chart.at(key, "service", each, "targetPort"))
            for each in ("dnsmasq", "skydns")
        ]
    else:
        ports = [to.port(port, chart.at(key, "service", "port") or number, chart.at(key, "service", "targetPort") or number)]
    elsewhere = chart.items(key, "endpoints")
    if is_dns or chart.on(key, "service", "enabled"):
        selector = {} if elsewhere else chart.texts(key, "service", "selector") or pods
        yield to.service(name, _SYSTEM, ports, selector, labels=labels | {"jobLabel": part}, cluster_ip="None")
    if elsewhere:
        yield to.body("Endpoints", name, _SYSTEM, api="v1")
    if is_dns or chart.on(key, "serviceMonitor", "enabled"):
        monitored: list[Any] = [{"port": one["name"]} for one in ports] if is_dns else [{"port": port}]
        if chart.on(key, "serviceMonitor", "resource", "enabled"):
            monitored.append({"port": port})
        yield _monitor(chart, names, key, part, ports=monitored, chosen=chart.mapping(key, "serviceMonitor", "selector"))


def _monitor(chart: Chart, names: Names, key: str, part: str, *, ports: list[Any], chosen: Body) -> Body:
    labels = names.labels(part)
    selector = chosen or {"matchLabels": {"app": labels["app"], "release": chart.release}}
    where = _SYSTEM if chart.on("prometheus", "prometheusSpec", "ignoreNamespaceSelectors") else names.namespace
    spec: Body = {"selector": selector, "namespaceSelector": {"matchNames": [_SYSTEM]}, "endpoints": ports}
    more = chart.texts(key, "serviceMonitor", "additionalLabels")
    return to.body("ServiceMonitor", f"{names.full}-{part}", where, labels=labels | more, spec=spec)


def _monitor_only(chart: Chart, names: Names, key: str, part: str) -> Body:
    """The API server's Service is always there; the kubelet's the operator makes."""
    at = (key, "serviceMonitor")
    if key == "kubeApiServer":
        ports: list[Any] = [{"port": "https"}]
        searched, selector = "default", chart.mapping(*at, "selector")
    else:
        port = f"{'https' if chart.on(*at, 'https') else 'http'}-metrics"
        ports = [{"port": port} for switch in ("kubelet", "cAdvisor", "probes", "resource") if chart.on(*at, switch)]
        searched = chart.text(key, "namespace")
        selector = {"matchLabels": {"app.kubernetes.io/name": "kubelet", "k8s-app": "kubelet"}}
    where = searched if chart.on("prometheus", "prometheusSpec", "ignoreNamespaceSelectors") else names.namespace
    spec: Body = {"selector": selector, "namespaceSelector": {"matchNames": [searched]}, "endpoints": ports}
    labels = names.labels(part) | chart.texts(*at, "additionalLabels")
    return to.body("ServiceMonitor", f"{names.full}-{part}", where, labels=labels, spec=spec)
