"""kube-prometheus-stack: Prometheus and Alertmanager, and what the operator makes of them. See `kube_prometheus_stack_objects.py`."""

from collections.abc import Iterator
from typing import Any, Final

from crema.policies.contracts import bodies as to
from crema.policies.contracts import network_bodies as net
from crema.policies.contracts import routing
from crema.policies.contracts.bodies import Body
from crema.policies.contracts.chart import Chart
from crema.policies.contracts.kube_prometheus_stack_names import Names

_NIL_IS_RELEASE: Final = ("serviceMonitor", "podMonitor", "probe", "rule", "scrapeConfig")
_NOT_SAID: Final = frozenset({"ruleSelector", "scrapeConfigSelector", "scrapeConfigNamespaceSelector"})
"""Selectors that are left out where the value is null; each of the others is then the empty one, which selects all."""


def rendered(chart: Chart, names: Names) -> Iterator[Body]:
    """Both servers, with what leads to them."""
    for key, where in (("prometheus", names.namespace), ("alertmanager", names.alerting)):
        if chart.on(key, "enabled"):
            yield from _server(chart, names, key, where)
    if chart.on("prometheus", "enabled"):
        yield from _prometheus(chart, names)
    if chart.on("alertmanager", "enabled"):
        yield from _alertmanager(chart, names)


def selector_of(names: Names, key: str) -> dict[str, str]:
    """What selects the pods that the operator makes."""
    if key == "prometheus":
        return {"app.kubernetes.io/name": "prometheus", "operator.prometheus.io/name": names.prometheus}
    return {"app.kubernetes.io/name": "alertmanager", "alertmanager": names.alertmanager}


def account_of(chart: Chart, names: Names, key: str) -> str:
    """The ServiceAccount of a server."""
    return chart.account(key, "serviceAccount", fullname=f"{names.full}-{key}")


def _server(chart: Chart, names: Names, key: str, where: str) -> Iterator[Body]:
    name, at, spec = f"{names.full}-{key}", (key, "service"), (key, f"{key}Spec")
    selector, labels = selector_of(names, key), names.labels(key)
    monitored = chart.text(key, "serviceMonitor", "selfMonitor")
    if chart.on(*at, "enabled"):
        kind = chart.text(*at, "type")
        node = chart.at(*at, "nodePort") if kind == "NodePort" else None
        ports = [to.port(chart.text(*spec, "portName"), chart.at(*at, "port"), chart.at(*at, "targetPort"), node=node)]
        reloads = chart.at(*at, "reloaderWebPort") if key == "prometheus" else 8080
        ports += [to.port("reloader-web", reloads, "reloader-web")] if reloads else []
        more = to.exposed(chart, *at)
        yield to.service(
            name,
            where,
            [*ports, *to.ports_of(chart.items(*at, "additionalPorts"))],
            selector,
            labels=labels | {"self-monitor": monitored} | chart.texts(*at, "labels"),
            type=kind,
            cluster_ip=chart.text(*at, "clusterIP"),
            more=more if kind != "ClusterIP" else {name: value for name, value in more.items() if name != "externalTrafficPolicy"},
        )
    if chart.on(key, "serviceAccount", "create"):
        yield to.body("ServiceAccount", account_of(chart, names, key), where, imagePullSecrets=names.pull)
    if chart.on(key, "serviceMonitor", "selfMonitor"):
        chosen = {"app": labels["app"], "release": chart.release, "self-monitor": "true"}
        asked = (one.get("port") for one in chart.items(key, "serviceMonitor", "additionalEndpoints") if isinstance(one, dict))
        ports = [{"port": chart.text(*spec, "portName")}, {"port": "reloader-web"}, *({"port": port} for port in asked)]
        own = labels | chart.texts(key, "serviceMonitor", "additionalLabels")
        yield to.monitor(name, where, own, chosen, ports, where={"matchNames": [names.namespace]})
    if chart.on(key, "podDisruptionBudget", "enabled"):
        yield to.budget(chart, name, where, selector, key, "podDisruptionBudget")
    number = chart.number(key, "ingress", "servicePort") or chart.number(*at, "port")
    if chart.on(key, "ingress", "enabled"):
        pathType = chart.text(key, "ingress", "pathType") or "ImplementationSpecific"
        paths = [(path, pathType) for path in chart.items(key, "ingress", "paths") or [chart.text(*spec, "routePrefix")]]
        service = chart.text(key, "ingress", "serviceName") if key == "alertmanager" else ""
        yield routing.ingress(
            chart, key, "ingress", name=name, namespace=where, paths=paths, number=number, service=service, extra_without_hosts=True
        )
    yield from routing.routes(chart, key, "route", name=name, namespace=where, number=number)


def _prometheus(chart: Chart, names: Names) -> Iterator[Body]:
    name, at = f"{names.full}-prometheus", ("prometheus", "prometheusSpec")
    spec: Body = {"replicas": chart.number(*at, "replicas"), "portName": chart.text(*at, "portName")}
    spec["serviceAccountName"] = account_of(chart, names, "prometheus")
    for kind in _NIL_IS_RELEASE:
        key, everywhere = f"{kind}Selector", f"{kind}NamespaceSelector"
        release = {"matchLabels": {"release": chart.release}} if chart.on(*at, f"{kind}SelectorNilUsesHelmValues") else None
        asked = chart.mapping(*at, key) or release
        if asked is not None or chart.at(*at, key) is not None or key not in _NOT_SAID:
            spec[key] = asked or {}
        if chart.at(*at, everywhere) is not None or everywhere not in _NOT_SAID:
            spec[everywhere] = chart.mapping(*at, everywhere)
    spec |= _pods(chart, names, at)
    own: list[Any] = [_alerted(chart, names)] if chart.on("alertmanager", "enabled") else []
    alerted = chart.items(*at, "alertingEndpoints") or own
    if alerted and not chart.on(*at, "disableAlerting"):
        spec["alerting"] = {"alertmanagers": alerted}
    yield to.body("Prometheus", names.prometheus, names.namespace, spec=spec)
    if chart.on("global", "rbac", "create"):
        yield to.body("ClusterRole", name)
        yield to.binding("ClusterRoleBinding", name, names.namespace, f"ClusterRole/{name}", account_of(chart, names, "prometheus"))
    if chart.on(*at, "additionalScrapeConfigs"):
        label = names.labels("prometheus-scrape-confg")
        yield to.keyed("Secret", f"{name}-scrape-confg", names.namespace, ("additional-scrape-configs.yaml",), labels=label)
    yield from _monitors(chart, names)
    if chart.on("prometheus", "networkPolicy", "enabled") and chart.text("prometheus", "networkPolicy", "flavor") == "kubernetes":
        rules = {key: chart.items("prometheus", "networkPolicy", key) for key in ("egress", "ingress")}
        chosen = chart.mapping("prometheus", "networkPolicy", "podSelector") or {"matchLabels": selector_of(names, "prometheus")}
        where = chart.text("prometheus", "networkPolicy", "namespace") or names.namespace
        policy: Body = {"podSelector": chosen, "policyTypes": ["Egress", "Ingress"], **to.written(**rules)}
        yield to.body("NetworkPolicy", name, where, spec=policy)


def _alerted(chart: Chart, names: Names) -> Body:
    at = ("alertmanager", "alertmanagerSpec")
    return to.written(
        namespace=names.namespace,
        name=f"{names.full}-alertmanager",
        port=chart.text(*at, "portName"),
        pathPrefix=chart.text(*at, "routePrefix"),
        scheme=chart.text(*at, "scheme"),
        tlsConfig=chart.mapping(*at, "tlsConfig"),
        apiVersion=chart.text("alertmanager", "apiVersion"),
    )


def _pods(chart: Chart, names: Names, at: tuple[str, ...]) -> Body:
    return to.written(
        secrets=chart.items(*at, "secrets"),
        configMaps=chart.items(*at, "configMaps"),
        resources=chart.mapping(*at, "resources"),
        hostNetwork=chart.on(*at, "hostNetwork") or None,
        nodeSelector=chart.mapping(*at, "nodeSelector"),
        tolerations=chart.items(*at, "tolerations"),
        priorityClassName=chart.text(*at, "priorityClassName"),
        imagePullSecrets=names.pull,
    )


def _monitors(chart: Chart, names: Names) -> Iterator[Body]:
    """The ServiceMonitors and PodMonitors that the values hold themselves."""
    for key, kind, listed in (
        ("additionalServiceMonitors", "ServiceMonitor", "endpoints"),
        ("additionalPodMonitors", "PodMonitor", "podMetricsEndpoints"),
    ):
        for one in chart.items("prometheus", key):
            if isinstance(one, dict):
                more, ports, selector = one.get("additionalLabels"), one.get(listed), one.get("selector")
                labels = names.labels("prometheus") | (more if isinstance(more, dict) else {})
                found = [
                    to.written(port=each.get("port"), targetPort=each.get("targetPort")) for each in ports or () if isinstance(each, dict)
                ]
                spec: Body = {**to.written(namespaceSelector=one.get("namespaceSelector")), listed: found, "selector": selector}
                yield to.body(kind, str(one.get("name")), names.namespace, labels=labels, spec=spec)


def _alertmanager(chart: Chart, names: Names) -> Iterator[Body]:
    at, where, labels = ("alertmanager", "alertmanagerSpec"), names.alerting, names.labels("alertmanager")
    spec: Body = {"replicas": chart.number(*at, "replicas"), "portName": chart.text(*at, "portName")}
    spec["serviceAccountName"] = account_of(chart, names, "alertmanager")
    spec["alertmanagerConfigSelector"] = chart.mapping(*at, "alertmanagerConfigSelector")
    if chart.at(*at, "alertmanagerConfigNamespaceSelector") is not None:
        spec["alertmanagerConfigNamespaceSelector"] = chart.mapping(*at, "alertmanagerConfigNamespaceSelector")
    spec |= to.written(configSecret=chart.text(*at, "configSecret")) | _pods(chart, names, at)
    yield to.body("Alertmanager", names.alertmanager, where, spec=spec)
    if not chart.on(*at, "useExistingSecret"):
        keys = ["alertmanager.yaml", *chart.mapping("alertmanager", "templateFiles")]
        yield to.keyed("Secret", f"alertmanager-{names.alertmanager}", where, keys, labels=labels)
    if keys := list(chart.mapping("alertmanager", "extraSecret", "data")):
        extra = chart.text("alertmanager", "extraSecret", "name") or f"alertmanager-{names.full}-extra"
        own = labels | {"app.kubernetes.io/component": "alertmanager"}
        yield to.keyed("Secret", extra, where, keys, labels=own)
    if chart.on("alertmanager", "networkPolicy", "enabled"):
        yield _guarded(chart, names)


def _guarded(chart: Chart, names: Names) -> Body:
    at, number = ("alertmanager", "networkPolicy"), chart.number("alertmanager", "service", "port")
    reloads = chart.on(*at, "monitoringRules", "configReloader")
    gateway, labels = chart.text(*at, "gateway", "namespace"), chart.mapping(*at, "gateway", "podLabels")
    rules: list[Any] = []
    if gateway and labels:
        space: Body = {"matchLabels": {"kubernetes.io/metadata.name": gateway}}
        source: Body = {"namespaceSelector": space, "podSelector": {"matchLabels": labels}}
        rules.append({"from": [source], "ports": [net.number("TCP", number)]})
    if chart.on(*at, "monitoringRules", "prometheus"):
        ports = [net.number("TCP", number)] + ([net.number("TCP", 8080)] if reloads else [])
        rules.append({"from": [_pod(name="prometheus")], "ports": ports})
    if chart.on(*at, "enableClusterRules") and chart.on("alertmanager", "service", "clusterPort"):
        rules.append(
            {"from": [_pod(name="alertmanager")], "ports": [net.number("TCP", chart.at("alertmanager", "service", "clusterPort"))]}
        )
    if reloads:
        rules.append({"from": [_pod(name="alertmanager", component="config-reloader")], "ports": [net.number("TCP", 8080)]})
    rules += chart.items(*at, "additionalIngress")
    spec: Body = {"podSelector": _pod(name="alertmanager")["podSelector"], "policyTypes": chart.items(*at, "policyTypes"), "ingress": rules}
    if chart.on(*at, "egress", "enabled"):
        spec["egress"] = chart.items(*at, "egress", "rules")
    return to.body("NetworkPolicy", f"{names.full}-alertmanager", names.alerting, spec=spec)


def _pod(*, name: str, component: str = "") -> Body:
    more = {"component": component} if component else {}
    return {"podSelector": {"matchLabels": {"app.kubernetes.io/name": name, **more}}}
