"""gateway-helm: Envoy Gateway. It brings no Grafana datasource.

Established by rendering chart 1.9.0. The Gateway's own Deployment and Service are made at run time, under names with a hash.
Source: https://github.com/envoyproxy/gateway/tree/main/charts/gateway-helm
"""

from collections.abc import Iterator
from typing import Any, Final

from crema.policies.contracts import bodies as to
from crema.policies.contracts import pod_bodies as run
from crema.policies.contracts.bodies import Body
from crema.policies.contracts.chart import Chart, chart_of, printed
from crema.policies.contracts.contract import Contract
from crema.policies.model.helm import Release

_NAME: Final = "envoy-gateway"
"""What everything is called, whatever the release."""
_HOOK: Final = "pre-install, pre-upgrade"
_KUBERNETES: Final = ("config", "envoyGateway", "provider", "kubernetes")
_SAFE: Final = "safe-upgrades.gateway.networking.k8s.io"
_CERTIFICATES: Final = ("envoy-gateway", "envoy", "envoy-rate-limit")


def _rendered(release: Release) -> Iterator[Body]:
    chart = chart_of(release)
    where = chart.fit(chart.text("namespaceOverride") or chart.namespace)
    selector = {"app.kubernetes.io/name": chart.short, "app.kubernetes.io/instance": chart.release, "control-plane": _NAME}
    labels = selector | {"app.kubernetes.io/managed-by": "Helm"} | chart.texts("commonLabels")
    plain = {key: value for key, value in labels.items() if key != "control-plane"}
    if chart.on("crds", "enabled"):
        yield from to.definitions(release.chart)
        yield from to.every("ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding", _SAFE)
    if chart.on("createNamespace"):
        yield to.body("Namespace", where)
    yield to.body("ServiceAccount", _NAME, where)
    yield from _rights(chart, where)
    yield to.keyed("ConfigMap", f"{_NAME}-config", where, (f"{_NAME}.yaml",), labels=plain)
    injects = chart.on("topologyInjector", "enabled")
    ports = to.ports_of(chart.items("deployment", "ports")) + ([to.port("webhook", 9443)] if injects else [])
    yield to.service(_NAME, where, ports, selector, labels=labels, type=chart.text("service", "type"))
    yield _pods(chart, where, selector, injects=injects)
    budget = {key: chart.number("podDisruptionBudget", key) for key in ("minAvailable", "maxUnavailable")}
    if any(isinstance(number, int) and number >= 1 for number in budget.values()):
        spec = to.written(**{key: number or None for key, number in budget.items()}) | {"selector": {"matchLabels": selector}}
        yield to.body("PodDisruptionBudget", _NAME, where, spec=spec)
    if chart.on("hpa", "enabled"):
        target: Body = {"apiVersion": "apps/v1", "kind": "Deployment", "name": _NAME}
        limits = {key: chart.number("hpa", key) for key in ("minReplicas", "maxReplicas")}
        yield to.body("HorizontalPodAutoscaler", _NAME, where, spec={"scaleTargetRef": target, **limits})
    yield from _certificates(chart, where)
    if injects:
        hook = to.webhook("topology.webhook.gateway.envoyproxy.io", _NAME, where, "/inject-pod-topology", policy="Ignore", number=9443)
        name = f"{_NAME}-topology-injector.{where}"
        yield to.body("MutatingWebhookConfiguration", name, annotations={"helm.sh/hook": _HOOK}, webhooks=[hook])


def _made(release: Release) -> Iterator[Body]:
    """The certificates that the Job makes."""
    chart = chart_of(release)
    where = chart.fit(chart.text("namespaceOverride") or chart.namespace)
    for name in _CERTIFICATES:
        yield to.keyed("Secret", name, where, ("ca.crt", "tls.crt", "tls.key"))


def _rights(chart: Chart, where: str) -> Iterator[Body]:
    full = chart.fullname
    watched = [printed(one) for one in chart.items(*_KUBERNETES, "watch", "namespaces")]
    near = chart.text(*_KUBERNETES, "deploy", "type") == "GatewayNamespace"
    role = f"{full}-{_NAME}-role"
    for namespace in watched:
        yield to.body("Role", role, namespace)
        yield to.binding("RoleBinding", f"{role}binding", namespace, f"Role/{role}", _NAME, at=where)
    yield to.body("ClusterRole", role)
    yield to.binding("ClusterRoleBinding", f"{role}binding", where, f"ClusterRole/{role}", _NAME)
    for name in (f"{full}-infra-manager", f"{full}-leader-election-role"):
        bound = f"{name}binding" if name.endswith("role") else name
        yield to.body("Role", name, where)
        yield to.binding("RoleBinding", bound, where, f"Role/{name}", _NAME)
    everywhere = not chart.on(*_KUBERNETES, "watch") or chart.text(*_KUBERNETES, "watch", "type") == "NamespaceSelector"
    if near and everywhere:
        yield from _cluster(f"{full}-cluster-infra-manager", where)
    if near and chart.on(*_KUBERNETES, "watch"):
        yield from _cluster(f"{full}-infra-manager-tokenreview", where)
        for namespace in watched:
            yield to.body("Role", f"{full}-infra-manager", namespace)
            yield to.binding("RoleBinding", f"{full}-infra-manager", namespace, f"Role/{full}-infra-manager", _NAME, at=where)


def _cluster(name: str, where: str) -> Iterator[Body]:
    yield to.body("ClusterRole", name)
    yield to.binding("ClusterRoleBinding", name, where, f"ClusterRole/{name}", _NAME)


def _pull(chart: Chart) -> list[Any]:
    at = ("deployment", "envoyGateway")
    own = chart.items(*at, "imagePullSecrets") or chart.items("global", "images", "envoyGateway", "pullSecrets")
    return chart.items("global", "imagePullSecrets") or own


def _pods(chart: Chart, where: str, selector: dict[str, str], *, injects: bool) -> Body:
    at = ("deployment", "envoyGateway")
    ports = [run.listens(printed(one.get("name")), one.get("port")) for one in chart.items("deployment", "ports") if isinstance(one, dict)]
    ports += [run.listens("webhook", 9443)] if injects else []
    container = run.container(_NAME, ports, resources=chart.mapping(*at, "resources"), env=chart.items(*at, "extraEnv"))
    cache = chart.mapping(*at, "wasmCacheVolume")
    more = [{"name": "wasm-cache", **cache}, *chart.items("deployment", "pod", "extraVolumes")]
    priority = to.written(priorityClassName=chart.text("deployment", "priorityClassName"))
    spec = run.pod(
        [container],
        account=_NAME,
        volumes=[run.volume(f"{_NAME}-config", config=f"{_NAME}-config"), run.volume("certs", secret=_NAME), *run.volumes_of(more)],
        scheduling=run.scheduled(chart, "deployment", "pod") | priority,
        pull=_pull(chart),
    )
    return run.workload(
        "Deployment",
        _NAME,
        where,
        spec,
        selector=selector,
        labels=selector | chart.texts("deployment", "pod", "labels"),
        replicas=None if chart.on("hpa", "enabled") else chart.at("deployment", "replicas"),
        strategy=chart.mapping(*at, "strategy"),
    )


def _certificates(chart: Chart, where: str) -> Iterator[Body]:
    """The Job that makes the certificates between the parts, with what it needs for that."""
    name, at = f"{chart.fullname}-certgen", ("certgen", "job")
    yield from to.every("ServiceAccount Role", name, where, hook=_HOOK)
    yield to.binding("RoleBinding", name, where, f"Role/{name}", name, hook=_HOOK)
    if chart.on("topologyInjector", "enabled"):
        everywhere = f"{name}:{where}"
        yield from to.every("ClusterRole", everywhere, hook=_HOOK)
        yield to.binding("ClusterRoleBinding", everywhere, where, f"ClusterRole/{everywhere}", name, hook=_HOOK)
    spec = run.pod(
        [run.container(f"{_NAME}-certgen", resources=chart.mapping(*at, "resources"))],
        account=name,
        scheduling=run.scheduled(chart, *at),
        pull=_pull(chart),
    )
    yield run.workload("Job", name, where, spec, labels={"app": "certgen"} | chart.texts(*at, "pod", "labels"), hook=_HOOK)


CONTRACT = Contract(chart="gateway-helm", since=(1, 9, 0), until=(2, 0, 0), rendered=_rendered, made=_made)
