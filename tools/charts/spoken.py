"""Of a rendered object what contracts speak of, in the one form in which they write it.

What Kubernetes fills in by itself is left out, as are optional references, labels that say a version, and lists' order where it means
nothing (the ports of a container, its variables, a pod's volumes).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

Body = dict[str, Any]

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
_LABELLED: Final = frozenset(["ConfigMap", "PodMonitor", "PrometheusRule", "Secret", "Service", "ServiceMonitor"])
_VERSIONED: Final = frozenset({"app.kubernetes.io/version", "chart", "helm.sh/chart"})
_ANNOTATIONS: Final = frozenset({"helm.sh/hook", "ingressclass.kubernetes.io/is-default-class"})
_PROMETHEUS: Final = [
    "alertmanagerConfigNamespaceSelector",
    "alertmanagerConfigSelector",
    "alerting",
    "configSecret",
    "podMonitorNamespaceSelector",
    "podMonitorSelector",
    "portName",
    "probeNamespaceSelector",
    "probeSelector",
    "replicas",
    "ruleNamespaceSelector",
    "ruleSelector",
    "scrapeConfigNamespaceSelector",
    "scrapeConfigSelector",
    "secrets",
    "serviceAccountName",
    "serviceMonitorNamespaceSelector",
    "serviceMonitorSelector",
    "configMaps",
    "resources",
    "hostNetwork",
    "nodeSelector",
    "tolerations",
    "priorityClassName",
    "imagePullSecrets",
]
_DATA: Final = {
    "argo-cd": re.compile("argocd-(cm|cmd-params-cm|rbac-cm)"),
    "ingress-nginx": re.compile(".*"),
}
"""By chart, the ConfigMaps whose values are spoken of, not only their keys."""
_VALUES: Final = frozenset({"grafana.ini"})
"""Keys whose values are spoken of in every chart."""
_ARGUMENTS: Final = {"argo-cd": "server", "ingress-nginx": "", "traefik": ""}
"""By chart, the container of Deployments and DaemonSets whose arguments are spoken of; empty: every one."""
_SOME: Final = {
    "traefik": re.compile(
        r"--entryPoints\.[^.]+\.address=.*"
        r"|--providers\.kubernetes(crd|ingress|gateway)(=.*|\.(ingressClass|ingressendpoint|statusaddress)[.=].*)?"
    )
}
"""By chart, those of which alone is spoken."""


def spoken(body: Body, namespace: str, chart: str) -> Body:
    """What contracts speak of. `namespace`: that of the release, where the object names none."""
    kind, metadata = body["kind"], body["metadata"]
    kept: Body = {"name": metadata["name"]}
    if kind not in _NO_NAMESPACE:
        kept["namespace"] = metadata.get("namespace") or namespace
    if kind in _LABELLED:
        kept["labels"] = _unversioned(metadata.get("labels"))
    noted = metadata.get("annotations") or {}
    kept["annotations"] = dict(noted) if kind in {"Ingress", "HTTPRoute"} else {key: noted[key] for key in noted.keys() & _ANNOTATIONS}
    rest = _OF[kind](body) if kind in _OF else {}
    if kind == "RoleBinding":
        rest["subjects"] = [{"namespace": kept["namespace"]} | one for one in rest["subjects"]]
    if kind in {"ConfigMap", "Secret"}:
        data = (body.get("data") or {}) | (body.get("stringData") or {}) | (body.get("binaryData") or {})
        said = kind == "ConfigMap" and chart in _DATA and _DATA[chart].fullmatch(metadata["name"])
        rest = {"data": data if said else dict.fromkeys(data, "") | {key: data[key] for key in data.keys() & _VALUES}}
    if kind in {"Deployment", "DaemonSet"} and chart in _ARGUMENTS:
        whole = body["spec"]["template"]["spec"]["containers"]
        for ours, theirs in zip(rest["spec"]["template"]["spec"]["containers"], whole, strict=True):
            if _ARGUMENTS[chart] in {"", theirs["name"]}:
                some = _SOME.get(chart)
                ours.update(_full({"args": [one for one in theirs.get("args") or () if some is None or some.fullmatch(one)]}))
    return {"apiVersion": body["apiVersion"], "kind": kind, "metadata": _full(kept), **_full(rest)}


def _full(mapping: Body) -> Body:
    return {key: value for key, value in mapping.items() if value is not None and value not in ({}, [], "")}


def _unversioned(labels: Any) -> Body:
    return {key: value for key, value in (labels or {}).items() if key not in _VERSIONED}


def _everywhere(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _everywhere(below) for key, below in _unversioned(value).items()}
    return [_everywhere(below) for below in value] if isinstance(value, list) else value


def _selector(selector: Any) -> Any:
    if not isinstance(selector, dict) or "matchLabels" not in selector:
        return selector
    return selector | {"matchLabels": _unversioned(selector["matchLabels"])}


def _service(body: Body) -> Body:
    spec = body["spec"]
    return {
        "spec": _full(
            {
                "type": None if spec.get("type") == "ClusterIP" else spec.get("type"),
                "clusterIP": "None" if spec.get("clusterIP") == "None" else None,
                "ports": [_full(_port(one, "targetPort", "nodePort")) for one in spec.get("ports") or ()],
                "selector": _unversioned(spec.get("selector")),
                **{key: spec.get(key) for key in ("externalName", "externalIPs", "externalTrafficPolicy", "loadBalancerClass")},
            }
        )
    }


def _port(one: Body, *more: str) -> Body:
    kept = {key: one.get(key) for key in ("name", "port", "containerPort", *more)}
    kept["protocol"] = None if one.get("protocol") == "TCP" else one.get("protocol")
    if "targetPort" in kept and kept["targetPort"] == one.get("port"):
        kept["targetPort"] = None
    return kept


def _workload(body: Body) -> Body:
    spec = body["spec"]
    template = spec["template"]
    labels = _unversioned((template.get("metadata") or {}).get("labels"))
    kept = {key: spec.get(key) for key in ("replicas", "strategy", "updateStrategy")}
    kept["selector"] = _selector(spec.get("selector"))
    kept["serviceName"] = spec.get("serviceName")
    kept["template"] = _full({"metadata": _full({"labels": labels})}) | {"spec": _pod(template["spec"])}
    kept["volumeClaimTemplates"] = [
        {"metadata": {"name": one["metadata"]["name"]}, "spec": _claim(one["spec"])} for one in spec.get("volumeClaimTemplates") or ()
    ]
    return {"spec": _full(kept)}


def _claim(spec: Body) -> Body:
    return {key: spec[key] for key in ("accessModes", "storageClassName") if spec.get(key) is not None} | {
        "resources": {"requests": spec["resources"]["requests"]}
    }


def _pod(spec: Body) -> Body:
    names = [
        "serviceAccountName",
        "nodeSelector",
        "tolerations",
        "affinity",
        "priorityClassName",
        "imagePullSecrets",
        "hostNetwork",
        "dnsPolicy",
    ]
    kept = {name: spec.get(name) for name in names}
    kept["hostNetwork"] = kept["hostNetwork"] or None
    kept["dnsPolicy"] = None if kept["dnsPolicy"] == "ClusterFirst" else kept["dnsPolicy"]
    for name in ("initContainers", "containers"):
        kept[name] = [_container(one) for one in spec.get(name) or ()]
    kept["volumes"] = _by_name(found for one in spec.get("volumes") or () if (found := _volume(one)))
    return _full(kept)


def _container(one: Body) -> Body:
    resources = _full({key: value for key, value in (one.get("resources") or {}).items() if key in {"requests", "limits"}})
    return _full(
        {
            "name": one["name"],
            "ports": sorted(
                (_full(_port(port, "hostPort")) for port in one.get("ports") or ()), key=lambda port: str(sorted(port.items()))
            ),
            "resources": resources,
            "env": _by_name(
                {"name": each["name"], "valueFrom": found} for each in one.get("env") or () if (found := _source(each.get("valueFrom")))
            ),
            "envFrom": [found for each in one.get("envFrom") or () if (found := _source(each))],
            "restartPolicy": one.get("restartPolicy"),
        }
    )


def _source(found: Any) -> Body:
    kept = {}
    for key in ("secretKeyRef", "configMapKeyRef", "secretRef", "configMapRef"):
        reference = (found or {}).get(key)
        if reference and reference.get("optional") is not True:
            kept[key] = {name: reference[name] for name in ("name", "key") if name in reference}
    return kept


def _volume(one: Body) -> Body | None:
    for key in ("secret", "configMap", "persistentVolumeClaim"):
        found = one.get(key)
        if found and found.get("optional") is not True:
            items = [{"key": item["key"]} for item in found.get("items") or ()]
            return {
                "name": one["name"],
                key: _full({name: found.get(name) for name in ("secretName", "name", "claimName")} | {"items": items}),
            }
    return None


def _by_name(found: Any) -> list[Body]:
    return sorted(found, key=lambda one: str(one["name"]))


def _definition(body: Body) -> Body:
    spec = body["spec"]
    return {
        "spec": {
            "group": spec["group"],
            "names": {key: spec["names"][key] for key in ("kind", "plural")},
            "scope": spec["scope"],
            "versions": [{"name": one["name"], "served": True} for one in spec["versions"] if one["served"]],
        }
    }


def _monitor(body: Body) -> Body:
    spec = body["spec"]
    key = "endpoints" if "endpoints" in spec else "podMetricsEndpoints"
    ports = [_full({name: one.get(name) for name in ("port", "targetPort")}) for one in spec.get(key) or ()]
    return {"spec": _full({"namespaceSelector": spec.get("namespaceSelector"), key: ports}) | {"selector": _selector(spec["selector"])}}


def _hooks(body: Body) -> Body:
    kept = []
    for one in body.get("webhooks") or ():
        at = one["clientConfig"].get("service")
        kept.append({"name": one["name"], "failurePolicy": one.get("failurePolicy", "Fail"), "clientConfig": {"service": at} if at else {}})
    return {"webhooks": kept}


def _binding(body: Body) -> Body:
    subjects = [{key: one[key] for key in ("kind", "name", "namespace") if key in one} for one in body.get("subjects") or ()]
    return {"roleRef": {key: body["roleRef"][key] for key in ("kind", "name")}, "subjects": subjects}


def _budget(body: Body) -> Body:
    spec = body["spec"]
    return {
        "spec": _full({key: spec.get(key) for key in ("minAvailable", "maxUnavailable")}) | {"selector": _selector(spec.get("selector"))}
    }


_OF: Final[dict[str, Callable[[Body], Body]]] = {
    "Alertmanager": lambda body: {
        "spec": {key: body["spec"][key] for key in _PROMETHEUS if body["spec"].get(key) not in (None, [], "", False)}
    },
    "ClusterRoleBinding": _binding,
    "CustomResourceDefinition": _definition,
    "DaemonSet": _workload,
    "Deployment": _workload,
    "Gateway": lambda body: {"spec": body["spec"]},
    "GatewayClass": lambda body: {"spec": body["spec"]},
    "GRPCRoute": lambda body: {"spec": body["spec"]},
    "HorizontalPodAutoscaler": lambda body: {
        "spec": {key: body["spec"].get(key) for key in ("scaleTargetRef", "minReplicas", "maxReplicas")}
    },
    "HTTPRoute": lambda body: {"spec": body["spec"]},
    "Ingress": lambda body: {"spec": _full(body["spec"])},
    "IngressClass": lambda body: {"spec": {"controller": body["spec"]["controller"]}},
    "Job": _workload,
    "MutatingWebhookConfiguration": _hooks,
    "NetworkPolicy": lambda body: {"spec": _everywhere(body["spec"])},
    "PersistentVolumeClaim": lambda body: {"spec": _claim(body["spec"])},
    "PodDisruptionBudget": _budget,
    "PodMonitor": _monitor,
    "RoleBinding": _binding,
    "Service": _service,
    "ServiceAccount": lambda body: {"imagePullSecrets": body.get("imagePullSecrets")},
    "ServiceMonitor": _monitor,
    "StatefulSet": _workload,
    "ValidatingWebhookConfiguration": _hooks,
}
_OF["Prometheus"] = _OF["ThanosRuler"] = _OF["Alertmanager"]
