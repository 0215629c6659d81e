"""The objects that charts bring, as far as policies rely on them: bodies in the one form in which contracts write them.

What Kubernetes fills in by itself is left out (protocol TCP, a targetPort that is the port), as is what may be absent from the cluster
(optional references). A value None, and an empty mapping or list where Kubernetes does not tell it from none, is not written at all.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from crema.policies.contracts.chart import Chart, defaults, read

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
    return {key.rstrip("_"): value for key, value in fields.items() if value is not None and value not in ({}, [], "")}


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


def port(name: str, number: Any, target: Any = None, *, protocol: str = "TCP", node: Any = None) -> Body:
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
    more: Mapping[str, Any] | None = None,
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


def ports_of(listed: Iterable[Any]) -> list[Body]:
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


def keyed(kind: str, name: str, namespace: str, keys: Iterable[str], *, labels: Mapping[str, str] | None = None, **values: str) -> Body:
    """A ConfigMap or Secret with these keys, whose values nobody here knows."""
    return body(kind, name, namespace, labels=labels, data=dict.fromkeys(keys, "") | values)


def monitor(
    name: str,
    namespace: str,
    labels: Mapping[str, str],
    selector: Mapping[str, str],
    ports: Iterable[Any],
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


def budget(chart: Chart, name: str, namespace: str, selector: Mapping[str, str], *keys: str) -> Body:
    """A PodDisruptionBudget, by the values minAvailable and maxUnavailable at a chain of keys."""
    least, most = chart.number(*keys, "minAvailable"), chart.number(*keys, "maxUnavailable")
    spec = written(minAvailable=least if least and most is None else None, maxUnavailable=most or None)
    return body("PodDisruptionBudget", name, namespace, spec=spec | {"selector": {"matchLabels": dict(selector)}})


def webhook(name: str, service_name: str, namespace: str, path: str, *, policy: str = "Fail", number: Any = None) -> Body:
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
