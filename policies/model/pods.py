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
HOLD_NO_PODS: Final = frozenset(
    {
        *(("", kind) for kind in ("ConfigMap", "Namespace", "PersistentVolumeClaim", "Secret", "Service", "ServiceAccount")),
        *(("networking.k8s.io", kind) for kind in ("Ingress", "NetworkPolicy")),
        *(("rbac.authorization.k8s.io", kind) for kind in ("ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding")),
        ("apiextensions.k8s.io", "CustomResourceDefinition"),
        ("monitoring.coreos.com", "PrometheusRule"),
    }
)
"""Groups and kinds that need no search: the API gives them no pods, and most objects are theirs. Not Knative's Service."""

_Way = tuple[tuple[str | int, Json], ...]


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
    if (manifest.ref.group, manifest.ref.kind) not in HOLD_NO_PODS:
        for node in _holders(manifest):
            metadata = node.get("metadata")
            labels = metadata.texts("labels") if metadata else {}
            yield PodTemplate(manifest=manifest, labels=labels, spec=node.child("spec", node.mapping()["spec"]))


def _holders(manifest: Manifest) -> Iterator[Node]:
    """The mappings that hold a pod template. Most values hold none: only on the way to one that does are nodes made."""
    ways: list[_Way] = []
    _add_ways(manifest.body, (), ways)
    for way in ways:
        node = manifest.root
        for key, value in way:
            node = node.child(key, value)
        yield node


def _add_ways(value: dict[str, Json] | list[Json], way: _Way, ways: list[_Way]) -> None:
    """The keys and values that lead to each pod template, from the top down; every manifest is searched, so no generators here."""
    if isinstance(value, dict):
        spec = value.get("spec")
        containers = spec.get("containers") if isinstance(spec, dict) else None
        if isinstance(containers, list) and all(isinstance(container, dict) for container in containers):
            ways.append(way)
            return
        for key, below in value.items():
            if isinstance(below, (dict, list)):
                _add_ways(below, (*way, (key, below)), ways)
    else:
        for index, below in enumerate(value):
            if isinstance(below, (dict, list)):
                _add_ways(below, (*way, (index, below)), ways)
