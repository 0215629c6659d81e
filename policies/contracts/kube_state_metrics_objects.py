"""kube-state-metrics, as a part of kube-prometheus-stack. Established by rendering chart 8.4.0 inside it."""

from collections.abc import Iterator

from crema.policies.contracts import bodies as to
from crema.policies.contracts import pod_bodies as run
from crema.policies.contracts.bodies import Body
from crema.policies.contracts.chart import Chart

_UNSAID = ("autosharding", "kubeRBACProxy", "customResourceState", "kubeconfig", "verticalPodAutoscaler", "networkPolicy", "scrapeconfig")


def gap(chart: Chart) -> str:
    """What values ask for and nothing here says."""
    asked = [f"{key}.enabled" for key in _UNSAID if chart.on(key, "enabled")] + (["extraManifests"] if chart.on("extraManifests") else [])
    return f"kube-state-metrics.{asked[0]} is on, and what it brings is not in the contract" if asked else ""


def rendered(chart: Chart) -> Iterator[Body]:
    """Its Deployment, and the Service on which it is scraped."""
    name, namespace = chart.fullname, chart.text("namespaceOverride") or chart.namespace
    selector = chart.texts("selectorOverride") or {"app.kubernetes.io/name": chart.short, "app.kubernetes.io/instance": chart.release}
    labels = selector | {
        "app.kubernetes.io/managed-by": "Helm",
        "app.kubernetes.io/component": "metrics",
        "app.kubernetes.io/part-of": chart.short,
    }
    labels |= chart.texts("customLabels") | ({"release": chart.release} if chart.on("releaseLabel") else {})
    account, itself = chart.account("serviceAccount"), chart.on("selfMonitor", "enabled")
    if chart.on("serviceAccount", "create"):
        pull = [*chart.items("global", "imagePullSecrets"), *chart.items("serviceAccount", "imagePullSecrets")]
        yield to.body("ServiceAccount", account, namespace, imagePullSecrets=run.pulled(pull))
    if chart.on("rbac", "create") and chart.on("rbac", "useClusterRole"):
        role = chart.text("rbac", "useExistingRole")
        if not role:
            yield to.body("ClusterRole", name)
        yield to.binding("ClusterRoleBinding", name, namespace, f"ClusterRole/{role or name}", account)
    kind, number = chart.text("service", "type"), chart.number("service", "port") or 8080
    telemetry = chart.number("selfMonitor", "telemetryPort") or 8081
    on_nodes = kind == "NodePort"
    ports = [to.port("http", number, "http", node=chart.at("service", "nodePort") if on_nodes else None)]
    if itself:
        node = chart.at("selfMonitor", "telemetryNodePort") if on_nodes else None
        ports.append(to.port("metrics", telemetry, "metrics", node=node))
    yield to.service(name, namespace, ports, selector, labels=labels, type=kind, cluster_ip=chart.text("service", "clusterIP"))
    yield run.workload(
        "Deployment",
        name,
        namespace,
        run.pod(
            [
                run.container(
                    chart.short,
                    [run.listens("http", number), run.listens("metrics", telemetry)],
                    resources=chart.mapping("resources"),
                    env=chart.items("env"),
                ),
                *chart.items("containers"),
            ],
            account=account,
            init=chart.items("initContainers"),
            volumes=run.volumes_of(chart.items("volumes")),
            host_network=chart.on("hostNetwork"),
            dns=chart.text("dnsPolicy"),
            scheduling=run.scheduled(chart),
            pull=[*chart.items("global", "imagePullSecrets"), *chart.items("imagePullSecrets")],
        ),
        selector=selector,
        labels=labels | chart.texts("podLabels"),
        replicas=chart.at("replicas"),
        strategy={"type": chart.text("updateStrategy") or "RollingUpdate"},
    )
    if chart.on("podDisruptionBudget"):
        yield to.budget(chart, name, namespace, selector, "podDisruptionBudget")
    if chart.on("prometheus", "monitor", "enabled"):
        at = ("prometheus", "monitor")
        chosen = chart.texts(*at, "selectorOverride") or selector
        searched = chart.items(*at, "namespaceSelector")
        where: Body | None = {"matchNames": searched} if searched else None
        monitored = ("http", "metrics") if itself else ("http",)
        yield to.monitor(name, namespace, labels | chart.texts(*at, "additionalLabels"), chosen, monitored, where=where)
