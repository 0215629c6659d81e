"""The platform's dashboard: is anything wrong, and where. Each service has one of its own beside it (charts/service_dashboard.py)."""

import cdk8s
from constructs import Construct
from grafana_foundation_sdk.builders.dashboard import Row

from charts.datasources import DATASOURCES
from charts.environment import Environment
from charts.panels import ASKED, DISK_OF_KIND, FOLDER, Parts, board, graph, listing, log_metric, metric, number
from crema.generators import GrafanaDashboard, GrafanaDashboardSpec, NginxSpec

_CALLS = f"traces_spanmetrics_calls_total{{{ASKED}}}"
_ERRORS = f'traces_spanmetrics_calls_total{{{ASKED}, status_code="STATUS_CODE_ERROR"}}'
_LATENCY = f"traces_spanmetrics_latency_bucket{{{ASKED}}}"
# The dashboard of the service that a line is about.
_SERVICE = "/d/service-${__field.labels.service}?${__url_time_range}"
# Watchdog always fires, and InfoInhibitor only quiets others.
_ALERTS = 'ALERTS{alertstate="firing", alertname!~"Watchdog|InfoInhibitor"}'


class DashboardsChart(cdk8s.Chart):
    """One dashboard of everything, to begin with when something is wrong."""

    def __init__(self, scope: Construct, environment: Environment) -> None:
        super().__init__(scope, "dashboards", namespace="monitoring")
        dashboard = board(
            "Platform",
            "platform",
            *_now(),
            *_requests(),
            *(_ingress() if isinstance(environment.ingress, NginxSpec) else ()),
            *_delivery(),
            *_node(),
        )
        spec = GrafanaDashboardSpec(name="platform-dashboard", dashboard=dashboard, datasources=DATASOURCES, folder=FOLDER)
        GrafanaDashboard(self, "platform", spec)


def _now() -> Parts:
    # As the alert PodNotReady: pods of finished Jobs are never ready, and nothing is wrong with them.
    not_ready = (
        'sum(max by (namespace, pod) (kube_pod_status_ready{condition=~"false|unknown"}) == 1 and on (namespace, pod) '
        'max by (namespace, pod) (kube_pod_status_phase{phase=~"Pending|Running|Unknown"}) == 1) or vector(0)'
    )
    restarts = "sum(increase(kube_pod_container_status_restarts_total[1h])) or vector(0)"
    backup = 'max(time() - max by (namespace, cronjob) (kube_cronjob_status_last_successful_time{cronjob=~".*backup.*"}))'
    return (
        Row("Now"),
        number("Alerts firing", f"count({_ALERTS}) or vector(0)", red_from=1, width=3),
        number("Pods not ready", not_ready, red_from=1, width=3),
        number("Restarts in an hour", restarts, red_from=1, width=3),
        number("Oldest backup", backup, unit="s", red_from=26 * 3600, width=3, description="Since a CronJob last succeeded."),
        listing("Firing alerts", _ALERTS, "alertname", "severity", "namespace", "pod", "service"),
    )


def _requests() -> Parts:
    errors, calls, latency = (f"rate({series}[$__rate_interval])" for series in (_ERRORS, _CALLS, _LATENCY))
    # A service without errors has no series of errors, which is a rate of zero.
    ratio = f"(sum by (service) ({errors}) or 0 * sum by (service) ({calls})) / sum by (service) ({calls})"
    quantile = f"histogram_quantile(0.95, sum by (service, le) ({latency}))"
    return (
        Row("Services"),
        graph("Requests", "reqps", metric(f"sum by (service) ({calls})", "{{service}}"), link=_SERVICE),
        graph("Requests that end in an error", "percentunit", metric(ratio, "{{service}}"), link=_SERVICE),
        graph("95 % are faster than", "s", metric(quantile, "{{service}}", exemplars=True), link=_SERVICE),
    )


def _ingress() -> Parts:
    requests = "rate(nginx_ingress_controller_requests[$__rate_interval])"
    return (
        Row("Ingress"),
        graph("Answers by status", "reqps", metric(f"sum by (status) ({requests})", "{{status}}"), width=12),
        graph("Requests by route", "reqps", metric(f"sum by (ingress) ({requests})", "{{ingress}}"), width=12),
    )


def _delivery() -> Parts:
    lines = 'sum by (namespace) (count_over_time({namespace=~".+"}[$__auto]))'
    return (
        Row("Delivery and logs"),
        graph("Applications by sync", "short", metric("count by (sync_status) (argocd_app_info)", "{{sync_status}}")),
        graph("Applications by health", "short", metric("count by (health_status) (argocd_app_info)", "{{health_status}}")),
        graph("Log lines", "short", log_metric(lines, "{{namespace}}")),
    )


def _node() -> Parts:
    disk = 'node_filesystem_avail_bytes{fstype!~"tmpfs|ramfs"} / node_filesystem_size_bytes{fstype!~"tmpfs|ramfs"}'
    claims = "max by (namespace, persistentvolumeclaim) (kubelet_volume_stats_used_bytes / kubelet_volume_stats_capacity_bytes)"
    return (
        Row("Node"),
        graph(
            "CPU by namespace",
            "cores",
            metric('sum by (namespace) (rate(container_cpu_usage_seconds_total{container!=""}[$__rate_interval]))', "{{namespace}}"),
            metric('count(node_cpu_seconds_total{mode="idle"})', "all nodes have"),
        ),
        graph(
            "Memory by namespace",
            "bytes",
            metric('sum by (namespace) (container_memory_working_set_bytes{container!=""})', "{{namespace}}"),
            metric("sum(node_memory_MemTotal_bytes - node_memory_MemAvailable_bytes)", "used on all nodes"),
            metric("sum(node_memory_MemTotal_bytes)", "all nodes have"),
        ),
        graph(
            "Disks and volumes: how full",
            "percentunit",
            metric(f"max by (instance, mountpoint) (1 - {disk})", "{{instance}} {{mountpoint}}"),
            metric(claims, "{{namespace}}/{{persistentvolumeclaim}}"),
            description=DISK_OF_KIND,
        ),
    )
