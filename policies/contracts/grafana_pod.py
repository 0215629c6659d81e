"""grafana: its pod. See `grafana_objects.py`."""

from collections.abc import Iterator
from typing import Any, Final

from crema.policies.contracts import pod_bodies as run
from crema.policies.contracts.bodies import Body
from crema.policies.contracts.chart import Chart, printed

_SIDECARS: Final = (
    ("alerts", "sc-alerts", "initAlerts", True),
    ("dashboards", "sc-dashboard", "initDashboards", False),
    ("datasources", "sc-datasources", "initDatasources", True),
    ("notifiers", "sc-notifiers", "initNotifiers", True),
    ("plugins", "sc-plugins", "", True),
)
"""Values, name, the key that makes an init container of it, and whether it always signs in."""


def pod(chart: Chart) -> Body:
    """The pod of Grafana, with its sidecars."""
    name = chart.fullname
    ports = [
        run.listens(chart.text("podPortName"), chart.at("service", "targetPort")),
        run.listens("gossip-tcp", 9094),
        run.listens("gossip-udp", 9094, protocol="UDP"),
        run.listens("profiling", 6060),
    ]
    own = run.container(
        chart.name,
        ports,
        resources=chart.mapping("resources"),
        env=[*_administrator(chart, "GF_SECURITY_ADMIN_USER", "GF_SECURITY_ADMIN_PASSWORD"), *_variables(chart)],
        env_from=_sources(chart),
    )
    return run.pod(
        [*_sidecars(chart, init=False), own],
        account=chart.account("serviceAccount"),
        init=[*_init(chart), *_sidecars(chart, init=True)],
        volumes=list(_volumes(chart, name)),
        dns=chart.text("dnsPolicy"),
        scheduling=run.scheduled(chart),
        pull=[*chart.items("global", "imagePullSecrets"), *chart.items("image", "pullSecrets")],
    )


def _init(chart: Chart) -> Iterator[Any]:
    if chart.on("persistence", "enabled") and chart.on("initChownData", "enabled"):
        yield run.container("init-chown-data", resources=chart.mapping("initChownData", "resources"))
    if chart.on("dashboards"):
        secret = chart.text("downloadDashboards", "envFromSecret")
        sources: list[Any] = [{"secretRef": {"name": secret}}] if secret else []
        yield run.container("download-dashboards", resources=chart.mapping("downloadDashboards", "resources"), env_from=sources)
    yield from chart.items("extraInitContainers")


def _sidecars(chart: Chart, *, init: bool) -> Iterator[Body]:
    for key, name, at_start, always in sorted(_SIDECARS, key=lambda row: row[0] == "dashboards") if init else _SIDECARS:
        at = ("sidecar", key)
        if not chart.on(*at, "enabled") or bool(at_start and chart.on(*at, at_start)) is not init:
            continue
        env = _given(chart, *at, "envValueFrom")
        if always or not chart.on(*at, "skipReload"):
            env += _administrator(chart, "REQ_USERNAME", "REQ_PASSWORD")
        restart = chart.text(*at, "restartPolicy") if init else ""
        yield run.container(
            f"{chart.short}-{'init-' if init else ''}{name}", resources=chart.mapping("sidecar", "resources"), env=env, restart=restart
        )


def _administrator(chart: Chart, user: str, password: str) -> list[Any]:
    """Who signs in, from the Secret that is there or from the chart's own."""
    secret = chart.text("admin", "existingSecret") or chart.fullname
    found: list[Any] = []
    for variable, key, otherwise in (("USER", "userKey", "admin-user"), ("PASSWORD", "passwordKey", "admin-password")):
        switches = (f"GF_SECURITY_ADMIN_{variable}", f"GF_SECURITY_ADMIN_{variable}__FILE", "GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION")
        if not any(chart.on("env", switch) for switch in switches):
            name = user if variable == "USER" else password
            found.append(run.secret_key(name, secret, chart.text("admin", key) or otherwise))
    return found


def _variables(chart: Chart) -> list[Any]:
    found = _given(chart, "envValueFrom")
    if chart.on("plugins"):
        found.append({"name": "GF_PLUGINS_PREINSTALL_SYNC", "valueFrom": {"configMapKeyRef": {"name": chart.fullname, "key": "plugins"}}})
    if secret := chart.text("smtp", "existingSecret"):
        found.append(run.secret_key("GF_SMTP_USER", secret, chart.text("smtp", "userKey") or "user"))
        found.append(run.secret_key("GF_SMTP_PASSWORD", secret, chart.text("smtp", "passwordKey") or "password"))
    return found


def _given(chart: Chart, *keys: str) -> list[Any]:
    return [{"name": name, "valueFrom": source} for name, source in sorted(chart.mapping(*keys).items())]


def _sources(chart: Chart) -> list[Any]:
    secrets = [chart.text("envFromSecret")] if chart.on("envFromSecret") else []
    secrets += [f"{chart.fullname}-env"] if chart.on("envRenderSecret") else []
    found: list[Any] = [{"secretRef": {"name": secret}} for secret in secrets]
    for key, kind in (("envFromSecrets", "secretRef"), ("envFromConfigMaps", "configMapRef")):
        found += [{kind: one} for one in chart.items(key)]
    return found


def _volumes(chart: Chart, name: str) -> Iterator[Any]:
    yield run.volume("config", config=name)
    for one in chart.items("extraConfigmapMounts"):
        if isinstance(one, dict) and not one.get("optional"):
            yield from run.volumes_of([{"name": one.get("name"), "configMap": {"name": one.get("configMap"), "items": one.get("items")}}])
    for provider in sorted(chart.mapping("dashboards")):
        yield run.volume(f"dashboards-{provider}", config=f"{name}-dashboards-{provider}")
    for provider, config in sorted(chart.texts("dashboardsConfigMaps").items()):
        yield run.volume(f"dashboards-{provider}", config=config)
    if chart.on("persistence", "enabled") and chart.text("persistence", "type") == "pvc":
        yield run.volume("storage", claim=chart.text("persistence", "existingClaim") or name)
    if chart.on("sidecar", "dashboards", "enabled") and chart.on("sidecar", "dashboards", "SCProvider"):
        yield run.volume("sc-dashboard-provider", config=f"{name}-config-dashboards")
    for one in chart.items("extraSecretMounts"):
        if isinstance(one, dict) and one.get("secretName") and not one.get("optional"):
            yield from run.volumes_of(
                [{"name": one.get("name"), "secret": {"secretName": printed(one.get("secretName")), "items": one.get("items")}}]
            )
    for one in chart.items("extraVolumes"):
        if isinstance(one, dict) and one.get("existingClaim"):
            yield run.volume(printed(one.get("name")), claim=printed(one.get("existingClaim")))
        elif isinstance(one, dict):
            yield from run.volumes_of([{"name": one.get("name"), "configMap": one.get("configMap")}])
