"""grafana: what the chart brings, alone or inside another. See `grafana.py`.

Established by rendering chart 12.11.1, alone and inside kube-prometheus-stack.
"""

import json
from collections.abc import Iterator
from typing import Any, Final

from crema.policies.contracts import bodies as to
from crema.policies.contracts import network_bodies as net
from crema.policies.contracts import pod_bodies as run
from crema.policies.contracts import routing
from crema.policies.contracts.bodies import Body
from crema.policies.contracts.chart import Chart, printed
from crema.policies.contracts.grafana_pod import pod

STATEFUL: Final = frozenset({"sts", "StatefulSet", "statefulset"})
_UNSAID: Final = (("imageRenderer", "enabled"), ("autoscaling", "enabled"), ("gateway", "enabled"), ("ldap", "enabled"))
_OWN_ADMIN: Final = ("GF_SECURITY_ADMIN_PASSWORD__FILE", "GF_SECURITY_ADMIN_PASSWORD", "GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION")


def gap(chart: Chart) -> str:
    """What values ask for and nothing here says."""
    asked = [".".join(keys) for keys in _UNSAID if chart.on(*keys)] + [key for key in ("extraObjects", "alerting") if chart.on(key)]
    return f"Grafana's {asked[0]} is on, and what it brings is not in the contract" if asked else ""


def rendered(chart: Chart) -> Iterator[Body]:
    """Every object, of the defaults and of the values that are asked for most."""
    name, namespace, selector = chart.fullname, chart.text("namespaceOverride") or chart.namespace, selector_of(chart)
    labels, stored = labels_of(chart), chart.on("persistence", "enabled")
    stateful = stored and not chart.on("persistence", "existingClaim") and chart.text("persistence", "type") in STATEFUL
    yield from _rights(chart, name, namespace)
    if chart.on("createConfigmap"):
        yield to.body("ConfigMap", name, namespace, labels=labels, data=_configuration(chart))
    if chart.on("sidecar", "dashboards", "enabled") and chart.on("sidecar", "dashboards", "SCProvider"):
        yield to.keyed("ConfigMap", f"{name}-config-dashboards", namespace, ("provider.yaml",), labels=labels)
    for provider, dashboards in sorted(chart.mapping("dashboards").items()):
        found = sorted(dashboards) if isinstance(dashboards, dict) else []
        held = [f"{key}.json" for key in found if {"json", "file"} & chart.mapping("dashboards", provider, key).keys()]
        own = labels | {"dashboard-provider": provider}
        yield to.keyed("ConfigMap", f"{name}-dashboards-{provider}", namespace, held, labels=own)
    yield from _secrets(chart, name, namespace)
    if chart.on("service", "enabled"):
        yield _service(chart, name, namespace)
    if stateful or chart.on("headlessService"):
        ports = [to.port("gossip-tcp", 9094, "gossip-tcp")]
        yield to.service(f"{name}-headless", namespace, ports, selector, labels=labels, cluster_ip="None")
    if (
        stored
        and not chart.on("useStatefulSet")
        and not chart.on("persistence", "existingClaim")
        and chart.text("persistence", "type") == "pvc"
    ):
        yield to.body("PersistentVolumeClaim", name, namespace, spec=_claim(chart))
    yield _workload(chart, name, namespace)
    if chart.on("podDisruptionBudget"):
        yield to.budget(chart, name, namespace, selector, "podDisruptionBudget")
    if chart.on("networkPolicy", "enabled"):
        yield net.guarded(chart, name, namespace, selector, labels, apart=True)
    if chart.on("serviceMonitor", "enabled"):
        own = {"release": chart.release} | labels | chart.texts("serviceMonitor", "labels")
        where: Body = {"matchNames": [namespace]}
        at = chart.text("serviceMonitor", "namespace") or namespace
        yield to.monitor(name, at, own, selector, [chart.text("service", "portName")], where=where)
    number = chart.number("service", "port")
    if chart.on("ingress", "enabled"):
        paths = [(chart.at("ingress", "path"), chart.at("ingress", "pathType"))]
        yield routing.ingress(chart, "ingress", name=name, namespace=namespace, paths=paths, number=number)
    yield from routing.routes(chart, "route", name=name, namespace=namespace, number=number)


def selector_of(chart: Chart) -> dict[str, str]:
    """What selects Grafana's pods."""
    return {"app.kubernetes.io/name": chart.short, "app.kubernetes.io/instance": chart.release}


def labels_of(chart: Chart) -> dict[str, str]:
    """The labels of everything."""
    return selector_of(chart) | chart.texts("extraLabels")


def _rights(chart: Chart, name: str, namespace: str) -> Iterator[Body]:
    account = chart.account("serviceAccount")
    if chart.on("serviceAccount", "create"):
        yield to.body("ServiceAccount", account, namespace)
    if not chart.on("rbac", "create"):
        return
    if chart.on("rbac", "namespaced"):
        known = chart.text("rbac", "useExistingRole")
        for at in [*map(printed, chart.items("rbac", "namespaces")), namespace]:
            if not known:
                yield to.body("Role", name, at)
            yield to.binding("RoleBinding", name, at, f"Role/{known or name}", account, at=namespace)
    if not chart.on("rbac", "namespaced") or chart.on("rbac", "extraClusterRoleRules"):
        known = chart.text("rbac", "useExistingClusterRole")
        if not known:
            yield to.body("ClusterRole", f"{name}-clusterrole")
        yield to.binding(
            "ClusterRoleBinding", f"{name}-clusterrolebinding", namespace, f"ClusterRole/{known or name + '-clusterrole'}", account
        )


def _secrets(chart: Chart, name: str, namespace: str) -> Iterator[Body]:
    """The Secret of the administrator, unless one is there already."""
    labels = labels_of(chart)
    if not chart.on("admin", "existingSecret") and not any(chart.on("env", variable) for variable in _OWN_ADMIN):
        keys = ("admin-user", "admin-password", "ldap-toml")
        yield to.keyed("Secret", name, namespace, keys, labels=labels | {"app.kubernetes.io/component": "admin-secret"})
    if variables := chart.mapping("envRenderSecret"):
        yield to.keyed("Secret", f"{name}-env", namespace, variables, labels=labels | {"app.kubernetes.io/component": "env-secret"})


def _service(chart: Chart, name: str, namespace: str) -> Body:
    kind = chart.text("service", "type")
    node = chart.number("service", "nodePort") if kind == "NodePort" else None
    own = to.port(chart.text("service", "portName"), chart.at("service", "port"), chart.at("podPortName"), node=node)
    return to.service(
        name,
        namespace,
        [own, *to.ports_of(chart.items("extraExposePorts"))],
        selector_of(chart),
        labels=labels_of(chart) | chart.texts("service", "labels"),
        type=kind,
        cluster_ip=chart.text("service", "clusterIP"),
        more=to.exposed(chart, "service"),
    )


def _claim(chart: Chart) -> Body:
    return run.claimed(
        chart.at("persistence", "size"), chart.items("persistence", "accessModes"), chart.at("persistence", "storageClassName")
    )


def _workload(chart: Chart, name: str, namespace: str) -> Body:
    stored, kind = chart.on("persistence", "enabled"), chart.text("persistence", "type")
    labels = labels_of(chart) | chart.texts("podLabels")
    if chart.on("useStatefulSet") or (stored and kind in STATEFUL):
        claims = [{"metadata": {"name": "storage"}, "spec": _claim(chart)}] if stored else []
        return run.workload(
            "StatefulSet",
            name,
            namespace,
            pod(chart),
            selector=selector_of(chart),
            labels=labels,
            replicas=chart.at("replicas"),
            serviceName=f"{name}-headless",
            volumeClaimTemplates=claims,
        )
    return run.workload(
        "Deployment",
        name,
        namespace,
        pod(chart),
        selector=selector_of(chart),
        labels=labels,
        replicas=chart.at("replicas"),
        strategy=chart.mapping("deploymentStrategy"),
    )


def _configuration(chart: Chart) -> dict[str, str]:
    """The keys of the ConfigMap; of grafana.ini the text too: it says under which address Grafana is reached."""
    sections = chart.mapping("grafana.ini")
    if "{{" in chart.text("grafana.ini", "server", "domain"):
        hosts = chart.items("ingress", "hosts") if chart.on("ingress", "enabled") else []
        hosts += chart.items("route", "main", "hostnames") if chart.on("route", "main", "enabled") else []
        # Read literally by Grafana: two quotation marks are no host.
        sections["server"] = chart.mapping("grafana.ini", "server") | {"domain": hosts[0] if hosts else "''"}
    data = {"grafana.ini": "\n".join(_ini(sections)) + "\n"}
    if chart.items("plugins"):
        data["plugins"] = ""
    for part in ("datasources", "notifiers", "dashboardProviders"):
        data |= {key: "" for key, value in chart.mapping(part).items() if not (isinstance(value, dict) and "secret" in value)}
    return data | ({"download_dashboards.sh": ""} if chart.on("dashboards") else {})


def _ini(sections: dict[str, Any]) -> Iterator[str]:
    for key, value in sorted(sections.items()):
        if not isinstance(value, dict):
            yield f"{key} = {_in_ini(value)}".rstrip()
    for key, value in sorted(sections.items()):
        if isinstance(value, dict):
            yield f"[{key}]"
            yield from (f"{name} = {_in_ini(each)}".rstrip() for name, each in sorted(value.items()))


def _in_ini(value: Any) -> str:
    return json.dumps(value, separators=(",", ":")) if isinstance(value, list) else printed(value)
