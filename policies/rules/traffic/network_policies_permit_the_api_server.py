"""The policy traffic-network-policies-permit-the-api-server."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome, Related
from crema.policies.engine.policy import Policy
from crema.policies.model.network.api import Asking, asking
from crema.policies.model.whole import whole
from crema.policies.model.world import World

_AGENT = """
    apiVersion: rbac.authorization.k8s.io/v1
    kind: ClusterRoleBinding
    metadata: {name: collector}
    roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
    subjects: [{kind: ServiceAccount, name: collector, namespace: monitoring}]
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: collector, namespace: monitoring}
    spec:
      template:
        metadata: {labels: {app: collector}}
        spec:
          serviceAccountName: collector
          automountServiceAccountToken: MOUNTED
          containers: [{name: collector}]
    ---
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata: {name: collector, namespace: monitoring}
    spec: {podSelector: {}, policyTypes: [Egress], egress: [RULES]}
"""
_SAID = "Deployment monitoring/collector does not reach the API server, which its account collector has a role for: "


def _agent(rules: str, mounted: str = "true") -> str:
    return _AGENT.replace("RULES", rules).replace("MOUNTED", mounted)


class NetworkPoliciesPermitTheApiServer(Policy[Asking]):
    """A pod whose account has a role, and whose egress is restricted, still reaches the API server.

    Why: an operator, a sidecar or a collector that cannot watch its objects does nothing, or does not start at all.
    Fix: permit egress by TCP to the API server's address with an ipBlock, or take the token and the role away.
    Source: https://kubernetes.io/docs/concepts/services-networking/network-policies/#networkpolicy-and-hostnetwork-pods

    The API server has the address of a node or of a cloud, and no selector means it. Which address is not known here, so any ipBlock that
    permits a usual port of it (443, 6443) is taken to be the one.
    """

    id = "traffic-network-policies-permit-the-api-server"
    basis = "breaks"
    allowed = (
        Example(name="an address", manifests=_agent("{to: [{ipBlock: {cidr: 172.18.0.2/32}}], ports: [{port: 6443}]}")),
        Example(name="everywhere by TLS", manifests=_agent("{ports: [{port: 443}]}")),
        Example(name="no token is mounted", manifests=_agent("", "false")),
        Example(name="ingress only", manifests=_agent("").replace("[Egress]", "[Ingress]")),
    )
    denied = (
        Denied(
            name="nothing is let out",
            manifests=_agent(""),
            at="NetworkPolicy/monitoring/collector",
            pointer="/spec/egress",
            message=_SAID + "NetworkPolicy collector permits no address",
        ),
        Denied(
            name="a selector for the API server",
            manifests=_agent("{to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}}]}"),
            at="NetworkPolicy/monitoring/collector",
            pointer="/spec/egress",
            message=_SAID + "NetworkPolicy collector permits no address",
        ),
        Denied(
            name="DNS alone",
            manifests=_agent("{ports: [{port: 53, protocol: UDP}, {port: 53}]}"),
            at="NetworkPolicy/monitoring/collector",
            pointer="/spec/egress",
            message=_SAID + "NetworkPolicy collector permits no address on port 443, 6443, 8443 or 16443",
        ),
    )

    def targets(self, world: World) -> Iterable[Asking]:
        """Every pod that has a token with a role."""
        return asking(world)

    def judge(self, world: World, target: Asking) -> Iterator[Outcome]:
        """Ask whether any address on one of the usual ports is permitted."""
        verdict = target.verdict(world)
        if verdict.permitted is not False:
            return
        names = [policy.manifest.ref.name for policy in verdict.isolating]
        policies = f"NetworkPolicy {names[0]} permits" if len(names) == 1 else f"the NetworkPolicies {', '.join(names)} permit"
        rules = (rule for policy in verdict.isolating for rule in policy.egress or ())
        outward = any(not rule.peers or any(peer.block is not None for peer in rule.peers) for rule in rules)
        ports = " on port 443, 6443, 8443 or 16443" if outward else ""
        message = f"{target} does not reach the API server, which its account {target.account} has a role for: {policies} no address{ports}"
        root = verdict.isolating[0].manifest.root
        node = root.get("spec", "egress") or root.get("spec", "policyTypes") or root
        every = whole(world)
        bound = every.place(target.binding.root)
        related = Related(manifest=bound.manifest, pointer=bound.pointer, inner=bound.inner or "", note="gives the account its role")
        hops = (str(target), f"{verdict.isolating[0]} (egress)", "the API server")
        yield self.finding(every.place(node), message, path=hops, related=(related,), subject=str(target))
