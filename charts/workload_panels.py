"""Panels of what runs in a pod, whatever it is: its containers, its volume, its logs."""

from grafana_foundation_sdk.builders.dashboard import Row

from charts.panels import DISK_OF_KIND, Parts, graph, log_lines, log_metric, metric

_NAMESPACE = "shop"


def pod_panels(name: str) -> Parts:
    """What a container uses of what it asked for, and whether it is there. The container has its service's name."""
    container = f'namespace="{_NAMESPACE}", container="{name}"'
    asked, limit = (f"kube_pod_container_resource_{kind}{{{container}, resource=" for kind in ("requests", "limits"))
    return (
        Row("Pods"),
        graph(
            "CPU",
            "cores",
            metric(f"sum by (pod) (rate(container_cpu_usage_seconds_total{{{container}}}[$__rate_interval]))", "{{pod}}"),
            metric(f'max({asked}"cpu"}})', "requested"),
            metric(f'max({limit}"cpu"}})', "limit"),
        ),
        graph(
            "Memory",
            "bytes",
            metric(f"sum by (pod) (container_memory_working_set_bytes{{{container}}})", "{{pod}}"),
            metric(f'max({asked}"memory"}})', "requested"),
            metric(f'max({limit}"memory"}})', "limit: killed above it"),
        ),
        graph(
            "Ready pods, and restarts in an hour",
            "short",
            metric(f"sum(kube_pod_container_status_ready{{{container}}})", "ready"),
            metric(f"sum(increase(kube_pod_container_status_restarts_total{{{container}}}[1h]))", "restarts"),
        ),
    )


def volume_panels(claim: str) -> Parts:
    """How full a PersistentVolumeClaim is."""
    volume = f'namespace="{_NAMESPACE}", persistentvolumeclaim="{claim}"'
    return (
        Row("Volume"),
        graph(
            "Volume",
            "bytes",
            metric(f"max(kubelet_volume_stats_used_bytes{{{volume}}})", "used"),
            metric(f"max(kubelet_volume_stats_capacity_bytes{{{volume}}})", "size"),
            width=24,
            description=DISK_OF_KIND,
        ),
    )


def log_panels(name: str) -> Parts:
    """What the pods with this label `app` write."""
    lines = f'{{namespace="{_NAMESPACE}", app="{name}"}}'
    return (
        Row("Logs"),
        graph(
            "Lines by level",
            "short",
            log_metric(f"sum by (detected_level) (count_over_time({lines}[$__auto]))", "{{detected_level}}"),
            width=24,
        ),
        log_lines("Logs", lines),
    )
