"""Random whole platforms, built by our generators as charts build them: any services that call each other, under any names.

Everything drawn is right: what a policy finds in one of these is a fault of the policy or of a generator.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from charts.chart_repositories import ARGO, EXTERNAL_SECRETS, GRAFANA_COMMUNITY, INGRESS_NGINX
from crema.generators import (
    AlbSpec,
    ApplicationSpec,
    AppProjectSpec,
    CallSpec,
    ClusterFactsSpec,
    DirectorySpec,
    EcrPullSecretSpec,
    FactsSpec,
    GeneratedPasswordSpec,
    HelmChartSpec,
    IngressRouteSpec,
    KindClusterSpec,
    MySQLBackupSpec,
    MySQLSpec,
    NamespaceSpec,
    NginxSpec,
    PrerequisiteSpec,
    RootApplicationSpec,
    SecretKeySpec,
    StorageClassSpec,
    SuppliedSecretSpec,
    WebServiceSpec,
    app_project,
    application,
    bootstrap,
    ecr_pull_secret,
    facts,
    generated_password,
    ingress_route,
    kind_cluster,
    mysql,
    mysql_backup,
    namespace,
    supplied_secret,
    web_service,
)
from crema.generators.layout import file_name
from crema.generators.manifest import Document, Fact
from crema.generators.manifest import Manifest as Made
from crema.generators.others import app_of
from crema.policies.model.manifest import Manifest, Ref, ref_of
from crema.policies.model.world import World, world_of

_ENVIRONMENT = "made"
_REPOSITORY = "https://github.com/example/made-up"
_REGISTRY = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
_NODE = "kindest/node:v1.36.4@sha256:099e049362a1526b2db71494e1947aae99bd16290d7c895f2b7ea312e3cbfaed"
_TRACES = "http://tempo.monitoring:4318/v1/traces"
_DATABASE = "db"
_KINDS = {
    "": ("ConfigMap", "PersistentVolumeClaim", "Secret", "Service", "ServiceAccount"),
    "apps": ("DaemonSet", "Deployment", "StatefulSet"),
    "batch": ("CronJob", "Job"),
    "external-secrets.io": ("ExternalSecret",),
    "generators.external-secrets.io": ("ECRAuthorizationToken", "Password"),
    "monitoring.coreos.com": ("ServiceMonitor",),
    "networking.k8s.io": ("Ingress", "NetworkPolicy"),
    "policy": ("PodDisruptionBudget",),
    "rbac.authorization.k8s.io": ("Role", "RoleBinding"),
}
_CLUSTER_KINDS = {
    "": ("Namespace",),
    "admissionregistration.k8s.io": ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"),
    "apiextensions.k8s.io": ("CustomResourceDefinition",),
    "networking.k8s.io": ("IngressClass",),
    "rbac.authorization.k8s.io": ("ClusterRole", "ClusterRoleBinding"),
}
_NGINX = {
    "controller": {
        "kind": "DaemonSet",
        "hostNetwork": True,
        "dnsPolicy": "ClusterFirstWithHostNet",
        "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1, "maxSurge": 0}},
        "service": {"type": "ClusterIP"},
        "publishService": {"enabled": False},
        "reportNodeInternalIp": True,
    }
}

_names = st.from_regex(r"[a-z][a-z0-9]{1,6}(-[a-z0-9]{1,4})?", fullmatch=True).filter(lambda name: name not in {_DATABASE, "tempo"})
_ports = st.integers(1024, 65535)
_below = st.from_regex(r"/[a-z0-9]{1,6}(/[a-z0-9]{1,4})?", fullmatch=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Settings:
    """What a whole platform has in common. `on_kind`: a laptop with its own controller; else a load balancer outside of the cluster."""

    shop: str
    domain: str
    on_kind: bool
    traced: bool
    database: bool
    node: int

    @property
    def sources(self) -> tuple[str, ...]:
        return ("172.16.0.0/12", "10.244.0.1/32") if self.on_kind else ("10.0.0.0/20",)

    @property
    def controller(self) -> NginxSpec | AlbSpec:
        if self.on_kind:
            return NginxSpec()
        return AlbSpec(certificate_arn="arn:aws:acm:eu-west-1:123456789012:certificate/x", group="all")


@dataclass(frozen=True)
class Platform:
    """A world as a failed test shows it: by its files, not by all that is in them."""

    world: World

    def __repr__(self) -> str:
        """The objects."""
        return "\n".join(f"{manifest} ({manifest.file})" for manifest in self.world.manifests)


def platforms() -> st.SearchStrategy[Platform]:
    """Whole platforms: closed worlds, each right."""
    return _platforms().map(Platform)


@st.composite
def _platforms(draw: st.DrawFn) -> World:
    """A closed world: services of which any may call any other, perhaps a database with its backup, what they need, and who applies it."""
    settings = _Settings(
        shop=draw(_names),
        domain=draw(st.sampled_from(["10.0.0.7.nip.io", "shop.example.org"])),
        on_kind=draw(st.booleans()),
        traced=draw(st.booleans()),
        database=draw(st.booleans()),
        node=draw(st.integers(1, 3)),
    )
    services = draw(_services(settings))
    apps: dict[str, tuple[tuple[Made, ...], str]] = {spec.name: (_service(settings, spec), settings.shop) for spec in services}
    if settings.database:
        apps[_DATABASE] = (_with_backup(draw(st.booleans())), settings.shop)
    apps["secrets"] = (_secrets(settings), settings.shop)
    entry = IngressRouteSpec(
        name="argocd",
        namespace="argocd",
        controller=settings.controller,
        host=f"argocd.{settings.domain}",
        path="/",
        service="argocd-server",
        health_path="/healthz",
    )
    apps["entry"] = (ingress_route.build(entry), "argocd")
    apps["namespaces"] = (tuple(_namespaces(settings)), "argocd")
    apps["entry"] = (_entry(settings), "argocd")
    return _world(settings, {name: made for name, made in apps.items() if made[0]}, services)


@st.composite
def _services(draw: st.DrawFn, settings: _Settings) -> tuple[WebServiceSpec, ...]:
    names = draw(st.lists(_names, min_size=1, max_size=4, unique=True))
    roots = ["/", *(f"/api{path}" for path in draw(st.lists(_below, min_size=4, max_size=4, unique=True)))]
    ports = [draw(st.sampled_from([80, 8080, 9000])) for _ in names]
    listens = [draw(_ports) for _ in names]
    made = []
    for place, name in enumerate(names):
        callees = draw(st.lists(st.integers(0, len(names) - 1), max_size=2, unique=True))
        env: dict[str, str] = {"LEVEL": draw(st.sampled_from(["debug", "info"]))}
        appends: dict[str, str] = {}
        for callee in (each for each in callees if each != place):
            host = names[callee] + draw(
                st.sampled_from(["", f".{settings.shop}", f".{settings.shop}.svc", f".{settings.shop}.svc.cluster.local"])
            )
            url = f"http://{host}" + (f":{ports[callee]}" if ports[callee] != 80 or draw(st.booleans()) else "")
            variable = f"{names[callee].upper().replace('-', '_')}_URL"
            whole = roots[callee] == "/" or draw(st.booleans())
            env[variable] = url + (roots[callee] if whole and roots[callee] != "/" else "")
            if not whole:
                appends[variable] = roots[callee]
        calls = [CallSpec(app=names[callee], port=listens[callee]) for callee in callees if callee != place]
        if settings.database and draw(st.booleans()):
            env["DB_HOST"] = _DATABASE
            calls.append(CallSpec(app=_DATABASE, port=3306))
        if settings.traced:
            calls.append(CallSpec(app="tempo", namespace="monitoring", label="app.kubernetes.io/name", port=4318))
        made.append(
            WebServiceSpec(
                name=name,
                image=f"{_REGISTRY}/{name}:1.0",
                port=listens[place],
                root_path=roots[place],
                health=draw(st.sampled_from(["/health", "/healthz/ready"])),
                service_port=ports[place],
                replicas=draw(st.integers(1, 3)),
                env=env,
                secret_env={"DB_PASSWORD": SecretKeySpec(name="app-password", key="password")} if "DB_HOST" in env else {},
                calls=tuple(calls),
                admit_cidrs=settings.sources,
                image_pull_secrets=("pull",) if settings.on_kind else (),
                url_appends=appends,
                fixed_urls=(_TRACES,) if settings.traced else (),
            )
        )
    return tuple(made)


def _service(settings: _Settings, spec: WebServiceSpec) -> tuple[Made, ...]:
    route = IngressRouteSpec(
        name=spec.name,
        controller=settings.controller,
        host=f"www.{settings.domain}",
        path=spec.root_path,
        service=spec.name,
        service_port=spec.service_port,
        health_path=spec.health_path,
    )
    return (*web_service.build(spec), *ingress_route.build(route))


def _entry(settings: _Settings) -> tuple[Made, ...]:
    """The way to Argo CD, under the name that it takes for its own."""
    route = IngressRouteSpec(
        name="argocd",
        namespace="argocd",
        controller=settings.controller,
        host=f"argocd.{settings.domain}",
        path="/",
        service="argocd-server",
        health_path="/healthz",
    )
    return tuple(ingress_route.build(route))


def _with_backup(backed_up: bool) -> tuple[Made, ...]:
    password = SecretKeySpec(name="app-password", key="password")
    server = MySQLSpec(
        name=_DATABASE,
        image="docker.io/library/mysql:8.4.10",
        database="shop",
        user="app",
        password=password,
        root_password=SecretKeySpec(name="root-password", key="password"),
        storage="1Gi",
        storage_class="standard",
    )
    backup = MySQLBackupSpec(
        name="backup",
        image="docker.io/library/mysql:8.4.10",
        server=_DATABASE,
        database="shop",
        user="app",
        password=password,
        schedule="17 3 * * *",
        storage="1Gi",
        storage_class="standard",
    )
    return (*mysql.build(server), *(mysql_backup.build(backup) if backed_up else ()))


def _secrets(settings: _Settings) -> tuple[Made, ...]:
    made: list[Made] = []
    if settings.database:
        for name in ("app-password", "root-password"):
            made += generated_password.build(GeneratedPasswordSpec(name=name, keys=("password",)))
    if settings.on_kind:
        made += ecr_pull_secret.build(
            EcrPullSecretSpec(
                name="pull",
                region="eu-west-1",
                access_key_id=SecretKeySpec(name="aws", key="id"),
                secret_access_key=SecretKeySpec(name="aws", key="key"),
            )
        )
    return tuple(made)


def _namespaces(settings: _Settings) -> Iterable[Made]:
    yield from namespace.build(NamespaceSpec(name=settings.shop, holds_data=True))
    yield from namespace.build(NamespaceSpec(name="argocd", holds_data=True))
    if settings.database or settings.on_kind:
        yield from namespace.build(NamespaceSpec(name="external-secrets", holds_data=True))
    if settings.traced:
        yield from namespace.build(NamespaceSpec(name="monitoring", pod_security="privileged", holds_data=True))
    if settings.on_kind:
        yield from namespace.build(NamespaceSpec(name="ingress-nginx", pod_security="privileged"))


def _charts(settings: _Settings) -> Iterable[ApplicationSpec]:
    def chart(name: str, repository: str, version: str, into: str, **more: Any) -> ApplicationSpec:
        deploys = HelmChartSpec(
            repository=repository, chart=name, version=version, release=more.pop("release", name), values=more.pop("values", {})
        )
        return ApplicationSpec(name=name, project="platform", namespace=into, deploys=deploys, **more)

    scheme = "http" if settings.on_kind else "https"
    cm = {"url": f"{scheme}://argocd.{settings.domain}", "timeout.reconciliation": "180s", "timeout.reconciliation.jitter": "0s"}
    argo = {
        "global": {"domain": f"argocd.{settings.domain}"},
        "configs": {"cm": cm, "params": {"server.insecure": True}},
        "dex": {"enabled": False},
    }
    yield chart("argo-cd", ARGO, "10.1.1", "argocd", release="argocd", values=argo, keep=True)
    if settings.database or settings.on_kind:
        yield chart("external-secrets", EXTERNAL_SECRETS, "2.9.0", "external-secrets", keep=True)
    if settings.traced:
        yield chart("tempo", GRAFANA_COMMUNITY, "2.2.4", "monitoring", keep=True)
    if settings.on_kind:
        yield chart("ingress-nginx", INGRESS_NGINX, "4.15.1", "ingress-nginx", values=_NGINX)


def _applications(settings: _Settings, apps: Mapping[str, list[Manifest]]) -> Iterable[Made]:
    charts = (*_charts(settings),)
    places = {settings.shop, "argocd", *(spec.namespace for spec in charts)}
    yield from app_project.build(
        AppProjectSpec(
            name="platform",
            description="All of it.",
            repositories=(_REPOSITORY, *(spec.deploys.repository for spec in charts)),
            namespaces=tuple(places),
            cluster_kinds=_CLUSTER_KINDS,
            namespaced_kinds=_KINDS,
        )
    )
    for spec in charts:
        yield from application.build(spec)
    for name, manifests in apps.items():
        app = app_of(name, [manifest.body for manifest in manifests])
        spec = ApplicationSpec(
            name=name,
            project="platform",
            namespace=min(app.namespaces, default="argocd"),
            deploys=DirectorySpec(repository=_REPOSITORY, revision="main", path=f"dist/{_ENVIRONMENT}/{name}"),
            keep=app.holds_data,
            custom_resources=app.custom_resources,
        )
        yield from application.build(spec)


def _facts(settings: _Settings, services: tuple[WebServiceSpec, ...]) -> tuple[Document, ...]:
    alb = PrerequisiteSpec(name="aws-load-balancer-controller", provides="IngressClass alb: one load balancer for the Ingresses of a group")
    cluster = ClusterFactsSpec(
        nodes=1 if settings.on_kind else settings.node,
        cpu="4",
        memory="8Gi",
        storage_classes=(StorageClassSpec(name="standard", default=True),),
        registries=() if settings.on_kind else (_REGISTRY,),
        prerequisites=() if settings.on_kind else (alb,),
    )
    others: list[Fact] = []
    for spec in services:
        fact = web_service.fact(spec)
        others.append(Fact(section=fact.section, key=f"{settings.shop}/{fact.key}", body=fact.body))
    if settings.on_kind:
        others += supplied_secret.build(
            SuppliedSecretSpec(name="aws", namespace=settings.shop, keys=("id", "key"), why="an access key that may pull images")
        )
    documents = facts.build(FactsSpec(cluster=cluster, ingress_sources=settings.sources, others=tuple(others)))
    kind = KindClusterSpec(name="made", image=_NODE, ports={80: 80, 443: 443})
    return (*documents, *(kind_cluster.build(kind) if settings.on_kind else ()))


def _world(settings: _Settings, apps: Mapping[str, tuple[tuple[Made, ...], str]], services: tuple[WebServiceSpec, ...]) -> World:
    read: defaultdict[str, list[Manifest]] = defaultdict(list)
    for name, (made, place) in apps.items():
        cluster_scoped = {"Namespace"}
        for one in made:
            body = one.as_dict()
            if one.namespace is None and one.kind not in cluster_scoped:
                body["metadata"]["namespace"] = place
            read[name].append(_read(body, name))
    root = [_read(one.as_dict(), "_root") for one in _applications(settings, read)]
    top = RootApplicationSpec(repository=_REPOSITORY, revision="main", path=f"dist/{_ENVIRONMENT}")
    started = [_read(dict(document.body), "_bootstrap", document.name) for document in bootstrap.build_root(top)]
    documents = [
        Manifest(
            ref=Ref(group="", kind="", namespace="", name=f"{_ENVIRONMENT}/{document.name}"),
            api_version="",
            body=_plain(document.body),
            file=f"dist/{_ENVIRONMENT}/_bootstrap/{document.name}",
            environment="repository",
            app="_bootstrap",
            bootstrap=True,
            origin="synthesised",
        )
        for document in _facts(settings, services)
    ]
    every = [*(manifest for manifests in read.values() for manifest in manifests), *root, *started]
    known = next(document.body for document in documents if document.ref.name.endswith("/facts.yaml"))
    return world_of(every, _ENVIRONMENT, documents=documents, closed=True, facts=known)


def _read(body: dict[str, Any], app: str, name: str = "") -> Manifest:
    """An object as it would be read from its file."""
    plain = _plain(body)
    return Manifest(
        ref=ref_of(plain),
        api_version=str(plain["apiVersion"]),
        body=plain,
        file=f"dist/{_ENVIRONMENT}/{app}/{name or file_name(plain)}",
        environment=_ENVIRONMENT,
        app=app,
        bootstrap=app == "_bootstrap",
        origin="synthesised",
    )


def _plain(value: Any) -> Any:
    """Mappings and tuples as what YAML gives."""
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value
