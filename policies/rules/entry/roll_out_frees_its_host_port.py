"""The policy entry-roll-out-frees-its-host-port."""

import math
import re
from collections.abc import Iterable, Iterator
from typing import Final

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.entry.host_ports import Claim, claims_of, replicas_of
from crema.policies.model.entry.placement import room_for
from crema.policies.model.entry.places import place_of
from crema.policies.model.node import Node
from crema.policies.model.pods import PodTemplate
from crema.policies.model.whole import whole
from crema.policies.model.world import World

_QUARTER: Final = "25%"
_PERCENT: Final = re.compile(r"([0-9]+)%")


def _workload(strategy: str = "", *, kind: str = "Deployment", ports: str = "{containerPort: 80, hostPort: 80}", replicas: int = 1) -> str:
    return f"""
    apiVersion: apps/v1
    kind: {kind}
    metadata: {{name: nginx, namespace: ingress}}
    spec:
      replicas: {replicas}
      {strategy}
      template: {{spec: {{containers: [{{name: nginx, ports: [{ports}]}}]}}}}
    """


def _nodes(count: int) -> dict[str, object]:
    return {"cluster": {"nodes": {"count": count, "cpu": "4", "memory": "8Gi"}}}


_OLD_FIRST: Final = "strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 1}}"


class RollOutFreesItsHostPort(Policy[PodTemplate]):
    """A roll-out of pods that hold a port of their node ends an old pod before it needs that port for a new one.

    Why: with a surge the new pod has to start beside the old one, no node has the port free, and the old one stays until the new one is
    ready: the roll-out hangs for ever, at the first change of the image or of a value.
    Fix: set maxSurge to 0 and maxUnavailable to 1, use the strategy Recreate, or make it a DaemonSet.
    Source: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment
    """

    id = "entry-roll-out-frees-its-host-port"
    basis = "breaks"
    allowed = (
        Example(name="the old pod goes first", manifests=_workload(_OLD_FIRST), facts=_nodes(1), closed=True),
        Example(name="all at once", manifests=_workload("strategy: {type: Recreate}"), facts=_nodes(1), closed=True),
        Example(name="a node that is free for the new pod", manifests=_workload(), facts=_nodes(2), closed=True),
        Example(name="four pods, of which one may be gone", manifests=_workload(replicas=4), facts=_nodes(4), closed=True),
        Example(name="a DaemonSet as it is by default", manifests=_workload(kind="DaemonSet"), facts=_nodes(1), closed=True),
        Example(name="no port of the node", manifests=_workload(ports="{containerPort: 80}"), facts=_nodes(1), closed=True),
    )
    denied = (
        Denied(
            name="a Deployment without a strategy, on one node",
            manifests=_workload(),
            facts=_nodes(1),
            closed=True,
            at="Deployment/ingress/nginx",
            pointer="/spec",
            message="a roll-out of Deployment/ingress/nginx starts a new pod (maxSurge 25% of 1) before an old one may end (maxUnavailable "
            "25% of 1 is none), and port 80 is free on no node: the 1 node that it may run on is taken",
        ),
        Denied(
            name="three pods on the three nodes of a cluster, none of which may be gone",
            manifests=_workload("strategy: {type: RollingUpdate, rollingUpdate: {maxUnavailable: 0}}", replicas=3),
            documents={
                "kind.yaml": "{apiVersion: kind.x-k8s.io/v1alpha4, kind: Cluster, nodes: [{role: control-plane}, {role: worker}, "
                "{role: worker}, {role: worker}]}"
            },
            closed=True,
            at="Deployment/ingress/nginx",
            pointer="/spec/strategy",
            message="a roll-out of Deployment/ingress/nginx starts a new pod (maxSurge 25% of 3) before an old one may end (maxUnavailable "
            "0), and port 80 is free on no node: the 3 nodes that it may run on are taken",
        ),
        Denied(
            name="a DaemonSet with a surge",
            manifests=_workload("updateStrategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}", kind="DaemonSet"),
            at="DaemonSet/ingress/nginx",
            pointer="/spec/updateStrategy/rollingUpdate/maxSurge",
            message="a roll-out of DaemonSet/ingress/nginx starts a new pod beside the old one on its node (maxSurge 1), "
            "which holds port 80 there",
        ),
    )

    def targets(self, world: World) -> Iterable[PodTemplate]:
        """Every Deployment and DaemonSet whose pods hold ports of nodes."""
        for pod in whole(world).world.pod_templates:
            if pod.manifest.ref.group == "apps" and pod.manifest.ref.kind in {"Deployment", "DaemonSet"} and claims_of(pod):
                yield pod

    def judge(self, world: World, target: PodTemplate) -> Iterator[Outcome]:
        """Count what a roll-out adds and takes away against the nodes that there are."""
        spec = target.manifest.root.get("spec")
        claim = claims_of(target)[0]
        if spec is None:
            return
        if target.manifest.ref.kind == "DaemonSet":
            surge = spec.get("updateStrategy", "rollingUpdate", "maxSurge")
            if surge is not None and _of(surge.value, 1, up=True) and spec.text("updateStrategy", "type") != "OnDelete":
                message = f"a roll-out of {target.manifest} starts a new pod beside the old one on its node (maxSurge {surge.value}), "
                message += f"which holds port {claim.number} there"
                yield self.finding(
                    place_of(world, surge, "strategy"), message, fix="set maxSurge to 0 and maxUnavailable to 1", path=_hops(claim)
                )
            return
        strategy, wanted = spec.get("strategy"), replicas_of(target) or 0
        if (spec.text("strategy", "type") or "RollingUpdate") != "RollingUpdate" or not wanted:
            return
        surge, gone = (spec.get("strategy", "rollingUpdate", key) for key in ("maxSurge", "maxUnavailable"))
        more, less = _of(surge.value if surge else _QUARTER, wanted, up=True), _of(gone.value if gone else _QUARTER, wanted, up=False)
        if more == 0 or less > 0:
            return
        room = room_for(world, target)
        if room is None:
            yield self.undecided(target.manifest, "cluster.nodes.count")
        elif room.count <= wanted:
            taken = f"{room.count} nodes that it may run on are" if room.count != 1 else "1 node that it may run on is"
            rounded = " is none" if gone is None or not str(gone.value).startswith("0") else ""
            message = (
                f"a roll-out of {target.manifest} starts a new pod (maxSurge {_said(surge, wanted)}) before an old one may end "
                f"(maxUnavailable {_said(gone, wanted)}{rounded}), and port {claim.number} is free on no node: the {taken} taken"
            )
            yield self.finding(place_of(world, strategy or spec, "strategy"), message, path=_hops(claim))


def _of(value: object, wanted: int, *, up: bool) -> int:
    """How many pods a number or a share is: a surge is rounded up, what may be gone is rounded down."""
    share = _PERCENT.fullmatch(str(value))
    if share is not None:
        exact = int(share[1]) * wanted / 100
        return math.ceil(exact) if up else math.floor(exact)
    return int(str(value)) if str(value).isdecimal() else 0


def _said(node: Node | None, wanted: int) -> str:
    """A number as it is written, a share with what it is one of."""
    value = _QUARTER if node is None else str(node.value)
    return f"{value} of {wanted}" if value.endswith("%") else value


def _hops(claim: Claim) -> tuple[str, ...]:
    return (f"port {claim.number}/{claim.protocol} of a node", f"the old pod of {claim}", "the new pod waits for the port")
