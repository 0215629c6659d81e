"""Annotations of an Ingress as ingress-nginx reads them.

Source: https://github.com/kubernetes/ingress-nginx/blob/controller-v1.15.1/internal/ingress/annotations/parser/main.go
"""

from typing import Final

from crema.policies.model.manifest import Manifest
from crema.policies.model.node import Node

NGINX: Final = "nginx.ingress.kubernetes.io"
ALB: Final = "alb.ingress.kubernetes.io"
TRAEFIK: Final = "traefik.ingress.kubernetes.io"
_TRUE: Final = frozenset({"1", "t", "T", "TRUE", "true", "True"})
_FALSE: Final = frozenset({"0", "f", "F", "FALSE", "false", "False"})


def annotation(manifest: Manifest, prefix: str, name: str) -> Node | None:
    """An annotation, or None."""
    return manifest.root.get("metadata", "annotations", f"{prefix}/{name}")


def text(manifest: Manifest, prefix: str, name: str) -> str:
    """What an annotation says; empty without it."""
    node = annotation(manifest, prefix, name)
    return "" if node is None else str(node.value)


def flag(manifest: Manifest, prefix: str, name: str) -> bool:
    """Whether an annotation says yes, as Go reads booleans."""
    return text(manifest, prefix, name) in _TRUE


def is_flag(value: str) -> bool:
    """Whether Go reads a text as a boolean."""
    return value in _TRUE or value in _FALSE
