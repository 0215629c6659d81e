"""kube-prometheus-stack: the objects that it brings, and those that its operator makes of them.

Established by rendering chart 88.5.3 under the cases of `tools/charts/cases/`. What the operator makes is said in its documentation and
code: https://github.com/prometheus-operator/prometheus-operator/tree/main/pkg
"""

from collections.abc import Iterator
from typing import Any

from crema.policies.contracts import bodies as to
from crema.policies.contracts import grafana_objects as grafana
from crema.policies.contracts import kube_prometheus_stack_exporters as exporters
from crema.policies.contracts import kube_prometheus_stack_operator as operator
from crema.policies.contracts import kube_prometheus_stack_rules as rules
from crema.policies.contracts import kube_prometheus_stack_servers as servers
from crema.policies.contracts import kube_state_metrics_objects as state_metrics
from crema.policies.contracts import node_exporter_objects as node_exporter
from crema.policies.contracts import pod_bodies as run
from crema.policies.contracts.bodies import Body
from crema.policies.contracts.chart import Chart, chart_of
from crema.policies.contracts.kube_prometheus_stack_names import Names
from crema.policies.model.helm import Release

_UNSAID = (
    ("windowsMonitoring", "enabled"),
    ("thanosRuler", "enabled"),
    ("prometheus", "agentMode"),
    ("prometheus", "thanosService", "enabled"),
    ("prometheus", "thanosServiceExternal", "enabled"),
    ("prometheus", "thanosServiceMonitor", "enabled"),
    ("prometheus", "thanosIngress", "enabled"),
    ("prometheus", "prometheusSpec", "thanos"),
    ("prometheus", "prometheusSpec", "additionalAlertManagerConfigs"),
    ("prometheus", "prometheusSpec", "additionalAlertRelabelConfigs"),
    ("prometheus", "extraSecret", "data"),
    ("prometheus", "verticalPodAutoscaler", "enabled"),
    ("prometheusOperator", "admissionWebhooks", "deployment", "enabled"),
    ("prometheusOperator", "verticalPodAutoscaler", "enabled"),
    ("grafana", "operator", "dashboardsConfigMapRefEnabled"),
    ("crds", "upgradeJob", "enabled"),
    ("extraManifests",),
    *(
        (server, f"{kind}PerReplica", "enabled")
        for server in ("prometheus", "alertmanager")
        for kind in ("ingress", "service", "route")
    ),
)  # fmt: skip
_PARTS = (
    ("grafana", "grafana", grafana),
    ("kube-state-metrics", "kubeStateMetrics", state_metrics),
    ("prometheus-node-exporter", "nodeExporter", node_exporter),
)


def rendered(release: Release) -> Iterator[Body]:
    """Every object that Argo CD applies."""
    chart = chart_of(release)
    names = Names.of(chart)
    if chart.on("crds", "enabled"):
        yield from to.definitions(release.chart)
    yield from servers.rendered(chart, names)
    yield from operator.rendered(chart, names)
    yield from exporters.rendered(chart, names)
    yield from rules.rendered(chart, names)
    for key, switch, part in _PARTS:
        if chart.on(switch, "enabled"):
            yield from part.rendered(chart.part(key))


def gap(release: Release) -> str:
    """What values ask for and nothing here says."""
    chart = chart_of(release)
    asked = [f"{'.'.join(keys)} is on, and what it brings is not in the contract" for keys in _UNSAID if chart.on(*keys)]
    for key, switch, part in _PARTS:
        if chart.on(switch, "enabled"):
            more: str = part.gap(chart.part(key))
            asked += [more] if more else []
    return asked[0] if asked else ""


def made(release: Release) -> Iterator[Body]:
    """What comes to be when the operator runs: it makes pods of Prometheus and Alertmanager objects, and headless Services before them."""
    chart = chart_of(release)
    names = Names.of(chart)
    running = chart.on("prometheusOperator", "enabled")
    if running and chart.on("prometheus", "enabled"):
        yield from _prometheus(chart, names)
    if running and chart.on("alertmanager", "enabled"):
        yield from _alertmanager(chart, names)
    if running and chart.on("prometheusOperator", "kubeletService", "enabled"):
        yield _kubelet(chart, names)
    keys = ("ca.crt", "tls.crt", "tls.key") if operator.by_cert_manager(chart) else ("ca", "cert", "key") if operator.by_jobs(chart) else ()
    if keys:
        yield to.keyed("Secret", f"{names.full}-admission", names.namespace, keys)


def _prometheus(chart: Chart, names: Names) -> Iterator[Body]:
    at, port = ("prometheus", "prometheusSpec"), chart.text("prometheus", "prometheusSpec", "portName")
    labels = {
        "app.kubernetes.io/name": "prometheus",
        "app.kubernetes.io/managed-by": "prometheus-operator",
        "app.kubernetes.io/instance": names.prometheus,
        "operator.prometheus.io/name": names.prometheus,
        "operator.prometheus.io/shard": "0",
        "prometheus": names.prometheus,
    }
    yield to.service(
        "prometheus-operated",
        names.namespace,
        [to.port(port, 9090, port)],
        {"app.kubernetes.io/name": "prometheus"},
        labels={"operated-prometheus": "true"},
        cluster_ip="None",
    )
    secrets, configs = chart.items(*at, "secrets"), chart.items(*at, "configMaps")
    yield _pods(
        chart,
        at,
        f"prometheus-{names.prometheus}",
        names.namespace,
        labels=labels,
        containers=[run.container("prometheus", [run.listens(port, 9090)], resources=chart.mapping(*at, "resources"))],
        account=servers.account_of(chart, names, "prometheus"),
        mounted=[("secret", one) for one in secrets] + [("config", one) for one in configs],
        claim=chart.mapping(*at, "storageSpec", "volumeClaimTemplate", "spec"),
        volume=f"prometheus-{names.prometheus}-db",
        service="prometheus-operated",
    )


def _alertmanager(chart: Chart, names: Names) -> Iterator[Body]:
    at, port = ("alertmanager", "alertmanagerSpec"), chart.text("alertmanager", "alertmanagerSpec", "portName")
    labels = {
        "app.kubernetes.io/name": "alertmanager",
        "app.kubernetes.io/managed-by": "prometheus-operator",
        "app.kubernetes.io/instance": names.alertmanager,
        "alertmanager": names.alertmanager,
    }
    ports = [to.port(port, 9093, port), to.port("tcp-mesh", 9094), to.port("udp-mesh", 9094, protocol="UDP")]
    yield to.service(
        "alertmanager-operated",
        names.alerting,
        ports,
        {"app.kubernetes.io/name": "alertmanager"},
        labels={"operated-alertmanager": "true"},
        cluster_ip="None",
    )
    listens = [run.listens(port, 9093), run.listens("mesh-tcp", 9094), run.listens("mesh-udp", 9094, protocol="UDP")]
    yield _pods(
        chart,
        at,
        f"alertmanager-{names.alertmanager}",
        names.alerting,
        labels=labels,
        containers=[run.container("alertmanager", listens, resources=chart.mapping(*at, "resources"))],
        account=servers.account_of(chart, names, "alertmanager"),
        mounted=[("secret", one) for one in chart.items(*at, "secrets")] + [("config", one) for one in chart.items(*at, "configMaps")],
        claim=chart.mapping(*at, "storage", "volumeClaimTemplate", "spec"),
        volume=f"alertmanager-{names.alertmanager}-db",
        service="alertmanager-operated",
    )


def _pods(
    chart: Chart,
    at: tuple[str, ...],
    name: str,
    namespace: str,
    *,
    labels: dict[str, str],
    containers: list[Body],
    account: str,
    mounted: list[tuple[str, Any]],
    claim: Body,
    volume: str,
    service: str,
) -> Body:
    reloads = run.container("config-reloader", [run.listens("reloader-web", 8080)])
    spec = run.pod(
        [*containers, reloads],
        account=account,
        volumes=[run.volume(f"{kind}-{one}", **{kind: str(one)}) for kind, one in mounted],
        host_network=chart.on(*at, "hostNetwork"),
        scheduling=run.scheduled(chart, *at),
        pull=chart.items("global", "imagePullSecrets"),
    )
    claims = [{"metadata": {"name": volume}, "spec": claim}] if claim else []
    replicas = chart.at(*at, "replicas")
    return run.workload(
        "StatefulSet",
        name,
        namespace,
        spec,
        selector=labels,
        replicas=replicas,
        serviceName=service,
        volumeClaimTemplates=claims,
    )


def _kubelet(chart: Chart, names: Names) -> Body:
    """The Service of the kubelets, whose addresses the operator writes itself: it selects no pods."""
    at = ("prometheusOperator", "kubeletService")
    name = chart.text(*at, "name") or f"{names.full}-kubelet"
    labels = {"k8s-app": "kubelet", "app.kubernetes.io/name": "kubelet", "app.kubernetes.io/managed-by": "prometheus-operator"}
    ports = [to.port("https-metrics", 10250), to.port("http-metrics", 10255), to.port("cadvisor", 4194)]
    return to.service(name, chart.text(*at, "namespace"), ports, {}, labels=labels, cluster_ip="None")
