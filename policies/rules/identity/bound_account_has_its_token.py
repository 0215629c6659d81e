"""The policy identity-bound-account-has-its-token."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome, Related
from crema.policies.engine.policy import Policy
from crema.policies.model.manifest import Manifest, Ref
from crema.policies.model.pods import PodTemplate
from crema.policies.model.references.every import references_to
from crema.policies.model.references.grants import bound_accounts
from crema.policies.model.references.reference import said
from crema.policies.model.world import World

_SHOP = """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: operator, namespace: shop}
    spec:
      template:
        metadata: {labels: {app: operator}}
        spec: {serviceAccountName: operator, automountServiceAccountToken: AUTOMOUNT, containers: [{name: operator}], volumes: [VOLUMES]}
    ---
    apiVersion: v1
    kind: ServiceAccount
    metadata: {name: operator, namespace: shop}
    automountServiceAccountToken: ACCOUNT
    ---
    apiVersion: rbac.authorization.k8s.io/v1
    kind: RoleBinding
    metadata: {name: operator, namespace: shop}
    roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
    subjects: [{kind: ServiceAccount, name: operator, namespace: shop}]
"""
_TOKEN = "{name: token, projected: {sources: [{serviceAccountToken: {path: token}}]}}"


def _shop(pod: str, account: str = "null", volumes: str = "") -> str:
    return _SHOP.replace("AUTOMOUNT", pod).replace("ACCOUNT", account).replace("VOLUMES", volumes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A ServiceAccount that is bound to roles, with the pods that run under it."""

    namespace: str
    name: str
    bindings: tuple[Manifest, ...]
    pods: tuple[PodTemplate, ...]

    def __str__(self) -> str:
        """The account."""
        return f"ServiceAccount/{self.namespace}/{self.name}"


class BoundAccountHasItsToken(Policy[Bound]):
    """Some pod of a ServiceAccount that is bound to a role has the account's token.

    Why: permissions are used with the token; where no pod has it, every call to the API server fails, and the binding is for nothing.
    Fix: leave automountServiceAccountToken on, or mount the token as a projected volume; or take the binding away
    Source: https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#opt-out-of-api-credential-automounting
    """

    id = "identity-bound-account-has-its-token"
    basis = "house"
    severity = "warning"
    allowed = (
        Example(name="the pod switches on what the account switches off", manifests=_shop("true", "false")),
        Example(name="the token is a volume of its own", manifests=_shop("false", volumes=_TOKEN)),
    )
    denied = (
        Denied(
            name="switched off at the pod",
            manifests=_shop("false"),
            at="Deployment/shop/operator",
            pointer="/spec/template/spec/automountServiceAccountToken",
            message="ServiceAccount shop/operator is bound to ClusterRole view, and no pod has its token: "
            "Deployment shop/operator does not mount it",
        ),
        Denied(
            name="switched off at the account",
            manifests=_shop("null", "false"),
            at="Deployment/shop/operator",
            pointer="/spec/template/spec",
            message="ServiceAccount shop/operator is bound to ClusterRole view, and no pod has its token: "
            "Deployment shop/operator does not mount it",
        ),
    )

    def targets(self, world: World) -> Iterable[Bound]:
        """Every bound account with pods that are written here. One that something else asks tokens of is left out."""
        pods: dict[tuple[str, str], list[PodTemplate]] = {}
        for pod in world.pod_templates:
            account = (pod.manifest.ref.namespace, pod.spec.text("serviceAccountName") or "default")
            pods.setdefault(account, []).append(pod)
        asked = {(r.ref.namespace, r.ref.name) for r in references_to(world, "ServiceAccount") if "serviceAccountRef" in r.by}
        for (namespace, name), bindings in bound_accounts(world).items():
            if (namespace, name) in pods and (namespace, name) not in asked and name != "default":
                yield Bound(namespace=namespace, name=name, bindings=bindings, pods=tuple(pods[namespace, name]))

    def judge(self, world: World, target: Bound) -> Iterator[Outcome]:
        """Whether one of the pods has it."""
        account = world.get(Ref(group="", kind="ServiceAccount", namespace=target.namespace, name=target.name))
        theirs = account.root.flag("automountServiceAccountToken") if account is not None else None
        if account is None or any(_has_token(pod, theirs) for pod in target.pods):
            return
        pod, binding = target.pods[0], target.bindings[0]
        role = f"{binding.root.text('roleRef', 'kind')} {binding.root.text('roleRef', 'name')}"
        who = said(account.ref)
        message = f"{who} is bound to {role}, and no pod has its token: {said(pod.manifest.ref)} does not mount it"
        place = pod.spec.get("automountServiceAccountToken") or pod.spec
        related = (Related(manifest=binding, pointer="/roleRef", note="binds it"),)
        yield self.finding(place, message, path=(said(pod.manifest.ref), who, said(binding.ref), role), related=related)


def _has_token(pod: PodTemplate, account: bool | None) -> bool:
    own = pod.spec.flag("automountServiceAccountToken")
    if own is True or (own is None and account is not False):
        return True
    sources = (source for volume in pod.spec.items("volumes") for source in volume.items("projected", "sources"))
    return any(source.get("serviceAccountToken") is not None for source in sources)
