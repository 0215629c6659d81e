"""A stateless HTTP service: Deployment, Service, ServiceAccount, NetworkPolicies and, with more than one replica, a PodDisruptionBudget."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from constructs import Construct

from crema.generators import network_policy
from crema.generators.checks import (
    AnyText,
    Bytes,
    Cidr,
    Cpu,
    DnsName,
    EnvName,
    FilePath,
    HttpUrl,
    Image,
    NodePort,
    Port,
    Replicas,
    ServiceName,
    UrlPath,
    UserId,
)
from crema.generators.manifest import Fact, Manifest
from crema.generators.network_policy import CallSpec, NetworkPoliciesSpec
from crema.generators.part import Part
from crema.generators.quantity import exceeds
from crema.generators.restricted import container_security, pod_security
from crema.generators.spec import Mistake, SecretKeySpec, Spec, rule

# The container port's name: the Service and the probes name it, so that the number stands in one place.
_PORT_NAME = "http"
# The router of a service is mounted under this variable, so that the path it serves stands in its manifest.
_ROOT_PATH = "ROOT_PATH"
_ANY_USER = 10001


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourcesSpec(Spec):
    """What the container asks for and may use. No CPU limit: throttling a web service only makes it slow.

    Args:
        cpu: requested CPU, such as 50m.
        memory: requested memory, such as 96Mi.
        memory_limit: above this it is killed, such as 192Mi.

    """

    cpu: Cpu = "50m"
    memory: Bytes = "96Mi"
    memory_limit: Bytes = "192Mi"

    @rule("memory", "memory_limit")
    def _request_within_limit(self) -> Iterator[Mistake]:
        """The API server refuses a request above its limit."""
        if exceeds(self.memory, self.memory_limit):
            yield self.mistake("memory", f"at most memory_limit, which is {self.memory_limit!r}", self.memory)

    def body(self) -> dict[str, Any]:
        """The container's `resources`."""
        return {"requests": {"cpu": self.cpu, "memory": self.memory}, "limits": {"memory": self.memory_limit}}


@dataclass(frozen=True, slots=True, kw_only=True)
class WebServiceSpec(Spec):
    """A web service and everything around it.

    Args:
        name: of all its objects; its pods are labelled ``app: <name>``.
        image: with a tag or digest that stays.
        port: the port its container listens on (above 1023: it does not run as root).
        health: the path of its health check, below `root_path`.
        root_path: the path it serves everything under; handed to it as the variable ROOT_PATH.
        service_port: the port its Service listens on.
        node_port: also reachable on this port of every node (Service type NodePort).
        replicas: how many pods; more than one brings a PodDisruptionBudget and spreads them over nodes.
        env: plain variables. secret_env: variables from Secrets that something else creates.
        resources: requests and limits.
        calls: whom it calls: the only connections it may open.
        admit_cidrs: address ranges that may call it, beside the callers that declare it.
        writable_paths: directories it writes to; everything else in its container is read-only.
        run_as_user: the numeric user of the image.
        image_pull_secrets: Secrets with registry credentials.
        url_appends: what its code appends to the URL in a variable; nothing to a URL that is not named here.
        fixed_urls: URLs that stand in its code.
        page_paths: paths that its pages ask of the host they came from.

    """

    name: ServiceName
    image: Image
    port: Port
    health: UrlPath
    root_path: UrlPath = "/"
    service_port: Port = 80
    node_port: NodePort | None = None
    replicas: Replicas = 1
    env: Mapping[EnvName, AnyText] = field(default_factory=dict)
    secret_env: Mapping[EnvName, SecretKeySpec] = field(default_factory=dict)
    resources: ResourcesSpec = field(default_factory=ResourcesSpec)
    calls: tuple[CallSpec, ...] = ()
    admit_cidrs: tuple[Cidr, ...] = ()
    writable_paths: tuple[FilePath, ...] = ("/tmp",)
    run_as_user: UserId = _ANY_USER
    image_pull_secrets: tuple[DnsName, ...] = ()
    url_appends: Mapping[EnvName, UrlPath] = field(default_factory=dict)
    fixed_urls: tuple[HttpUrl, ...] = ()
    page_paths: tuple[UrlPath, ...] = ()

    @property
    def health_path(self) -> str:
        """The whole path of the health check: always under `root_path`."""
        return joined(self.root_path, self.health)

    @rule("port")
    def _unprivileged_port(self) -> Iterator[Mistake]:
        if self.port < 1024:
            yield self.mistake("port", "above 1023, since the container does not run as root", self.port)

    @rule("env", "secret_env")
    def _each_variable_once(self) -> Iterator[Mistake]:
        for name in sorted({*self.env, *self.secret_env}):
            if name == _ROOT_PATH:
                yield self.mistake("env" if name in self.env else "secret_env", f"without {name}, which root_path sets", name)
            elif name in self.env and name in self.secret_env:
                yield self.mistake("secret_env", f"without {name}, which env sets already", self.secret_env[name])

    @rule("env", "url_appends")
    def _appends_to_its_variables(self) -> Iterator[Mistake]:
        for name in sorted(set(self.url_appends) - set(self.env)):
            yield self.mistake("url_appends", "keyed by variables of env", name)

    @rule("writable_paths")
    def _each_path_once(self) -> Iterator[Mistake]:
        if len(set(self.writable_paths)) < len(self.writable_paths):
            yield self.mistake("writable_paths", "free of repetitions", self.writable_paths)

    @rule("name", "port", "admit_cidrs", "calls")
    def _policies_are_right(self) -> Iterator[Mistake]:
        yield from _policies(self).mistakes()


def joined(root_path: str, path: str) -> str:
    """`path` below `root_path`, with one slash between them."""
    return path if root_path == "/" else root_path if path == "/" else root_path + path


def build(spec: WebServiceSpec) -> tuple[Manifest, ...]:
    """All manifests of the service; the same spec always gives the same ones."""
    manifests = [_deployment(spec), _service(spec), _service_account(spec)]
    if spec.replicas > 1:
        manifests.append(_disruption_budget(spec))
    return (*manifests, *network_policy.build(_policies(spec)))


def fact(spec: WebServiceSpec) -> Fact:
    """What its manifests do not say: the path it serves everything under, and which URLs it calls how."""
    body: dict[str, Any] = {"port": spec.port, "serves": spec.root_path, "health": spec.health_path}
    if spec.url_appends:
        body["url_appends"] = dict(spec.url_appends)
    if spec.fixed_urls:
        body["fixed_urls"] = list(spec.fixed_urls)
    if spec.page_paths:
        body["page_paths"] = list(spec.page_paths)
    return Fact(section="services", key=spec.name, body=body, namespaced=True)


def _all(spec: WebServiceSpec) -> tuple[Manifest | Fact, ...]:
    return (*build(spec), fact(spec))


def _policies(spec: WebServiceSpec) -> NetworkPoliciesSpec:
    return NetworkPoliciesSpec(name=spec.name, port=spec.port, admit_cidrs=spec.admit_cidrs, calls=spec.calls)


def _labels(spec: WebServiceSpec) -> dict[str, str]:
    return {"app": spec.name, "app.kubernetes.io/name": spec.name, "app.kubernetes.io/managed-by": "crema"}


def _selector(spec: WebServiceSpec) -> dict[str, str]:
    return {"app": spec.name}


def _deployment(spec: WebServiceSpec) -> Manifest:
    pod: dict[str, Any] = {
        "serviceAccountName": spec.name,
        "automountServiceAccountToken": False,
        "securityContext": pod_security(spec.run_as_user),
        "containers": [_container(spec)],
        "terminationGracePeriodSeconds": 30,
    }
    if spec.writable_paths:
        pod["volumes"] = [{"name": _volume_name(i), "emptyDir": {}} for i, _ in enumerate(spec.writable_paths)]
    if spec.image_pull_secrets:
        pod["imagePullSecrets"] = [{"name": name} for name in spec.image_pull_secrets]
    if spec.replicas > 1:
        pod["topologySpreadConstraints"] = [
            {
                "maxSkew": 1,
                "topologyKey": "kubernetes.io/hostname",
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": {"matchLabels": _selector(spec)},
            }
        ]
    return Manifest(
        api_version="apps/v1",
        kind="Deployment",
        name=spec.name,
        labels=_labels(spec),
        body={
            "spec": {
                "replicas": spec.replicas,
                "revisionHistoryLimit": 3,
                "selector": {"matchLabels": _selector(spec)},
                # A new pod must be ready before an old one goes: with one replica anything else is an outage at each roll-out.
                "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
                "template": {"metadata": {"labels": _labels(spec)}, "spec": pod},
            }
        },
    )


def _container(spec: WebServiceSpec) -> dict[str, Any]:
    check = {"httpGet": {"path": spec.health_path, "port": _PORT_NAME}}
    variables: dict[str, dict[str, Any]] = {name: {"value": value} for name, value in spec.env.items()}
    if spec.root_path != "/":
        variables[_ROOT_PATH] = {"value": spec.root_path}
    for name, secret in spec.secret_env.items():
        variables[name] = {"valueFrom": secret.variable()}
    container: dict[str, Any] = {
        "name": spec.name,
        "image": spec.image,
        "imagePullPolicy": "IfNotPresent",
        "ports": [{"name": _PORT_NAME, "containerPort": spec.port, "protocol": "TCP"}],
        "resources": spec.resources.body(),
        # Start-up gets two minutes; after that, readiness takes a slow pod out of the Service and liveness restarts a dead one.
        "startupProbe": {**check, "periodSeconds": 2, "timeoutSeconds": 2, "failureThreshold": 60},
        "readinessProbe": {**check, "periodSeconds": 5, "timeoutSeconds": 2, "failureThreshold": 2},
        "livenessProbe": {**check, "periodSeconds": 10, "timeoutSeconds": 5, "failureThreshold": 6},
        # The endpoint vanishes from proxies a moment after the pod is told to stop; until then it must still answer.
        "lifecycle": {"preStop": {"sleep": {"seconds": 5}}},
        "securityContext": container_security(),
    }
    # The API server drops empty lists; one in git would be a difference that never goes away.
    if variables:
        container["env"] = [{"name": name, **variables[name]} for name in sorted(variables)]
    if spec.writable_paths:
        container["volumeMounts"] = [{"name": _volume_name(i), "mountPath": path} for i, path in enumerate(spec.writable_paths)]
    return container


def _volume_name(index: int) -> str:
    return f"writable-{index}"


def _service(spec: WebServiceSpec) -> Manifest:
    port: dict[str, Any] = {"name": _PORT_NAME, "port": spec.service_port, "targetPort": _PORT_NAME, "protocol": "TCP"}
    if spec.node_port is not None:
        port["nodePort"] = spec.node_port
    kind = "ClusterIP" if spec.node_port is None else "NodePort"
    body = {"spec": {"type": kind, "selector": _selector(spec), "ports": [port]}}
    return Manifest(api_version="v1", kind="Service", name=spec.name, labels=_labels(spec), body=body)


def _service_account(spec: WebServiceSpec) -> Manifest:
    body = {"automountServiceAccountToken": False}
    return Manifest(api_version="v1", kind="ServiceAccount", name=spec.name, labels=_labels(spec), body=body)


def _disruption_budget(spec: WebServiceSpec) -> Manifest:
    # At most one pod less at a time: a drain always proceeds, and never takes all pods.
    body = {"spec": {"maxUnavailable": 1, "selector": {"matchLabels": _selector(spec)}}}
    return Manifest(api_version="policy/v1", kind="PodDisruptionBudget", name=spec.name, labels=_labels(spec), body=body)


class WebService(Part[WebServiceSpec]):
    """A web service in a chart."""

    def __init__(self, scope: Construct, id: str, spec: WebServiceSpec) -> None:
        """Add the service's objects to `scope`."""
        super().__init__(scope, id, spec, _all)
