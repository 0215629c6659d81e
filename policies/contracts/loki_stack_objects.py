"""loki-stack: the objects that it brings. See `loki_stack.py`.

Established by rendering chart 2.10.3, in which Loki is 2.16.0 and Promtail 6.17.1. A Grafana inside it is another one than elsewhere.
"""

from collections.abc import Iterator
from typing import Any, Final

from crema.policies.contracts import bodies as to
from crema.policies.contracts import pod_bodies as run
from crema.policies.contracts import promtail_objects as promtail
from crema.policies.contracts.bodies import Body
from crema.policies.contracts.chart import Chart, chart_of
from crema.policies.model.helm import Release

_UNSAID: Final = ("grafana", "prometheus", "fluent-bit", "filebeat", "logstash")
_UNSAID_OF_LOKI: Final = (
    ("networkPolicy", "enabled"),
    ("podDisruptionBudget",),
    ("alerting_groups",),
    ("serviceMonitor", "prometheusRule", "enabled"),
    ("extraContainers",),
    ("extraPorts",),
)


def rendered(release: Release) -> Iterator[Body]:
    """Every object that Argo CD applies."""
    chart = chart_of(release)
    labels = {"app": chart.short, "release": chart.release, "heritage": "Helm"}
    if chart.on("grafana", "sidecar", "datasources", "enabled"):
        at = ("grafana", "sidecar", "datasources")
        label, value = ("grafana_datasource", "1")
        if chart.on(*at, "label"):
            label, value = chart.text(*at, "label"), chart.text(*at, "labelValue")
        yield to.keyed("ConfigMap", chart.fullname, chart.namespace, ("loki-stack-datasource.yaml",), labels=labels | {label: value})
    if chart.on("test_pod", "enabled") and chart.on("loki", "enabled"):
        yield to.keyed("ConfigMap", f"{chart.fullname}-test", chart.namespace, ("test.sh",), labels=labels)
    if chart.on("loki", "enabled"):
        yield from _loki(chart.part("loki"))
    if chart.on("promtail", "enabled"):
        yield from promtail.rendered(chart.part("promtail"))


def gap(release: Release) -> str:
    """What values ask for and nothing here says."""
    chart = chart_of(release)
    asked = [f"{part}.enabled" for part in _UNSAID if chart.on(part, "enabled")]
    asked += [".".join(("loki", *keys)) for keys in _UNSAID_OF_LOKI if chart.on("loki", "enabled") and chart.on("loki", *keys)]
    said = f"{asked[0]} is on, and what it brings is not in the contract" if asked else ""
    return said or (promtail.gap(chart.part("promtail")) if chart.on("promtail", "enabled") else "")


def _loki(chart: Chart) -> Iterator[Body]:
    name, where = chart.fullname, chart.namespace
    selector = {"app": chart.short, "release": chart.release}
    labels = selector | {"heritage": "Helm"}
    account, more = chart.account("serviceAccount"), chart.texts("service", "labels")
    if chart.on("serviceAccount", "create"):
        yield to.body("ServiceAccount", account, where)
    if chart.on("rbac", "create"):
        yield to.body("Role", name, where)
        yield to.binding("RoleBinding", name, where, f"Role/{name}", account)
    if not chart.on("config", "existingSecret"):
        yield to.keyed("Secret", name, where, ("loki.yaml",), labels=labels)
    kind = chart.text("service", "type")
    number, target = chart.at("service", "port"), chart.at("service", "targetPort")
    own = to.port("http-metrics", number, target, node=chart.at("service", "nodePort") if kind == "NodePort" else None)
    yield to.service(name, where, [own], selector, labels=labels | more, type=kind, cluster_ip=chart.text("service", "clusterIP"))
    inner = to.port("http-metrics", number, target)
    yield to.service(f"{name}-headless", where, [inner], selector, labels=labels | more | {"variant": "headless"}, cluster_ip="None")
    if chart.on("config", "memberlist"):
        port = to.port("http", chart.at("config", "memberlist", "bind_port") or 7946, "memberlist-port")
        yield to.service(f"{name}-memberlist", where, [port], selector, labels=labels, cluster_ip="None")
    yield _process(chart, name, selector, account)
    if chart.on("serviceMonitor", "enabled"):
        own_labels = labels | chart.texts("serviceMonitor", "additionalLabels")
        yield to.monitor(name, where, own_labels, selector | {"variant": "headless"}, ["http-metrics"], where={"matchNames": [where]})
    if chart.on("ingress", "enabled"):
        yield _ingress(chart, name)


def _process(chart: Chart, name: str, selector: dict[str, str], account: str) -> Body:
    ports = [
        run.listens("http-metrics", chart.at("config", "server", "http_listen_port") or 3100),
        run.listens("grpc", chart.at("config", "server", "grpc_listen_port") or 9095),
    ]
    if chart.on("config", "memberlist"):
        ports.append(run.listens("memberlist-port", chart.at("config", "memberlist", "bind_port") or 7946))
    volumes: list[Any] = [run.volume("config", secret=chart.text("config", "existingSecret") or name)]
    stored, existing = chart.on("persistence", "enabled"), chart.text("persistence", "existingClaim")
    if stored and existing:
        volumes.append(run.volume("storage", claim=existing))
    container = run.container(
        chart.name, ports, resources=chart.mapping("resources"), env=chart.items("env"), env_from=chart.items("extraEnvFrom")
    )
    spec = run.pod(
        [container],
        account=account,
        init=chart.items("initContainers"),
        volumes=[*volumes, *run.volumes_of(chart.items("extraVolumes"))],
        scheduling=run.scheduled(chart),
        pull=chart.items("image", "pullSecrets"),
    )
    size, modes = chart.mapping("persistence"), chart.items("persistence", "accessModes")
    claims = [run.claim("storage", size.get("size"), modes, size.get("storageClassName"))] if stored and not existing else None
    return run.workload(
        "StatefulSet",
        name,
        chart.namespace,
        spec,
        selector=selector,
        labels=selector | {"name": name} | chart.texts("podLabels"),
        replicas=chart.at("replicas"),
        strategy=chart.mapping("updateStrategy"),
        serviceName=f"{name}-headless",
        volumeClaimTemplates=claims,
    )


def _ingress(chart: Chart, name: str) -> Body:
    back: Body = {"service": {"name": name, "port": {"number": chart.number("service", "port")}}}
    rules: list[Any] = []
    for one in chart.items("ingress", "hosts"):
        if isinstance(one, dict):
            listed = one.get("paths")
            paths = [{"path": path, "pathType": "Prefix", "backend": back} for path in (listed if isinstance(listed, list) else ())]
            rules.append({"host": one.get("host"), "http": {"paths": paths}})
    spec = to.written(ingressClassName=chart.text("ingress", "ingressClassName"), tls=chart.items("ingress", "tls"), rules=rules)
    return to.body("Ingress", name, chart.namespace, annotations=chart.texts("ingress", "annotations"), spec=spec)
