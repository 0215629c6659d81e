"""argo-cd: the pods of its parts. See `argo_cd.py`."""

from collections.abc import Iterator
from typing import Any

from crema.policies.contracts import pod_bodies as run
from crema.policies.contracts.argo_cd_names import Part, scheduled, strategy
from crema.policies.contracts.bodies import Body
from crema.policies.contracts.chart import Chart

_PORTS = {
    "server": (("server", "server"), ("metrics", "metrics")),
    "repoServer": (("repo-server", "server"), ("metrics", "metrics")),
    "controller": (("metrics", "metrics"),),
    "applicationSet": (("metrics", "metrics"), ("probe", "probe"), ("webhook", "webhook")),
    "notifications": (("metrics", "metrics"),),
    "dex": (("http", "http"), ("grpc", "grpc"), ("metrics", "metrics")),
    "redis": (("redis", "redis"),),
}
"""By part, the ports of its container: name, and the key of `containerPorts`."""
_FILES = {
    "server": ("ssh-known-hosts", "tls-certs"),
    "repoServer": ("ssh-known-hosts", "tls-certs", "gpg-keys"),
    "applicationSet": ("ssh-known-hosts", "tls-certs", "gpg-keys"),
    "notifications": ("tls-certs",),
}
"""By part, the ConfigMaps without which its pods do not start: a volume x is argocd-x-cm."""
_SIGNS_IN = frozenset({"server", "repoServer", "controller"})
"""Parts that sign in to Redis."""
_MORE = frozenset({"applicationSet", "notifications"})
"""Parts whose variables and volumes are called `extraEnv` and `extraVolumes`, those of the others `env` and `volumes`."""


def pods(chart: Chart, part: Part) -> Body:
    """The workload of a part."""
    key, clustered = part.key, part.key == "controller" and not chart.on("controller", "dynamicClusterDistribution")
    replicas = 1 if key in {"notifications", "dex", "redis"} else chart.at(key, "replicas")
    scaled = key in {"server", "repoServer"} and chart.on(key, "autoscaling", "enabled")
    selector = {name: value for name, value in part.selector.items() if key != "redis" or not name.endswith("instance")}
    spec = run.pod(
        list(_containers(chart, part)),
        account=part.account,
        init=list(_init(chart, part)),
        volumes=list(_volumes(chart, part)),
        host_network=chart.on(key, "hostNetwork"),
        dns=chart.text(key, "dnsPolicy"),
        scheduling=scheduled(chart, part),
        pull=chart.items(key, "imagePullSecrets") or chart.items("global", "imagePullSecrets"),
    )
    return run.workload(
        "StatefulSet" if clustered else "Deployment",
        part.name,
        part.namespace,
        spec,
        selector=selector,
        labels=part.labels | chart.texts("global", "podLabels") | chart.texts(key, "podLabels"),
        replicas=None if scaled else replicas,
        serviceName=part.name if clustered else None,
        strategy=None if clustered or key == "redis" else strategy(chart, part),
    )


def secret_init(chart: Chart, part: Part, hook: str) -> Body:
    """The Job that makes the password of Redis, unless there is one."""
    key = part.key
    spec = run.pod(
        [run.container("secret-init", resources=chart.mapping(key, "resources"))],
        account=part.account,
        scheduling=scheduled(chart, part),
        pull=chart.items(key, "imagePullSecrets") or chart.items("global", "imagePullSecrets"),
    )
    labels = part.labels | chart.texts("global", "podLabels") | chart.texts(key, "podLabels")
    return run.workload("Job", part.name, part.namespace, spec, labels=labels, hook=hook)


def _containers(chart: Chart, part: Part) -> Iterator[Any]:
    key = part.key
    extra = "extraEnv" if key in _MORE else "env"
    env = [*chart.items("global", "env"), *chart.items(key, extra)]
    if key in _SIGNS_IN:
        env.append({"name": "REDIS_PASSWORD", "valueFrom": {"secretKeyRef": _password(chart)}})
    elif key == "redis":
        env.append(run.secret_key("REDIS_PASSWORD", "argocd-redis", "auth"))
    yield run.container(
        part.own,
        [run.listens(name, chart.at(key, "containerPorts", number)) for name, number in _PORTS.get(key, ())],
        resources=chart.mapping(key, "resources"),
        env=env,
        env_from=chart.items(key, "extraEnvFrom" if key in _MORE else "envFrom"),
        args=_arguments(chart) if key == "server" else (),
    )
    if key == "redis" and chart.on("redis", "exporter", "enabled"):
        exporter = [run.listens("metrics", chart.at("redis", "containerPorts", "metrics"))]
        secret = [{"name": "REDIS_PASSWORD", "valueFrom": {"secretKeyRef": _password(chart)}}]
        more = [*chart.items("global", "env"), *chart.items("redis", "exporter", "env"), *secret]
        yield run.container("metrics", exporter, resources=chart.mapping("redis", "exporter", "resources"), env=more)
    yield from chart.items(key, "extraContainers")


def _arguments(chart: Chart) -> list[str]:
    """What the API server is started with: `--insecure` and `--rootpath` can stand here as well as in its ConfigMap."""
    ports = [
        f"--port={chart.text('server', 'containerPorts', 'server')}",
        f"--metrics-port={chart.text('server', 'containerPorts', 'metrics')}",
    ]
    return ["/usr/local/bin/argocd-server", *ports, *map(str, chart.items("server", "extraArgs"))]


def _password(chart: Chart) -> Body:
    """The key of the Secret with the password of Redis. Only the chart's own Job, or a Secret that is named, makes sure of it."""
    at = ("externalRedis",)
    if chart.on(*at, "host"):
        needed = chart.on(*at, "existingSecret") or chart.on(*at, "password")
        return {"name": chart.text(*at, "existingSecret") or "argocd-redis", "key": "redis-password", "optional": not needed}
    return {"name": "argocd-redis", "key": "auth", "optional": not chart.on("redisSecretInit", "enabled")}


def _init(chart: Chart, part: Part) -> Iterator[Any]:
    if part.key in {"repoServer", "dex"}:
        own, tool = (part.key, "copyutil") if part.key == "repoServer" else (part.key, "initImage")
        fallback = chart.mapping(own, "resources")
        yield run.container("copyutil", resources=chart.mapping(own, tool, "resources") or fallback)
    yield from chart.items(part.key, "initContainers")


def _volumes(chart: Chart, part: Part) -> Iterator[Any]:
    key = part.key
    extra = "extraVolumes" if key in _MORE else "volumes"
    yield from run.volumes_of([*chart.items("global", "extraVolumes"), *chart.items(key, extra)])
    for file in _FILES.get(key, ()):
        yield run.volume(file, config=f"argocd-{file}-cm")
    if key == "redis":
        yield run.volume("health", config=f"{part.name}-health-configmap")
