"""ingress-nginx: its pods. See `ingress_nginx.py`."""

from collections.abc import Iterator
from typing import Any

from crema.policies.contracts import bodies as to
from crema.policies.contracts import network_bodies as net
from crema.policies.contracts import pod_bodies as run
from crema.policies.contracts.bodies import Body
from crema.policies.contracts.chart import Chart
from crema.policies.contracts.ingress_nginx_webhook import Names


def arguments(chart: Chart, names: Names) -> list[str]:
    """What the controller is started with."""
    at, hook, service = ("controller",), ("controller", "admissionWebhooks"), ("controller", "service")
    internal, external = chart.on(*service, "internal", "enabled"), chart.on(*service, "external", "enabled")
    published = chart.text(*at, "publishService", "pathOverride") or f"$(POD_NAMESPACE)/{names.controller}"
    publishes = chart.on(*at, "publishService", "enabled") and chart.on(*service, "enabled")
    scoped, by_internal_ip = chart.on(*at, "scope", "enabled"), chart.text(*at, "reportNodeInternalIp")
    hooked, health = chart.on(*hook, "enabled"), chart.text(*at, "healthCheckPath")
    configured = chart.text(*at, "configMapNamespace") or "$(POD_NAMESPACE)"
    tcp, udp = (chart.text(*at, key, "configMapNamespace") or "$(POD_NAMESPACE)" for key in ("tcp", "udp"))
    watched = chart.text(*at, "scope", "namespace") or "$(POD_NAMESPACE)"
    chosen = chart.text(*at, "scope", "namespaceSelector")
    rows: list[tuple[Any, str]] = [
        (not chart.on(*at, "enableAnnotationValidations"), "--enable-annotation-validation=false"),
        (chart.on("defaultBackend", "enabled"), f"--default-backend-service=$(POD_NAMESPACE)/{names.backend}"),
        (publishes and external, f"--publish-service={published.removesuffix('-')}"),
        (publishes and internal and not external, f"--publish-service={published.removesuffix('-')}-internal"),
        (True, f"--election-id={chart.text(*at, 'electionID') or names.full + '-leader'}"),
        (True, f"--controller-class={chart.text(*at, 'ingressClassResource', 'controllerValue')}"),
        (chart.on(*at, "ingressClass"), f"--ingress-class={chart.text(*at, 'ingressClass')}"),
        (True, f"--configmap={configured}/{names.controller}"),
        (chart.on("tcp"), f"--tcp-services-configmap={tcp}/{names.full}-tcp"),
        (chart.on("udp"), f"--udp-services-configmap={udp}/{names.full}-udp"),
        (scoped, f"--watch-namespace={watched}"),
        (chosen and not scoped, f"--watch-namespace-selector={chosen}"),
        (by_internal_ip not in {"", "false"} and chart.on(*at, "hostNetwork"), f"--report-node-internal-ip-address={by_internal_ip}"),
        (hooked, f"--validating-webhook=:{chart.text(*hook, 'port')}"),
        (hooked, f"--validating-webhook-certificate={chart.text(*hook, 'certificate')}"),
        (hooked, f"--validating-webhook-key={chart.text(*hook, 'key')}"),
        (chart.on(*at, "maxmindLicenseKey"), "--maxmind-license-key"),
        (chart.on(*at, "healthCheckHost"), f"--healthz-host={chart.text(*at, 'healthCheckHost')}"),
        (health != "/healthz", f"--health-check-path={health}"),
        (chart.on(*at, "ingressClassByName"), "--ingress-class-by-name=true"),
        (chart.on(*at, "watchIngressWithoutClass"), "--watch-ingress-without-class=true"),
        (chart.on(*at, "metrics", "enabled"), f"--enable-metrics={chart.text(*at, 'metrics', 'enabled')}"),
        (chart.on(*at, "enableTopologyAwareRouting"), "--enable-topology-aware-routing=true"),
        (chart.on(*at, "disableLeaderElection"), "--disable-leader-election=true"),
        (chart.on(*at, "electionTTL"), f"--election-ttl={chart.text(*at, 'electionTTL')}"),
    ]
    more = [f"--{key}={value}" if value else f"--{key}" for key, value in sorted(chart.texts(*at, "extraArgs").items())]
    return ["/nginx-ingress-controller", *(argument for said, argument in rows if said), *more]


def raw_ports(chart: Chart) -> Iterator[tuple[str, str, str]]:
    """Name, number and protocol of each port of the values `tcp` and `udp`."""
    prefix = f"{chart.text('portNamePrefix')}-" if chart.on("portNamePrefix") else ""
    for protocol in ("tcp", "udp"):
        for number in sorted(chart.mapping(protocol)):
            yield f"{prefix}{number}-{protocol}", number, protocol.upper()


def pods(chart: Chart, names: Names, args: list[str]) -> Body:
    """The controller."""
    at, hook = ("controller",), ("controller", "admissionWebhooks")
    kind = chart.text(*at, "kind")
    on_host, hooked = chart.on(*at, "hostPort", "enabled"), chart.on(*hook, "enabled")
    ports = [
        run.listens(name, number, host=(chart.at(*at, "hostPort", "ports", name) or number) if on_host else None)
        for name, number in sorted(chart.mapping(*at, "containerPort").items())
    ]
    if chart.on(*at, "metrics", "enabled"):
        ports.append(run.listens(chart.text(*at, "metrics", "portName"), chart.at(*at, "metrics", "port")))
    if hooked:
        ports.append(run.listens("webhook", chart.at(*hook, "port")))
    for name, number, protocol in raw_ports(chart):
        ports.append(run.listens(name, number, protocol=protocol, host=number if on_host else None))
    volumes = run.volumes_of(chart.items(*at, "extraVolumes"))
    if hooked:
        keys = ("tls.crt", "tls.key") if chart.on(*hook, "certManager", "enabled") else ()
        volumes.append(run.volume("webhook-cert", secret=names.hook, keys=keys))
    if template := chart.text(*at, "customTemplate", "configMapName"):
        key = chart.text(*at, "customTemplate", "configMapKey")
        volumes.append(run.volume("nginx-template-volume", config=template, keys=(key,)))
    container = run.container(
        chart.text(*at, "containerName"),
        ports,
        resources=chart.mapping(*at, "resources"),
        env=chart.items(*at, "extraEnvs"),
        args=args,
    )
    spec = run.pod(
        [container, *chart.items(*at, "extraContainers")],
        account=names.account,
        init=chart.items(*at, "extraInitContainers"),
        volumes=volumes,
        host_network=chart.on(*at, "hostNetwork"),
        dns=chart.text(*at, "dnsPolicy"),
        scheduling=run.scheduled(chart, *at),
        pull=chart.items("imagePullSecrets"),
    )
    scaled = chart.on(*at, "autoscaling", "enabled") != chart.on(*at, "keda", "enabled")
    return run.workload(
        kind,
        names.controller,
        names.namespace,
        spec,
        selector=names.selector("controller"),
        labels=names.labels("controller") | chart.texts(*at, "podLabels"),
        replicas=None if kind == "DaemonSet" or scaled else chart.at(*at, "replicaCount"),
        strategy=chart.mapping(*at, "updateStrategy"),
    )


def default_backend(chart: Chart, names: Names) -> Iterator[Body]:
    """The default back end, which is off unless it is asked for."""
    at, namespace = ("defaultBackend",), names.namespace
    if not chart.on(*at, "enabled"):
        return
    selector = names.selector("default-backend")
    labels = names.labels("default-backend", own=False) | chart.texts(*at, "labels")
    created, named = chart.on(*at, "serviceAccount", "create"), chart.text(*at, "serviceAccount", "name")
    account = named or (f"{names.full}-backend" if created else "default-backend")
    if created:
        yield to.body("ServiceAccount", account, namespace)
    yield to.service(
        names.backend,
        namespace,
        [to.port("http", chart.at(*at, "service", "servicePort"), "http")],
        selector,
        labels=labels,
        type=chart.text(*at, "service", "type"),
    )
    container = run.container(
        f"{chart.short}-default-backend",
        [run.listens("http", chart.at(*at, "port"))],
        resources=chart.mapping(*at, "resources"),
        env=chart.items(*at, "extraEnvs"),
    )
    yield run.workload(
        "Deployment",
        names.backend,
        namespace,
        run.pod(
            [container],
            account=account,
            volumes=run.volumes_of(chart.items(*at, "extraVolumes")),
            scheduling=run.scheduled(chart, *at),
            pull=chart.items("imagePullSecrets"),
        ),
        selector=selector,
        labels=labels | chart.texts(*at, "podLabels"),
        replicas=None if chart.on(*at, "autoscaling", "enabled") else chart.at(*at, "replicaCount"),
        strategy=chart.mapping(*at, "updateStrategy"),
    )
    replicas = (
        chart.number(*at, "autoscaling", "minReplicas") if chart.on(*at, "autoscaling", "enabled") else chart.number(*at, "replicaCount")
    )
    if isinstance(replicas, int) and replicas > 1:
        yield to.budget(chart, names.backend, namespace, selector, *at)
    if chart.on(*at, "networkPolicy", "enabled"):
        rule = {"ports": [net.number("TCP", chart.at(*at, "port"))]}
        yield net.network_policy(names.backend, namespace, selector, ingress=[rule], types=("Ingress", "Egress"))
