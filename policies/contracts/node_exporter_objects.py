"""prometheus-node-exporter, as a part of kube-prometheus-stack. Established by rendering chart 4.56.1 inside it."""

from collections.abc import Iterator
from typing import Any, Final

from crema.policies.contracts import bodies as to
from crema.policies.contracts import pod_bodies as run
from crema.policies.contracts.bodies import Body
from crema.policies.contracts.chart import Chart

_UNSAID: Final = ("kubeRBACProxy", "verticalPodAutoscaler", "networkPolicy")
_NOT_THERE: Final[Body] = {
    "requiredDuringSchedulingIgnoredDuringExecution": {
        "nodeSelectorTerms": [
            {
                "matchExpressions": [
                    {"key": "eks.amazonaws.com/compute-type", "operator": "NotIn", "values": ["fargate"]},
                    {"key": "type", "operator": "NotIn", "values": ["virtual-kubelet"]},
                ]
            }
        ]
    }
}
"""The nodes that are none: on them a DaemonSet cannot run."""


def gap(chart: Chart) -> str:
    """What values ask for and nothing here says."""
    asked = [f"{key}.enabled" for key in _UNSAID if chart.on(key, "enabled")]
    asked += [key for key in ("extraManifests", "endpoints") if chart.on(key)]
    asked += ["prometheus.podMonitor.enabled"] if chart.on("prometheus", "podMonitor", "enabled") else []
    return f"prometheus-node-exporter.{asked[0]} is on, and what it brings is not in the contract" if asked else ""


def rendered(chart: Chart) -> Iterator[Body]:
    """A pod on every node, on the node's own network unless that is off."""
    name, namespace = chart.fullname, chart.text("namespaceOverride") or chart.namespace
    selector = {"app.kubernetes.io/name": chart.short, "app.kubernetes.io/instance": chart.release}
    labels = selector | {
        "app.kubernetes.io/managed-by": "Helm",
        "app.kubernetes.io/component": "metrics",
        "app.kubernetes.io/part-of": chart.short,
    }
    labels |= chart.texts("commonLabels") | ({"release": chart.release} if chart.on("releaseLabel") else {})
    account, port = chart.account("serviceAccount"), chart.text("service", "portName")
    pull = [*chart.items("global", "imagePullSecrets"), *chart.items("serviceAccount", "imagePullSecrets")]
    if chart.on("serviceAccount", "create"):
        yield to.body("ServiceAccount", account, namespace, imagePullSecrets=run.pulled(pull))
    if chart.on("service", "enabled"):
        kind = chart.text("service", "type")
        node = chart.at("service", "nodePort") if kind == "NodePort" else None
        number = chart.at("service", "servicePort") or chart.at("service", "port")
        yield to.service(
            name,
            namespace,
            [to.port(port, number, chart.at("service", "targetPort"), node=node)],
            selector,
            labels=labels | chart.texts("service", "labels"),
            type=kind,
            cluster_ip=chart.text("service", "clusterIP"),
            more=to.exposed(chart, "service"),
        )
    volumes: list[Any] = []
    for key, kind in (("configmaps", "config"), ("secrets", "secret")):
        for one in chart.items(key):
            mounted = str(one.get("name")) if isinstance(one, dict) else ""
            volumes.append(run.volume(mounted, **{kind: mounted}))
    asked = chart.mapping("affinity")
    near = asked.get("nodeAffinity")
    affinity: Body = {**asked, "nodeAffinity": {**_NOT_THERE, **near} if isinstance(near, dict) else _NOT_THERE}
    listens = [run.listens(port, chart.at("service", "port"))]
    yield run.workload(
        "DaemonSet",
        name,
        namespace,
        run.pod(
            [run.container("node-exporter", listens, resources=chart.mapping("resources")), *chart.items("sidecars")],
            account=account,
            init=chart.items("extraInitContainers"),
            volumes=[*volumes, *run.volumes_of(chart.items("extraVolumes"))],
            host_network=chart.on("hostNetwork"),
            dns=chart.text("dnsPolicy"),
            scheduling=run.scheduled(chart) | {"affinity": affinity},
            pull=[*chart.items("global", "imagePullSecrets"), *chart.items("imagePullSecrets")],
        ),
        selector=selector,
        labels=labels | chart.texts("podLabels"),
        strategy=chart.mapping("updateStrategy"),
    )
    if chart.on("prometheus", "monitor", "enabled"):
        at = ("prometheus", "monitor")
        where = chart.text("namespaceOverride") or chart.text(*at, "namespace") or namespace
        chosen = chart.texts(*at, "selectorOverride") or selector
        yield to.monitor(name, where, labels | chart.texts(*at, "additionalLabels"), chosen, [port])
