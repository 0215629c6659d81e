"""What Kubernetes once read and reads no longer: the server takes it, and nothing comes of it.

https://kubernetes.io/docs/reference/labels-annotations-taints/ and https://kubernetes.io/docs/concepts/storage/volumes/
"""

from collections.abc import Mapping
from typing import Final

from crema.policies.model.admission.refusal import Refusal, Refusals, items, mapping, text
from crema.policies.model.values import Json

_GONE: Final = "node-role.kubernetes.io/master"
_INSTEAD: Final = "node-role.kubernetes.io/control-plane"
_ANNOTATIONS: Final[Mapping[str, str]] = {
    "seccomp.security.alpha.kubernetes.io/": "securityContext.seccompProfile",
    "container.seccomp.security.alpha.kubernetes.io/": "securityContext.seccompProfile",
    "scheduler.alpha.kubernetes.io/affinity": "affinity",
    "scheduler.alpha.kubernetes.io/tolerations": "tolerations",
    "pod.alpha.kubernetes.io/init-containers": "initContainers",
    "pod.beta.kubernetes.io/init-containers": "initContainers",
    "security.alpha.kubernetes.io/sysctls": "securityContext.sysctls",
}
_VOLUMES: Final[Mapping[str, str]] = {
    "gitRepo": "an init container that clones, and an emptyDir",
    "glusterfs": "a CSI driver",
    "rbd": "the CSI driver rbd.csi.ceph.com",
    "cephfs": "the CSI driver cephfs.csi.ceph.com",
    "flocker": "another volume",
    "quobyte": "the CSI driver of Quobyte",
    "storageos": "the CSI driver of StorageOS",
    "scaleIO": "the CSI driver of PowerFlex",
    "photonPersistentDisk": "another volume",
}


def in_pod(spec: Mapping[str, Json]) -> Refusals:
    """Labels of nodes that nodes no longer have, and kinds of volumes that no kubelet mounts any more."""
    for key in mapping(spec.get("nodeSelector")):
        if key == _GONE:
            yield Refusal(("nodeSelector", key), f"asks for {key}, which nodes no longer carry: the pod stays pending", f"write {_INSTEAD}")
    nodes = mapping(mapping(spec.get("affinity")).get("nodeAffinity")).get("requiredDuringSchedulingIgnoredDuringExecution")
    for index, term in items(mapping(nodes).get("nodeSelectorTerms")):
        for place, one in items(term.get("matchExpressions")):
            if text(one.get("key")) == _GONE and one.get("operator") in ("In", "Exists"):
                way = (*_REQUIRED, "nodeSelectorTerms", index, "matchExpressions", place, "key")
                yield Refusal(way, f"asks for {_GONE}, which nodes no longer carry", f"write {_INSTEAD}")
    for index, volume in items(spec.get("volumes")):
        for kind, instead in _VOLUMES.items():
            if volume.get(kind) is not None:
                yield Refusal(
                    ("volumes", index, kind),
                    "is a kind of volume that the kubelet no longer mounts: the pod does not start",
                    f"use {instead}",
                )


def in_metadata(meta: Mapping[str, Json]) -> Refusals:
    """Annotations that a field has replaced, and that nobody reads any more."""
    for key in mapping(meta.get("annotations")):
        for prefix, instead in _ANNOTATIONS.items():
            if key == prefix or (prefix.endswith("/") and key.startswith(prefix)):
                yield Refusal(
                    ("annotations", key),
                    f"is an annotation that Kubernetes no longer reads; {instead} is the field for it",
                    f"write {instead}",
                )


_REQUIRED: Final = ("affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution")
