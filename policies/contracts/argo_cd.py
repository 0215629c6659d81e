"""argo-cd: Argo CD itself. It brings no Grafana datasource.

Established by rendering charts 10.1.0 and 10.1.1. Its pods are in `argo_cd_pods.py`, its Services and ways in in `argo_cd_ways.py`,
what it reads in `argo_cd_configuration.py`.
Source: https://github.com/argoproj/argo-helm/tree/main/charts/argo-cd
"""

from collections.abc import Iterator
from typing import Final

from crema.policies.contracts import argo_cd_configuration as configuration
from crema.policies.contracts import argo_cd_ways as ways
from crema.policies.contracts import bodies as to
from crema.policies.contracts import network_bodies as net
from crema.policies.contracts.argo_cd_names import PARTS, Part, labels_of, namespace_of
from crema.policies.contracts.argo_cd_pods import pods, secret_init
from crema.policies.contracts.bodies import Body
from crema.policies.contracts.chart import Chart, chart_of
from crema.policies.contracts.contract import Contract
from crema.policies.model.helm import Release

_HOOK: Final = "pre-install,pre-upgrade"
_RUNNING: Final = ("controller", "server", "repoServer", "applicationSet")
"""The parts that are always there."""
_EVERYWHERE: Final = frozenset({"controller", "server", "notifications"})
"""Those that have rights in the whole cluster."""
_UNSAID: Final = (
    ("redis-ha", "enabled"),
    ("commitServer", "enabled"),
    ("extraObjects",),
    ("server", "extensions", "enabled"),
    ("server", "GKEbackendConfig", "enabled"),
    ("server", "GKEfrontendConfig", "enabled"),
    ("server", "GKEmanagedCertificate", "enabled"),
    ("server", "route", "enabled"),
    ("server", "backendTLSPolicy", "enabled"),
    ("server", "listenerset", "enabled"),
    ("applicationSet", "listenerset", "enabled"),
    ("applicationSet", "httproute", "enabled"),
    ("applicationSet", "certificate", "enabled"),
    *((part, "vpa", "enabled") for part in PARTS),
)


def _rendered(release: Release) -> Iterator[Body]:
    chart = chart_of(release)
    running = [*_RUNNING, *(key for key in ("notifications", "dex", "redis") if chart.on(key, "enabled"))]
    parts = [Part.of(chart, key) for key in running]
    if chart.on("crds", "install"):
        yield from to.definitions(release.chart)
    if chart.on("createAggregateRoles"):
        for verb in ("view", "edit", "admin"):
            yield to.body("ClusterRole", f"{chart.fullname}-aggregate-to-{verb}")
    for part in parts:
        yield from _rights(chart, part)
        yield pods(chart, part)
        yield from ways.rendered(chart, part)
    if chart.on("redis", "enabled"):
        redis = Part.of(chart, "redis")
        health = ("redis_liveness.sh", "redis_readiness.sh")
        yield to.keyed("ConfigMap", f"{redis.name}-health-configmap", redis.namespace, health, labels=redis.labels)
    if chart.on("redisSecretInit", "enabled") and not chart.on("externalRedis", "host"):
        yield from _secret_init(chart, Part.of(chart, "redisSecretInit"))
    if chart.on("global", "networkPolicy", "create") and chart.on("global", "networkPolicy", "defaultDenyIngress"):
        yield net.network_policy(f"{chart.fullname}-default-deny", namespace_of(chart), {}, types=("Ingress",))
    yield from configuration.rendered(chart)


def _made(release: Release) -> Iterator[Body]:
    """What comes to be when it runs: the password of Redis by a Job, and the first password of `admin` by the API server."""
    chart = chart_of(release)
    where = namespace_of(chart)
    if chart.on("redisSecretInit", "enabled") and not chart.on("externalRedis", "host"):
        yield to.keyed("Secret", "argocd-redis", where, ("auth",), labels=labels_of(chart))
    if not chart.on("configs", "secret", "argocdServerAdminPassword") and chart.text("configs", "cm", "admin.enabled") != "false":
        yield to.keyed("Secret", "argocd-initial-admin-secret", where, ("password",))


def _gap(release: Release) -> str:
    """What values ask for and nothing here says."""
    chart = chart_of(release)
    asked = [".".join(keys) for keys in _UNSAID if chart.on(*keys)]
    kind = chart.text("server", "ingress", "controller")
    if chart.on("server", "ingress", "enabled") and kind != "generic":
        return f"server.ingress.controller is {kind}, and what that brings is not in the contract"
    return f"{asked[0]} is on, and what it brings is not in the contract" if asked else ""


def _rights(chart: Chart, part: Part) -> Iterator[Body]:
    key, name, where = part.key, part.name, part.namespace
    if chart.on(key, "serviceAccount", "create"):
        yield to.body("ServiceAccount", part.account, where)
    if key == "redis":
        return
    if key != "repoServer" or chart.on(key, "serviceAccount", "create"):
        yield to.body("Role", name, where)
        yield to.binding("RoleBinding", name, where, f"Role/{name}", part.account)
    everywhere = key in _EVERYWHERE or (key == "repoServer" and chart.on(key, "clusterRoleRules", "enabled"))
    anywhere = key == "applicationSet" and chart.on(key, "allowAnyNamespace")
    if (everywhere and chart.on("createClusterRoles")) or anywhere:
        yield to.body("ClusterRole", name)
        yield to.binding("ClusterRoleBinding", name, where, f"ClusterRole/{name}", part.account)


def _secret_init(chart: Chart, part: Part) -> Iterator[Body]:
    if chart.on(part.key, "serviceAccount", "create"):
        yield from to.every("ServiceAccount", part.account, part.namespace, hook=_HOOK)
    yield from to.every("Role", part.name, part.namespace, hook=_HOOK)
    yield to.binding("RoleBinding", part.name, part.namespace, f"Role/{part.name}", part.account, hook=_HOOK)
    yield secret_init(chart, part, _HOOK)


CONTRACT = Contract(chart="argo-cd", since=(10, 1, 0), until=(11, 0, 0), rendered=_rendered, made=_made, gap=_gap)
