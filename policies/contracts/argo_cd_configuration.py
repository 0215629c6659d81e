"""argo-cd: its ConfigMaps and Secrets, whose names do not depend on the release. See `argo_cd.py`."""

from collections.abc import Iterator
from typing import Any

from crema.policies.contracts import bodies as to
from crema.policies.contracts.argo_cd_names import Part, labels_of, namespace_of
from crema.policies.contracts.bodies import Body
from crema.policies.contracts.chart import Chart, printed

_WEBHOOKS = (
    ("githubSecret", "webhook.github.secret"),
    ("gitlabSecret", "webhook.gitlab.secret"),
    ("bitbucketServerSecret", "webhook.bitbucketserver.secret"),
    ("bitbucketUUID", "webhook.bitbucket.uuid"),
    ("gogsSecret", "webhook.gogs.secret"),
)
_LOGS = ("applicationsetcontroller", "controller", "server", "reposerver", "notificationscontroller", "dexserver", "commitserver")
_NOT_CONFIGURATION = frozenset({"create", "annotations"})


def rendered(chart: Chart) -> Iterator[Body]:
    """What Argo CD reads."""
    server, repository = Part.of(chart, "server"), Part.of(chart, "repoServer")
    where = namespace_of(chart)
    for key, name, data in (
        ("cm", "cm", _settings(chart)),
        ("params", "cmd-params-cm", _parameters(chart)),
        ("rbac", "rbac-cm", _said(chart, "rbac")),
    ):
        if chart.on("configs", key, "create"):
            yield to.body("ConfigMap", f"argocd-{name}", where, labels=server.named(chart, name), data=data)
    if chart.on("configs", "secret", "createSecret"):
        yield to.keyed("Secret", "argocd-secret", where, _secret(chart), labels=server.named(chart, "secret"))
    if chart.on("configs", "ssh", "create"):
        yield to.keyed("ConfigMap", "argocd-ssh-known-hosts-cm", where, ("ssh_known_hosts",), labels=labels_of(chart, "ssh-known-hosts-cm"))
    if chart.on("configs", "tls", "create"):
        hosts = chart.mapping("configs", "tls", "certificates")
        yield to.keyed("ConfigMap", "argocd-tls-certs-cm", where, hosts, labels=labels_of(chart, "tls-certs-cm"))
    yield to.keyed(
        "ConfigMap", "argocd-gpg-keys-cm", where, chart.mapping("configs", "gpg", "keys"), labels=labels_of(chart, "gpg-keys-cm")
    )
    if chart.on("configs", "cmp", "create"):
        plugins = [f"{name}.yaml" for name in chart.mapping("configs", "cmp", "plugins")]
        yield to.keyed("ConfigMap", "argocd-cmp-cm", where, plugins, labels=repository.named(chart, "cmp-cm"))
    if chart.on("configs", "styles"):
        yield to.keyed("ConfigMap", "argocd-styles-cm", where, ("custom.styles.css",), labels=repository.labels)
    yield from _credentials(chart, where)
    yield from _certificates(chart, where)
    if chart.on("notifications", "enabled"):
        yield from _notifications(chart, where)


def insecure(chart: Chart) -> bool:
    """Whether the API server speaks plain HTTP, as the chart itself takes it."""
    return chart.text("configs", "params", "server.insecure") == "true"


def _said(chart: Chart, key: str) -> dict[str, str]:
    return {name: value for name, value in chart.texts("configs", key).items() if name not in _NOT_CONFIGURATION}


def _settings(chart: Chart) -> dict[str, str]:
    domain, preset = chart.text("global", "domain"), {}
    preset["url"] = f"https://{domain}"
    if chart.text("configs", "cm", "statusbadge.enabled") == "true":
        preset["statusbadge.url"] = f"https://{domain}/"
    if chart.on("configs", "styles"):
        preset["ui.cssurl"] = "./custom/custom.styles.css"
    return {key: value for key, value in (preset | _said(chart, "cm")).items() if value}


def _parameters(chart: Chart) -> dict[str, str]:
    repository, redis = Part.of(chart, "repoServer").name, Part.of(chart, "redis").name
    replicas = chart.number("applicationSet", "replicas") or chart.number("applicationSet", "replicaCount")
    host, port = chart.text("externalRedis", "host"), chart.text("externalRedis", "port")
    server = f"{redis}:{chart.text('redis', 'servicePort')}" if chart.on("redis", "enabled") else f"{host}:{port}" if host and port else ""
    preset: dict[str, str] = {
        "repo.server": f"{repository}:{chart.text('repoServer', 'service', 'port')}",
        "server.repo.server.strict.tls": printed(chart.on("repoServer", "certificateSecret", "enabled")),
        "redis.server": server,
        "applicationsetcontroller.enable.leader.election": printed(isinstance(replicas, int) and replicas > 1),
    }
    if chart.on("dex", "enabled"):
        scheme = "http" if chart.text("configs", "params", "dexserver.disable.tls") == "true" else "https"
        preset["server.dex.server"] = f"{scheme}://{Part.of(chart, 'dex').name}:{chart.text('dex', 'servicePortHttp')}"
        preset["server.dex.server.strict.tls"] = printed(chart.on("dex", "certificateSecret", "enabled"))
    if chart.on("commitServer", "enabled"):
        preset["commit.server"] = f"{Part.of(chart, 'commitServer').name}:{chart.text('commitServer', 'service', 'port')}"
    for component in _LOGS:
        preset |= {f"{component}.log.{key}": chart.text("global", "logging", key) for key in ("format", "level")}
    return preset | _said(chart, "params")


def _secret(chart: Chart) -> list[str]:
    """The keys of argocd-secret; Argo CD adds its own when it starts."""
    at = ("configs", "secret")
    keys = [key for value, key in _WEBHOOKS if chart.on(*at, value)]
    if chart.on(*at, "azureDevops", "username") and chart.on(*at, "azureDevops", "password"):
        keys += ["webhook.azuredevops.username", "webhook.azuredevops.password"]
    if chart.on(*at, "argocdServerAdminPassword"):
        keys += ["admin.password", "admin.passwordMtime"]
    return [*keys, *chart.mapping(*at, "extra")]


def _credentials(chart: Chart, where: str) -> Iterator[Body]:
    for key, name, kind in (("repositories", "repo", "repository"), ("credentialTemplates", "repo-creds", "repo-creds")):
        for one in sorted(chart.mapping("configs", key)):
            labels = {"argocd.argoproj.io/secret-type": kind} | labels_of(chart)
            yield to.keyed("Secret", f"argocd-{name}-{one}", where, chart.mapping("configs", key, one), labels=labels)
    for one in sorted(chart.mapping("configs", "clusterCredentials")):
        found = chart.mapping("configs", "clusterCredentials", one)
        more: dict[str, Any] = {key: found.get(key) for key in ("shard", "namespaces", "project") if found.get(key)}
        more |= {"clusterResources": ""} if found.get("namespaces") and found.get("clusterResources") else {}
        labels = (
            labels_of(chart) | chart.texts("configs", "clusterCredentials", one, "labels") | {"argocd.argoproj.io/secret-type": "cluster"}
        )
        yield to.keyed("Secret", f"{chart.short}-cluster-{one}", where, ["name", "server", "config", *more], labels=labels)
    at = ("externalRedis",)
    if (chart.on(*at, "username") or chart.on(*at, "password")) and not chart.on(*at, "existingSecret"):
        keys = [f"redis-{key}" for key in ("username", "password") if chart.on(*at, key)]
        yield to.keyed("Secret", "argocd-redis", where, keys, labels=labels_of(chart))


def _certificates(chart: Chart, where: str) -> Iterator[Body]:
    for key, name in (("server", "server-tls"), ("repoServer", "repo-server-tls"), ("dex", "dex-server-tls")):
        off = (key == "server" and chart.on("server", "certificate", "enabled")) or (key == "dex" and not chart.on("dex", "enabled"))
        if chart.on(key, "certificateSecret", "enabled") and not off:
            keys = ["tls.crt", "tls.key"] + (["ca.crt"] if key != "server" and chart.on(key, "certificateSecret", "ca") else [])
            labels = Part.of(chart, key).named(chart, name) | chart.texts(key, "certificateSecret", "labels")
            yield to.keyed("Secret", f"argocd-{name}", where, keys, labels=labels)


def _notifications(chart: Chart, where: str) -> Iterator[Body]:
    at, labels = ("notifications",), Part.of(chart, "notifications").labels
    if chart.on(*at, "cm", "create"):
        keys = ["context", *(key for part in ("notifiers", "templates", "triggers") for key in chart.mapping(*at, part))]
        keys += ["subscriptions"] if chart.on(*at, "subscriptions") else []
        yield to.keyed("ConfigMap", "argocd-notifications-cm", where, keys, labels=labels)
    if chart.on(*at, "secret", "create"):
        own = labels | chart.texts(*at, "secret", "labels")
        yield to.keyed("Secret", chart.text(*at, "secret", "name"), where, chart.mapping(*at, "secret", "items"), labels=own)
