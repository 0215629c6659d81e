"""The policy traffic-callers-resolve-cluster-names."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.calls.call import Call, calls
from crema.policies.model.world import World

_AGENT = """
    apiVersion: v1
    kind: Service
    metadata: {name: collector, namespace: shop}
    spec: {selector: {app: collector}, ports: [{port: 4318}]}
    ---
    apiVersion: apps/v1
    kind: DaemonSet
    metadata: {name: agent, namespace: shop}
    spec:
      template:
        metadata: {labels: {app: agent}}
        spec:
          containers: [{name: agent, env: [{name: COLLECTOR, value: 'http://HOST:4318'}]}]
          SETTINGS
"""
_AT = "/spec/template/spec/"


def _agent(settings: str, host: str = "collector") -> str:
    return _AGENT.replace("SETTINGS", settings).replace("HOST", host)


class CallersResolveClusterNames(Policy[Call]):
    """A pod that calls Services by name asks the cluster's DNS: on its node's network only with dnsPolicy ClusterFirstWithHostNet.

    Why: with hostNetwork, ClusterFirst (the default) means the resolver of the node, which knows no Service; so does dnsPolicy Default.
    Fix: set dnsPolicy to ClusterFirstWithHostNet (to ClusterFirst for a pod that is not on its node's network).
    Source: https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/#pod-s-dns-policy
    """

    id = "traffic-callers-resolve-cluster-names"
    basis = "breaks"
    allowed = (
        Example(
            name="the policy for the node's network", manifests=_agent("hostNetwork: true\n          dnsPolicy: ClusterFirstWithHostNet")
        ),
        Example(name="no node's network", manifests=_agent("dnsPolicy: ClusterFirst")),
        Example(name="name servers of its own", manifests=_agent("dnsPolicy: None")),
        Example(name="on the node's network, a call out of the cluster", manifests=_agent("hostNetwork: true", "collector.example.com")),
    )
    denied = (
        Denied(
            name="the node's network with the default policy",
            manifests=_agent("hostNetwork: true"),
            at="DaemonSet/shop/agent",
            pointer=f"{_AT}hostNetwork",
            message="hostNetwork without dnsPolicy ClusterFirstWithHostNet resolves names on the node, and COLLECTOR is http://collector:4318",
        ),
        Denied(
            name="the node's resolver by choice",
            manifests=_agent("dnsPolicy: Default"),
            at="DaemonSet/shop/agent",
            pointer=f"{_AT}dnsPolicy",
            message="dnsPolicy Default resolves names on the node, and COLLECTOR is http://collector:4318",
        ),
    )

    def targets(self, world: World) -> Iterable[Call]:
        """Of each pod the first call by name to a Service that is here."""
        seen: set[int] = set()
        for call in calls(world):
            if call.pod is not None and call.ending.service is not None and id(call.pod) not in seen:
                seen.add(id(call.pod))
                yield call

    def judge(self, world: World, target: Call) -> Iterator[Outcome]:
        """Look at where the pod resolves names."""
        del world
        spec = target.pod.spec if target.pod is not None else None
        if spec is None:
            return
        policy = spec.text("dnsPolicy") or "ClusterFirst"
        on_host = spec.flag("hostNetwork")
        if policy == "Default":
            node, said = spec.get("dnsPolicy"), "dnsPolicy Default"
        elif on_host and policy == "ClusterFirst":
            node, said = spec.get("hostNetwork"), "hostNetwork without dnsPolicy ClusterFirstWithHostNet"
        else:
            return
        called = target.said
        if spec.items("dnsConfig", "nameservers"):
            yield self.undecided(target.manifest, f"whether the name servers of {target.caller} know names of the cluster")
        elif node is not None:
            yield self.finding(node, f"{said} resolves names on the node, and {called}", path=target.hops)
