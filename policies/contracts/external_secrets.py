"""external-secrets: the creator of Secrets. It brings no Grafana datasource.

Established by rendering chart 2.9.0.
Source: https://github.com/external-secrets/external-secrets/tree/main/deploy/charts/external-secrets
"""

from collections.abc import Iterator
from typing import Final

from crema.policies.contracts import bodies as to
from crema.policies.contracts import pod_bodies as run
from crema.policies.contracts.bodies import Body
from crema.policies.contracts.chart import Chart, chart_of, defaults, unsaid
from crema.policies.contracts.contract import Contract
from crema.policies.model.helm import Release

_LONGEST: Final = 63
_HOOKS: Final = (
    ("secretstore-validate", ("secretstore", "clustersecretstore")),
    ("externalsecret-validate", ("externalsecret",)),
)
"""The webhook configurations, whose names do not depend on the release: two releases in one cluster fight for them."""
_SWITCHED: Final = {
    "clusterexternalsecrets": "createClusterExternalSecret",
    "clustergenerators": "createClusterGenerator",
    "clusterpushsecrets": "createClusterPushSecret",
    "clustersecretstores": "createClusterSecretStore",
    "pushsecrets": "createPushSecret",
}
_UNSAID: Final = (
    ("bitwarden-sdk-server", "enabled"),
    ("networkPolicy", "enabled"),
    ("webhook", "networkPolicy", "enabled"),
    ("certController", "networkPolicy", "enabled"),
    ("metrics", "listen", "auth", "enabled"),
    ("webhook", "metrics", "listen", "auth", "enabled"),
    ("certController", "metrics", "listen", "auth", "enabled"),
    ("grafanaDashboard", "enabled"),
    ("extraObjects",),
)


def _rendered(release: Release) -> Iterator[Body]:
    chart = chart_of(release)
    where = chart.text("namespaceOverride") or chart.namespace
    if chart.on("installCRDs"):
        names = [one.name for one in defaults(release.chart).definitions]
        off = {name for name, switch in _SWITCHED.items() if not chart.on("crds", switch)}
        yield from to.definitions(release.chart, only=[name for name in names if name.partition(".")[0] not in off])
    if chart.on("serviceAccount", "create"):
        yield to.body("ServiceAccount", chart.account("serviceAccount"), where)
    if chart.on("rbac", "create"):
        yield from _rights(chart, where)
    if chart.on("createOperator"):
        yield _pods(chart, where, chart.name, (), [run.listens("metrics", chart.at("metrics", "listen", "port"))])
    if chart.on("metrics", "service", "enabled") or chart.on("serviceMonitor", "enabled"):
        port = to.port("metrics", chart.at("metrics", "service", "port"), "metrics")
        yield to.service(_named(chart, "-metrics"), where, [port], _selector(chart), labels=_labels(chart))
    if chart.on("podDisruptionBudget", "enabled"):
        name = chart.text("podDisruptionBudget", "nameOverride") or f"{chart.fullname}-pdb"
        yield to.budget(chart, name, where, _selector(chart), "podDisruptionBudget")
    if chart.on("webhook", "create"):
        yield from _webhook(chart, where)
    if chart.on("certController", "create") and not chart.on("webhook", "certManager", "enabled"):
        yield from _certificates(chart, where)
    if chart.on("serviceMonitor", "enabled"):
        yield from _monitors(chart, where)


def _made(release: Release) -> Iterator[Body]:
    """The keys of the webhook's Secret, which the chart brings empty or, with cert-manager, not at all."""
    chart = chart_of(release)
    if (
        chart.on("webhook", "create")
        and chart.on("webhook", "certManager", "enabled")
        and chart.on("webhook", "certManager", "cert", "create")
    ):
        where = chart.text("namespaceOverride") or chart.namespace
        yield to.keyed("Secret", f"{chart.fullname}-webhook", where, ("ca.crt", "tls.crt", "tls.key"))


def _selector(chart: Chart, suffix: str = "") -> dict[str, str]:
    return {"app.kubernetes.io/name": f"{chart.short}{suffix}", "app.kubernetes.io/instance": chart.release}


def _labels(chart: Chart, suffix: str = "") -> dict[str, str]:
    found = _selector(chart, suffix) | {"app.kubernetes.io/managed-by": "Helm"} | chart.texts("commonLabels")
    if suffix and chart.on("serviceMonitor", "enabled"):
        found |= {"app.kubernetes.io/metrics": suffix.removeprefix("-")}
        found |= chart.texts("webhook", "service", "labels") if suffix == "-webhook" else {}
    return found


def _named(chart: Chart, suffix: str) -> str:
    """A name that is cut before its ending, where `fullname` with it would be too long."""
    return chart.fit(chart.fullname, _LONGEST - len(suffix)) + suffix


def _account(chart: Chart, key: str, name: str) -> str:
    """The ServiceAccounts of the other parts do not have the release's name in theirs."""
    return chart.account(key, "serviceAccount", fullname=f"external-secrets-{name}")


def _rights(chart: Chart, where: str) -> Iterator[Body]:
    full, account = chart.fullname, chart.account("serviceAccount")
    scope, at = ("", chart.text("scopedNamespace")) if chart.on("scopedRBAC") else ("Cluster", "")
    for part in ("controller", "view", "edit"):
        yield to.body(f"{scope}Role", f"{full}-{part}", at)
    yield to.binding(f"{scope}RoleBinding", f"{full}-controller", at, f"{scope}Role/{full}-controller", account, at=where)
    yield to.body("Role", f"{full}-leaderelection", where)
    yield to.binding("RoleBinding", f"{full}-leaderelection", where, f"Role/{full}-leaderelection", account)
    if chart.on("rbac", "servicebindings", "create"):
        yield to.body("ClusterRole", f"{full}-servicebindings")
    if chart.on("systemAuthDelegator"):
        name = f"{full}-auth-delegator"
        yield to.binding("ClusterRoleBinding", name, where, "ClusterRole/system:auth-delegator", account)


def _pods(chart: Chart, where: str, container: str, at: tuple[str, ...], ports: list[Body], *, volumes: tuple[Body, ...] = ()) -> Body:
    """The Deployment of one part. What its values do not say stands below `global`."""
    suffix = {"webhook": "-webhook", "certController": "-cert-controller"}[at[0]] if at else ""
    found = run.scheduled(chart, "global")
    found.pop("priorityClassName", None)
    accounts = {"": chart.account("serviceAccount")} | {"-webhook": _account(chart, "webhook", "webhook")}
    accounts["-cert-controller"] = _account(chart, "certController", "cert-controller")
    spec = run.pod(
        [
            run.container(container, ports, resources=chart.mapping(*at, "resources"), env=chart.items(*at, "extraEnv")),
            *(chart.items(*at, "extraContainers") if not at else ()),
        ],
        account=accounts[suffix],
        init=chart.items(*at, "extraInitContainers"),
        volumes=[*volumes, *run.volumes_of(chart.items(*at, "extraVolumes"))],
        host_network=chart.on(*at, "hostNetwork"),
        dns=chart.text(*at, "dnsPolicy"),
        scheduling=found | run.scheduled(chart, *at),
        pull=chart.items(*at, "imagePullSecrets") or chart.items("global", "imagePullSecrets"),
    )
    return run.workload(
        "Deployment",
        f"{chart.fullname}{suffix}",
        where,
        spec,
        selector=_selector(chart, suffix),
        labels=_labels(chart, suffix) | (chart.texts(*at, "podLabels") or chart.texts("global", "podLabels")),
        replicas=chart.at(*at, "replicaCount"),
        strategy=chart.mapping(*at, "strategy"),
    )


def _webhook(chart: Chart, where: str) -> Iterator[Body]:
    at, name, labels = ("webhook",), _named(chart, "-webhook"), _labels(chart, "-webhook") | {"external-secrets.io/component": "webhook"}
    by_cert_manager, measured = chart.on(*at, "certManager", "enabled"), chart.on("serviceMonitor", "enabled")
    if chart.on(*at, "serviceAccount", "create"):
        yield to.body("ServiceAccount", _account(chart, "webhook", "webhook"), where)
    if chart.on(*at, "service", "enabled"):
        ports = [to.port("webhook", 443, "webhook")]
        if measured or chart.on(*at, "metrics", "service", "enabled"):
            ports.append(to.port("metrics", chart.at(*at, "metrics", "service", "port"), "metrics"))
        kind = chart.text(*at, "service", "type")
        yield to.service(name, where, ports, _selector(chart, "-webhook"), labels=labels, type=kind)
    for configuration, kinds in _HOOKS:
        hooks = [
            to.webhook(
                f"validate.{kind}.external-secrets.io",
                name,
                where,
                f"/validate-external-secrets-io-v1-{kind}",
                policy=chart.text(*at, "failurePolicy"),
            )
            for kind in kinds
        ]
        yield to.body("ValidatingWebhookConfiguration", configuration, webhooks=hooks)
    if not by_cert_manager:
        yield to.keyed("Secret", f"{chart.fullname}-webhook", where, (), labels=labels)
    elif chart.on(*at, "certManager", "cert", "create"):
        yield from to.every("Certificate", f"{chart.fullname}-webhook", where)
    listens = [
        run.listens("metrics", chart.at(*at, "metrics", "listen", "port")),
        run.listens("webhook", chart.at(*at, "port")),
        run.listens("ready", chart.at(*at, "readinessProbe", "port")),
    ]
    yield _pods(chart, where, "webhook", at, listens, volumes=(run.volume("certs", secret=f"{chart.fullname}-webhook"),))
    if chart.on(*at, "podDisruptionBudget", "enabled"):
        budget = chart.text(*at, "podDisruptionBudget", "nameOverride") or f"{chart.fullname}-webhook-pdb"
        yield to.budget(chart, budget, where, _selector(chart, "-webhook"), *at, "podDisruptionBudget")


def _certificates(chart: Chart, where: str) -> Iterator[Body]:
    """The part that writes the webhook's certificate into its Secret and its configuration."""
    at, suffix = ("certController",), "-cert-controller"
    account, role = _account(chart, "certController", "cert-controller"), f"{chart.fullname}-cert-controller"
    if chart.on(*at, "serviceAccount", "create"):
        yield to.body("ServiceAccount", account, where)
    if chart.on(*at, "rbac", "create"):
        yield to.body("ClusterRole", role)
        yield to.binding("ClusterRoleBinding", role, where, f"ClusterRole/{role}", account)
    if chart.on(*at, "metrics", "service", "enabled") or chart.on("serviceMonitor", "enabled"):
        port = to.port("metrics", chart.at(*at, "metrics", "service", "port"), "metrics")
        yield to.service(_named(chart, "-cert-controller-metrics"), where, [port], _selector(chart, suffix), labels=_labels(chart, suffix))
    listens = [
        run.listens("metrics", chart.at(*at, "metrics", "listen", "port")),
        run.listens("ready", chart.at(*at, "readinessProbe", "port")),
    ]
    yield _pods(chart, where, "cert-controller", at, listens)
    if chart.on(*at, "podDisruptionBudget", "enabled"):
        budget = chart.text(*at, "podDisruptionBudget", "nameOverride") or f"{chart.fullname}-cert-controller-pdb"
        yield to.budget(chart, budget, where, _selector(chart, suffix), *at, "podDisruptionBudget")


def _monitors(chart: Chart, where: str) -> Iterator[Body]:
    for suffix, switch in (("", ""), ("-webhook", "webhook"), ("-cert-controller", "certController")):
        if not switch or chart.on(switch, "create"):
            labels = _labels(chart, suffix)
            measured = {"app.kubernetes.io/metrics": suffix.removeprefix("-")} if suffix else {}
            chosen = _selector(chart, suffix) | measured | (chart.texts("commonLabels") if suffix else {})
            yield to.monitor(
                f"{chart.fullname}{suffix}-metrics",
                chart.text("serviceMonitor", "namespace") or where,
                labels | chart.texts("serviceMonitor", "additionalLabels"),
                chosen,
                ["metrics"],
                where={"matchNames": [where]},
            )


CONTRACT = Contract(chart="external-secrets", since=(2, 9, 0), until=(3, 0, 0), rendered=_rendered, made=_made, gap=unsaid(*_UNSAID))
