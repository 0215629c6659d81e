"""Addresses in objects that are read by somebody else than their own pods: datasources of Grafana, and custom resources."""

from collections.abc import Iterator

from crema.policies.model.calls.address import Address, urls
from crema.policies.model.documents import Unreadable, first_body
from crema.policies.model.manifest import Manifest
from crema.policies.model.node import Node
from crema.policies.model.servers import DEFAULT_LABEL


def in_datasources(manifest: Manifest) -> Iterator[tuple[str, tuple[Node, str, Address]]]:
    """What Grafana asks, by the datasources in a ConfigMap that its sidecar reads; with the datasource, which is who calls."""
    metadata = manifest.root.get("metadata")
    if metadata is None or DEFAULT_LABEL not in metadata.texts("labels"):
        return
    for name, node in manifest.root.entries("data"):
        top = _yaml(node) if name.endswith((".yaml", ".yml")) else None
        for item in top.items("datasources") if top is not None else ():
            url = item.get("url") if isinstance(item.value, dict) else None
            if url is not None and isinstance(url.value, str):
                for address in urls(url.value):
                    yield f"Grafana datasource {item.mapping().get('name')}", (url, "url", address)


def _yaml(node: Node) -> Node | None:
    try:
        body = first_body(node.value) if isinstance(node.value, str) else None
    except Unreadable:
        return None
    return node.embedded(body) if isinstance(body, dict) and isinstance(body.get("datasources"), list) else None


def in_custom_resource(node: Node) -> Iterator[tuple[Node, str, Address]]:
    """Values of custom resources that are a URL and nothing else."""
    if isinstance(node.value, dict):
        for key, below in node.value.items():
            if isinstance(below, (dict, list)):
                yield from in_custom_resource(node.child(key, below))
            elif isinstance(below, str) and "://" in below and " " not in below:
                yield from ((node.child(key, below), key, address) for address in urls(below))
    elif isinstance(node.value, list):
        for index, below in enumerate(node.value):
            if isinstance(below, (dict, list)):
                yield from in_custom_resource(node.child(index, below))
