"""Who is bound to which role: every (Cluster)RoleBinding by its subjects."""

from collections import defaultdict
from collections.abc import Mapping

from crema.policies.model.manifest import Manifest
from crema.policies.model.node import UnknownShape
from crema.policies.model.references.reference import RBAC
from crema.policies.model.world import World

Account = tuple[str, str]


def bound_accounts(world: World) -> Mapping[Account, tuple[Manifest, ...]]:
    """Namespace and name of each ServiceAccount that is bound to something → the bindings."""
    return world.derived(_bound)


def _bound(world: World) -> Mapping[Account, tuple[Manifest, ...]]:
    found: defaultdict[Account, list[Manifest]] = defaultdict(list)
    for manifest in world.of(RBAC, "RoleBinding", "ClusterRoleBinding"):
        try:
            for subject in manifest.root.items("subjects"):
                if subject.text("kind") == "ServiceAccount":
                    found[subject.text("namespace") or manifest.ref.namespace, subject.text("name") or ""].append(manifest)
        except UnknownShape:
            # Said by the policy that reads every binding's subjects.
            continue
    return {account: tuple(bindings) for account, bindings in found.items()}
