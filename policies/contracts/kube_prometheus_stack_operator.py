"""kube-prometheus-stack: the operator and its webhook. See `kube_prometheus_stack_objects.py`."""

from collections.abc import Iterator

from crema.policies.contracts import bodies as to
from crema.policies.contracts import network_bodies as net
from crema.policies.contracts import pod_bodies as run
from crema.policies.contracts.bodies import Body
from crema.policies.contracts.chart import Chart
from crema.policies.contracts.kube_prometheus_stack_names import Names

_AT = ("prometheusOperator",)
_HOOK = (*_AT, "admissionWebhooks")
_HOOKS = (
    ("MutatingWebhookConfiguration", (("prometheusrulemutate", "admission-prometheusrules/mutate"),)),
    (
        "ValidatingWebhookConfiguration",
        (
            ("prometheusrulevalidate", "admission-prometheusrules/validate"),
            ("alertmanagerconfigsvalidate", "admission-alertmanagerconfigs/validate"),
        ),
    ),
)
_ALWAYS = "pre-install,pre-upgrade,post-install,post-upgrade"


def rendered(chart: Chart, names: Names) -> Iterator[Body]:
    """The operator, unless it is off."""
    if chart.on("global", "rbac", "create") and chart.on("global", "rbac", "createAggregateClusterRoles"):
        for verb in ("view", "edit"):
            yield to.body("ClusterRole", f"{names.full}-prometheus-crd-{verb}")
    if chart.on(*_AT, "networkPolicy", "enabled") and chart.text(*_AT, "networkPolicy", "flavor") == "kubernetes":
        number = chart.number(*_AT, "tls", "internalPort") if chart.on(*_AT, "tls", "enabled") else 8080
        chosen = _selector(chart, names) | chart.texts(*_AT, "networkPolicy", "matchLabels")
        yield net.network_policy(
            names.operator, names.namespace, chosen, ingress=[{"ports": [{"port": number}]}], egress=[{}], types=("Egress", "Ingress")
        )
    if chart.on(*_HOOK, "certManager", "enabled"):
        yield from _certificates(chart, names)
    if chart.on(*_AT, "podDisruptionBudget", "enabled"):
        yield to.budget(chart, names.operator, names.namespace, _selector(chart, names), *_AT, "podDisruptionBudget")
    if chart.on(*_AT, "enabled"):
        yield from _operator(chart, names)
        if chart.on(*_HOOK, "enabled"):
            yield from _webhooks(chart, names)


def by_jobs(chart: Chart) -> bool:
    """Whether Jobs make the certificate of the webhook."""
    on = chart.on(*_AT, "enabled") and chart.on(*_HOOK, "enabled") and chart.on(*_HOOK, "patch", "enabled")
    return on and not chart.on(*_HOOK, "certManager", "enabled")


def by_cert_manager(chart: Chart) -> bool:
    """Whether cert-manager makes it."""
    return chart.on(*_HOOK, "certManager", "enabled")


def _selector(chart: Chart, names: Names) -> dict[str, str]:
    return {"app": f"{names.short}-operator", "release": chart.release}


def _labels(names: Names) -> dict[str, str]:
    own = {"app.kubernetes.io/name": f"{names.short}-prometheus-operator", "app.kubernetes.io/component": "prometheus-operator"}
    return names.labels("operator") | own


def _operator(chart: Chart, names: Names) -> Iterator[Body]:
    name, at, labels, selector = names.operator, (*_AT, "service"), _labels(names), _selector(chart, names)
    account, secure, kind = chart.account(*_AT, "serviceAccount", fullname=name), chart.on(*_AT, "tls", "enabled"), chart.text(*at, "type")
    node = chart.at(*at, "nodePortTls" if secure else "nodePort") if kind == "NodePort" else None
    port = to.port("https", 443, "https", node=node) if secure else to.port("http", 8080, "http", node=node)
    own = labels | chart.texts(*at, "labels")
    more = to.exposed(chart, *at) if kind != "ClusterIP" else None
    yield to.service(name, names.namespace, [port], selector, labels=own, type=kind, cluster_ip=chart.text(*at, "clusterIP"), more=more)
    if chart.on(*_AT, "serviceAccount", "create"):
        yield to.body("ServiceAccount", account, names.namespace, imagePullSecrets=names.pull)
    if chart.on("global", "rbac", "create"):
        yield to.body("ClusterRole", name)
        yield to.binding("ClusterRoleBinding", name, names.namespace, f"ClusterRole/{name}", account)
    if chart.on(*_AT, "serviceMonitor", "selfMonitor"):
        more_labels = chart.texts(*_AT, "serviceMonitor", "additionalLabels")
        where: Body = {"matchNames": [names.namespace]}
        yield to.monitor(name, names.namespace, labels | more_labels, selector, ["https" if secure else "http"], where=where)
    listens = run.listens("https", chart.at(*_AT, "tls", "internalPort")) if secure else run.listens("http", 8080)
    volumes = [run.volume("tls-secret", secret=f"{names.full}-admission")] if secure else []
    host = chart.on(*_AT, "hostNetwork")
    yield run.workload(
        "Deployment",
        name,
        names.namespace,
        run.pod(
            [run.container(names.short, [listens], resources=chart.mapping(*_AT, "resources"))],
            account=account,
            volumes=[*volumes, *run.volumes_of(chart.items(*_AT, "extraVolumes"))],
            host_network=host,
            dns="ClusterFirstWithHostNet" if host else "",
            scheduling=run.scheduled(chart, *_AT),
            pull=names.pull,
        ),
        selector=selector,
        labels=labels | chart.texts(*_AT, "podLabels"),
        replicas=1,
        strategy=chart.mapping(*_AT, "strategy"),
    )


def _webhooks(chart: Chart, names: Names) -> Iterator[Body]:
    name = f"{names.full}-admission"
    asked, patched = chart.text(*_HOOK, "failurePolicy"), chart.on(*_HOOK, "patch", "enabled")
    # Argo CD renders each time as for an installation.
    policy = "Ignore" if asked == "IgnoreOnInstallOnly" else asked or ("Ignore" if patched else "Fail")
    service = names.operator + ("-webhook" if chart.on(*_HOOK, "deployment", "enabled") else "")
    for kind, hooks in _HOOKS:
        found = [to.webhook(f"{one}.monitoring.coreos.com", service, names.namespace, f"/{path}", policy=policy) for one, path in hooks]
        yield to.body(kind, name, webhooks=found)
    if by_jobs(chart):
        yield from _jobs(chart, names, name)


def _jobs(chart: Chart, names: Names, name: str) -> Iterator[Body]:
    at = (*_HOOK, "patch")
    if chart.on(*at, "serviceAccount", "create"):
        pull = names.pull
        yield to.body("ServiceAccount", name, names.namespace, annotations={"helm.sh/hook": _ALWAYS}, imagePullSecrets=pull)
    if chart.on("global", "rbac", "create"):
        for scope in ("", "Cluster"):
            yield from to.every(f"{scope}Role", name, names.namespace, hook=_ALWAYS)
            yield to.binding(f"{scope}RoleBinding", name, names.namespace, f"{scope}Role/{name}", name, hook=_ALWAYS)
    for part, hook in (("create", "pre-install,pre-upgrade"), ("patch", "post-install,post-upgrade")):
        labels = names.labels(f"admission-{part}") | {
            "app.kubernetes.io/name": f"{names.short}-prometheus-operator",
            "app.kubernetes.io/component": "prometheus-operator-webhook",
        }
        container = run.container(part, resources=chart.mapping(*at, "resources"))
        spec = run.pod([container], account=name, scheduling=run.scheduled(chart, *at), pull=names.pull)
        yield run.workload("Job", f"{name}-{part}", names.namespace, spec, labels=labels, hook=hook)
        if chart.on(*_AT, "networkPolicy", "enabled") and chart.text(*_AT, "networkPolicy", "flavor") == "kubernetes":
            chosen = {"app": labels["app"]} | (chart.texts(*_AT, "networkPolicy", "matchLabels") or labels)
            yield net.network_policy(f"{name}-{part}", names.namespace, chosen, egress=[{}], hook=hook)


def _certificates(chart: Chart, names: Names) -> Iterator[Body]:
    if not chart.on(*_HOOK, "certManager", "issuerRef"):
        yield from to.every("Issuer", f"{names.full}-self-signed-issuer", names.namespace)
        yield from to.every("Certificate", f"{names.full}-root-cert", names.namespace)
        yield from to.every("Issuer", f"{names.full}-root-issuer", names.namespace)
    yield from to.every("Certificate", f"{names.full}-admission", names.namespace)
