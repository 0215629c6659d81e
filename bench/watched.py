"""How a shop is watched and delivered: monitors, alerts, dashboards, datasources, and the Applications of Argo CD."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from bench.manifest_text import Body
from bench.shop import Shop

_CHARTS: Final = "https://grafana-community.github.io/helm-charts"
_RETENTIONS: Final = ("24h", "72h", "168h", "720h")


def monitor(shop: Shop, name: str) -> Body:
    """A ServiceMonitor or a PodMonitor, with relabelling as it is found in the field."""
    draw = shop.draw
    endpoint: Body = {"port": "http", "interval": draw.choice(("15s", "30s", "1m")), "path": "/metrics"}
    drop = {"action": "drop", "sourceLabels": ["__name__"], "regex": "go_(gc|memstats)_.+|process_.+"}
    endpoint |= shop.maybe(0.5, metricRelabelings=[drop], scrapeTimeout="10s")
    spec = {"selector": {"matchLabels": {"app": name}}, "namespaceSelector": {"matchNames": [shop.name]}}
    kind, key = ("ServiceMonitor", "endpoints") if draw.random() < 0.7 else ("PodMonitor", "podMetricsEndpoints")
    return {"apiVersion": "monitoring.coreos.com/v1", "kind": kind, "metadata": shop.meta(name), "spec": {**spec, key: [endpoint]}}


def rules(shop: Shop) -> Body:
    """A PrometheusRule with recording rules and alerts for every application of the shop."""
    groups = []
    for name in shop.applications:
        seen = f'http_requests_total{{namespace="{shop.name}",app="{name}"'
        listed: list[Body] = [{"record": "app:requests:rate5m", "expr": f"sum by (app) (rate({seen}}}[5m]))"}]
        for part in shop.draw.sample(("Errors", "Latency", "Down", "Restarts", "Backlog", "DiskFull"), shop.draw.randint(2, 5)):
            listed.append(_alert(shop, name, part, seen))
        groups.append({"name": f"{shop.name}.{name}", "interval": "30s", "rules": listed})
    return {"apiVersion": "monitoring.coreos.com/v1", "kind": "PrometheusRule", "metadata": shop.meta("alerts"), "spec": {"groups": groups}}


def _alert(shop: Shop, name: str, part: str, seen: str) -> Body:
    draw = shop.draw
    title = "".join(word.capitalize() for word in name.split("-"))
    expr = f'sum(rate({seen},code=~"5.."}}[{draw.choice((2, 5, 10))}m]))\n  / sum(rate({seen}}}[5m])) > 0.{draw.randint(1, 9)}\n'
    summary = f"{name} of {shop.name}: {part.lower()} at {{{{ $value | humanizePercentage }}}}"
    return {
        "alert": f"{title}{part}",
        "expr": expr,
        "for": f"{draw.randint(1, 30)}m",
        "labels": {"severity": draw.choice(("critical", "warning", "info")), "team": shop.team},
        "annotations": {"summary": summary, "runbook_url": f"https://runbooks.example.com/{name}/{part.lower()}"},
    }


def dashboard(shop: Shop, name: str, panels: int) -> Body:
    """A dashboard in a ConfigMap, as Grafana exports it; about 1 KB for each panel."""
    listed = [_panel(shop, name, number) for number in range(panels)]
    variables = [
        {"name": "pod", "type": "query", "query": f'label_values(up{{namespace="{shop.name}"}}, pod)', "multi": True, "refresh": 2}
    ]
    body = {
        "uid": f"{shop.name}-{name}"[:40],
        "title": f"{shop.name} / {name}",
        "tags": [shop.team, "generated"],
        "schemaVersion": 39,
        "time": {"from": "now-6h", "to": "now"},
        "templating": {"list": variables},
        "panels": listed,
    }
    metadata = shop.meta(f"{name}-dashboard-{panels}")
    metadata["labels"]["grafana_dashboard"] = "1"
    data = {f"{name}.json": json.dumps(body, indent=2) + "\n"}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}


def _panel(shop: Shop, name: str, number: int) -> dict[str, Any]:
    draw = shop.draw
    metric = draw.choice(("http_requests_total", "process_cpu_seconds_total", "container_memory_working_set_bytes", "queue_depth"))
    targets = [
        {
            "refId": "ABC"[target],
            "expr": f'sum by (pod) (rate({metric}{{namespace="{shop.name}",app="{name}",pod=~"$pod"}}[{draw.choice((1, 5))}m]))',
            "legendFormat": "{{pod}}",
            "datasource": {"type": "prometheus", "uid": f"{shop.name}-prometheus"},
        }
        for target in range(draw.randint(1, 3))
    ]
    thresholds = {"mode": "absolute", "steps": [{"color": "green", "value": None}, {"color": "red", "value": draw.randint(1, 90)}]}
    return {
        "id": number + 1,
        "title": f"{metric.replace('_', ' ')} {number}",
        "type": draw.choice(("timeseries", "stat", "gauge", "table")),
        "gridPos": {"h": 8, "w": draw.choice((6, 8, 12)), "x": 0, "y": number * 8},
        "fieldConfig": {"defaults": {"unit": draw.choice(("short", "bytes", "s", "reqps")), "thresholds": thresholds}, "overrides": []},
        "targets": targets,
    }


def datasources(shop: Shop, namespace: str) -> Body:
    """The shop's datasources, none of which is the default of the Grafana that all shops share."""
    urls = {"prometheus": "kube-prometheus-stack-prometheus.monitoring.svc:9090"}
    urls |= {kind: f"{shop.name}-{kind}.{shop.name}.svc:{port}" for kind, port in (("loki", 3100), ("tempo", 3200)) if kind in shop.charts}
    listed = "".join(
        f"- name: {shop.name} {kind}\n  uid: {shop.name}-{kind}\n  type: {kind}\n  access: proxy\n  isDefault: false\n  url: http://{url}\n"
        for kind, url in urls.items()
    )
    metadata = shop.meta(f"{shop.name}-datasources")
    metadata["labels"]["grafana_datasource"] = "1"
    metadata["namespace"] = namespace
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": metadata,
        "data": {"datasources.yaml": f"apiVersion: 1\ndatasources:\n{listed}"},
    }


def delivered(shop: Shop) -> Iterator[Body]:
    """The shop's AppProject, an Application for its directory, and those for the charts it takes."""
    source: Body = {"repoURL": "https://git.example.com/platform/config.git", "targetRevision": "main"}
    yield _application(shop, shop.name, source | {"path": f"shops/{shop.name}", "directory": {"recurse": True}})
    destinations = [{"namespace": shop.name, "server": "https://kubernetes.default.svc"}]
    spec = {"destinations": destinations, "sourceRepos": ["*"], "namespaceResourceWhitelist": [{"group": "*", "kind": "*"}]}
    spec["clusterResourceWhitelist"] = [{"group": "*", "kind": "*"}]
    yield {"apiVersion": "argoproj.io/v1alpha1", "kind": "AppProject", "metadata": {"name": shop.name, "namespace": "argocd"}, "spec": spec}
    resources = {"requests": {"cpu": "50m", "memory": f"{shop.draw.randint(1, 16) * 64}Mi"}, "limits": {"memory": "1Gi"}}
    tempo = {
        "persistence": {"enabled": True, "size": "10Gi"},
        "tempo": {"retention": shop.draw.choice(_RETENTIONS), "resources": resources},
    }
    river = f'loki.write "out" {{\n  endpoint {{\n    url = "http://{shop.name}-loki.{shop.name}.svc:3100/loki/api/v1/push"\n  }}\n}}\n'
    alloy = {
        "crds": {"create": False},
        "alloy": {"configMap": {"content": river}, "resources": resources},
        "controller": {"type": "daemonset"},
    }
    loki = {"deploymentMode": "Monolithic", "loki": {"auth_enabled": False, "limits_config": {"retention_period": "168h"}}}
    text = (
        f"loki:\n  auth_enabled: false\n  limits_config:\n    retention_period: {shop.draw.choice(_RETENTIONS)}\ntest:\n  enabled: false\n"
    )
    stored = {"values": text} if shop.draw.random() < 0.5 else {"valuesObject": loki}
    for chart, version, values in (
        ("tempo", "2.2.4", {"valuesObject": tempo}),
        ("alloy", "1.11.1", {"valuesObject": alloy}),
        ("loki", "18.11.0", stored),
    ):
        if chart in shop.charts:
            # Two releases of one name would make one ClusterRole twice.
            helm = {"releaseName": f"{shop.name}-{chart}", **values}
            taken = {"repoURL": _CHARTS, "chart": chart, "targetRevision": version, "helm": helm}
            yield _application(shop, f"{shop.name}-{chart}", taken)


def _application(shop: Shop, name: str, source: Body) -> Body:
    metadata = {"name": name, "namespace": "argocd", **shop.maybe(0.5, finalizers=["resources-finalizer.argocd.argoproj.io"])}
    options = ["ServerSideApply=true", "SkipDryRunOnMissingResource=true"]
    automated = {"automated": {"prune": True, "selfHeal": shop.draw.random() < 0.8}, "syncOptions": options}
    destination = {"namespace": shop.name, "server": "https://kubernetes.default.svc"}
    spec = {"project": shop.name, "source": source, "destination": destination, "syncPolicy": automated}
    return {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": metadata, "spec": spec}
