"""The policy identity-no-wildcard-in-roles."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example, Pinned
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.manifest import Manifest
from crema.policies.model.references.reference import RBAC, said
from crema.policies.model.world import World

_FIELDS = {"verbs": "verb", "resources": "resource", "apiGroups": "API group", "nonResourceURLs": "path"}
_ROLE = """
    apiVersion: rbac.authorization.k8s.io/v1
    kind: Role
    metadata: {name: order, namespace: shop}
    rules: [RULES]
"""


class NoWildcardInRoles(Policy[Manifest]):
    """A role that is written here names its verbs, resources and API groups.

    Why: `*` permits what is there today and whatever comes tomorrow, Secrets and new kinds of operators included.
    Fix: list what is used
    Source: https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege
    """

    id = "identity-no-wildcard-in-roles"
    basis = "house"
    allowed = (
        Example(
            name="everything is named",
            manifests=_ROLE.replace("RULES", '{apiGroups: [""], resources: [configmaps], verbs: [get, list, watch]}'),
        ),
        Example(
            name="a part of every resource's name is not all of it",
            manifests=_ROLE.replace("RULES", '{apiGroups: [apps], resources: ["deployments/scale"], verbs: [patch]}'),
        ),
    )
    denied = (
        Denied(
            name="every verb",
            manifests=_ROLE.replace("RULES", '{apiGroups: [""], resources: [configmaps], verbs: ["*"]}'),
            at="Role/shop/order",
            pointer="/rules/0/verbs/0",
            message="Role shop/order permits every verb (*) on configmaps",
        ),
        Denied(
            name="every resource of every group",
            manifests=_ROLE.replace("RULES", '{apiGroups: ["*"], resources: ["*"], verbs: [get]}'),
            at="Role/shop/order",
            pointer="/rules/0/apiGroups/0",
            message="Role shop/order permits every API group (*) on *",
            also=(Pinned(at="Role/shop/order", pointer="/rules/0/resources/0", message="Role shop/order permits every resource (*) on *"),),
        ),
    )

    def targets(self, world: World) -> Iterable[Manifest]:
        """Every role that no chart rendered."""
        return (role for role in world.of(RBAC, "Role", "ClusterRole") if role.origin != "rendered")

    def judge(self, world: World, target: Manifest) -> Iterator[Outcome]:
        """Each `*`."""
        del world
        for rule in target.root.items("rules"):
            what = ", ".join(str(item.value) for item in (*rule.items("resources"), *rule.items("nonResourceURLs")))
            for field, name in _FIELDS.items():
                for item in rule.items(field):
                    if item.value == "*" or (field == "resources" and item.value == "*/*"):
                        yield self.finding(item, f"{said(target.ref)} permits every {name} (*) on {what}")
