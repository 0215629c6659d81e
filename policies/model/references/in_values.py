"""What the values of a Helm chart name: Secrets, ConfigMaps, accounts and classes that the chart's objects will need.

Charts have the same habits: `existingSecret`, `envFromSecret`, `extraSecretMounts`, and the API's own selectors copied through.
"""

import re
from collections.abc import Iterator
from typing import Final

from crema.policies.model.documents import Json
from crema.policies.model.helm import Release
from crema.policies.model.manifest import Ref
from crema.policies.model.node import Node
from crema.policies.model.references.in_pods import selected, volume_references
from crema.policies.model.references.reference import SCHEDULING, STORAGE, Reference, core, named, of_cluster
from crema.policies.model.templates import has_marks

_SECRET_NAMES: Final = frozenset({"existingSecret", "existingSecretName", "envFromSecret", "secretName"})
_KEYS_OF_LOGIN: Final = {"userKey": "admin-user", "passwordKey": "admin-password"}
MOUNTED: Final = re.compile(
    r"^/etc/(?P<who>alertmanager|prometheus)/(?P<kind>secrets|configmaps)/(?P<name>[a-z0-9][a-z0-9.-]*)/(?P<key>[A-Za-z0-9._-]+)"
)
"""Where Prometheus' operator mounts what `secrets` and `configMaps` of an Alertmanager or a Prometheus list."""
_SELECTORS: Final = {"secretKeyRef": "Secret", "configMapKeyRef": "ConfigMap"}
_WHOLE: Final = {"secretRef": "Secret", "configMapRef": "ConfigMap"}


def values_references(release: Release) -> Iterator[Reference]:
    """Everything that the values of a release name in its namespace. Of another cluster nothing is asked."""
    if release.cluster:
        return
    written, parameters = release.values.written, release.values.parameters
    for node, keys in _every(written) if written is not None else ():
        if keys not in parameters:
            yield from _at(node, keys, release)
    for keys, node in parameters.items():
        if isinstance(node.value, str):
            yield from _text(node, keys, release, _who(release, keys))


def _who(release: Release, keys: tuple[str, ...]) -> str:
    ref = release.manifest.ref
    return f"{ref.kind} {ref.namespace}/{ref.name} values {'.'.join(keys)}"


def _at(node: Node, keys: tuple[str, ...], release: Release) -> Iterator[Reference]:
    who, namespace, field = _who(release, keys), release.namespace, keys[-1] if keys else ""
    value = node.value
    if isinstance(value, str):
        yield from _text(node, keys, release, who)
    elif isinstance(value, list) and field == "imagePullSecrets":
        for entry in node.items():
            way = () if isinstance(entry.value, str) else ("name",)
            yield from named(entry, *way, ref=core("Secret", namespace), by=who)
    elif isinstance(value, list) and field in {"secrets", "configMaps"} and keys[-2:-1] in {("alertmanagerSpec",), ("prometheusSpec",)}:
        for entry in node.items():
            yield from named(entry, ref=core("Secret" if field == "secrets" else "ConfigMap", namespace), by=who)
    elif isinstance(value, dict):
        yield from _mapping(node, keys, release, who)


def _text(node: Node, keys: tuple[str, ...], release: Release, who: str) -> Iterator[Reference]:
    namespace, field, text = release.namespace, keys[-1] if keys else "", str(node.value)
    mounted = MOUNTED.match(text)
    if mounted is not None:
        ref = Ref(group="", kind="Secret" if mounted["kind"] == "secrets" else "ConfigMap", namespace=namespace, name=mounted["name"])
        yield Reference(place=node, ref=ref, by=who, key=mounted["key"], key_place=node)
    elif not text or has_marks(text):
        return
    elif field in _SECRET_NAMES and (field != "secretName" or keys[-3:-1] == ("ingress", "tls") or "tls" in keys[:-1]):
        yield from named(node, ref=core("Secret", namespace), by=who)
    elif field in {"existingConfigMap", "existingConfigmap"}:
        yield from named(node, ref=core("ConfigMap", namespace), by=who)
    elif field == "existingClaim":
        yield from named(node, ref=core("PersistentVolumeClaim", namespace), by=who)
    elif field == "priorityClassName":
        yield from named(node, ref=of_cluster(SCHEDULING, "PriorityClass"), by=who)
    elif field in {"storageClass", "storageClassName"} and text != "-":
        yield from named(node, ref=of_cluster(STORAGE, "StorageClass"), by=who)
    elif keys[-2:-1] == ("dashboardsConfigMaps",):
        yield from named(node, ref=core("ConfigMap", namespace), by=who)


def _mapping(node: Node, keys: tuple[str, ...], release: Release, who: str) -> Iterator[Reference]:
    namespace, field = release.namespace, keys[-1] if keys else ""
    held = node.mapping()
    if field in _SELECTORS:
        yield from selected(node, _SELECTORS[field], namespace, who)
    elif field in _WHOLE:
        yield from named(node, "name", ref=core(_WHOLE[field], namespace), by=who, optional=bool(node.flag("optional")))
    elif field == "serviceAccount" and held.get("create") is False:
        yield from named(node, "name", ref=core("ServiceAccount", namespace), by=who)
    elif field == "admin" and _is_name(held.get("existingSecret")):
        # grafana: https://github.com/grafana-community/helm-charts/blob/main/charts/grafana/values.yaml
        for name, default in _KEYS_OF_LOGIN.items():
            key = node.text(name) or default
            place = node.get(name) or node.get("existingSecret")
            yield from named(node, "existingSecret", ref=core("Secret", namespace), by=who, key=key, key_place=place)
    elif _in_list(keys, "extraSecretMounts") and _is_name(held.get("secretName")):
        optional = bool(node.flag("optional"))
        yield from named(node, "secretName", ref=core("Secret", namespace), by=who, optional=optional)
    elif _in_list(keys, "extraConfigmapMounts") and _is_name(held.get("configMap")):
        optional = bool(node.flag("optional"))
        yield from named(node, "configMap", ref=core("ConfigMap", namespace), by=who, optional=optional)
    elif (_in_list(keys, "envFromSecrets") or _in_list(keys, "envFromConfigMaps")) and _is_name(held.get("name")):
        kind = "Secret" if keys[-2] == "envFromSecrets" else "ConfigMap"
        yield from named(node, "name", ref=core(kind, namespace), by=who, optional=bool(node.flag("optional")))
    elif len(keys) > 1 and keys[-2].lower().endswith("volumes") and keys[-1].isdecimal() and "name" in held:
        yield from volume_references(node, namespace, who)


def _is_name(value: Json) -> bool:
    return isinstance(value, str) and bool(value) and not has_marks(value)


def _in_list(keys: tuple[str, ...], name: str) -> bool:
    return len(keys) > 1 and keys[-2] == name and keys[-1].isdecimal()


def _every(top: Node) -> Iterator[tuple[Node, tuple[str, ...]]]:
    """Every value at and below a node, with the keys that lead to it; the inside of volumes is read by who knows volumes."""
    below: list[tuple[Node, tuple[str, ...]]] = [(top, ())]
    while below:
        node, keys = below.pop()
        yield node, keys
        if len(keys) > 1 and keys[-2].lower().endswith("volumes") and keys[-1].isdecimal():
            continue
        if isinstance(node.value, dict):
            below += [(node.child(key, value), (*keys, key)) for key, value in node.value.items() if value is not None]
        elif isinstance(node.value, list):
            below += [(node.child(index, value), (*keys, str(index))) for index, value in enumerate(node.value)]
