"""traefik: its pods. See `traefik.py`."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from crema.policies.contracts import bodies as to
from crema.policies.contracts import pod_bodies as run
from crema.policies.contracts.bodies import Body
from crema.policies.contracts.chart import Chart, printed

_LONGEST: Final = 15
_SAID: Final = re.compile(
    r"--entryPoints\.[^.]+\.address=.*"
    r"|--providers\.kubernetes(crd|ingress|gateway)(=.*|\.(ingressClass|ingressendpoint|statusaddress)[.=].*)?"
)
"""The arguments of which the contract speaks: where Traefik listens, and of what it takes its routes."""


def port_name(name: str) -> str:
    """A name as a port may have it."""
    return name.lower().removeprefix("-")[:_LONGEST].removesuffix("-")


def pods(chart: Chart, name: str, where: str, selector: Mapping[str, str], labels: Mapping[str, str]) -> Body:
    """The workload."""
    kind = chart.text("deployment", "kind")
    container = run.container(
        name,
        list(_ports(chart)),
        resources=chart.mapping("resources"),
        env=chart.items("env"),
        env_from=chart.items("envFrom"),
        args=list(_arguments(chart, name, where)),
    )
    spec = run.pod(
        [container, *chart.items("deployment", "additionalContainers")],
        account=chart.text("serviceAccount", "name") or name,
        init=chart.items("deployment", "initContainers"),
        volumes=list(_volumes(chart, name)),
        host_network=chart.on("hostNetwork"),
        dns=chart.text("deployment", "dnsPolicy"),
        scheduling=run.scheduled(chart),
        pull=chart.items("deployment", "imagePullSecrets"),
    )
    rolling = to.written(type=chart.text("updateStrategy", "type"))
    if rolling.get("type") == "RollingUpdate":
        rolling["rollingUpdate"] = {key: chart.number("updateStrategy", "rollingUpdate", key) for key in ("maxUnavailable", "maxSurge")}
    deployed = kind == "Deployment"
    return run.workload(
        kind,
        name,
        where,
        spec,
        selector=selector,
        labels={**labels, **chart.texts("deployment", "podLabels")},
        replicas=chart.at("deployment", "replicas") if deployed else None,
        strategy=rolling,
    )


def _ports(chart: Chart) -> Iterator[Body]:
    for key in sorted(chart.mapping("ports")):
        at = ("ports", key)
        number, host = chart.at(*at, "containerPort") or chart.at(*at, "port"), chart.at(*at, "hostPort")
        yield run.listens(port_name(key), number, protocol=chart.text(*at, "protocol") or "TCP", host=host)
        if chart.on(*at, "http3", "enabled"):
            advertised = (chart.at(*at, "http3", "advertisedPort") or host) if host else None
            yield run.listens(port_name(f"{key}-http3"), chart.at(*at, "port"), protocol="UDP", host=advertised)


def _arguments(chart: Chart, name: str, where: str) -> Iterator[str]:
    for key in sorted(chart.mapping("ports")):
        protocol = (chart.text("ports", key, "protocol") or "TCP").lower()
        host = chart.text("ports", key, "hostIP")
        yield f"--entryPoints.{key}.address={host}:{chart.text('ports', key, 'port')}/{protocol}"
    if chart.on("providers", "kubernetesCRD", "enabled"):
        yield "--providers.kubernetescrd"
        if found := chart.text("providers", "kubernetesCRD", "ingressClass"):
            yield f"--providers.kubernetescrd.ingressClass={found}"
    if chart.on("providers", "kubernetesIngress", "enabled"):
        yield from _ingress(chart, name, where)
    if chart.on("providers", "kubernetesGateway", "enabled"):
        yield from _gateway(chart, name, where)
    yield from (one for one in map(printed, chart.items("additionalArguments")) if _SAID.fullmatch(one))


def _ingress(chart: Chart, name: str, where: str) -> Iterator[str]:
    at, said = ("providers", "kubernetesIngress"), "--providers.kubernetesingress"
    yield said
    path = chart.text(*at, "publishedService", "pathOverride")
    if chart.on(*at, "publishedService", "enabled") and (chart.on("service", "enabled") or path):
        yield f"{said}.ingressendpoint.publishedservice={(path or f'{where}/{name}').removesuffix('-')}"
    for key in ("hostname", "ip"):
        if found := chart.text(*at, "ingressEndpoint", key):
            yield f"{said}.ingressendpoint.{key}={found}"
    if found := chart.text(*at, "ingressClass"):
        yield f"{said}.ingressClass={found}"


def _gateway(chart: Chart, name: str, where: str) -> Iterator[str]:
    at, said = ("providers", "kubernetesGateway", "statusAddress"), "--providers.kubernetesgateway"
    yield said
    found = [(key, chart.text(*at, key)) for key in ("ip", "hostname") if chart.on(*at, key)]
    for key, value in found:
        yield f"{said}.statusaddress.{key}={value}"
    if not found and chart.on(*at, "service", "enabled"):
        yield f"{said}.statusaddress.service.name={chart.text(*at, 'service', 'name') or name}"
        yield f"{said}.statusaddress.service.namespace={chart.text(*at, 'service', 'namespace') or where}"


def _volumes(chart: Chart, name: str) -> Iterator[Any]:
    if chart.on("persistence", "enabled"):
        yield run.volume(chart.text("persistence", "name"), claim=chart.text("persistence", "existingClaim") or name)
    for one in chart.items("volumes"):
        if isinstance(one, dict):
            called = printed(one.get("name"))
            kind = {"secret": "secret", "configMap": "config"}.get(printed(one.get("type")))
            if kind:
                yield run.volume(called.replace(".", "-"), **{kind: called})
    yield from run.volumes_of(chart.items("deployment", "additionalVolumes"))
