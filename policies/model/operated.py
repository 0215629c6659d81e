"""Pods that the Prometheus operator makes: a Prometheus or an Alertmanager is an object of its own kind, and no template of its pods is
written anywhere.

Source: https://github.com/prometheus-operator/prometheus-operator/blob/main/pkg/prometheus/server/statefulset.go
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from crema.policies.model.node import Node
from crema.policies.model.pods import PodTemplate
from crema.policies.model.whole import whole
from crema.policies.model.world import World

_GROUP: Final = "monitoring.coreos.com"
_NAMES: Final[Mapping[str, str]] = {
    "Alertmanager": "alertmanager",
    "Prometheus": "prometheus",
    "PrometheusAgent": "prometheus-agent",
    "ThanosRuler": "thanos-ruler",
}


def operated(world: World) -> Iterator[PodTemplate]:
    """The pods of each such object of the whole world, with the labels that the operator gives them. Their `spec` is the object's own:
    of pods it has `hostNetwork` and `serviceAccountName`, and of containers only those that are added.
    """
    return world.once(_operated)


def makes(world: World, namespace: str, selector: Mapping[str, str]) -> bool:
    """Whether the operator makes pods that a Service's selector means."""
    found = world.derived(_by_namespace).get(namespace, ())
    return bool(selector) and any(selector.items() <= pod.labels.items() for pod in found)


def _operated(world: World) -> Iterator[PodTemplate]:
    for kind, name in _NAMES.items():
        for manifest in whole(world).world.of(_GROUP, kind):
            own = manifest.ref.name
            spec = manifest.root.get("spec") or Node(manifest=manifest, value={}, pointer="/spec")
            added = spec.get("podMetadata")
            labels = {
                **(added.texts("labels") if added is not None else {}),
                "app.kubernetes.io/instance": own,
                "app.kubernetes.io/managed-by": "prometheus-operator",
                "app.kubernetes.io/name": name,
                name: own,
            }
            if kind.startswith("Prometheus"):
                labels |= {"operator.prometheus.io/name": own, "operator.prometheus.io/shard": "0", "prometheus": own}
            yield PodTemplate(manifest=manifest, labels=labels, spec=spec)


def _by_namespace(world: World) -> Mapping[str, list[PodTemplate]]:
    found: defaultdict[str, list[PodTemplate]] = defaultdict(list)
    for pod in operated(world):
        found[pod.manifest.ref.namespace].append(pod)
    return dict(found)
