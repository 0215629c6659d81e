"""Rewrites of the AWS Load Balancer Controller: `transforms.<service>` with transforms of type `url-rewrite`.

Source: https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/#transforms
"""

import json
from collections.abc import Iterator
from typing import Final

from crema.policies.model.documents import Json
from crema.policies.model.node import Node
from crema.policies.model.rewrites.rewrite import Rewrite, by_regex, unknown
from crema.policies.model.world import World

FAMILY: Final = "alb"


def rewrites(_world: World, annotations: Node, _path: str, service: str) -> Iterator[Rewrite]:
    """The URL rewrites of the transforms that carry the Service's name."""
    node = annotations.get(f"alb.ingress.kubernetes.io/transforms.{service}")
    if node is None:
        return
    try:
        transforms: Json = json.loads(str(node.value))
    except (ValueError, RecursionError):
        yield unknown(node)
        return
    for transform in transforms if isinstance(transforms, list) else ():
        if isinstance(transform, dict) and _folded(transform).get("type") == "url-rewrite":
            settings = _folded(transform).get("urlrewriteconfig")
            listed = _folded(settings).get("rewrites") if isinstance(settings, dict) else None
            for each in listed if isinstance(listed, list) else ():
                if isinstance(each, dict):
                    one = _folded(each)
                    yield by_regex(node, str(one.get("regex", "")), str(one.get("replace", "")), whole=False)


def _folded(mapping: dict[str, Json]) -> dict[str, Json]:
    """Go reads the keys of JSON without regard to case."""
    return {key.lower(): value for key, value in mapping.items()}
