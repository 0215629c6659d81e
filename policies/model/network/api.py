"""Who asks the API server: pods with the token of an account that some role is bound to."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from crema.policies.model.manifest import Manifest, Ref
from crema.policies.model.network.block import EVERYWHERE
from crema.policies.model.network.end import End, end_of
from crema.policies.model.network.truth import some
from crema.policies.model.network.verdict import Connection, Verdict, network
from crema.policies.model.whole import whole
from crema.policies.model.world import World

_RBAC: Final = "rbac.authorization.k8s.io"
_SERVER: Final = End(name="the API server", addresses=EVERYWHERE)
PORTS: Final = (443, 6443, 8443, 16443)
"""Where API servers listen, as policies see them: behind the Service `kubernetes`."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Asking:
    """A pod that asks the API server, and the binding that gives its account a role."""

    caller: End
    account: str
    binding: Manifest

    def __str__(self) -> str:
        """The pod."""
        return str(self.caller)

    def verdict(self, world: World) -> Verdict:
        """Whether its egress reaches the API server. That one has the address of a node, so that no selector means it."""
        asked = [Connection(caller=self.caller, callee=_SERVER, port=port) for port in PORTS]
        found = [network(world).verdict(connection, "egress") for connection in asked]
        return Verdict(permitted=some(verdict.permitted for verdict in found), isolating=found[0].isolating)


def asking(world: World) -> Iterator[Asking]:
    """Every pod of the whole world that mounts the token of an account with a role."""
    return world.once(_asking)


def _asking(world: World) -> Iterator[Asking]:
    every = whole(world).world
    bound = every.derived(_bound)
    for pod in every.pod_templates:
        namespace = pod.manifest.ref.namespace
        name = pod.spec.text("serviceAccountName") or pod.spec.text("serviceAccount") or "default"
        binding = bound.get((namespace, name))
        if binding is not None and _mounts(every, namespace, name, pod.spec.flag("automountServiceAccountToken")):
            yield Asking(caller=end_of(world, pod), account=name, binding=binding)


def _mounts(world: World, namespace: str, name: str, said: bool | None) -> bool:
    """Whether the pod gets the token: what it says itself counts before what its account says."""
    if said is not None:
        return said
    account = world.get(Ref(group="", kind="ServiceAccount", namespace=namespace, name=name))
    return account is None or account.root.flag("automountServiceAccountToken") is not False


def _bound(world: World) -> dict[tuple[str, str], Manifest]:
    """The first binding of each account, by its namespace and name."""
    found: dict[tuple[str, str], Manifest] = {}
    for manifest in world.of(_RBAC, "ClusterRoleBinding", "RoleBinding"):
        for subject in manifest.root.items("subjects"):
            if subject.text("kind") == "ServiceAccount":
                key = (subject.text("namespace") or manifest.ref.namespace, subject.text("name") or "")
                found.setdefault(key, manifest)
    return found
