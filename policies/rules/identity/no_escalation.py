"""The policy identity-no-escalation."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example, Pinned
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.manifest import Manifest
from crema.policies.model.node import Node
from crema.policies.model.references.reference import RBAC, said
from crema.policies.model.world import World

_READ = frozenset({"get", "list", "watch"})
_WRITE = frozenset({"create", "update", "patch"})
_WAYS: tuple[tuple[frozenset[str], frozenset[str], str], ...] = (
    (frozenset({"roles", "clusterroles"}), frozenset({"escalate"}), "to give itself any permission"),
    (frozenset({"roles", "clusterroles"}), frozenset({"bind"}), "to bind itself to any role"),
    (frozenset({"users", "groups", "serviceaccounts", "userextras"}), frozenset({"impersonate"}), "to act as somebody else"),
    (frozenset({"serviceaccounts/token"}), frozenset({"create"}), "to make tokens of other accounts"),
    (frozenset({"pods/exec", "pods/attach"}), frozenset({"create", "get"}), "to run commands in other pods"),
    (frozenset({"nodes/proxy"}), _READ | {"create"}, "to reach every kubelet, past the API server"),
    (frozenset({"certificatesigningrequests/approval"}), frozenset({"update", "patch"}), "to make certificates of any user"),
    (frozenset({"mutatingwebhookconfigurations", "validatingwebhookconfigurations"}), _WRITE, "to change every request to the API server"),
)
"""Resources, verbs, and what they amount to: https://kubernetes.io/docs/concepts/security/rbac-good-practices/"""
_EVERYBODY = frozenset({"system:anonymous", "system:unauthenticated", "system:authenticated", "system:serviceaccounts"})
_ROLE = """
    apiVersion: rbac.authorization.k8s.io/v1
    kind: KIND
    metadata: {name: order}
    rules: [{apiGroups: [GROUP], resources: [RESOURCES], verbs: [VERBS]}]
"""
_BINDING = """
    apiVersion: rbac.authorization.k8s.io/v1
    kind: ClusterRoleBinding
    metadata: {name: order}
    roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: ROLE}
    subjects: [SUBJECT]
"""


def _role(resources: str, verbs: str, kind: str = "ClusterRole", group: str = '""') -> str:
    return _ROLE.replace("RESOURCES", resources).replace("VERBS", verbs).replace("KIND", kind).replace("GROUP", group)


class NoEscalation(Policy[Manifest]):
    """A role or binding that is written here is no way to more permissions than it names.

    Why: whoever may bind roles, act as others, run commands in pods or read every Secret has, one step later, all of it.
    Fix: permit only what is used, in one namespace and with resourceNames; never bind cluster-admin or everybody
    Source: https://kubernetes.io/docs/concepts/security/rbac-good-practices/#kubernetes-rbac-privilege-escalation-risks
    """

    id = "identity-no-escalation"
    basis = "house"
    allowed = (
        Example(name="reads one Secret by its name", manifests=_role("secrets", "get], resourceNames: [tls").replace("order}", "a}")),
        Example(name="reads what is no secret", manifests=_role("configmaps, pods, pods/log", "get, list, watch")),
        Example(
            name="a bound account that reads",
            manifests=_BINDING.replace("ROLE", "view").replace("SUBJECT", "{kind: ServiceAccount, name: order, namespace: shop}"),
        ),
    )
    denied = (
        Denied(
            name="every Secret of the cluster, and commands in its pods",
            manifests=_role("secrets, pods/exec", "get, list, create"),
            at="ClusterRole/order",
            pointer="/rules/0/resources/0",
            message="ClusterRole order permits get, list on secrets: to read the Secrets of the whole cluster",
            also=(
                Pinned(
                    at="ClusterRole/order",
                    pointer="/rules/0/resources/1",
                    message="ClusterRole order permits create, get on pods/exec: to run commands in other pods",
                ),
            ),
        ),
        Denied(
            name="binds roles",
            manifests=_role("clusterroles", "bind, get", group="rbac.authorization.k8s.io"),
            at="ClusterRole/order",
            pointer="/rules/0/resources/0",
            message="ClusterRole order permits bind on clusterroles: to bind itself to any role",
        ),
        Denied(
            name="cluster-admin for a service",
            manifests=_BINDING.replace("ROLE", "cluster-admin").replace("SUBJECT", "{kind: ServiceAccount, name: order, namespace: shop}"),
            at="ClusterRoleBinding/order",
            pointer="/roleRef/name",
            message="ClusterRoleBinding order binds cluster-admin, which permits everything everywhere",
        ),
        Denied(
            name="everybody",
            manifests=_BINDING.replace("ROLE", "view").replace("SUBJECT", "{kind: Group, name: 'system:unauthenticated'}"),
            at="ClusterRoleBinding/order",
            pointer="/subjects/0/name",
            message="ClusterRoleBinding order binds view to system:unauthenticated, which is everybody",
        ),
    )

    def targets(self, world: World) -> Iterable[Manifest]:
        """Every role and binding that no chart rendered."""
        found = world.of(RBAC, "Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding")
        return (manifest for manifest in found if manifest.origin != "rendered")

    def judge(self, world: World, target: Manifest) -> Iterator[Outcome]:
        """Each rule and each subject."""
        del world
        for rule in target.root.items("rules"):
            yield from self._rule(target, rule)
        role = target.root.get("roleRef", "name")
        if role is None:
            return
        if role.value == "cluster-admin" or any(subject.text("name") == "system:masters" for subject in target.root.items("subjects")):
            yield self.finding(role, f"{said(target.ref)} binds {role.value}, which permits everything everywhere")
        for subject in target.root.items("subjects"):
            name = subject.get("name")
            if name is not None and name.value in _EVERYBODY and not str(role.value).startswith("system:"):
                yield self.finding(name, f"{said(target.ref)} binds {role.value} to {name.value}, which is everybody")

    def _rule(self, target: Manifest, rule: Node) -> Iterator[Outcome]:
        verbs = {str(item.value) for item in rule.items("verbs")}
        narrow = bool(rule.items("resourceNames"))
        for resource in rule.items("resources"):
            for resources, dangerous, what in _WAYS:
                given = sorted(verbs & dangerous)
                if resource.value in resources and given and not narrow:
                    message = f"{said(target.ref)} permits {', '.join(given)} on {resource.value}: {what}"
                    yield self.finding(resource, message, subject=what)
            read = sorted(verbs & _READ)
            if resource.value == "secrets" and read and not narrow and target.ref.kind == "ClusterRole":
                message = f"{said(target.ref)} permits {', '.join(read)} on secrets: to read the Secrets of the whole cluster"
                yield self.finding(resource, message, subject="secrets")
