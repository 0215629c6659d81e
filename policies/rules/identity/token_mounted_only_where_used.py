"""The policy identity-token-mounted-only-where-used."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.manifest import Ref
from crema.policies.model.pods import PodTemplate
from crema.policies.model.references.grants import bound_accounts
from crema.policies.model.references.reference import said
from crema.policies.model.whole import whole
from crema.policies.model.world import World

_POD = """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: order, namespace: shop}
    spec:
      template:
        metadata: {labels: {app: order}}
        spec: {serviceAccountName: order, AUTOMOUNT containers: [{name: order}]}
    ---
"""
_ACCOUNT = """
    apiVersion: v1
    kind: ServiceAccount
    metadata: {name: order, namespace: shop}
    AUTOMOUNT
    ---
"""
_BINDING = """
    apiVersion: rbac.authorization.k8s.io/v1
    kind: RoleBinding
    metadata: {name: order, namespace: shop}
    roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
    subjects: [{kind: ServiceAccount, name: order, namespace: shop}]
"""


def _shop(pod: str = "", account: str = "") -> str:
    return _POD.replace("AUTOMOUNT", pod) + _ACCOUNT.replace("AUTOMOUNT", account)


class TokenMountedOnlyWhereUsed(Policy[PodTemplate]):
    """A pod has a token of the API server only if its ServiceAccount is bound to a role.

    Why: whoever gets into a container has its token; a service that asks the API server for nothing needs none.
    Fix: set automountServiceAccountToken: false on the pod or its ServiceAccount
    Source: https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#opt-out-of-api-credential-automounting
    """

    id = "identity-token-mounted-only-where-used"
    basis = "house"
    severity = "warning"
    allowed = (
        Example(name="switched off at the pod", manifests=_shop(pod="automountServiceAccountToken: false,"), closed=True),
        Example(name="switched off at the account", manifests=_shop(account="automountServiceAccountToken: false"), closed=True),
        Example(name="the account is bound to a role", manifests=_shop() + _BINDING, closed=True),
    )
    denied = (
        Denied(
            name="nothing switches it off",
            manifests=_shop(),
            closed=True,
            at="Deployment/shop/order",
            pointer="/spec/template/spec",
            message="every pod of Deployment shop/order gets a token of ServiceAccount shop/order, which is bound to no role",
        ),
        Denied(
            name="the pod switches on what the account switches off",
            manifests=_shop(pod="automountServiceAccountToken: true,", account="automountServiceAccountToken: false"),
            closed=True,
            at="Deployment/shop/order",
            pointer="/spec/template/spec/automountServiceAccountToken",
            message="every pod of Deployment shop/order gets a token of ServiceAccount shop/order, which is bound to no role",
        ),
    )

    def targets(self, world: World) -> Iterable[PodTemplate]:
        """Every pod that is written here."""
        return (pod for pod in world.pod_templates if pod.manifest.origin != "rendered")

    def judge(self, world: World, target: PodTemplate) -> Iterator[Outcome]:
        """The pod's own word counts before its account's; without any the token is mounted."""
        namespace, name = target.manifest.ref.namespace, target.spec.text("serviceAccountName") or "default"
        every = whole(world).world
        ref = Ref(group="", kind="ServiceAccount", namespace=namespace, name=name)
        account = every.get(ref)
        own = target.spec.flag("automountServiceAccountToken")
        theirs = account.root.flag("automountServiceAccountToken") if account is not None else None
        if own is False or (own is None and theirs is False) or (namespace, name) in bound_accounts(every):
            return
        who = f"every pod of {said(target.manifest.ref)} gets a token of {said(ref)}"
        place = target.spec.get("automountServiceAccountToken") or target.spec
        if world.closed or account is not None:
            yield self.finding(place, f"{who}, which is bound to no role")
        else:
            yield self.undecided(target.manifest, f"whether {said(ref)} is bound to a role")
