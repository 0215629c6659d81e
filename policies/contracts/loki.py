"""loki: the store of logs. It brings no Grafana datasource.

Established by rendering charts 18.0.0 to 18.11.0, as one process (`deploymentMode: Monolithic`). What stands beside that process is in
`loki_around.py`.
Source: https://github.com/grafana-community/helm-charts/tree/main/charts/loki
"""

from collections.abc import Iterator
from typing import Any, Final

from crema.policies.contracts import bodies as to
from crema.policies.contracts import loki_around as around
from crema.policies.contracts import pod_bodies as run
from crema.policies.contracts.bodies import Body
from crema.policies.contracts.chart import Chart, chart_of
from crema.policies.contracts.contract import Contract
from crema.policies.contracts.loki_names import Names
from crema.policies.model.helm import Release

_MODES: Final = frozenset({"Monolithic", "SingleBinary"})
_OBJECTS: Final = frozenset({"s3", "gcs", "azure", "swift", "alibabacloud", "cos", "bos"})
_UNSAID: Final = (
    ("minio", "enabled"),
    ("rollout_operator", "enabled"),
    ("networkPolicy", "enabled"),
    ("rbac", "sccEnabled"),
    ("tableManager", "enabled"),
    ("singleBinary", "autoscaling", "enabled"),
    ("singleBinary", "kedaAutoscaling", "enabled"),
    ("gateway", "autoscaling", "enabled"),
    ("gateway", "kedaAutoscaling", "enabled"),
    ("ruler", "directories"),
    ("chunksCache", "l2", "enabled"),
    ("extraObjects",),
)


def _rendered(release: Release) -> Iterator[Body]:
    chart = chart_of(release)
    names = Names.of(chart)
    if chart.on("serviceAccount", "create"):
        pull = chart.items("serviceAccount", "imagePullSecrets")
        yield to.body("ServiceAccount", names.account(chart), names.namespace, imagePullSecrets=pull)
    yield from _rights(chart, names)
    yield from _configuration(chart, names)
    yield from _services(chart, names)
    yield _process(chart, names)
    yield from around.rendered(chart, names)


def _gap(release: Release) -> str:
    """What values ask for and nothing here says."""
    chart = chart_of(release)
    if (mode := chart.text("deploymentMode")) not in _MODES:
        return f"deploymentMode is {mode}, and the contract knows the one process of Monolithic"
    asked = [".".join(keys) for keys in _UNSAID if chart.on(*keys)]
    return f"{asked[0]} is on, and what it brings is not in the contract" if asked else ""


def _rights(chart: Chart, names: Names) -> Iterator[Body]:
    at, where, known = "rbac", names.namespace, chart.text("rbac", "useExistingRole")
    if chart.on(at, "namespaced"):
        if chart.on("sidecar", "rules", "enabled"):
            yield to.body("Role", names.short, where)
            yield to.binding("RoleBinding", names.short, where, f"Role/{names.short}", names.account(chart))
        return
    if not known:
        yield to.body("ClusterRole", f"{names.full}-clusterrole")
    role = f"ClusterRole/{known or names.full + '-clusterrole'}"
    yield to.binding("ClusterRoleBinding", f"{names.full}-clusterrolebinding", where, role, names.account(chart, "backend"))


def _configuration(chart: Chart, names: Names) -> Iterator[Body]:
    kind = "Secret" if chart.text("loki", "configStorageType") == "Secret" else "ConfigMap"
    if chart.on("loki", "generatedConfigObjectName"):
        yield to.keyed(
            kind, names.configuration(chart, "generatedConfigObjectName"), names.namespace, ("config.yaml",), labels=names.labels()
        )
    yield to.keyed("ConfigMap", f"{names.short}-runtime", names.namespace, ("runtime-config.yaml",), labels=names.labels())


def _services(chart: Chart, names: Names) -> Iterator[Body]:
    http, grpc = (chart.number("loki", "server", f"{kind}_listen_port") for kind in ("http", "grpc"))
    ports = [to.port("http-metrics", http, "http-metrics"), to.port("grpc", grpc, "grpc"), to.port("grpclb", 9096, "grpc")]
    selector = names.selector("single-binary")
    more = chart.texts("defaults", "service", "labels") | chart.texts("singleBinary", "service", "labels")
    kind = chart.text("singleBinary", "service", "type")
    yield to.service(names.full, names.namespace, ports, selector, labels=names.labels("single-binary") | more, type=kind)
    headless = names.labels("single-binary") | {"prometheus.io/service-monitor": "false", "variant": "headless"} | more
    yield to.service(f"{names.full}-headless", names.namespace, ports, selector, labels=headless, cluster_ip="None")
    members = names.selector() | {"app.kubernetes.io/part-of": "memberlist"}
    name = chart.text("memberlist", "service", "name") or f"{names.full}-memberlist"
    port = to.port("tcp", 7946, "http-memberlist")
    yield to.service(name, names.namespace, [port], members, labels=names.labels(), cluster_ip="None")


def _process(chart: Chart, names: Names) -> Body:
    """The pods in which everything runs, reached under the release's own name."""
    at, rules = ("singleBinary",), chart.on("sidecar", "rules", "enabled") and chart.on("singleBinary", "sidecar")
    ports = [
        run.listens("http-metrics", chart.at("loki", "server", "http_listen_port")),
        run.listens("grpc", chart.at("loki", "server", "grpc_listen_port")),
        run.listens("http-memberlist", 7946),
    ]
    places = (("global",), ("defaults",), at)
    resources = next((found for place in (at, ("defaults",), ("loki",)) if (found := chart.mapping(*place, "resources"))), {})
    containers: list[Any] = [
        run.container(
            "loki",
            ports,
            resources=resources,
            env=[one for place in places for one in chart.items(*place, "extraEnv")],
            env_from=[one for place in places for one in chart.items(*place, "extraEnvFrom")],
        )
    ]
    if rules:
        number = chart.at("sidecar", "rules", "healthPort")
        health = [run.listens("http-sidecar", number)] if number else []
        containers.append(run.container("loki-sc-rules", health, resources=chart.mapping("sidecar", "resources")))
    stored, kind = chart.on(*at, "persistence", "enabled"), chart.text(*at, "kind")
    claimed = stored and chart.text(*at, "persistence", "type") in {"", "pvc"}
    spec = run.pod(
        [*containers, *chart.items(*at, "extraContainers")],
        account=names.account(chart),
        init=chart.items(*at, "initContainers"),
        volumes=list(_volumes(chart, names, claimed=claimed and kind == "Deployment")),
        scheduling=names.scheduled(chart, *at),
        pull=chart.items("imagePullSecrets"),
    )
    size = chart.mapping(*at, "persistence")
    claim = run.claim("storage", size.get("size"), chart.items(*at, "persistence", "accessModes"), size.get("storageClass"))
    podded = chart.texts("loki", "podLabels") | chart.texts("defaults", "podLabels") | chart.texts(*at, "podLabels")
    replicas = chart.number(*at, "replicas") if chart.text("loki", "storage", "type") in _OBJECTS else 1
    stateful = kind == "StatefulSet"
    return run.workload(
        kind,
        names.full,
        names.namespace,
        spec,
        selector=names.selector("single-binary"),
        labels=names.labels("single-binary") | {"app.kubernetes.io/part-of": "memberlist"} | podded,
        replicas=replicas if isinstance(replicas, int) and replicas > 1 else 1,
        serviceName=f"{names.full}-headless" if stateful else None,
        volumeClaimTemplates=[claim] if claimed and stateful else None,
        strategy=chart.mapping(*at, "strategy"),
    )


def _volumes(chart: Chart, names: Names, *, claimed: bool) -> Iterator[Any]:
    config = names.configuration(chart, "configObjectName")
    if chart.text("loki", "configStorageType") == "Secret":
        yield run.volume("config", secret=config)
    else:
        yield run.volume("config", config=config, keys=("config.yaml",))
    yield run.volume("runtime-config", config=f"{names.short}-runtime")
    if claimed:
        yield run.volume("storage", claim=f"{names.full}-data")
    for place in ("global", "defaults", "singleBinary"):
        yield from run.volumes_of(chart.items(place, "extraVolumes"))


CONTRACT = Contract(chart="loki", since=(18, 0, 0), until=(19, 0, 0), rendered=_rendered, gap=_gap)
