"""The policy admission-rbac-is-valid."""

from collections.abc import Iterable, Iterator
from typing import Final

from crema.policies.engine.example import Denied, Example, Pinned
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.admission.places import places
from crema.policies.model.admission.refusal import Refusal
from crema.policies.model.admission.roles import binding, role
from crema.policies.model.manifest import Manifest
from crema.policies.model.world import World

_KINDS: Final = ("Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding")


class RbacIsValid(Policy[Manifest]):
    """Rules name verbs and resources, and bindings name a role and subjects that exist for them.

    Why: the API server refuses the object, and with it Argo CD fails the sync of the whole application: a rule without verbs, a
    ClusterRoleBinding to a Role, or a ServiceAccount without its namespace is valid by its schema.
    Fix: complete the rule or the subject as the message asks.
    Source: https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/rbac/validation/validation.go
    """

    id = "admission-rbac-is-valid"
    basis = "breaks"
    allowed = (
        Example(
            name="rules for resources and, in a ClusterRole, for URLs",
            manifests="""
                apiVersion: rbac.authorization.k8s.io/v1
                kind: ClusterRole
                metadata: {name: "team:metrics"}
                rules: [{nonResourceURLs: [/metrics], verbs: [get]}, {apiGroups: [""], resources: [pods], verbs: [get, list]}]
                """,
        ),
        Example(
            name="a ServiceAccount of the binding's own namespace",
            manifests="""
                apiVersion: rbac.authorization.k8s.io/v1
                kind: RoleBinding
                metadata: {name: reader, namespace: shop}
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
                subjects: [{kind: ServiceAccount, name: order}, {kind: User, name: jane@example.com}]
                """,
        ),
        Example(
            name="a ServiceAccount in somebody's directory, whose namespace kustomize may add",
            manifests="""
                apiVersion: rbac.authorization.k8s.io/v1
                kind: ClusterRoleBinding
                metadata: {name: reader}
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
                subjects: [{kind: ServiceAccount, name: order}]
                """,
        ),
    )
    denied = (
        Denied(
            name="a rule without a group, one without verbs, and URLs in a Role",
            manifests="""
                apiVersion: rbac.authorization.k8s.io/v1
                kind: Role
                metadata: {name: reader, namespace: shop}
                rules: [{resources: [pods], verbs: [get]}, {apiGroups: [""], resources: [pods], verbs: []},
                  {nonResourceURLs: [/metrics], verbs: [get]}]
                """,
            at="Role/shop/reader",
            pointer="/rules/0",
            message="rules[0].apiGroups is missing; at least one is required",
            also=(
                Pinned(
                    at="Role/shop/reader",
                    pointer="/rules/1/verbs",
                    message="rules[1].verbs is empty; at least one is required",
                ),
                Pinned(
                    at="Role/shop/reader",
                    pointer="/rules/2/nonResourceURLs",
                    message="rules[2].nonResourceURLs is given in a Role, which rules over one namespace only",
                ),
            ),
        ),
        Denied(
            name="a Role for the whole cluster, and a ServiceAccount of no namespace",
            manifests="""
                apiVersion: rbac.authorization.k8s.io/v1
                kind: ClusterRoleBinding
                metadata: {name: reader}
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
                subjects: [{kind: ServiceAccount, name: order}]
                """,
            at="ClusterRoleBinding/reader",
            pointer="/roleRef/kind",
            message='roleRef.kind is "Role"; ClusterRole in a ClusterRoleBinding is required',
            also=(
                Pinned(
                    at="ClusterRoleBinding/reader",
                    pointer="/subjects/0",
                    message="subjects[0].namespace is missing; the ServiceAccount order lives in some namespace",
                ),
            ),
            closed=True,
        ),
        Denied(
            name="a ServiceAccount with the group of users, and a subject of an unknown kind",
            manifests="""
                apiVersion: rbac.authorization.k8s.io/v1
                kind: RoleBinding
                metadata: {name: reader, namespace: shop}
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
                subjects: [{kind: ServiceAccount, apiGroup: rbac.authorization.k8s.io, name: order}, {kind: Account, name: order}]
                """,
            at="RoleBinding/shop/reader",
            pointer="/subjects/0/apiGroup",
            message='subjects[0].apiGroup is "rbac.authorization.k8s.io"; no apiGroup for a ServiceAccount is required',
            also=(
                Pinned(
                    at="RoleBinding/shop/reader",
                    pointer="/subjects/1/kind",
                    message='subjects[1].kind is "Account"; ServiceAccount, User or Group is required',
                ),
            ),
        ),
    )

    def targets(self, world: World) -> Iterable[Manifest]:
        """Roles and bindings."""
        return world.of("rbac.authorization.k8s.io", *_KINDS)

    def judge(self, world: World, target: Manifest) -> Iterator[Outcome]:
        """A finding for each rule, reference or subject that the server refuses."""
        for place in places(world, target.root, _refusals(target)):
            if place.subject == "namespace" and not world.closed and world.derived(_without_namespace):
                yield self.undecided(target, "the namespace of a ServiceAccount, which kustomize may add")
                continue
            yield self.finding(place.node, place.message, fix=place.fix, subject=place.subject)


def _refusals(target: Manifest) -> Iterator[Refusal]:
    kind = target.ref.kind
    return binding(kind, target.body) if kind.endswith("Binding") else role(kind, target.body)


def _without_namespace(world: World) -> bool:
    """Whether objects of a namespace are written without it: then something that applies them adds it."""
    kinds = (*world.of("", "ServiceAccount", "Service", "ConfigMap"), *world.of("apps", "Deployment", "DaemonSet", "StatefulSet"))
    return not all(each.ref.namespace for each in kinds) or not kinds
