"""ingress-nginx: its names, and the webhook that refuses wrong Ingresses. See `ingress_nginx.py`."""

from collections.abc import Iterator
from dataclasses import dataclass

from crema.policies.contracts import bodies as to
from crema.policies.contracts import network_bodies as net
from crema.policies.contracts import pod_bodies as run
from crema.policies.contracts.bodies import Body
from crema.policies.contracts.chart import Chart, chart_of
from crema.policies.model.helm import Release

_AT = ("controller", "admissionWebhooks")
_ALWAYS = "pre-install,pre-upgrade,post-install,post-upgrade"
_KEDA = "controller.keda is on, and what it makes is not in the contract"


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What the objects of a release are called. `hook`: the webhook, and the Secret with its certificate."""

    full: str
    namespace: str
    controller: str
    backend: str
    hook: str
    account: str
    common: dict[str, str]
    more: dict[str, str]
    by_controller: dict[str, str]

    @classmethod
    def of(cls, chart: Chart) -> "Names":
        """The names of a chart's objects."""
        full = chart.fullname
        return cls(
            full=full,
            namespace=chart.fit(chart.text("namespaceOverride") or chart.namespace),
            controller=chart.fit(f"{full}-{chart.text('controller', 'name')}"),
            backend=chart.fit(f"{full}-{chart.text('defaultBackend', 'name')}"),
            hook=chart.fit(f"{full}-{chart.text(*_AT, 'name')}"),
            account=chart.account("serviceAccount"),
            common={"app.kubernetes.io/name": chart.short, "app.kubernetes.io/instance": chart.release},
            more={"app.kubernetes.io/part-of": chart.short, "app.kubernetes.io/managed-by": "Helm"} | chart.texts("commonLabels"),
            by_controller=chart.texts("controller", "labels"),
        )

    def selector(self, component: str) -> dict[str, str]:
        """What selects the pods of a component."""
        return self.common | {"app.kubernetes.io/component": component}

    def labels(self, component: str, *, own: bool = True) -> dict[str, str]:
        """The labels of a component's objects; `own`: those of `controller.labels` too."""
        return self.common | self.more | {"app.kubernetes.io/component": component} | (self.by_controller if own else {})


def rendered(chart: Chart, names: Names) -> Iterator[Body]:
    """The webhook, its Service, and what makes its certificate."""
    if not chart.on(*_AT, "enabled"):
        return
    number, service = chart.at(*_AT, "service", "servicePort"), f"{names.controller}-admission"
    yield to.service(
        service,
        names.namespace,
        [to.port("https-webhook", number, "webhook")],
        names.selector("controller"),
        labels=names.labels("controller"),
        type=chart.text(*_AT, "service", "type"),
    )
    policy = chart.text(*_AT, "failurePolicy") or "Fail"
    at = to.webhook(
        "validate.nginx.ingress.kubernetes.io", service, names.namespace, "/networking/v1/ingresses", policy=policy, number=number
    )
    yield to.body("ValidatingWebhookConfiguration", names.hook, webhooks=[at])
    if chart.on(*_AT, "certManager", "enabled"):
        yield from _by_cert_manager(chart, names)
    elif chart.on(*_AT, "patch", "enabled"):
        yield from _by_jobs(chart, names)


def _by_cert_manager(chart: Chart, names: Names) -> Iterator[Body]:
    if not chart.on(*_AT, "certManager", "issuerRef"):
        yield from to.every("Issuer", f"{names.full}-self-signed-issuer", names.namespace)
        yield from to.every("Certificate", f"{names.full}-root-cert", names.namespace)
        yield from to.every("Issuer", f"{names.full}-root-issuer", names.namespace)
    yield from to.every("Certificate", names.hook, names.namespace)


def _by_jobs(chart: Chart, names: Names) -> Iterator[Body]:
    """Two Jobs: one makes the certificate before the release is there, one writes it into the webhook afterwards."""
    at, namespace = (*_AT, "patch"), names.namespace
    account = chart.account(*at, "serviceAccount", fullname=names.hook)
    if chart.on(*at, "serviceAccount", "create"):
        yield from to.every("ServiceAccount", account, namespace, hook=_ALWAYS)
    if chart.on(*at, "rbac", "create"):
        for scope in ("", "Cluster"):
            yield from to.every(f"{scope}Role", names.hook, namespace, hook=_ALWAYS)
            yield to.binding(f"{scope}RoleBinding", names.hook, namespace, f"{scope}Role/{names.hook}", account, hook=_ALWAYS)
    if chart.on(*at, "networkPolicy", "enabled"):
        selector = names.selector("admission-webhook")
        yield net.network_policy(names.hook, namespace, selector, egress=[{}], types=("Ingress", "Egress"), hook=_ALWAYS)
    for job, container, hook in (
        ("createSecretJob", "create", "pre-install,pre-upgrade"),
        ("patchWebhookJob", "patch", "post-install,post-upgrade"),
    ):
        spec = run.pod(
            [run.container(container, resources=chart.mapping(*_AT, job, "resources"), env=chart.items(*_AT, "extraEnvs"))],
            account=account,
            volumes=run.volumes_of(chart.items(*_AT, job, "volumes")),
            scheduling=run.scheduled(chart, *at),
            pull=chart.items("imagePullSecrets"),
        )
        labels = names.labels("admission-webhook", own=False) | chart.texts(*at, "labels")
        name = chart.fit(f"{names.hook}-{chart.text(*_AT, job, 'name')}")
        yield run.workload("Job", name, namespace, spec, labels=labels, hook=hook)


def made(release: Release) -> Iterator[Body]:
    """The Secret with the webhook's certificate: by the first Job, or by cert-manager."""
    chart = chart_of(release)
    names = Names.of(chart)
    if chart.on(*_AT, "enabled") and chart.on(*_AT, "certManager", "enabled"):
        yield to.keyed("Secret", names.hook, names.namespace, ("ca.crt", "tls.crt", "tls.key"))
    elif chart.on(*_AT, "enabled") and chart.on(*_AT, "patch", "enabled"):
        yield to.keyed("Secret", names.hook, names.namespace, ("ca", "cert", "key"))


def gap(release: Release) -> str:
    """A ScaledObject of KEDA is the one thing that is not known."""
    return _KEDA if chart_of(release).on("controller", "keda", "enabled") else ""
