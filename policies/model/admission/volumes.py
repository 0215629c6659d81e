"""Volumes of a pod and where its containers mount them. That a mounted volume is there, schema-object-agrees-with-itself says."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from crema.policies.model.admission.containers import Container, each
from crema.policies.model.admission.forms import DNS_LABEL, misfit
from crema.policies.model.admission.projections import files, projected
from crema.policies.model.admission.quantity import quantity
from crema.policies.model.admission.refusal import Refusal, Refusals, Way, below, items, lacks, mapping, text, twice, wrong
from crema.policies.model.admission.storage import claim, driver
from crema.policies.model.values import Json

_SOURCES: Final = (
    *("emptyDir", "hostPath", "gitRepo", "gcePersistentDisk", "awsElasticBlockStore", "secret", "nfs", "iscsi", "glusterfs", "flocker"),
    *("persistentVolumeClaim", "rbd", "cinder", "cephfs", "quobyte", "downwardAPI", "fc", "flexVolume", "configMap", "azureFile"),
    *(
        "vsphereVolume",
        "photonPersistentDisk",
        "portworxVolume",
        "azureDisk",
        "storageos",
        "projected",
        "scaleIO",
        "csi",
        "ephemeral",
        "image",
    ),
)
_NAMED: Final = {"secret": "secretName", "configMap": "name", "persistentVolumeClaim": "claimName", "hostPath": "path"}
_HOST_TYPES: Final = ("", "DirectoryOrCreate", "Directory", "FileOrCreate", "File", "Socket", "CharDevice", "BlockDevice")


def volumes(spec: Mapping[str, Json]) -> Refusals:
    """What is wrong with a pod's volumes and mounts."""
    seen: dict[str, Way] = {}
    for index, volume in items(spec.get("volumes")):
        name = text(volume.get("name"))
        yield from below(("volumes", index), misfit(volume, "name", DNS_LABEL, required=True))
        if name and name in seen:
            yield Refusal(("volumes", index, "name"), twice(name), "give each volume a name of its own")
        seen.setdefault(name, ("volumes", index))
        yield from below(("volumes", index), _source(volume))
    kinds = {text(one.get("name")): one for _, one in items(spec.get("volumes"))}
    yield from each(spec, lambda container: _mounts(container, kinds))


def _source(volume: Mapping[str, Json]) -> Refusals:
    given = [kind for kind in _SOURCES if volume.get(kind) is not None]
    for surplus in given[1:]:
        yield Refusal(
            (surplus,), f"stands beside {given[0]}; a volume has exactly one source", f"make two volumes of {given[0]} and {surplus}"
        )
    for kind in given[:1]:
        source = mapping(volume.get(kind))
        if kind in _NAMED and not source.get(_NAMED[kind]):
            yield lacks(_NAMED[kind], way=(kind,))
        if kind in _JUDGES:
            yield from below(kind, _JUDGES[kind](source))


def _empty(source: Mapping[str, Json]) -> Refusals:
    limit = quantity(source.get("sizeLimit"))
    if limit is not None and limit < 0:
        yield wrong("sizeLimit", source.get("sizeLimit"), "0 or more")


def _host(source: Mapping[str, Json]) -> Refusals:
    if ".." in text(source.get("path")).split("/"):
        yield wrong("path", source.get("path"), "a path without ..")
    if source.get("type") is not None and source.get("type") not in _HOST_TYPES:
        yield wrong("type", source.get("type"), f"one of {', '.join(sorted(filter(None, _HOST_TYPES)))}")


def _nfs(source: Mapping[str, Json]) -> Refusals:
    for field in ("server", "path"):
        if source.get(field) == "":
            yield wrong(field, "", "a server" if field == "server" else "an absolute path")
    path = text(source.get("path"))
    if path and not path.startswith("/"):
        yield wrong("path", path, "an absolute path")


def _csi(source: Mapping[str, Json]) -> Refusals:
    yield from driver(source)
    ref = mapping(source.get("nodePublishSecretRef"))
    if source.get("nodePublishSecretRef") is not None and not ref.get("name"):
        yield lacks("name", way=("nodePublishSecretRef",))


def _ephemeral(source: Mapping[str, Json]) -> Refusals:
    template = mapping(source.get("volumeClaimTemplate"))
    if not template:
        yield lacks("volumeClaimTemplate")
    else:
        yield from below(("volumeClaimTemplate", "spec"), claim(mapping(template.get("spec"))))
        for field in mapping(template.get("metadata")):
            if field not in ("labels", "annotations") and mapping(template.get("metadata")).get(field):
                yield Refusal(("volumeClaimTemplate", "metadata", field), "is given; such a claim has only labels and annotations")


def _image(source: Mapping[str, Json]) -> Refusals:
    if not source.get("reference"):
        yield lacks("reference", "the name of an image is required")


_JUDGES: Final[Mapping[str, Callable[[Mapping[str, Json]], Iterable[Refusal]]]] = {
    "emptyDir": _empty,
    "hostPath": _host,
    "nfs": _nfs,
    "csi": _csi,
    "ephemeral": _ephemeral,
    "image": _image,
    "configMap": files,
    "secret": files,
    "downwardAPI": files,
    "projected": projected,
}


def _mounts(container: Container, kinds: Mapping[str, Mapping[str, Json]]) -> Refusals:
    paths: dict[str, Way] = {}
    names: set[str] = set()
    privileged = mapping(container.get("securityContext")).get("privileged") is True
    for index, mount in items(container.get("volumeMounts")):
        path, here = text(mount.get("mountPath")), ("volumeMounts", index)
        names.add(text(mount.get("name")))
        if mount.get("name") == "":
            yield wrong((*here, "name"), "", "the name of a volume")
        if mount.get("mountPath") == "":
            yield wrong((*here, "mountPath"), "", "a path in the container")
        if path and path in paths:
            yield Refusal((*here, "mountPath"), twice(path), "mount each volume at a path of its own")
        paths.setdefault(path, here)
        yield from below(here, _mount(mount, privileged=privileged))
    devices: set[str] = set()
    for index, device in items(container.get("volumeDevices")):
        name, path, here = text(device.get("name")), text(device.get("devicePath")), ("volumeDevices", index)
        if name in names or name in devices:
            yield Refusal((*here, "name"), f"is {name}, which this container has already; a volume is a device once, or mounted")
        devices.add(name)
        if name in kinds and not (kinds[name].get("persistentVolumeClaim") or kinds[name].get("ephemeral")):
            yield wrong((*here, "name"), name, "the volume of a claim")
        if path in paths or not path or ".." in path.split("/"):
            yield wrong((*here, "devicePath"), path, "a path of its own without ..")
        paths.setdefault(path, here)


def _mount(mount: Mapping[str, Json], *, privileged: bool) -> Refusals:
    for field in ("subPath", "subPathExpr"):
        path = text(mount.get(field))
        if path.startswith("/") or ".." in path.split("/"):
            yield wrong(field, path, "a relative path without ..")
    if mount.get("subPath") and mount.get("subPathExpr"):
        yield Refusal(("subPathExpr",), "stands beside subPath; only one of both is allowed")
    propagation = mount.get("mountPropagation")
    if propagation not in (None, "None", "HostToContainer", "Bidirectional"):
        yield wrong("mountPropagation", propagation, "None, HostToContainer or Bidirectional")
    if propagation == "Bidirectional" and not privileged:
        yield wrong("mountPropagation", propagation, "None or HostToContainer in a container that is not privileged")
    recursive = mount.get("recursiveReadOnly")
    if recursive not in (None, "Disabled", "Enabled", "IfPossible"):
        yield wrong("recursiveReadOnly", recursive, "Disabled, Enabled or IfPossible")
    elif recursive in ("Enabled", "IfPossible") and mount.get("readOnly") is not True:
        yield Refusal(("recursiveReadOnly",), f"is {recursive} without readOnly: true; both are required together")
    elif recursive in ("Enabled", "IfPossible") and propagation not in (None, "None"):
        yield Refusal(("recursiveReadOnly",), f"is {recursive} beside mountPropagation {propagation}; None is required")
