"""tempo: the store of traces, one process. It brings no Grafana datasource.

Established by rendering charts 2.2.0 to 2.2.4.
Source: https://github.com/grafana-community/helm-charts/tree/main/charts/tempo
"""

from collections.abc import Iterator
from typing import Final

from crema.policies.contracts import bodies as to
from crema.policies.contracts import network_bodies as net
from crema.policies.contracts import pod_bodies as run
from crema.policies.contracts import routing
from crema.policies.contracts.bodies import Body
from crema.policies.contracts.chart import Chart, chart_of
from crema.policies.contracts.contract import Contract, Port
from crema.policies.model.helm import Release

_LISTENS: Final = (
    ("prom-metrics", 3200, "TCP", ()),
    ("jaeger-thrift-c", 6831, "UDP", ("jaeger", "thrift_compact")),
    ("jaeger-thrift-b", 6832, "UDP", ("jaeger", "thrift_binary")),
    ("jaeger-thrift-h", 14268, "TCP", ("jaeger", "thrift_http")),
    ("jaeger-grpc", 14250, "TCP", ("jaeger", "grpc")),
    ("zipkin", 9411, "TCP", ("zipkin", "")),
    ("otlp-legacy", 55680, "TCP", ("otlp", "legacy")),
    ("otlp-grpc", 4317, "TCP", ("otlp", "grpc")),
    ("otlp-httplegacy", 55681, "TCP", ("otlp", "legacy")),
    ("otlp-http", 4318, "TCP", ("otlp", "http")),
)
"""Every port that the container declares, whatever it is set to, and the receiver that would listen there."""
_WITHOUT_OPENCENSUS: Final = (2, 2, 2)
"""The first version that does not have this receiver."""
_UDP: Final = (
    ("tempo-jaeger-thrift-compact", "jaeger", "thrift_compact", 6831),
    ("tempo-jaeger-thrift-binary", "jaeger", "thrift_binary", 6832),
)
_TCP: Final = (
    ("tempo-jaeger-thrift-http", "jaeger", "thrift_http", 14268),
    ("grpc-tempo-jaeger", "jaeger", "grpc", 14250),
    ("tempo-zipkin", "", "", 9411),
    ("tempo-otlp-legacy", "", "", 55680),
    ("tempo-otlp-http-legacy", "", "", 55681),
    ("grpc-tempo-otlp", "otlp", "grpc", 4317),
    ("tempo-otlp-http", "otlp", "http", 4318),
)


def _rendered(release: Release) -> Iterator[Body]:
    chart = chart_of(release)
    name, namespace, labels, selector = chart.fullname, chart.namespace, _labels(chart), _selector(chart)
    query = chart.on("tempoQuery", "enabled")
    yield to.keyed("ConfigMap", chart.short, namespace, ("overrides.yaml", "tempo.yaml"), labels=labels)
    if query:
        yield to.keyed("ConfigMap", f"{chart.short}-query", namespace, ("tempo-query.yaml",), labels=labels)
        if chart.on("tempoQuery", "ingress", "enabled"):
            yield routing.ingress(
                chart,
                "tempoQuery",
                "ingress",
                name=name,
                namespace=namespace,
                paths=[(chart.at("tempoQuery", "ingress", "path"), chart.at("tempoQuery", "ingress", "pathType"))],
                number=chart.number("tempoQuery", "service", "port"),
            )
    if chart.on("networkPolicy", "enabled"):
        yield net.guarded(chart, name, namespace, selector, labels)
    yield to.service(
        name,
        namespace,
        _service_ports(chart),
        selector,
        labels=labels | chart.texts("service", "labels"),
        type=chart.text("service", "type"),
        cluster_ip=chart.text("service", "clusterIP"),
    )
    if chart.on("serviceAccount", "create"):
        yield to.body(
            "ServiceAccount",
            chart.account("serviceAccount"),
            namespace,
            imagePullSecrets=chart.items("serviceAccount", "imagePullSecrets"),
        )
    if chart.on("serviceMonitor", "enabled"):
        own = {"app": chart.short, "heritage": "Helm"} | chart.texts("serviceMonitor", "additionalLabels")
        ports = ("tempo-prom-metrics", "jaeger-metrics") if query else ("tempo-prom-metrics",)
        yield to.monitor(name, namespace, own, labels, ports, where={"matchNames": [namespace]})
    yield _stateful_set(chart)


def _selector(chart: Chart) -> dict[str, str]:
    return {"app.kubernetes.io/name": chart.short, "app.kubernetes.io/instance": chart.release}


def _labels(chart: Chart) -> dict[str, str]:
    more = chart.texts("extraLabels") | chart.texts("global", "commonLabels")
    return _selector(chart) | {"app.kubernetes.io/managed-by": "Helm"} | more


def _service_ports(chart: Chart) -> list[Body]:
    protocols = chart.text("service", "protocol") or "TCP"
    balanced = chart.text("service", "type") == "LoadBalancer"
    udp = [to.port(name, port, target, protocol="UDP") for name, port, target in _received(chart, _UDP)]
    tcp = [to.port("tempo-prom-metrics", 3200)]
    if chart.on("tempoQuery", "enabled"):
        tcp += [to.port("jaeger-metrics", 16687), to.port("tempo-query-jaeger-ui", chart.at("tempoQuery", "service", "port"))]
    tcp += [to.port(name, port, target) for name, port, target in _received(chart, _TCP)]
    if chart.version < _WITHOUT_OPENCENSUS:
        tcp.append(to.port("tempo-opencensus", 55678))
    return (udp if "UDP" in protocols or not balanced else []) + (tcp if "TCP" in protocols or not balanced else [])


def _received(chart: Chart, rows: tuple[tuple[str, str, str, int], ...]) -> Iterator[tuple[str, str, int]]:
    """The ports of receivers that have an endpoint; the Service has the port that stands there, the pod the usual one."""
    for name, receiver, protocol, target in rows:
        endpoint = chart.text("tempo", "receivers", receiver, "protocols", protocol, "endpoint") if receiver else f":{target}"
        if endpoint:
            yield name, endpoint.rpartition(":")[2], target


def _stateful_set(chart: Chart) -> Body:
    query = chart.on("tempoQuery", "enabled")
    declared = [listens[:3] for listens in _LISTENS] + ([("opencensus", 55678, "TCP")] if chart.version < _WITHOUT_OPENCENSUS else [])
    containers = [
        run.container(
            "tempo",
            [run.listens(name, number, protocol=protocol) for name, number, protocol in declared],
            resources=chart.mapping("tempo", "resources"),
            env=chart.items("tempo", "extraEnv"),
            env_from=chart.items("tempo", "extraEnvFrom"),
        )
    ]
    volumes = run.volumes_of(chart.items("extraVolumes"))
    if query:
        ports = [run.listens("jaeger-ui", 16686), run.listens("jaeger-metrics", 16687)]
        asked, env = chart.mapping("tempoQuery", "resources"), chart.items("tempoQuery", "extraEnv")
        containers.append(run.container("tempo-query", ports, resources=asked, env=env))
        volumes.append(run.volume("tempo-query-conf", config=f"{chart.short}-query"))
    spec = run.pod(
        [*containers, *chart.items("extraContainers")],
        account=chart.account("serviceAccount"),
        init=chart.items("initContainers"),
        volumes=[*volumes, run.volume("tempo-conf", config=chart.short)],
        scheduling=run.scheduled(chart),
        pull=[*chart.items("tempo", "pullSecrets"), *(chart.items("tempoQuery", "pullSecrets") if query else ())],
    )
    stored = chart.mapping("persistence")
    claims = [run.claim("storage", stored.get("size"), chart.items("persistence", "accessModes"), stored.get("storageClassName"))]
    return run.workload(
        "StatefulSet",
        chart.fullname,
        chart.namespace,
        spec,
        selector=_selector(chart),
        labels=_selector(chart) | chart.texts("podLabels"),
        replicas=chart.at("replicas"),
        serviceName=f"{chart.fullname}-headless",
        strategy={"type": chart.text("tempo", "updateStrategy")},
        volumeClaimTemplates=claims if chart.on("persistence", "enabled") else None,
    )


def _silent(release: Release) -> Iterator[Port]:
    """Tempo listens for the receivers that it is given; the container declares the ports of all."""
    chart = chart_of(release)
    for _, number, _, receiver in _LISTENS:
        if receiver and not _given(chart, *receiver):
            yield Port(kind="StatefulSet", namespace=chart.namespace, name=chart.fullname, container="tempo", number=number)


def _given(chart: Chart, receiver: str, protocol: str) -> bool:
    protocols = chart.at("tempo", "receivers", receiver, "protocols")
    return protocol in protocols if isinstance(protocols, dict) else not protocol and chart.at("tempo", "receivers", receiver) is not None


CONTRACT = Contract(chart="tempo", since=(2, 2, 0), until=(3, 0, 0), rendered=_rendered, silent=_silent)
