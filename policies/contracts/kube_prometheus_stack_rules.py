"""kube-prometheus-stack: its rules, dashboards and datasources. See `kube_prometheus_stack_objects.py`."""

from collections.abc import Iterator
from typing import Final

from crema.policies.contracts import bodies as to
from crema.policies.contracts.bodies import Body
from crema.policies.contracts.chart import Chart, printed
from crema.policies.contracts.kube_prometheus_stack_names import Names

_RULES: Final = """
    alertmanager.rules alertmanager
    config-reloaders configReloaders
    etcd etcd kubeEtcd
    general.rules general
    k8s.rules.container-cpu-limits k8sContainerCpuLimits
    k8s.rules.container-cpu-requests k8sContainerCpuRequests
    k8s.rules.container-cpu-usage-seconds-total k8sContainerCpuUsageSecondsTotal
    k8s.rules.container-memory-cache k8sContainerMemoryCache
    k8s.rules.container-memory-limits k8sContainerMemoryLimits
    k8s.rules.container-memory-requests k8sContainerMemoryRequests
    k8s.rules.container-memory-rss k8sContainerMemoryRss
    k8s.rules.container-memory-swap k8sContainerMemorySwap
    k8s.rules.container-memory-working-set-bytes k8sContainerMemoryWorkingSetBytes
    k8s.rules.container-resource k8sContainerResource
    k8s.rules.pod-owner k8sPodOwner
    kube-apiserver-availability.rules kubeApiserverAvailability kubeApiServer
    kube-apiserver-burnrate.rules kubeApiserverBurnrate kubeApiServer
    kube-apiserver-histogram.rules kubeApiserverHistogram kubeApiServer
    kube-apiserver-slos kubeApiserverSlos kubeApiServer
    kube-prometheus-general.rules kubePrometheusGeneral
    kube-prometheus-node-recording.rules kubePrometheusNodeRecording
    kube-scheduler.rules kubeSchedulerRecording kubeScheduler
    kube-state-metrics kubeStateMetrics
    kubelet.rules kubelet kubelet
    kubernetes-apps kubernetesApps
    kubernetes-resources kubernetesResources
    kubernetes-storage kubernetesStorage
    kubernetes-system kubernetesSystem
    kubernetes-system-apiserver kubernetesSystem
    kubernetes-system-controller-manager kubeControllerManager kubeControllerManager KubeControllerManagerDown
    kubernetes-system-kube-proxy kubeProxy kubeProxy KubeProxyDown
    kubernetes-system-kubelet kubernetesSystem
    kubernetes-system-scheduler kubeSchedulerAlerting kubeScheduler KubeSchedulerDown
    node-exporter nodeExporterAlerting
    node-exporter.rules nodeExporterRecording
    node-network network
    node.rules node
    prometheus prometheus
    prometheus-operator prometheusOperator
"""
"""A PrometheusRule a line: its name, the key of `defaultRules.rules`, the part that is on, the alert without which nothing is left."""
_DASHBOARDS: Final = {
    (): """
        cluster-total grafana-overview k8s-resources-cluster k8s-resources-multicluster k8s-resources-namespace k8s-resources-node
        k8s-resources-nodes-overview k8s-resources-pod k8s-resources-workload k8s-resources-workloads-namespace namespace-by-pod
        namespace-by-workload persistentvolumesusage pod-total prometheus workload-total
    """,
    (("alertmanager", "enabled"), ("alertmanager", "forceDeployDashboards")): "alertmanager-overview",
    (("kubeApiServer", "enabled"),): "apiserver",
    (("kubeControllerManager", "enabled"),): "controller-manager",
    (("kubeEtcd", "enabled"),): "etcd",
    (("coreDns", "enabled"),): "k8s-coredns",
    (("kubelet", "enabled"),): "kubelet",
    (("kubeProxy", "enabled"),): "proxy",
    (("kubeScheduler", "enabled"),): "scheduler",
    (("prometheus", "prometheusSpec", "remoteWriteDashboards"),): "prometheus-remote-write",
    (
        ("nodeExporter", "enabled"),
        ("nodeExporter", "forceDeployDashboards"),
    ): "node-cluster-rsrc-use node-rsrc-use nodes-aix nodes-darwin nodes",
}
"""Dashboards by the values of which one has to be on."""
_SYSTEMS: Final = {"nodes-aix": "aix", "nodes-darwin": "darwin", "nodes": "linux"}


def rendered(chart: Chart, names: Names) -> Iterator[Body]:
    """Rules for Prometheus; files for Grafana, which its sidecars find by a label."""
    if chart.on("defaultRules", "create"):
        yield from _rules(chart, names)
    for name, more in _own_rules(chart):
        yield to.body("PrometheusRule", chart.fit(f"{names.full}-{name}"), names.namespace, labels=names.labels("") | more)
    grafana = chart.on("grafana", "enabled")
    if (grafana or chart.on("grafana", "forceDeployDashboards")) and chart.on("grafana", "defaultDashboardsEnabled"):
        yield from _dashboards(chart, names)
    at = ("grafana", "sidecar", "datasources")
    if (grafana and chart.on(*at, "enabled")) or chart.on("grafana", "forceDeployDatasources"):
        labels = {chart.text(*at, "label"): chart.text(*at, "labelValue")} | names.labels("grafana")
        yield to.keyed("ConfigMap", f"{names.full}-grafana-datasource", names.grafana, ("datasource.yaml",), labels=labels)


def _rules(chart: Chart, names: Names) -> Iterator[Body]:
    labels = names.labels("") | chart.texts("defaultRules", "labels")
    for line in _RULES.strip().splitlines():
        name, rule, *rest = line.split()
        part, alert = [*rest, "", ""][:2]
        off = (part and not chart.on(part, "enabled")) or (alert and chart.on("defaultRules", "disabled", alert))
        if chart.on("defaultRules", "rules", rule) and not off:
            yield to.body("PrometheusRule", chart.fit(f"{names.full}-{name}"), names.namespace, labels=labels)


def _own_rules(chart: Chart) -> Iterator[tuple[str, dict[str, str]]]:
    """The rules that the values hold themselves; a mapping of them stands before a list."""
    found = list(chart.mapping("additionalPrometheusRulesMap").items())
    if not found:
        found = [(printed(one.get("name")), one) for one in chart.items("additionalPrometheusRules") if isinstance(one, dict)]
    for name, one in sorted(found, key=lambda rule: rule[0]):
        more = one.get("additionalLabels") if isinstance(one, dict) else None
        yield name, {key: printed(value) for key, value in more.items()} if isinstance(more, dict) else {}


def _dashboards(chart: Chart, names: Names) -> Iterator[Body]:
    at = ("grafana", "sidecar", "dashboards")
    found = {chart.text(*at, "label"): chart.text(*at, "labelValue") or "1"} if chart.on(*at, "label") else {}
    for switches, listed in _DASHBOARDS.items():
        if switches and not any(chart.on(*keys) for keys in switches):
            continue
        for name in listed.split():
            system = _SYSTEMS.get(name)
            if system is None or chart.on("nodeExporter", "operatingSystems", system, "enabled"):
                labels = found | names.labels("grafana")
                yield to.keyed("ConfigMap", chart.fit(f"{names.full}-{name}"), names.grafana, (f"{name}.json",), labels=labels)
