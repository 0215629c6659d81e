"""The claim to a volume that one node at a time writes."""

from typing import Any


def claim(storage: str, storage_class: str | None) -> dict[str, Any]:
    """The `spec` of a PersistentVolumeClaim of this size; without a class the cluster's default applies.

    https://kubernetes.io/docs/concepts/storage/persistent-volumes/#persistentvolumeclaims
    """
    spec: dict[str, Any] = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": storage}}}
    return spec if storage_class is None else {**spec, "storageClassName": storage_class}
