"""What a pod refers to: Secrets and ConfigMaps with their keys, claims, its ServiceAccount, its classes.

https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/
"""

from collections.abc import Iterator
from typing import Final

from crema.policies.model.manifest import Ref
from crema.policies.model.node import Node
from crema.policies.model.pods import PodTemplate
from crema.policies.model.references.reference import NODE, SCHEDULING, SECRETS_STORE, STORAGE, Reference, core, named, of_cluster, said

_SOURCES: Final = (("secretKeyRef", "Secret"), ("configMapKeyRef", "ConfigMap"))
_WHOLE: Final = (("secretRef", "Secret"), ("configMapRef", "ConfigMap"))
_VOLUMES: Final = (("secret", "secretName", "Secret"), ("configMap", "name", "ConfigMap"))
_PROJECTED: Final = (("secret", "name", "Secret"), ("configMap", "name", "ConfigMap"))


def pod_references(pod: PodTemplate) -> Iterator[Reference]:
    """Everything that the pods of a template need before they can start."""
    who, namespace = said(pod.manifest.ref), pod.manifest.ref.namespace
    spec = pod.spec
    for secret in spec.items("imagePullSecrets"):
        yield from named(secret, "name", ref=core("Secret", namespace), by=f"{who} imagePullSecrets")
    account = "serviceAccountName" if spec.text("serviceAccountName") else "serviceAccount"
    yield from named(spec, account, ref=core("ServiceAccount", namespace), by=f"{who} {account}")
    yield from named(spec, "priorityClassName", ref=of_cluster(SCHEDULING, "PriorityClass"), by=f"{who} priorityClassName")
    yield from named(spec, "runtimeClassName", ref=of_cluster(NODE, "RuntimeClass"), by=f"{who} runtimeClassName")
    for container in pod.containers():
        yield from environment_references(container, namespace, f"{who} container {container.text('name') or container.key}")
    for volume in spec.items("volumes"):
        yield from volume_references(volume, namespace, f"{who} volume {volume.text('name') or volume.key}")
    yield from _mounted(pod, who, namespace)


def environment_references(container: Node, namespace: str, who: str) -> Iterator[Reference]:
    """Secrets and ConfigMaps that a container's environment reads."""
    for variable in container.items("env"):
        source = variable.get("valueFrom")
        for field, kind in _SOURCES if source is not None else ():
            chosen = source.get(field) if source is not None else None
            if chosen is not None:
                yield from selected(chosen, kind, namespace, f"{who} env {variable.text('name')}")
    for listed in container.items("envFrom"):
        for field, kind in _WHOLE:
            chosen = listed.get(field)
            if chosen is not None:
                optional = bool(chosen.flag("optional"))
                yield from named(chosen, "name", ref=core(kind, namespace), by=f"{who} envFrom", optional=optional)


def selected(chosen: Node, kind: str, namespace: str, who: str) -> Iterator[Reference]:
    """A selector of one key: `{name, key, optional}`."""
    key = chosen.text("key") or ""
    optional = bool(chosen.flag("optional"))
    yield from named(chosen, "name", ref=core(kind, namespace), by=who, key=key, key_place=chosen.get("key"), optional=optional)


def volume_references(volume: Node, namespace: str, who: str) -> Iterator[Reference]:
    """What a volume is made of."""
    for field, name, kind in _VOLUMES:
        source = volume.get(field)
        if source is not None:
            yield from _with_items(source, name, kind, namespace, who)
    for projected in volume.items("projected", "sources"):
        for field, name, kind in _PROJECTED:
            source = projected.get(field)
            if source is not None:
                yield from _with_items(source, name, kind, namespace, who)
    yield from named(volume, "persistentVolumeClaim", "claimName", ref=core("PersistentVolumeClaim", namespace), by=who)
    claim = volume.get("ephemeral", "volumeClaimTemplate", "spec")
    if claim is not None:
        yield from named(claim, "storageClassName", ref=of_cluster(STORAGE, "StorageClass"), by=who)
    csi = volume.get("csi")
    if csi is not None:
        provider = Ref(group=SECRETS_STORE, kind="SecretProviderClass", namespace=namespace, name="")
        yield from named(csi, "volumeAttributes", "secretProviderClass", ref=provider, by=who)
        yield from named(csi, "nodePublishSecretRef", "name", ref=core("Secret", namespace), by=who)


def _with_items(source: Node, name: str, kind: str, namespace: str, who: str) -> Iterator[Reference]:
    """A Secret or ConfigMap as files: the whole of it, and each key that `items` lists."""
    optional = bool(source.flag("optional"))
    ref = core(kind, namespace)
    yield from named(source, name, ref=ref, by=who, optional=optional)
    for item in source.items("items"):
        key = item.text("key")
        if key:
            yield from named(source, name, ref=ref, by=who, key=key, key_place=item.get("key"), optional=optional)


def _mounted(pod: PodTemplate, who: str, namespace: str) -> Iterator[Reference]:
    """Single files of a volume: a `subPath` that is no key gives the container an empty directory in its place."""
    volumes = {volume.text("name"): volume for volume in pod.spec.items("volumes")}
    for container in pod.containers():
        for mount in container.items("volumeMounts"):
            file, volume = mount.text("subPath"), volumes.get(mount.text("name"))
            if not file or volume is None or "$(" in file:
                continue
            for field, name, kind in _VOLUMES:
                source = volume.get(field)
                if source is None or source.items("items"):
                    continue
                by = f"{who} container {container.text('name') or container.key} mount {mount.text('mountPath')}"
                optional, key = bool(source.flag("optional")), file.strip("/").partition("/")[0]
                place = mount.get("subPath")
                yield from named(source, name, ref=core(kind, namespace), by=by, key=key, key_place=place, optional=optional)
