"""Claims, volumes and classes of storage."""

from collections.abc import Mapping
from typing import Final

from crema.policies.model.admission.forms import DNS_LABEL, DNS_SUBDOMAIN, QUALIFIED, is_qualified, misfit
from crema.policies.model.admission.labels import label_key, node_selector, selector
from crema.policies.model.admission.quantity import quantity
from crema.policies.model.admission.refusal import Refusal, Refusals, below, items, lacks, mapping, text, texts, twice, wrong
from crema.policies.model.values import Json

_MODES: Final = ("ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod")
_KEPT: Final = (("snapshot.storage.k8s.io", "VolumeSnapshot"), (None, "PersistentVolumeClaim"), ("", "PersistentVolumeClaim"))
"""The groups and kinds of a dataSource that the server reads; it drops every other."""
_PARAMETERS: Final = 256 * 1024
_OF_CLASSES: Final[Mapping[str, tuple[str, ...]]] = {
    "reclaimPolicy": ("Delete", "Retain", ""),
    "volumeBindingMode": ("Immediate", "WaitForFirstConsumer"),
}
_OF_VOLUMES: Final = (
    *("gcePersistentDisk", "awsElasticBlockStore", "hostPath", "glusterfs", "nfs", "rbd", "iscsi", "cinder", "cephfs", "fc", "flocker"),
    *("flexVolume", "azureFile", "vsphereVolume", "quobyte", "azureDisk", "photonPersistentDisk", "portworxVolume", "scaleIO", "local"),
    *("storageos", "csi"),
)


def claim(spec: Mapping[str, Json]) -> Refusals:
    """What is wrong with the specification of a PersistentVolumeClaim."""
    yield from _modes(spec)
    yield from below("selector", selector(spec.get("selector")))
    asked = mapping(mapping(spec.get("resources")).get("requests")).get("storage")
    size = quantity(asked)
    if asked is None:
        some = mapping(spec.get("resources")).get("requests") is not None
        way = ("resources", "requests") if some else ("resources",)
        yield Refusal(way, "is missing; a claim asks for some storage", "", "storage" if some else "requests")
    elif size is not None and size <= 0:
        yield wrong(("resources", "requests", "storage"), asked, "more than 0")
    yield from misfit(spec, "storageClassName", DNS_SUBDOMAIN)
    yield from misfit(spec, "volumeAttributesClassName", DNS_SUBDOMAIN)
    yield from _volume_mode(spec)
    for field in ("dataSource", "dataSourceRef"):
        given = mapping(spec.get(field))
        if field == "dataSourceRef" or (given.get("apiGroup"), given.get("kind")) in _KEPT:
            yield from below(field, _data_source(given)) if spec.get(field) is not None else ()
    source, ref = mapping(spec.get("dataSource")), mapping(spec.get("dataSourceRef"))
    if source and ref.get("namespace"):
        yield Refusal(("dataSource",), "stands beside a dataSourceRef with a namespace; only one of both is allowed then")
    elif source and ref and any(source.get(key) != ref.get(key) for key in ("apiGroup", "kind", "name")):
        yield Refusal(("dataSource",), "names another object than dataSourceRef; both have to be the same")


def volume(spec: Mapping[str, Json]) -> Refusals:
    """What is wrong with the specification of a PersistentVolume."""
    yield from _modes(spec)
    if "storage" not in mapping(spec.get("capacity")):
        yield Refusal(("capacity",) if spec.get("capacity") is not None else (), "has no storage; a volume says how much it has")
    for name, value in mapping(spec.get("capacity")).items():
        size = quantity(value)
        if name != "storage":
            yield Refusal(("capacity", name), "is given; a volume has the capacity storage and no other")
        elif size is not None and size <= 0:
            yield wrong(("capacity", name), value, "more than 0")
    given = [kind for kind in _OF_VOLUMES if spec.get(kind) is not None]
    if not given:
        yield Refusal((), "has no source; exactly one such as csi, nfs or local is required")
    for surplus in given[1:]:
        yield Refusal((surplus,), f"stands beside {given[0]}; a volume has exactly one source")
    yield from misfit(spec, "storageClassName", DNS_SUBDOMAIN)
    yield from _volume_mode(spec)
    if spec.get("csi") is not None:
        yield from below("csi", driver(mapping(spec.get("csi"))))
        if mapping(spec.get("csi")).get("volumeHandle") == "":
            yield wrong(("csi", "volumeHandle"), "", "the name of a volume")
    yield from _on_a_node(spec)


def _on_a_node(spec: Mapping[str, Json]) -> Refusals:
    affinity = mapping(spec.get("nodeAffinity"))
    if spec.get("nodeAffinity") is not None:
        yield from below(("nodeAffinity", "required"), node_selector(affinity.get("required"))) if affinity.get("required") else ()
        if affinity.get("required") is None:
            yield lacks("required", way=("nodeAffinity",))
    elif spec.get("local") is not None:
        yield lacks("nodeAffinity", "a local volume is on some node")
    for kind in ("local", "hostPath"):
        path = text(mapping(spec.get(kind)).get("path"))
        if spec.get(kind) is not None and (not path or ".." in path.split("/")):
            yield wrong((kind, "path"), path, "a path without ..")
    if text(mapping(spec.get("hostPath")).get("path")) == "/" and spec.get("persistentVolumeReclaimPolicy") == "Recycle":
        yield wrong("persistentVolumeReclaimPolicy", "Recycle", "Retain for the hostPath /")


def storage_class(body: Mapping[str, Json]) -> Refusals:
    """What is wrong with a StorageClass."""
    name = body.get("provisioner")
    if isinstance(name, str) and (not name or not is_qualified(name.lower())):
        yield wrong("provisioner", name, QUALIFIED.words)
    for field, allowed in _OF_CLASSES.items():
        if body.get(field) is not None and body.get(field) not in allowed:
            yield wrong(field, body.get(field), " or ".join(filter(None, allowed)))
    parameters = mapping(body.get("parameters"))
    if "" in parameters:
        yield Refusal(("parameters",), "has an empty key")
    if sum(len(key) + len(str(value)) for key, value in parameters.items()) > _PARAMETERS or len(parameters) > 512:
        yield Refusal(("parameters",), "is longer than 256 KiB, or has more than 512 keys")
    terms: list[dict[str, frozenset[str]]] = []
    for index, term in items(body.get("allowedTopologies")):
        here = ("allowedTopologies", index, "matchLabelExpressions")
        yield from below(here, _topology(term))
        chosen = {
            text(one.get("key")): frozenset(value for _, value in texts(one.get("values")))
            for _, one in items(term.get("matchLabelExpressions"))
        }
        if not chosen:
            yield Refusal(("allowedTopologies", index), "has no matchLabelExpressions; at least one is required")
        elif chosen in terms:
            yield Refusal(("allowedTopologies", index), "says the same as a term before it")
        terms.append(chosen)


def driver(source: Mapping[str, Json]) -> Refusals:
    """What is wrong with the name of a CSI driver."""
    name = source.get("driver")
    if isinstance(name, str):
        labels = name.lower().split(".")
        if not name or len(name) > 63 or not all(DNS_LABEL.fits(label) for label in labels):
            yield wrong("driver", name, "a driver such as ebs.csi.aws.com, at most 63 letters, digits, - and .,")


def _topology(term: Mapping[str, Json]) -> Refusals:
    seen: set[str] = set()
    for place, one in items(term.get("matchLabelExpressions")):
        yield from below(place, label_key(one, "key"))
        key, values = text(one.get("key")), [value for _, value in texts(one.get("values"))]
        if key in seen:
            yield Refusal((place, "key"), twice(key))
        seen.add(key)
        if not values:
            yield lacks("values", way=(place,))
        for position, value in enumerate(values):
            if value in values[:position]:
                yield Refusal((place, "values", position), twice(value))


def _modes(spec: Mapping[str, Json]) -> Refusals:
    modes = [mode for _, mode in texts(spec.get("accessModes"))]
    if not modes:
        missing = "at least one of " + ", ".join(_MODES) + " is required"
        yield lacks("accessModes", missing) if not spec.get("accessModes") else Refusal(("accessModes",), missing)
    for index, mode in enumerate(modes):
        if mode not in _MODES:
            yield wrong(("accessModes", index), mode, f"one of {', '.join(_MODES)}")
    if "ReadWriteOncePod" in modes and set(modes) & set(_MODES) != {"ReadWriteOncePod"}:
        yield Refusal(("accessModes",), "has ReadWriteOncePod beside another mode; it stands alone")


def _volume_mode(spec: Mapping[str, Json]) -> Refusals:
    if spec.get("volumeMode") not in (None, "Filesystem", "Block"):
        yield wrong("volumeMode", spec.get("volumeMode"), "Filesystem or Block")


def _data_source(source: Mapping[str, Json]) -> Refusals:
    for field in ("name", "kind"):
        if not source.get(field):
            yield lacks(field)
    group = text(source.get("apiGroup"))
    if not group and source.get("kind") not in (None, "", "PersistentVolumeClaim"):
        yield wrong("kind", source.get("kind"), "PersistentVolumeClaim without an apiGroup")
    if group and not DNS_SUBDOMAIN.fits(group):
        yield wrong("apiGroup", group, DNS_SUBDOMAIN.words)
