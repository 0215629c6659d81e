"""Which nodes of a cluster the pods of a template may run on, as far as selectors, affinity, taints and tolerations say.

https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/
"""

from dataclasses import dataclass
from typing import Final

from crema.policies.model.entry.clusters import ROLE_LABEL, ClusterNode, cluster_of
from crema.policies.model.facts import fact
from crema.policies.model.node import Node
from crema.policies.model.pods import PodTemplate
from crema.policies.model.world import World

_ARCHITECTURES: Final = frozenset({"kubernetes.io/arch", "beta.kubernetes.io/arch"})
_SYSTEMS: Final = frozenset({"kubernetes.io/os", "beta.kubernetes.io/os"})
_REQUIRED: Final = "requiredDuringSchedulingIgnoredDuringExecution"


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """Why a pod cannot run on a node. place: what in the pod keeps it away, or None when something is missing there."""

    why: str
    place: Node | None


def obstacle(pod: PodTemplate, node: ClusterNode) -> Obstacle | None:
    """What keeps a pod from a node; None where it may run there. What is not known of a node keeps nobody away."""
    named = pod.spec.get("nodeName")
    if named is not None and named.value != node.name:
        return Obstacle(why=f"it is bound to node {named.value}", place=named)
    for key, wanted in pod.spec.texts("nodeSelector").items():
        if not _is_everywhere(key, wanted) and node.labels.get(key) != wanted:
            has = f"has {key}={node.labels[key]}" if key in node.labels else f"has no label {key}"
            return Obstacle(
                why=f"its nodeSelector asks for {key}={wanted}, and node {node.name} {has}", place=pod.spec.get("nodeSelector", key)
            )
    affinity = pod.spec.get("affinity", "nodeAffinity", _REQUIRED)
    terms = affinity.items("nodeSelectorTerms") if affinity is not None else ()
    if terms and not any(_term(term, node) for term in terms):
        return Obstacle(why=f"no term of its node affinity fits node {node.name}", place=affinity)
    # A pod that is bound to a node asks no scheduler, and NoSchedule speaks to schedulers.
    if node.tainted and named is None and not any(_tolerates(each) for each in pod.spec.items("tolerations")):
        return Obstacle(
            why=f"it does not tolerate the taint {ROLE_LABEL}:NoSchedule of node {node.name}", place=pod.spec.get("tolerations")
        )
    return None


def _term(term: Node, node: ClusterNode) -> bool:
    if term.items("matchFields"):
        return True
    return all(_fits(each, node) for each in term.items("matchExpressions"))


def _fits(expression: Node, node: ClusterNode) -> bool:
    key, operator = expression.text("key") or "", expression.text("operator") or ""
    values = {str(value.value) for value in expression.items("values")}
    if key in _ARCHITECTURES | _SYSTEMS:
        return True
    match operator:
        case "In":
            return node.labels.get(key) in values
        case "NotIn":
            return node.labels.get(key) not in values
        case "Exists":
            return key in node.labels
        case "DoesNotExist":
            return key not in node.labels
        case _:
            return True


def _tolerates(toleration: Node) -> bool:
    """Whether a toleration is one of the control plane's taint, which has no value."""
    key, effect = toleration.text("key") or "", toleration.text("effect") or ""
    exists = (toleration.text("operator") or "Equal") == "Exists"
    return effect in {"", "NoSchedule"} and ((not key and exists) or (key == ROLE_LABEL and (exists or not toleration.text("value"))))


def _is_everywhere(key: str, wanted: str) -> bool:
    """Whether every node of Linux has a label, as far as a selector can know."""
    return key in _ARCHITECTURES or (key in _SYSTEMS and wanted == "linux")


def is_anywhere(pod: PodTemplate) -> bool:
    """Whether a template asks for no particular node, so that its pods may be on each."""
    free = all(_is_everywhere(key, wanted) for key, wanted in pod.spec.texts("nodeSelector").items())
    return free and pod.spec.get("nodeName") is None and pod.spec.get("affinity", "nodeAffinity", _REQUIRED) is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """The nodes that pods of a template may run on: their names where kind's configuration gives them, else only how many."""

    names: frozenset[str]
    count: int


def room_for(world: World, pod: PodTemplate) -> Room | None:
    """How much room there is for a template; None where nothing says how many nodes there are, or which."""
    cluster = cluster_of(world)
    if cluster is not None:
        names = frozenset(node.name for node in cluster.nodes if obstacle(pod, node) is None)
        return Room(names=names, count=len(names))
    count = fact(world.facts, "cluster", "nodes", "count")
    return Room(names=frozenset(), count=count) if isinstance(count, int) and is_anywhere(pod) else None
