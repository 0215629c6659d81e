"""Pod templates, found by their structure: whatever the kind, a mapping with `metadata` and a `spec.containers` list.

A CronJob, an Argo Rollout or an operator's own kind holds pods as a Deployment does; a table of kinds would miss them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from crema.policies.model.documents import Json
from crema.policies.model.manifest import Manifest
from crema.policies.model.node import Node

CONTAINER_LISTS: Final = ("initContainers", "containers", "ephemeralContainers")
_NEVER_HOLDS_PODS: Final = frozenset({"ConfigMap", "Secret", "CustomResourceDefinition", "PrometheusRule"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PodTemplate:
    """A template of pods inside a manifest: the labels they will carry and their specification."""

    manifest: Manifest
    labels: dict[str, str]
    spec: Node

    def containers(self) -> Iterator[Node]:
        """Every container: init, ordinary and ephemeral."""
        for key in CONTAINER_LISTS:
            yield from self.spec.items(key)

    def environment(self, name: str) -> Iterator[Node]:
        """The `env` entries of ordinary containers with this name."""
        for container in self.spec.items("containers"):
            for variable in container.items("env"):
                if variable.text("name") == name:
                    yield variable


def pod_templates(manifest: Manifest) -> Iterator[PodTemplate]:
    """Every pod template in a manifest; a bare Pod is its own template."""
    if manifest.ref.kind not in _NEVER_HOLDS_PODS:
        yield from _below(manifest.root)


def _below(node: Node) -> Iterator[PodTemplate]:
    if isinstance(node.value, dict):
        spec = node.value.get("spec")
        containers = spec.get("containers") if isinstance(spec, dict) else None
        if isinstance(containers, list) and all(isinstance(container, dict) for container in containers):
            metadata = node.get("metadata")
            labels = metadata.texts("labels") if metadata else {}
            yield PodTemplate(manifest=node.manifest, labels=labels, spec=node.child("spec", spec))
            return
        for key, value in node.value.items():
            yield from _child(node, key, value)
    elif isinstance(node.value, list):
        for index, value in enumerate(node.value):
            yield from _child(node, index, value)


def _child(node: Node, key: str | int, value: Json) -> Iterator[PodTemplate]:
    if isinstance(value, dict | list):
        yield from _below(node.child(key, value))
