"""loki: what stands beside the store: the gateway, the caches, the canary, what Prometheus and Grafana read. See `loki.py`."""

from collections.abc import Iterator
from typing import Any, Final

from crema.policies.contracts import bodies as to
from crema.policies.contracts import pod_bodies as run
from crema.policies.contracts import routing
from crema.policies.contracts.bodies import Body
from crema.policies.contracts.chart import Chart, printed
from crema.policies.contracts.loki_names import Names

_CACHES: Final = (("chunksCache", "chunks-cache"), ("resultsCache", "results-cache"))
_DASHBOARDS: Final = """
    loki-bloom-build loki-bloom-gateway loki-chunks loki-deletion loki-logs loki-mixin-recording-rules loki-operational
    loki-reads loki-reads-resources loki-retention loki-thanos-object-storage loki-writes loki-writes-resources
"""


def rendered(chart: Chart, names: Names) -> Iterator[Body]:
    """Everything but the store itself."""
    if chart.on("gateway", "enabled"):
        yield from _gateway(chart, names)
    yield from _caches(chart, names)
    if chart.on("lokiCanary", "enabled"):
        yield from _canary(chart, names)
    yield from _monitoring(chart, names)
    if chart.on("ingress", "enabled"):
        number = chart.number("loki", "server", "http_listen_port")
        parts = ("distributor", "queryFrontend", "ruler", "compactor")
        paths = [path for part in parts for path in chart.items("ingress", "paths", part)]
        rules = [{"host": host, "http": {"paths": _paths(paths, names.full, number)}} for host in chart.items("ingress", "hosts")]
        yield _ingress(chart, names.full, names.namespace, rules, "ingress")


def _gateway(chart: Chart, names: Names) -> Iterator[Body]:
    """Nginx before Loki; its Service is what clients are told to push to by default."""
    at, name, labels, selector = ("gateway",), f"{names.full}-gateway", names.labels("gateway"), names.selector("gateway")
    measured, guarded = chart.on(*at, "metrics", "enabled"), chart.on(*at, "basicAuth", "enabled")
    existing, kind = chart.text(*at, "basicAuth", "existingSecret"), chart.text(*at, "service", "type")
    keys = ("nginx.conf", "access-log-exporter.yaml") if measured else ("nginx.conf",)
    yield to.keyed("ConfigMap", name, names.namespace, keys, labels=labels)
    if guarded and not existing:
        yield to.keyed("Secret", name, names.namespace, (".htpasswd",), labels=labels)
    if chart.on(*at, "serviceAccount", "create"):
        pull = chart.items(*at, "serviceAccount", "imagePullSecrets")
        yield to.body("ServiceAccount", names.account(chart, "gateway"), names.namespace, imagePullSecrets=pull)
    node = chart.at(*at, "service", "nodePort") if kind == "NodePort" else None
    ports = [to.port("http", chart.at(*at, "service", "port"), "http", node=node)]
    shared = chart.texts("loki", "serviceLabels")
    own = labels | shared | chart.texts(*at, "service", "labels") | {"prometheus.io/service-monitor": "false"}
    ip = chart.text(*at, "service", "clusterIP")
    yield to.service(chart.fit(name), names.namespace, ports, selector, labels=own, type=kind, cluster_ip=ip)
    if measured:
        port = to.port("http-metrics", 4040, "http-metrics")
        own = labels | shared | chart.texts(*at, "metrics", "service", "labels")
        yield to.service(f"{name}-exporter", names.namespace, [port], selector, labels=own)
    yield _gateway_pods(chart, names, name)
    number = chart.number(*at, "service", "port")
    replicas = chart.number(*at, "replicas")
    if chart.on(*at, "podDisruptionBudget", "enabled") and isinstance(replicas, int) and replicas > 1:
        yield from _budget(chart, names, "gateway", "gateway")
    if chart.on(*at, "ingress", "enabled"):
        rules: list[Any] = []
        for one in chart.items(*at, "ingress", "hosts"):
            listed = one.get("paths") if isinstance(one, dict) else None
            back = {"service": {"name": name, "port": {"number": number}}}
            paths = [
                {"path": path.get("path"), "pathType": path.get("pathType"), "backend": back}
                for path in listed or ()
                if isinstance(path, dict)
            ]
            rules.append({"host": one.get("host") if isinstance(one, dict) else one, "http": {"paths": paths}})
        yield _ingress(chart, name, names.namespace, rules, *at, "ingress")
    yield from routing.routes(chart, *at, "route", name=name, namespace=names.namespace, number=number)


def _gateway_pods(chart: Chart, names: Names, name: str) -> Body:
    at = ("gateway",)
    resources = chart.mapping(*at, "resources") or chart.mapping("defaults", "resources")
    containers: list[Any] = [
        run.container(
            "nginx",
            [run.listens("http", chart.at(*at, "containerPort"))],
            resources=resources,
            env=chart.items(*at, "extraEnv"),
            env_from=chart.items(*at, "extraEnvFrom"),
        )
    ]
    if chart.on(*at, "metrics", "enabled"):
        listens = [run.listens("http-metrics", 4040), run.listens("syslog", 8514)]
        containers.append(run.container("exporter", listens, resources=chart.mapping(*at, "metrics", "resources")))
    volumes: list[Any] = [run.volume("config", config=name)]
    if chart.on(*at, "basicAuth", "enabled"):
        volumes.append(run.volume("auth", secret=chart.text(*at, "basicAuth", "existingSecret") or name))
    spec = run.pod(
        [*containers, *chart.items(*at, "extraContainers")],
        account=names.account(chart, "gateway"),
        volumes=[*volumes, *run.volumes_of(chart.items(*at, "extraVolumes"))],
        scheduling=names.scheduled(chart, *at),
        pull=chart.items("imagePullSecrets"),
    )
    return run.workload(
        "Deployment",
        name,
        names.namespace,
        spec,
        selector=names.selector("gateway"),
        labels=chart.texts("loki", "podLabels") | chart.texts(*at, "podLabels") | names.selector("gateway"),
        replicas=chart.at(*at, "replicas"),
        strategy=chart.mapping(*at, "deploymentStrategy"),
    )


def _caches(chart: Chart, names: Names) -> Iterator[Body]:
    on = chart.on("memcached", "enabled")
    if (on or chart.on("chunksCache", "enabled")) and chart.on("memcached", "serviceAccount", "create"):
        pull = chart.items("memcached", "serviceAccount", "imagePullSecrets")
        yield to.body("ServiceAccount", names.account(chart, "memcached"), names.namespace, imagePullSecrets=pull)
    for key, part in _CACHES:
        if on and chart.on(key, "enabled"):
            yield from _cache(chart, names, key, part)


def _cache(chart: Chart, names: Names, key: str, part: str) -> Iterator[Body]:
    name, component, measured = chart.fit(f"{names.full}-{part}"), f"memcached-{part}", chart.on("memcachedExporter", "enabled")
    ports = [to.port("memcached-client", chart.at(key, "port"), "client")]
    ports += [to.port("http-metrics", 9150, "http-metrics")] if measured else []
    labels = names.labels(component) | chart.texts(key, "service", "labels")
    yield to.service(name, names.namespace, ports, names.selector(component), labels=labels, cluster_ip="None")
    memory = chart.number(key, "allocatedMemory")
    asked = f"{(memory * 12 + 5) // 10}Mi" if isinstance(memory, int) else ""
    resources: Body = {"limits": {"memory": asked}, "requests": {"cpu": chart.at(key, "allocatedCPU"), "memory": asked}}
    containers = [
        *chart.items(key, "extraContainers"),
        run.container("memcached", [run.listens("client", chart.at(key, "port"))], resources=chart.mapping(key, "resources") or resources),
    ]
    if measured:
        listens = [run.listens("http-metrics", 9150)]
        containers.append(run.container("exporter", listens, resources=chart.mapping("memcachedExporter", "resources")))
    spec = run.pod(
        containers,
        account=names.account(chart, "memcached"),
        init=chart.items(key, "initContainers"),
        volumes=run.volumes_of(chart.items(key, "extraVolumes")),
        scheduling=run.scheduled(chart, key),
        pull=chart.items("imagePullSecrets"),
    )
    size = chart.mapping(key, "persistence")
    claim = run.claim("data", size.get("storageSize"), storage_class=size.get("storageClass"))
    selector = names.selector(component) | {"name": component}
    yield run.workload(
        "StatefulSet",
        name,
        names.namespace,
        spec,
        selector=selector,
        labels=selector | chart.texts("loki", "podLabels") | chart.texts(key, "podLabels"),
        replicas=chart.at(key, "replicas"),
        strategy=chart.mapping(key, "statefulStrategy"),
        serviceName=f"{names.full}-{part}",
        volumeClaimTemplates=[claim] if chart.on(key, "persistence", "enabled") else None,
    )


def _canary(chart: Chart, names: Names) -> Iterator[Body]:
    at, name, kind = ("lokiCanary",), chart.fit(f"{names.full}-canary"), chart.text("lokiCanary", "kind")
    selector, account = names.selector("canary"), names.account(chart, "lokiCanary")
    if chart.on(*at, "serviceAccount", "create"):
        pull = chart.items(*at, "serviceAccount", "imagePullSecrets")
        yield to.body("ServiceAccount", account, names.namespace, imagePullSecrets=pull)
    port = to.port("http-metrics", 3500, "http-metrics")
    labels = names.labels("canary") | chart.texts(*at, "service", "labels")
    yield to.service(name, names.namespace, [port], selector, labels=labels)
    container = run.container(
        "canary",
        [run.listens("http-metrics", 3500)],
        resources=chart.mapping(*at, "resources"),
        env=chart.items(*at, "extraEnv"),
        env_from=chart.items(*at, "extraEnvFrom"),
    )
    volumes = run.volumes_of(chart.items(*at, "extraVolumes"))
    pull = chart.items("imagePullSecrets")
    spec = run.pod([container], account=account, volumes=volumes, scheduling=run.scheduled(chart, *at), pull=pull)
    deployed = kind == "Deployment"
    yield run.workload(
        kind,
        name,
        names.namespace,
        spec,
        selector=selector,
        labels=selector | chart.texts(*at, "podLabels"),
        replicas=chart.at(*at, "replicas") if deployed else None,
        strategy=chart.mapping(*at, "updateStrategy"),
    )


def _monitoring(chart: Chart, names: Names) -> Iterator[Body]:
    at, where = ("monitoring",), chart.text("monitoring", "namespace") or names.namespace
    if chart.on(*at, "serviceMonitor", "enabled"):
        labels = names.labels() | chart.texts(*at, "serviceMonitor", "labels")
        chosen: Body = {
            "matchLabels": names.selector(),
            "matchExpressions": [{"key": "prometheus.io/service-monitor", "operator": "NotIn", "values": ["false"]}],
        }
        searched = to.written(namespaceSelector=chart.mapping(*at, "serviceMonitor", "namespaceSelector"))
        spec: Body = {"selector": chosen, **searched, "endpoints": [{"port": "http-metrics"}]}
        yield to.body("ServiceMonitor", names.full, names.namespace, labels=labels, spec=spec)
    for part in ("rules", "alerts"):
        if chart.on(*at, part, "enabled"):
            labels = names.labels() | chart.texts(*at, part, "labels")
            yield to.body("PrometheusRule", chart.fit(f"{names.full}-loki-{part}"), where, labels=labels)
    if chart.on(*at, "dashboards", "enabled"):
        labels = names.labels() | chart.texts(*at, "dashboards", "labels")
        for name in _DASHBOARDS.split():
            if chart.at(*at, "dashboards", name, "enabled") is not False:
                yield to.keyed("ConfigMap", chart.fit(f"{names.full}-dashboards-{name}"), where, (f"{name}.json",), labels=labels)


def _budget(chart: Chart, names: Names, key: str, component: str) -> Iterator[Body]:
    asked = {name: value for name, value in chart.mapping(key, "podDisruptionBudget").items() if name in {"minAvailable", "maxUnavailable"}}
    if asked:
        spec = asked | {"selector": {"matchLabels": names.selector(component)}}
        yield to.body("PodDisruptionBudget", chart.fit(f"{names.full}-{component}"), names.namespace, spec=spec)


def _ingress(chart: Chart, name: str, namespace: str, rules: list[Any], *keys: str) -> Body:
    tls = [
        {"hosts": one.get("hosts"), **to.written(secretName=one.get("secretName"))}
        for one in chart.items(*keys, "tls")
        if isinstance(one, dict)
    ]
    spec = to.written(ingressClassName=chart.text(*keys, "ingressClassName"), tls=tls, rules=rules)
    return to.body("Ingress", name, namespace, annotations=chart.texts(*keys, "annotations"), spec=spec)


def _paths(paths: list[Any], service: str, number: Any) -> list[Any]:
    back = {"service": {"name": service, "port": {"number": number}}}
    return [{"path": printed(path), "pathType": "Prefix", "backend": back} for path in paths]
