"""What the API server requires of its own kinds beyond its published schemas: fields that they call optional and without which it refuses
the object. Found by sending it objects that lack them.

https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/validation.go
https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/apps/validation/validation.go
https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/batch/validation/validation.go
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

Schema = dict[str, Any]

_CONTAINERS: Final = ("io.k8s.api.core.v1.Container", "io.k8s.api.core.v1.EphemeralContainer")
_POD_SPEC: Final = "io.k8s.api.core.v1.PodSpec"


def _below(keys: tuple[str, ...], schema: Schema, *, needed: bool = True) -> Schema:
    """A schema for the value at a chain of keys, each of which has to be there."""
    for key in reversed(keys):
        schema = {"properties": {key: schema}, **({"required": [key]} if needed else {})}
    return schema


def _unless(condition: Schema, *fields: str) -> Schema:
    return {"if": {"not": condition}, "then": {"required": [*fields]}}


_MAPPING: Final[Schema] = {"type": "object"}
_RESTARTS: Final = _below(("template", "spec", "restartPolicy"), {"enum": ["Always", None]}, needed=False)
_ENDS: Final = _below(("template", "spec", "restartPolicy"), {"enum": ["OnFailure", "Never"]})
_SERVICE: Final[Schema] = {
    "anyOf": [
        _below(("type",), {"enum": ["ExternalName"]}),
        _below(("clusterIP",), {"enum": ["None"]}),
    ]
}

_BEYOND: Final[Mapping[str, Schema]] = {
    "apps/v1 DaemonSet": _below(("spec",), _MAPPING | _RESTARTS),
    "apps/v1 Deployment": _below(("spec",), _MAPPING | _RESTARTS),
    "apps/v1 ReplicaSet": _below(("spec",), _MAPPING | _RESTARTS),
    "apps/v1 StatefulSet": _below(("spec",), _MAPPING | _RESTARTS),
    "batch/v1 CronJob": _below(("spec", "jobTemplate", "spec"), _MAPPING | _ENDS),
    "batch/v1 Job": _below(("spec",), _MAPPING | _ENDS),
    "networking.k8s.io/v1 Ingress": _below(("spec",), _MAPPING | _unless({"required": ["defaultBackend"]}, "rules")),
    "networking.k8s.io/v1 IngressClass": _below(("spec", "controller"), {"type": "string"}),
    "v1 PersistentVolume": _below(("spec",), _MAPPING | {"required": ["accessModes", "capacity"]}),
    "v1 PersistentVolumeClaim": _below(("spec",), _MAPPING | {"required": ["accessModes", "resources"]}),
    "v1 Pod": _below(("spec",), _MAPPING),
    "v1 ReplicationController": _below(("spec", "template"), _MAPPING),
    "v1 Service": _below(("spec",), _MAPPING | _unless(_SERVICE, "ports")),
}


def beyond(api_version: str, kind: str) -> Schema:
    """A schema to hold beside that of a kind; an empty one holds always."""
    return _BEYOND.get(f"{api_version} {kind}", {})


def stricter(definitions: dict[str, Schema]) -> dict[str, Schema]:
    """Definitions in which a container has an image and a pod a container."""
    for name in definitions.keys() & {*_CONTAINERS}:
        definition = definitions[name]
        definitions[name] = {**definition, "required": sorted({*definition.get("required", ()), "image"})}
    if _POD_SPEC in definitions:
        definition = definitions[_POD_SPEC]
        containers = {**definition["properties"]["containers"], "minItems": 1}
        definitions[_POD_SPEC] = {**definition, "properties": {**definition["properties"], "containers": containers}}
    return definitions
