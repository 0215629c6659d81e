"""The objects that charts bring, as far as policies rely on them: bodies in the one form in which contracts write them.

What Kubernetes fills in by itself is left out (protocol TCP, a targetPort that is the port), as is what may be absent from the cluster
(optional references). A value None, and an empty mapping or list where Kubernetes does not tell it from none, is not written at all.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from crema.policies.contracts.chart import Chart, defaults, read
from crema.policies.model.values import Json

Body = dict[str, Any]

_GROUPS: Final = {
    "v1": "ConfigMap Namespace PersistentVolumeClaim Secret Service ServiceAccount",
    "admissionregistration.k8s.io/v1": """
        MutatingWebhookConfiguration ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding ValidatingWebhookConfiguration
    """,
    "apiextensions.k8s.io/v1": "CustomResourceDefinition",
    "apps/v1": "DaemonSet Deployment StatefulSet",
    "autoscaling/v2": "HorizontalPodAutoscaler",
    "batch/v1": "Job",
    "cert-manager.io/v1": "Certificate Issuer",
    "gateway.networking.k8s.io/v1": "Gateway GatewayClass GRPCRoute HTTPRoute",
    "monitoring.coreos.com/v1": "Alertmanager PodMonitor Prometheus PrometheusRule ServiceMonitor ThanosRuler",
    "networking.k8s.io/v1": "Ingress IngressClass NetworkPolicy",
    "policy/v1": "PodDisruptionBudget",
    "rbac.authorization.k8s.io/v1": "ClusterRole ClusterRoleBinding Role RoleBinding",
}
_API: Final = {kind: api for api, kinds in _GROUPS.items() for kind in kinds.split()}
_NO_NAMESPACE: Final = frozenset(
    [
        "ClusterRole",
        "ClusterRoleBinding",
        "CustomResourceDefinition",
        "GatewayClass",
        "IngressClass",
        "MutatingWebhookConfiguration",
        "Namespace",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "ValidatingWebhookConfiguration",
    ]
)


def written(**fields: Any) -> Body:
    """The fields that have something in them. A name with `_` at its end is the word that Python keeps for itself."""
    return {key.rstrip("_"): value for key, value in fields.items() if value is not None and value != {} and value != [] and value != ""}


def body(
    kind: str,
    name: str,
    namespace: str = "",
    *,
    labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
    api: str = "",
    **fields: Any,
) -> Body:
    """Any object."""
    metadata = written(
        name=name,
        namespace="" if kind in _NO_NAMESPACE else namespace,
        labels=dict(labels or {}),
        annotations=dict(annotations or {}),
    )
    return {"apiVersion": api or _API[kind], "kind": kind, "metadata": metadata, **written(**fields)}


def every(kinds: str, name: str, namespace: str = "", *, hook: str = "") -> Iterator[Body]:
    """Objects of several kinds with one name, of which nothing else is said."""
    for kind in kinds.split():
        yield body(kind, name, namespace, annotations={"helm.sh/hook": hook} if hook else None)


def binding(kind: str, name: str, namespace: str, role: str, account: str, *, at: str = "", hook: str = "") -> Body:
    """A RoleBinding or ClusterRoleBinding of a role (`ClusterRole/x` or `Role/x`) to one ServiceAccount, of another namespace with `at`."""
    kind_of, _, name_of = role.partition("/")
    return body(
        kind,
        name,
        namespace,
        annotations={"helm.sh/hook": hook} if hook else None,
        roleRef={"kind": kind_of, "name": name_of},
        subjects=[{"kind": "ServiceAccount", "name": account, "namespace": at or namespace}],
    )


def port(name: str, number: Json, target: Json = None, *, protocol: str = "TCP", node: Json = None) -> Body:
    """A port of a Service."""
    number, target, node = read(number), read(target), read(node)
    return written(
        name=name,
        port=number,
        targetPort=None if target == number else target,
        protocol=None if protocol == "TCP" else protocol,
        nodePort=node or None,
    )


def service(
    name: str,
    namespace: str,
    ports: Iterable[Body],
    selector: Mapping[str, str],
    *,
    labels: Mapping[str, str] | None = None,
    type: str = "ClusterIP",
    cluster_ip: str = "",
    more: Mapping[str, Json] | None = None,
) -> Body:
    """A Service; `cluster_ip` None as text makes it headless. `more`: see `exposed`."""
    spec = written(
        **(more or {}),
        type=None if type in {"", "ClusterIP"} else type,
        clusterIP="None" if cluster_ip == "None" else None,
        ports=list(ports),
        selector=dict(selector),
    )
    return body("Service", name, namespace, labels=labels, spec=spec)


def ports_of(listed: Iterable[Json]) -> list[Body]:
    """Ports of a Service from values, which have Kubernetes' own names."""
    return [
        port(
            str(one.get("name") or ""),
            one.get("port"),
            one.get("targetPort"),
            protocol=str(one.get("protocol") or "TCP"),
            node=one.get("nodePort"),
        )
        for one in listed
        if isinstance(one, dict)
    ]


def exposed(chart: Chart, *keys: str) -> Body:
    """How a Service is reached from outside, by the values with Kubernetes' own names at a chain of keys."""
    return written(
        externalIPs=chart.items(*keys, "externalIPs"),
        externalTrafficPolicy=chart.text(*keys, "externalTrafficPolicy"),
        loadBalancerClass=chart.text(*keys, "loadBalancerClass"),
    )


def listens(name: str, number: Json, *, protocol: str = "TCP", host: Json = None) -> Body:
    """A port of a container."""
    return written(name=name, containerPort=read(number), hostPort=read(host), protocol=None if protocol == "TCP" else protocol)


def container(
    name: str,
    ports: Iterable[Body] = (),
    *,
    resources: Mapping[str, Json] | None = None,
    env: Iterable[Json] = (),
    env_from: Iterable[Json] = (),
    args: Iterable[str] = (),
    restart: str = "",
) -> Body:
    """A container. `env` and `env_from`: as Kubernetes has them, of which those that refer to something here stay."""
    asked = {key: value for key, value in (resources or {}).items() if key in {"requests", "limits"} and value}
    return written(
        name=name,
        args=list(args),
        ports=list(ports),
        resources=asked,
        env=[kept for one in env if (kept := _variable(one))],
        envFrom=[kept for one in env_from if (kept := _source(one))],
        restartPolicy=restart,
    )


def secret_key(variable: str, secret: str, key: str) -> Body:
    """An environment variable that is a key of a Secret."""
    return {"name": variable, "valueFrom": {"secretKeyRef": {"name": secret, "key": key}}}


def volume(name: str, *, secret: str = "", config: str = "", claim: str = "", keys: Iterable[str] = ()) -> Body:
    """A volume of a Secret, a ConfigMap or a claim; `keys` where it takes some of them only."""
    items = [{"key": key} for key in keys]
    if claim:
        return {"name": name, "persistentVolumeClaim": {"claimName": claim}}
    return (
        {"name": name, "secret": written(secretName=secret, items=items)}
        if secret
        else {"name": name, "configMap": written(name=config, items=items)}
    )


def volumes_of(listed: Iterable[Json]) -> list[Json]:
    """Volumes from values, of which those that refer to something stay."""
    return [kept for one in listed if (kept := _volume(one))]


def pulled(listed: Iterable[Json]) -> list[Json]:
    """Secrets for images, which values name or have as mappings with a name."""
    return [one if isinstance(one, dict) else {"name": str(one)} for one in listed]


def pod(
    containers: Iterable[Json],
    *,
    account: str = "",
    init: Iterable[Json] = (),
    volumes: Iterable[Json] = (),
    host_network: bool = False,
    dns: str = "",
    scheduling: Mapping[str, Json] | None = None,
    pull: Iterable[Json] = (),
) -> Body:
    """The specification of a pod. `scheduling`: see `scheduled`; `pull`: names of Secrets, or mappings with one."""
    return written(
        serviceAccountName=account,
        hostNetwork=host_network or None,
        dnsPolicy=None if dns == "ClusterFirst" else dns,
        imagePullSecrets=pulled(pull),
        initContainers=list(init),
        containers=list(containers),
        volumes=list(volumes),
        **(scheduling or {}),
    )


def scheduled(chart: Chart, *keys: str) -> Body:
    """Where pods may go, by the values with Kubernetes' own names at a chain of keys."""
    return written(
        nodeSelector=chart.mapping(*keys, "nodeSelector"),
        tolerations=chart.items(*keys, "tolerations"),
        affinity=chart.mapping(*keys, "affinity"),
        priorityClassName=chart.text(*keys, "priorityClassName"),
    )


def workload(
    kind: str,
    name: str,
    namespace: str,
    pod_spec: Body,
    *,
    selector: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
    replicas: Json = None,
    hook: str = "",
    **fields: Any,
) -> Body:
    """A Deployment, StatefulSet, DaemonSet or Job. `labels` are those of its pods, by themselves what it selects."""
    template = {**written(metadata=written(labels=dict(labels or selector or {}))), "spec": pod_spec}
    spec = written(replicas=read(replicas), selector=written(matchLabels=dict(selector or {})), **fields) | {"template": template}
    return body(kind, name, namespace, annotations={"helm.sh/hook": hook} if hook else None, spec=spec)


def claim(name: str, size: Json, modes: Iterable[Json] = ("ReadWriteOnce",), storage_class: Json = None) -> Body:
    """A claim of a StatefulSet's template. A storage class of "-" is the empty one, which no provisioner serves."""
    return {"metadata": {"name": name}, "spec": claimed(size, modes, storage_class)}


def claimed(size: Json, modes: Iterable[Json] = ("ReadWriteOnce",), storage_class: Json = None) -> Body:
    """The specification of a claim."""
    named = {"storageClassName": "" if storage_class == "-" else storage_class} if storage_class else {}
    return {"accessModes": list(modes), **named, "resources": {"requests": {"storage": size}}}


def claims_of(listed: Iterable[Json]) -> list[Json]:
    """Claims of a StatefulSet's template from values, which have Kubernetes' own names."""
    found: list[Json] = []
    for one in listed:
        metadata, spec = (one.get("metadata"), one.get("spec")) if isinstance(one, dict) else (None, None)
        if isinstance(metadata, dict) and isinstance(spec, dict):
            kept = {key: spec[key] for key in ("accessModes", "storageClassName") if spec.get(key) is not None}
            asked = spec.get("resources")
            requests = asked.get("requests") if isinstance(asked, dict) else None
            found.append({"metadata": {"name": metadata.get("name")}, "spec": {**kept, "resources": {"requests": requests}}})
    return found


def keyed(kind: str, name: str, namespace: str, keys: Iterable[str], *, labels: Mapping[str, str] | None = None, **values: str) -> Body:
    """A ConfigMap or Secret with these keys, whose values nobody here knows."""
    return body(kind, name, namespace, labels=labels, data=dict.fromkeys(keys, "") | values)


def monitor(
    name: str,
    namespace: str,
    labels: Mapping[str, str],
    selector: Mapping[str, str],
    ports: Iterable[Json],
    *,
    kind: str = "ServiceMonitor",
    where: Body | None = None,
) -> Body:
    """A ServiceMonitor or PodMonitor. `ports`: names, or whole endpoints. `where`: its namespaceSelector."""
    endpoints = [{"port": one} if isinstance(one, str) else one for one in ports]
    spec: Body = {"selector": {"matchLabels": dict(selector)}, **written(namespaceSelector=where)}
    return body(
        kind, name, namespace, labels=labels, spec=spec | {"endpoints" if kind == "ServiceMonitor" else "podMetricsEndpoints": endpoints}
    )


def number(protocol: str, port: Json) -> Body:
    """A port of a NetworkPolicy, which says its protocol."""
    return {"protocol": protocol, "port": read(port)}


def network_policy(
    name: str,
    namespace: str,
    selector: Mapping[str, str],
    *,
    ingress: Iterable[Json] | None = None,
    egress: Iterable[Json] | None = None,
    types: Iterable[str] = (),
    hook: str = "",
) -> Body:
    """A NetworkPolicy. `types`: its policyTypes where they are not those of which there are rules."""
    rules: Body = {key: list(listed) for key, listed in (("ingress", ingress), ("egress", egress)) if listed is not None}
    listed = list(types) or [key.capitalize() for key in rules]
    spec: Body = {"podSelector": {"matchLabels": dict(selector)} if selector else {}, "policyTypes": listed, **rules}
    return body("NetworkPolicy", name, namespace, annotations={"helm.sh/hook": hook} if hook else None, spec=spec)


def guarded(
    chart: Chart, name: str, namespace: str, selector: Mapping[str, str], labels: Mapping[str, str], *, apart: bool = False
) -> Body:
    """The NetworkPolicy that Grafana's charts make by the values `networkPolicy`; `apart`: each of its sources is one of its own."""
    at, egress = ("networkPolicy",), chart.on("networkPolicy", "egress", "enabled")
    ingress = chart.on(*at, "ingress")
    spec: Body = {"policyTypes": ["Ingress"] * ingress + ["Egress"] * egress, "podSelector": {"matchLabels": dict(selector)}}
    if egress:
        dns: list[Json] = [] if chart.on(*at, "egress", "blockDNSResolution") else [{"ports": [{"port": 53, "protocol": "UDP"}]}]
        spec["egress"] = [*dns, {"ports": chart.items(*at, "egress", "ports"), **written(to=chart.items(*at, "egress", "to"))}]
    if ingress:
        others = chart.mapping(*at, "explicitNamespacesSelector")
        readers: Body = {"podSelector": {"matchLabels": {**labels, "role": "read"}}}
        clients: Body = {"podSelector": {"matchLabels": {f"{name}-client": "true"}}}
        rule: Body = {"ports": [{"port": chart.number("service", "targetPort") or None}]}
        if not chart.on(*at, "allowExternal"):
            spaces: list[Json] = [{"namespaceSelector": others}] if others else []
            blocks: list[Json] = [{"ipBlock": {"cidr": block}} for block in chart.items(*at, "explicitIpBlocks")]
            joined: list[Json] = [clients, {"namespaceSelector": others, **readers}] if others else [clients | readers]
            rule["from"] = [clients, *spaces, *blocks, readers] if apart else joined
        spec["ingress"] = [rule]
    return body("NetworkPolicy", name, namespace, spec=spec)


def budget(chart: Chart, name: str, namespace: str, selector: Mapping[str, str], *keys: str) -> Body:
    """A PodDisruptionBudget, by the values minAvailable and maxUnavailable at a chain of keys."""
    least, most = chart.number(*keys, "minAvailable"), chart.number(*keys, "maxUnavailable")
    spec = written(minAvailable=least if least and most is None else None, maxUnavailable=most or None)
    return body("PodDisruptionBudget", name, namespace, spec=spec | {"selector": {"matchLabels": dict(selector)}})


def webhook(name: str, service_name: str, namespace: str, path: str, *, policy: str = "Fail", number: Json = None) -> Body:
    """One webhook of a configuration, served by a Service."""
    at = written(name=service_name, namespace=namespace, path=path, port=read(number))
    return {"name": name, "failurePolicy": policy, "clientConfig": {"service": at}}


def definitions(chart: str, *, only: Iterable[str] | None = None) -> Iterator[Body]:
    """The custom resource definitions of a chart; `only`: those with these names."""
    for one in defaults(chart).definitions:
        if only is None or one.name in only:
            plural, _, group = one.name.partition(".")
            spec: Body = {
                "group": group,
                "names": {"kind": one.kind, "plural": plural},
                "scope": one.scope,
                "versions": [{"name": version, "served": True} for version in one.versions],
            }
            yield body("CustomResourceDefinition", one.name, spec=spec)


def _variable(one: Json) -> Body | None:
    source = one.get("valueFrom") if isinstance(one, dict) else None
    if not isinstance(one, dict) or not isinstance(source, dict):
        return None
    kept = {key: _reference(source[key]) for key in ("secretKeyRef", "configMapKeyRef") if key in source and _needed(source[key])}
    return {"name": one.get("name"), "valueFrom": dict(kept)} if kept else None


def _source(one: Json) -> Body | None:
    if not isinstance(one, dict):
        return None
    return {key: _reference(one[key]) for key in ("secretRef", "configMapRef") if key in one and _needed(one[key])} or None


def _volume(one: Json) -> Body | None:
    if not isinstance(one, dict):
        return None
    for key in ("secret", "configMap", "persistentVolumeClaim"):
        found = one.get(key)
        if isinstance(found, dict) and _needed(found):
            items = found.get("items")
            listed = [{"key": item.get("key")} for item in items if isinstance(item, dict)] if isinstance(items, list) else []
            names = {name: found[name] for name in ("secretName", "name", "claimName") if name in found}
            return {"name": one.get("name"), key: {**names, **written(items=listed)}}
    return None


def _reference(found: Json) -> Body:
    return {key: found[key] for key in ("name", "key") if key in found} if isinstance(found, dict) else {}


def _needed(found: Json) -> bool:
    return isinstance(found, dict) and found.get("optional") is not True
