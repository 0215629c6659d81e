"""promtail: what the chart brings, alone or inside loki-stack. See `promtail.py`.

Established by rendering chart 6.17.1, alone and inside loki-stack.
"""

from collections.abc import Iterator
from typing import Any, Final

from crema.policies.contracts import bodies as to
from crema.policies.contracts import pod_bodies as run
from crema.policies.contracts.bodies import Body
from crema.policies.contracts.chart import Chart, printed

_UNSAID: Final = (
    ("sidecar", "configReloader", "enabled"),
    ("deployment", "autoscaling", "enabled"),
    ("networkPolicy", "enabled"),
    ("extraContainers",),
    ("extraObjects",),
)


def gap(chart: Chart) -> str:
    """What values ask for and nothing here says."""
    asked = [".".join(keys) for keys in _UNSAID if chart.on(*keys)]
    asked += [f"extraPorts.{key}.ingress" for key in chart.mapping("extraPorts") if chart.on("extraPorts", key, "ingress")]
    return f"{asked[0]} is on, and what it brings is not in the contract" if asked else ""


def rendered(chart: Chart) -> Iterator[Body]:
    """A pod on every node, and what it reads. There is no Service by default: nobody asks it anything."""
    name, namespace = chart.fullname, chart.text("namespace") or chart.namespace
    selector = {"app.kubernetes.io/name": chart.short, "app.kubernetes.io/instance": chart.release}
    labels = selector | {"app.kubernetes.io/managed-by": "Helm"}
    account = chart.account("serviceAccount")
    if chart.on("serviceAccount", "create"):
        yield to.body("ServiceAccount", account, namespace, imagePullSecrets=chart.items("serviceAccount", "imagePullSecrets"))
    if chart.on("rbac", "create"):
        yield to.body("ClusterRole", name)
        yield to.binding("ClusterRoleBinding", name, namespace, f"ClusterRole/{name}", account)
    kind = "ConfigMap" if chart.on("configmap", "enabled") else "Secret"
    own = labels | (chart.texts("secret", "labels") if kind == "Secret" else {})
    yield to.keyed(kind, name, namespace, ("promtail.yaml",), labels=own)
    yield from _services(chart, name, namespace, selector, labels)
    for switch, workload in (("daemonset", "DaemonSet"), ("deployment", "Deployment")):
        if chart.on(switch, "enabled"):
            yield _pods(chart, workload, name, namespace, selector=selector, read=kind)
    monitor = ("serviceMonitor",)
    if chart.on(*monitor, "enabled"):
        where = chart.text(*monitor, "namespace") or chart.namespace
        searched = chart.mapping(*monitor, "namespaceSelector")
        yield to.monitor(name, where, labels | chart.texts(*monitor, "labels"), selector, ["http-metrics"], where=searched or None)
        if chart.on(*monitor, "prometheusRule", "enabled"):
            where = chart.text(*monitor, "prometheusRule", "namespace") or chart.namespace
            more = chart.texts(*monitor, "prometheusRule", "additionalLabels")
            yield to.body("PrometheusRule", name, where, labels=labels | more)


def _services(chart: Chart, name: str, namespace: str, selector: dict[str, str], labels: dict[str, str]) -> Iterator[Body]:
    if chart.on("serviceMonitor", "enabled") or chart.on("service", "enabled"):
        port = to.port("http-metrics", chart.at("config", "serverPort"), "http-metrics")
        own = labels | chart.texts("service", "labels")
        yield to.service(f"{name}-metrics", namespace, [port], selector, labels=own, cluster_ip="None")
    for key in sorted(chart.mapping("extraPorts")):
        at = ("extraPorts", key)
        number = chart.at(*at, "service", "port") or chart.at(*at, "containerPort")
        protocol = chart.text(*at, "protocol") or "TCP"
        port = to.port(
            chart.text(*at, "name") or key,
            number,
            chart.text(*at, "name") or key,
            protocol=protocol,
            node=chart.at(*at, "service", "nodePort"),
        )
        own = labels | chart.texts(*at, "labels")
        yield to.service(
            f"{name}-{key.lower()}",
            namespace,
            [port],
            selector,
            labels=own,
            type=chart.text(*at, "service", "type"),
            cluster_ip=chart.text(*at, "service", "clusterIP"),
            more=to.exposed(chart, *at, "service"),
        )


def _pods(chart: Chart, kind: str, name: str, namespace: str, *, selector: dict[str, str], read: str) -> Body:
    ports = [run.listens("http-metrics", chart.at("config", "serverPort"))]
    for key in sorted(chart.mapping("extraPorts")):
        at = ("extraPorts", key)
        protocol = chart.text(*at, "protocol") or "TCP"
        ports.append(run.listens(chart.text(*at, "name") or key, chart.at(*at, "containerPort"), protocol=protocol))
    config: Any = run.volume("config", secret=name) if read == "Secret" else run.volume("config", config=name)
    container = run.container(
        "promtail",
        ports,
        resources=chart.mapping("resources"),
        env=chart.items("extraEnv"),
        env_from=chart.items("extraEnvFrom"),
    )
    spec = run.pod(
        [container],
        account=chart.account("serviceAccount"),
        init=chart.items("initContainer"),
        volumes=[config, *run.volumes_of([*chart.items("defaultVolumes"), *chart.items("extraVolumes")])],
        host_network=chart.on("hostNetwork"),
        scheduling=run.scheduled(chart),
        pull=chart.items("global", "imagePullSecrets") or chart.items("imagePullSecrets"),
    )
    deployed = kind == "Deployment"
    return run.workload(
        kind,
        name,
        namespace,
        spec,
        selector=selector,
        labels=selector | {key: printed(value) for key, value in chart.mapping("podLabels").items()},
        replicas=chart.at("deployment", "replicaCount") if deployed else None,
        strategy=chart.mapping("deployment", "strategy") if deployed else chart.mapping("updateStrategy"),
    )
