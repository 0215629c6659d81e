"""alloy: the collector of logs. It brings no Grafana datasource.

Established by rendering charts 1.10.0 to 1.11.1.
Source: https://github.com/grafana/alloy/tree/main/operations/helm/charts/alloy
"""

from collections.abc import Iterator
from typing import Any, Final

from crema.policies.contracts import bodies as to
from crema.policies.contracts import pod_bodies as run
from crema.policies.contracts import routing
from crema.policies.contracts.bodies import Body
from crema.policies.contracts.chart import Chart, chart_of, printed, unsaid
from crema.policies.contracts.contract import Contract
from crema.policies.model.helm import Release

_KINDS: Final = {"daemonset": "DaemonSet", "deployment": "Deployment", "statefulset": "StatefulSet"}
_UNSAID: Final = (
    ("agent",),
    ("controller", "autoscaling", "enabled"),
    ("controller", "autoscaling", "horizontal", "enabled"),
    ("controller", "autoscaling", "vertical", "enabled"),
    ("controller", "podDisruptionBudget", "enabled"),
    ("extraObjects",),
)


def _rendered(release: Release) -> Iterator[Body]:
    chart = chart_of(release)
    name, namespace = chart.fullname, chart.text("namespaceOverride") or chart.namespace
    selector = {"app.kubernetes.io/name": chart.short, "app.kubernetes.io/instance": chart.release}
    labels = selector | {"app.kubernetes.io/managed-by": "Helm", "app.kubernetes.io/part-of": "alloy"}
    if chart.on("crds", "create"):
        yield from to.definitions(release.chart)
    if chart.on("alloy", "configMap", "create"):
        own = labels | {"app.kubernetes.io/component": "config"}
        key = chart.text("alloy", "configMap", "key") or "config.alloy"
        yield to.keyed("ConfigMap", _configuration(chart), namespace, (key,), labels=own)
    yield from _rights(chart, name, namespace)
    yield from _services(chart, name, namespace, selector, labels | {"app.kubernetes.io/component": "networking"})
    yield _pods(chart, name, namespace, selector)
    if chart.on("service", "enabled") and chart.on("serviceMonitor", "enabled"):
        own = labels | {"app.kubernetes.io/component": "metrics"} | chart.texts("serviceMonitor", "additionalLabels")
        yield to.monitor(name, namespace, own, selector, ["http-metrics"])
    if chart.on("ingress", "enabled"):
        paths = [(chart.at("ingress", "path"), chart.at("ingress", "pathType"))]
        number = chart.number("ingress", "faroPort")
        yield routing.ingress(chart, "ingress", name=name, namespace=namespace, paths=paths, number=number)
    if chart.on("networkPolicy", "enabled") and chart.text("networkPolicy", "flavor") == "kubernetes":
        rules = {key: chart.items("networkPolicy", key) for key in ("ingress", "egress")}
        types = chart.items("networkPolicy", "policyTypes")
        spec: Body = {"podSelector": {"matchLabels": selector}, "policyTypes": types, **to.written(**rules)}
        yield to.body("NetworkPolicy", name, namespace, spec=spec)


def _configuration(chart: Chart) -> str:
    return chart.text("alloy", "configMap", "name") or chart.fullname


def _rights(chart: Chart, name: str, namespace: str) -> Iterator[Body]:
    account = chart.account("serviceAccount")
    if chart.on("serviceAccount", "create"):
        yield to.body("ServiceAccount", account, namespace)
    if chart.on("rbac", "create"):
        for where in map(printed, chart.items("rbac", "namespaces")):
            yield to.body("Role", name, where)
            yield to.binding("RoleBinding", name, where, f"Role/{name}", account, at=namespace)
        if not chart.items("rbac", "namespaces"):
            yield to.body("ClusterRole", name)
            yield to.binding("ClusterRoleBinding", name, namespace, f"ClusterRole/{name}", account)


def _services(chart: Chart, name: str, namespace: str, selector: dict[str, str], labels: dict[str, str]) -> Iterator[Body]:
    """The Service has the ports that receivers are told to listen on, beside that of Alloy itself."""
    number, kind = chart.at("alloy", "listenPort"), chart.text("service", "type")
    extra = to.ports_of(chart.items("alloy", "extraPorts"))
    if chart.on("service", "enabled"):
        on_nodes = kind == "NodePort"
        own = to.port("http-metrics", number, node=chart.at("service", "nodePort") if on_nodes else None)
        ports = [own, *(extra if on_nodes else _inside(extra))]
        more = to.exposed(chart, "service") if kind in {"NodePort", "LoadBalancer"} else None
        ip = chart.text("service", "clusterIP")
        yield to.service(name, namespace, ports, selector, labels=labels, type=kind, cluster_ip=ip, more=more)
    if chart.on("alloy", "clustering", "enabled"):
        own = to.port(chart.text("alloy", "clustering", "portName"), number)
        yield to.service(f"{name}-cluster", namespace, [own, *_inside(extra)], selector, labels=labels, cluster_ip="None")


def _inside(ports: list[Body]) -> list[Body]:
    return [{key: value for key, value in port.items() if key != "nodePort"} for port in ports]


def _pods(chart: Chart, name: str, namespace: str, selector: dict[str, str]) -> Body:
    kind = _KINDS.get(chart.text("controller", "type"), "DaemonSet")
    ports = [run.listens("http-metrics", chart.at("alloy", "listenPort"))] if chart.on("alloy", "enableHttpServerPort") else []
    for port in chart.items("alloy", "extraPorts"):
        if isinstance(port, dict):
            protocol = printed(port.get("protocol")) or "TCP"
            ports.append(run.listens(printed(port.get("name")), port.get("targetPort"), protocol=protocol, host=port.get("hostPort")))
    containers: list[Any] = [
        run.container(
            "alloy",
            ports,
            resources=chart.mapping("alloy", "resources"),
            env=chart.items("alloy", "extraEnv"),
            env_from=chart.items("alloy", "envFrom"),
        )
    ]
    if chart.on("configReloader", "enabled"):
        containers.append(run.container("config-reloader", resources=chart.mapping("configReloader", "resources")))
    spec = run.pod(
        [*containers, *chart.items("controller", "extraContainers")],
        account=chart.account("serviceAccount"),
        init=chart.items("controller", "initContainers"),
        volumes=[run.volume("config", config=_configuration(chart)), *run.volumes_of(chart.items("controller", "volumes", "extra"))],
        host_network=chart.on("controller", "hostNetwork"),
        dns=chart.text("controller", "dnsPolicy"),
        scheduling=run.scheduled(chart, "controller"),
        pull=chart.items("global", "image", "pullSecrets") or chart.items("image", "pullSecrets"),
    )
    stateful = kind == "StatefulSet"
    return run.workload(
        kind,
        name,
        namespace,
        spec,
        selector=selector,
        labels=selector | chart.texts("controller", "podLabels"),
        replicas=None if kind == "DaemonSet" else chart.at("controller", "replicas"),
        serviceName=name if stateful else None,
        volumeClaimTemplates=run.claims_of(chart.items("controller", "volumeClaimTemplates")) if stateful else None,
        strategy=chart.mapping("controller", "updateStrategy"),
    )


CONTRACT = Contract(chart="alloy", since=(1, 11, 0), until=(2, 0, 0), rendered=_rendered, gap=unsaid(*_UNSAID))
