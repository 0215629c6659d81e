"""The policy traffic-url-names-a-service."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.calls.call import Call, calls
from crema.policies.model.whole import whole
from crema.policies.model.world import World

_SHOP = """
    apiVersion: v1
    kind: Service
    metadata: {name: inventory, namespace: shop}
    spec: {selector: {app: inventory}, ports: [{port: 80, targetPort: 8000}]}
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: tempo, namespace: monitoring}
    spec: {selector: {app: tempo}, ports: [{port: 4318}]}
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: inventory, namespace: shop}
    spec:
      template:
        metadata: {labels: {app: inventory}}
        spec: {containers: [{name: inventory, ports: [{containerPort: 8000}]}]}
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: order, namespace: shop}
    spec:
      template:
        metadata: {labels: {app: order}}
        spec:
          containers:
            - name: order
              env: [{name: NAME, value: 'VALUE'}]
"""


def _calls(name: str, value: str) -> str:
    return _SHOP.replace("NAME", name).replace("VALUE", value)


class UrlNamesAService(Policy[Call]):
    """The host in a URL, an address or a host variable names a Service of the cluster.

    Why: a name that no Service has is not resolved; every call to it fails, and the caller starts all the same.
    Fix: write the name of the Service, with its namespace where that is another one (service.namespace).
    Source: https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/

    Read are variables (ConfigMaps and `$(NAME)` included), arguments, mounted ConfigMaps, values of charts, datasources of Grafana and the
    URLs that facts say stand in the code. Names outside of the cluster are not judged. In somebody's directory a missing Service is a
    mistake where its namespace is here and is the caller's own, or a Service of nearly this name is there, or one of this name elsewhere.
    """

    id = "traffic-url-names-a-service"
    basis = "breaks"
    allowed = (
        Example(
            name="a Service that stands for another, which is there, and one for a host outside",
            manifests="""
    apiVersion: v1
    kind: Service
    metadata: {name: db, namespace: web}
    spec: {type: ExternalName, externalName: postgres.data.svc.cluster.local}
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: mail, namespace: web}
    spec: {type: ExternalName, externalName: smtp.example.com}
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: postgres, namespace: data}
    spec: {ports: [{port: 5432}]}
""",
            closed=True,
        ),
        Example(name="a Service of the caller's namespace", manifests=_calls("INVENTORY_URL", "http://inventory"), closed=True),
        Example(
            name="a Service of another namespace, in full",
            manifests=_calls("TRACES", "http://tempo.monitoring.svc.cluster.local:4318"),
            closed=True,
        ),
        Example(name="a name outside of the cluster", manifests=_calls("PAYMENT_URL", "https://api.stripe.com/v1"), closed=True),
        Example(name="a word that is no host", manifests=_calls("BREW_MODE", "inventry"), closed=True),
        Example(
            name="a namespace of which a directory has little",
            manifests=_calls("CACHE_HOST", "redis").replace("order, namespace: shop", "order, namespace: cafe"),
        ),
        Example(name="another stack in a namespace that is here in part", manifests=_calls("CACHE_HOST", "redis.shop.svc")),
    )
    denied = (
        Denied(
            name="a Service that stands for one that is not there",
            manifests="""
    apiVersion: v1
    kind: Service
    metadata: {name: db, namespace: web}
    spec: {type: ExternalName, externalName: postgres.data.svc.cluster.local}
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: postgresql, namespace: data}
    spec: {ports: [{port: 5432}]}
""",
            closed=True,
            at="Service/web/db",
            pointer="/spec/externalName",
            message="externalName is postgres.data.svc.cluster.local, and namespace data has no Service postgres; it has postgresql",
        ),
        Denied(
            name="a misspelt name",
            manifests=_calls("INVENTORY_SERVICE_URL", "http://inventry"),
            at="Deployment/shop/order",
            pointer="/spec/template/spec/containers/0/env/0/value",
            message="INVENTORY_SERVICE_URL is http://inventry, and namespace shop has no Service inventry; it has inventory",
        ),
        Denied(
            name="a Service of another namespace without that namespace",
            manifests=_calls("TRACES", "http://tempo:4318"),
            at="Deployment/shop/order",
            pointer="/spec/template/spec/containers/0/env/0/value",
            message="TRACES is http://tempo:4318, and namespace shop has no Service tempo; "
            "it is in namespace monitoring (tempo.monitoring)",
        ),
        Denied(
            name="a host variable, in a whole environment",
            manifests=_calls("DB_HOST", "mysql"),
            closed=True,
            at="Deployment/shop/order",
            pointer="/spec/template/spec/containers/0/env/0/value",
            message="DB_HOST is mysql, and namespace shop has no Service mysql",
        ),
        Denied(
            name="the namespace forgotten before svc",
            manifests=_calls("INVENTORY_URL", "http://inventory.svc.cluster.local"),
            at="Deployment/shop/order",
            pointer="/spec/template/spec/containers/0/env/0/value",
            message="INVENTORY_URL is http://inventory.svc.cluster.local, which is never found: "
            "a namespace is missing between inventory and svc",
        ),
        Denied(
            name="a URL that stands in the code",
            manifests=_calls("OTHER", "1").replace("inventory", "order").replace("monitoring}", "tracing}"),
            facts={"services": {"shop/order": {"port": 8000, "serves": "/", "fixed_urls": ["http://tempo.monitoring:4318/v1/traces"]}}},
            closed=True,
            at="Deployment/shop/order",
            pointer="",
            message="its code calls http://tempo.monitoring:4318/v1/traces, and namespace monitoring has no Service tempo; "
            "it is in namespace tracing (tempo.tracing)",
        ),
    )

    def targets(self, world: World) -> Iterable[Call]:
        """Every call to a host that may be one of the cluster."""
        return calls(world)

    def judge(self, world: World, target: Call) -> Iterator[Outcome]:
        """Look for the Service; say where one of this name or nearly this name is."""
        names, said = target.names, target.said
        if names.wrong:
            yield self.finding(target.node, f"{said}, which is never found: {names.wrong}", path=target.hops, subject=target.host)
            return
        if target.ending.service is not None or target.ending.broken not in {"service", "unknown"}:
            return
        known = world.derived(_services)
        elsewhere = known.get(names.service, ())
        near = get_close_matches(names.service, _of(world, names.namespace), n=1, cutoff=0.75)
        if target.ending.broken == "unknown" or not (world.closed or near or elsewhere or not names.sure):
            if target.sure and world.closed:
                yield self.undecided(target.manifest, f"whether namespace {names.namespace} has a Service {names.service}")
            return
        hint = f"; it has {near[0]}" if near else ""
        if elsewhere:
            hint = f"; it is in namespace {elsewhere[0]} ({names.service}.{elsewhere[0]})"
        where = f"namespace {names.namespace} has no Service {names.service}" if names.namespace else f"there is no Service {names.service}"
        yield self.finding(target.node, f"{said}, and {where}{hint}", path=target.hops, subject=target.host, hints=(target.key,))


def _of(world: World, namespace: str) -> tuple[str, ...]:
    return world.derived(_by_namespace).get(namespace, ())


def _by_namespace(world: World) -> Mapping[str, tuple[str, ...]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for manifest in whole(world).world.of("", "Service"):
        found[manifest.ref.namespace].append(manifest.ref.name)
    return {namespace: tuple(names) for namespace, names in found.items()}


def _services(world: World) -> Mapping[str, tuple[str, ...]]:
    """The namespaces of Services, by name."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for manifest in whole(world).world.of("", "Service"):
        found[manifest.ref.name].append(manifest.ref.namespace)
    return {name: tuple(sorted(set(namespaces))) for name, namespaces in found.items()}
