"""The policy traffic-workload-selects-only-its-own."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome, Related
from crema.policies.engine.policy import Policy
from crema.policies.model.alternatives import together
from crema.policies.model.manifest import Manifest
from crema.policies.model.pods import PodTemplate
from crema.policies.model.whole import whole
from crema.policies.model.world import World

_KINDS: Final = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet")
_SHOWN: Final = 8
"""With so many of one selector the others are compared; more of them say nothing new."""
_TWO = """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: order, namespace: shop}
    spec:
      selector: {matchLabels: {FIRST}}
      template: {metadata: {labels: {FIRST}}, spec: {containers: [{name: order}]}}
    ---
    apiVersion: apps/v1
    kind: KIND
    metadata: {name: billing, namespace: shop}
    spec:
      selector: {matchLabels: {SECOND}}
      template: {metadata: {labels: {SECOND}}, spec: {containers: [{name: billing}]}}
"""


def _two(first: str, second: str, kind: str = "Deployment") -> str:
    return _TWO.replace("FIRST", first).replace("SECOND", second).replace("KIND", kind)


class WorkloadSelectsOnlyItsOwn(Policy[Manifest]):
    """The selector of a workload takes its own pods, and not those of another workload of its namespace.

    Why: two controllers that count the same pods each end what the other started, or believe that all of their own are there.
    Fix: give each workload a label that the other's pods do not have, in its selector and in its template.
    Source: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#selector

    A workload with a label more than another (a canary) is let be if both carry the same name, as Deployments are told apart by their
    ReplicaSets.
    """

    id = "traffic-workload-selects-only-its-own"
    basis = "breaks"
    allowed = (
        Example(name="two labels", manifests=_two("app: order", "app: billing")),
        Example(name="a canary with a label more", manifests=_two("app: order", "app: order, track: canary")),
        Example(
            name="one selector in two namespaces",
            manifests=_two("app: order", "app: order").replace("billing, namespace: shop", "billing, namespace: other"),
        ),
    )
    denied = (
        Denied(
            name="one selector twice",
            manifests=_two("app: order", "app: order"),
            at="Deployment/shop/billing",
            pointer="/spec/selector",
            message="the selector app=order of Deployment/shop/billing is that of Deployment/shop/order too: each takes the other's pods",
        ),
        Denied(
            name="of two kinds",
            manifests=_two("app: order", "app: order", kind="StatefulSet"),
            at="StatefulSet/shop/billing",
            pointer="/spec/selector",
            message="the selector app=order of StatefulSet/shop/billing is that of Deployment/shop/order too: each takes the other's pods",
        ),
        Denied(
            name="a label that another application has",
            manifests=_two("part: shop", "part: shop, app: billing"),
            at="Deployment/shop/order",
            pointer="/spec/selector",
            message="the selector part=shop of Deployment/shop/order takes the pods of Deployment/shop/billing too",
        ),
    )

    def targets(self, world: World) -> Iterable[Manifest]:
        """Every workload with a selector."""
        return (one for one in world.of("apps", *_KINDS) if one.root.get("spec", "selector") is not None)

    def judge(self, world: World, target: Manifest) -> Iterator[Outcome]:
        """Look for pods of other workloads that the selector takes."""
        selector = target.root.get("spec", "selector")
        if selector is None or selector.items("matchExpressions"):
            return
        labels = selector.texts("matchLabels")
        written = ",".join(f"{key}={value}" for key, value in sorted(labels.items()))
        same = _same(world).get(_key(target, labels), [])[:_SHOWN]
        before = [
            one for one in same[: next((at for at, one in enumerate(same) if one is target), len(same))] if _is_near(world, target, one)
        ]
        if before:
            message = f"the selector {written} of {target} is that of {before[0]} too: each takes the other's pods"
            yield self.finding(selector, message, related=[Related(manifest=before[0], pointer="/spec/selector", note="the same selector")])
        if before or any(one is not target and _is_near(world, target, one) for one in same):
            return
        for pod in whole(world).world.pods(target.ref.namespace, labels):
            other = pod.manifest
            if other.ref != target.ref and other.ref.kind in _KINDS and _is_near(world, target, other) and _is_another(target, pod):
                message = f"the selector {written} of {target} takes the pods of {other} too"
                yield self.finding(selector, message, related=[Related(manifest=other, pointer=pod.spec.pointer, note="takes them")])
                return


def _is_another(target: Manifest, pod: PodTemplate) -> bool:
    """Whether the pods carry another name than the workload's own, or the workload's have none."""
    template = target.root.get("spec", "template", "metadata")
    own = template.texts("labels") if template is not None else {}
    return any(pod.labels.get(key) not in {None, own.get(key)} for key in ("app.kubernetes.io/name", "app", "k8s-app"))


def _key(manifest: Manifest, labels: dict[str, str]) -> tuple[str, tuple[tuple[str, str], ...]]:
    return manifest.ref.namespace, tuple(sorted(labels.items()))


def _same(world: World) -> Mapping[tuple[str, tuple[tuple[str, str], ...]], list[Manifest]]:
    return world.derived(_by_selector)


def _by_selector(world: World) -> Mapping[tuple[str, tuple[tuple[str, str], ...]], list[Manifest]]:
    """The workloads that have one selector, of each object the first; those that are named as their pods first."""
    found: defaultdict[tuple[str, tuple[tuple[str, str], ...]], dict[tuple[str, str], Manifest]] = defaultdict(dict)
    for manifest in world.of("apps", *_KINDS):
        labels = manifest.root.texts("spec", "selector", "matchLabels")
        expressions = manifest.root.items("spec", "selector", "matchExpressions")
        if labels and not expressions:
            found[_key(manifest, labels)].setdefault((manifest.ref.kind, manifest.ref.name), manifest)
    return {
        key: sorted(ones.values(), key=lambda one: (one.ref.name not in dict(key[1]).values(), one.file, one.index))
        for key, ones in found.items()
    }


def _is_near(world: World, one: Manifest, other: Manifest) -> bool:
    """Whether two workloads are for one cluster, and in somebody's directory no other form of the same."""
    return together(world, one, other) and (world.closed or one.ref.kind == other.ref.kind or one.file == other.file)
