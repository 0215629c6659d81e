"""What the API server asks of every stored object beyond its kind's schema: apiVersion, kind, a name of the right form.

https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from crema.policies.schemas.patterns import DNS_LABEL, DNS_SUBDOMAIN, NAMESPACE, PATH_SEGMENT

_OBJECT_META: Final = "#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"

#: Kinds that answer a question and are never stored: they need no name.
_NOT_STORED: Final = frozenset({"authentication.k8s.io", "authorization.k8s.io"})

#: Groups whose names only have to fit into a URL: `system:node`, `example.com:signer`.
_PATH_SEGMENT_GROUPS: Final = frozenset({"certificates.k8s.io", "rbac.authorization.k8s.io"})

#: Kinds whose name becomes a DNS label. Only new versions let a Service's name begin with a digit; here it passes.
_DNS_LABEL_KINDS: Final = frozenset({("", "Namespace"), ("", "Service")})


def identity(api_version: str, kind: str, definition: Mapping[str, Any]) -> dict[str, Any]:
    """A schema for the identity of an object of this kind, to hold beside its definition.

    An object without ObjectMeta (a list of objects) has no name to judge.
    """
    required = ["apiVersion", "kind"]
    properties: dict[str, Any] = {"apiVersion": {"enum": [api_version]}, "kind": {"enum": [kind]}}
    metadata = definition.get("properties", {}).get("metadata", {})
    group = api_version.rpartition("/")[0]
    if metadata.get("$ref") != _OBJECT_META or group in _NOT_STORED:
        return {"properties": properties, "required": required, "type": "object"}
    return {
        "properties": {
            **properties,
            "metadata": {
                "anyOf": [{"required": ["name"]}, {"required": ["generateName"]}],
                "properties": {
                    "name": {"maxLength": 253, "minLength": 1, "pattern": _pattern(group, kind), "type": "string"},
                    "namespace": {"pattern": NAMESPACE, "type": ["string", "null"]},
                },
                "type": "object",
            },
        },
        "required": [*required, "metadata"],
        "type": "object",
    }


def _pattern(group: str, kind: str) -> str:
    if group in _PATH_SEGMENT_GROUPS or (group, kind) == ("networking.k8s.io", "IPAddress"):
        return PATH_SEGMENT
    return DNS_LABEL if (group, kind) in _DNS_LABEL_KINDS else DNS_SUBDOMAIN
