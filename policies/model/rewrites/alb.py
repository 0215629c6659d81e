"""Rewrites of the AWS Load Balancer Controller: `transforms.<service>` with transforms of type `url-rewrite`.

Source: https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/#transforms
"""

import json
from collections.abc import Iterator
from typing import Final

from crema.policies.model.documents import Json
from crema.policies.model.node import Node
from crema.policies.model.rewrites.regex import ALB
from crema.policies.model.rewrites.rewrite import IngressPath, Rewrite, by_regex, unknown
from crema.policies.model.world import World

FAMILY: Final = "alb"


def rewrites(_world: World, annotations: Node, asked: IngressPath) -> Iterator[Rewrite]:
    """The URL rewrites of the transforms that carry the Service's name."""
    node = annotations.get(f"alb.ingress.kubernetes.io/transforms.{asked.service}")
    if node is None:
        return
    try:
        transforms: Json = json.loads(str(node.value))
    except (ValueError, RecursionError):
        yield unknown(node, "is not JSON, which the controller refuses")
        return
    if not isinstance(transforms, list):
        yield unknown(node, "is not a list of transforms, which is all that the controller takes")
        return
    for transform in transforms:
        if isinstance(transform, dict) and _folded(transform).get("type") == "url-rewrite":
            settings = _folded(transform).get("urlrewriteconfig")
            listed = _folded(settings).get("rewrites") if isinstance(settings, dict) else None
            if not isinstance(listed, list):
                yield unknown(node, "has a url-rewrite without rewrites, which the controller refuses")
                return
            for each in listed:
                if isinstance(each, dict):
                    one = _folded(each)
                    yield by_regex(node, str(one.get("regex", "")), str(one.get("replace", "")), template=ALB)


def _folded(mapping: dict[str, Json]) -> dict[str, Json]:
    """Go reads the keys of JSON without regard to case."""
    return {key.lower(): value for key, value in mapping.items()}
