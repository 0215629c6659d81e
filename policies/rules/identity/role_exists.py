"""The policy identity-role-exists."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.references.every import references_to
from crema.policies.model.references.made import hint, hops, made
from crema.policies.model.references.reference import Reference
from crema.policies.model.world import World

_BINDING = """
    apiVersion: rbac.authorization.k8s.io/v1
    kind: RoleBinding
    metadata: {name: order, namespace: shop}
    roleRef: {apiGroup: rbac.authorization.k8s.io, kind: KIND, name: NAME}
    subjects: [{kind: ServiceAccount, name: default, namespace: shop}]
    ---
"""
_ROLE = """
    apiVersion: rbac.authorization.k8s.io/v1
    kind: Role
    metadata: {name: reader, namespace: shop}
    rules: [{apiGroups: [""], resources: [configmaps], verbs: [get]}]
    ---
"""


def _binding(kind: str, name: str) -> str:
    return _BINDING.replace("KIND", kind).replace("NAME", name)


class RoleExists(Policy[Reference]):
    """Every Role and ClusterRole that is bound exists.

    Why: the API server takes a binding to a role that is not there; it gives nothing, and every call of the account is Forbidden. What
    is bound cannot be changed later: the binding has to be deleted.
    Fix: make the role, or bind the one that is there.
    Source: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#rolebinding-and-clusterrolebinding
    """

    id = "identity-role-exists"
    basis = "breaks"
    allowed = (
        Example(name="a Role of the same namespace", manifests=_binding("Role", "reader") + _ROLE, closed=True),
        Example(name="a ClusterRole that every cluster has", manifests=_binding("ClusterRole", "view"), closed=True),
        Example(name="one of the system's own", manifests=_binding("ClusterRole", "system:auth-delegator"), closed=True),
        Example(name="a ClusterRole that somebody's directory does not have", manifests=_binding("ClusterRole", "prometheus")),
    )
    denied = (
        Denied(
            name="a name that no Role has",
            manifests=_binding("Role", "readers") + _ROLE,
            at="RoleBinding/shop/order",
            pointer="/roleRef/name",
            message="RoleBinding shop/order binds Role shop/readers, which nothing makes; did you mean reader?",
        ),
        Denied(
            name="a Role is bound as if it were a ClusterRole",
            manifests=_binding("ClusterRole", "reader") + _ROLE,
            at="RoleBinding/shop/order",
            pointer="/roleRef/kind",
            message="RoleBinding shop/order binds ClusterRole reader, which nothing makes; there is a Role shop/reader",
        ),
        Denied(
            name="a Role of another namespace",
            manifests=_binding("Role", "reader") + _ROLE.replace("namespace: shop", "namespace: monitoring"),
            closed=True,
            at="RoleBinding/shop/order",
            pointer="/roleRef/name",
            message="RoleBinding shop/order binds Role shop/reader, which nothing makes; one of that name is made in namespace monitoring",
        ),
    )

    def targets(self, world: World) -> Iterable[Reference]:
        """Every reference to a role."""
        return references_to(world, "Role", "ClusterRole")

    def judge(self, world: World, target: Reference) -> Iterator[Outcome]:
        """Whether something makes it; and if it does not, whether one of the other kind is meant."""
        if target.strange is not None:
            raise target.strange
        answer = made(world, target)
        if answer.verdict == "made":
            return
        said = f"{target.by} binds {target.what}, which nothing makes"
        other = _of_the_other_kind(world, target)
        kind = target.manifest.root.get("roleRef", "kind")
        if other and kind is not None:
            yield self.finding(kind, f"{said}; there is a {other}", path=hops(target), subject=target.ref.name)
        elif answer.verdict == "missing":
            yield self.finding(target.place, f"{said}{hint(answer, world, target.ref)}", path=hops(target), subject=target.ref.name)
        else:
            yield self.undecided(target.manifest, f"whether {target.what} exists")


def _of_the_other_kind(world: World, target: Reference) -> str:
    """A Role in place of a ClusterRole or the other way round, in words."""
    ref = target.ref
    other = "Role" if ref.kind == "ClusterRole" else "ClusterRole"
    namespace = target.manifest.ref.namespace if other == "Role" else ""
    found = [m for m in (world.get(type(ref)(group=ref.group, kind=other, namespace=namespace, name=ref.name)),) if m is not None]
    return f"{other} {namespace}/{ref.name}" if found and namespace else f"{other} {ref.name}" if found else ""
