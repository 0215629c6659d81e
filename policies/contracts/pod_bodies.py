"""The pods of what charts bring, and the workloads that make them. See `bodies.py`."""

from collections.abc import Iterable, Mapping
from typing import Any

from crema.policies.contracts.bodies import Body, body, written
from crema.policies.contracts.chart import Chart, read


def listens(name: str, number: Any, *, protocol: str = "TCP", host: Any = None) -> Body:
    """A port of a container."""
    return written(name=name, containerPort=read(number), hostPort=read(host), protocol=None if protocol == "TCP" else protocol)


def container(
    name: str,
    ports: Iterable[Body] = (),
    *,
    resources: Mapping[str, Any] | None = None,
    env: Iterable[Any] = (),
    env_from: Iterable[Any] = (),
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


def volumes_of(listed: Iterable[Any]) -> list[Any]:
    """Volumes from values, of which those that refer to something stay."""
    return [kept for one in listed if (kept := _volume(one))]


def pulled(listed: Iterable[Any]) -> list[Any]:
    """Secrets for images, which values name or have as mappings with a name."""
    return [one if isinstance(one, dict) else {"name": str(one)} for one in listed]


def pod(
    containers: Iterable[Any],
    *,
    account: str = "",
    init: Iterable[Any] = (),
    volumes: Iterable[Any] = (),
    host_network: bool = False,
    dns: str = "",
    scheduling: Mapping[str, Any] | None = None,
    pull: Iterable[Any] = (),
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
    replicas: Any = None,
    strategy: Mapping[str, Any] | None = None,
    hook: str = "",
    **fields: Any,
) -> Body:
    """A Deployment, StatefulSet, DaemonSet or Job. `labels` are those of its pods, by themselves what it selects; how its pods are replaced
    is `strategy` of a Deployment and `updateStrategy` of the others.
    """
    fields["strategy" if kind == "Deployment" else "updateStrategy"] = dict(strategy or {})
    template = {**written(metadata=written(labels=dict(labels or selector or {}))), "spec": pod_spec}
    spec = written(replicas=read(replicas), selector=written(matchLabels=dict(selector or {})), **fields) | {"template": template}
    return body(kind, name, namespace, annotations={"helm.sh/hook": hook} if hook else None, spec=spec)


def claim(name: str, size: Any, modes: Iterable[Any] = ("ReadWriteOnce",), storage_class: Any = None) -> Body:
    """A claim of a StatefulSet's template. A storage class of "-" is the empty one, which no provisioner serves."""
    return {"metadata": {"name": name}, "spec": claimed(size, modes, storage_class)}


def claimed(size: Any, modes: Iterable[Any] = ("ReadWriteOnce",), storage_class: Any = None) -> Body:
    """The specification of a claim."""
    named = {"storageClassName": "" if storage_class == "-" else storage_class} if storage_class else {}
    return {"accessModes": list(modes), **named, "resources": {"requests": {"storage": size}}}


def claims_of(listed: Iterable[Any]) -> list[Any]:
    """Claims of a StatefulSet's template from values, which have Kubernetes' own names."""
    found: list[Any] = []
    for one in listed:
        metadata, spec = (one.get("metadata"), one.get("spec")) if isinstance(one, dict) else (None, None)
        if isinstance(metadata, dict) and isinstance(spec, dict):
            kept = {key: spec[key] for key in ("accessModes", "storageClassName") if spec.get(key) is not None}
            asked = spec.get("resources")
            requests = asked.get("requests") if isinstance(asked, dict) else None
            found.append({"metadata": {"name": metadata.get("name")}, "spec": {**kept, "resources": {"requests": requests}}})
    return found


def _variable(one: Any) -> Body | None:
    source = one.get("valueFrom") if isinstance(one, dict) else None
    if not isinstance(one, dict) or not isinstance(source, dict):
        return None
    kept = {key: _reference(source[key]) for key in ("secretKeyRef", "configMapKeyRef") if key in source and _needed(source[key])}
    return {"name": one.get("name"), "valueFrom": dict(kept)} if kept else None


def _source(one: Any) -> Body | None:
    if not isinstance(one, dict):
        return None
    return {key: _reference(one[key]) for key in ("secretRef", "configMapRef") if key in one and _needed(one[key])} or None


def _volume(one: Any) -> Body | None:
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


def _reference(found: Any) -> Body:
    return {key: found[key] for key in ("name", "key") if key in found} if isinstance(found, dict) else {}


def _needed(found: Any) -> bool:
    return isinstance(found, dict) and found.get("optional") is not True
