"""The policy identity-service-account-exists."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example, Pinned
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.references.every import references_to
from crema.policies.model.references.made import hint, hops, made
from crema.policies.model.references.reference import Reference
from crema.policies.model.world import World

_POD = """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: order, namespace: shop}
    spec:
      template:
        metadata: {labels: {app: order}}
        spec: {serviceAccountName: ACCOUNT, containers: [{name: order}]}
    ---
"""
_ACCOUNT = """
    apiVersion: v1
    kind: ServiceAccount
    metadata: {name: order, namespace: shop}
    ---
"""
_BINDING = """
    apiVersion: rbac.authorization.k8s.io/v1
    kind: RoleBinding
    metadata: {name: order, namespace: shop}
    roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
    subjects: [{kind: ServiceAccount, name: order, namespace: NAMESPACE}]
    ---
"""
_SERVICE = """
    apiVersion: v1
    kind: Service
    metadata: {name: order, namespace: shop}
    spec: {selector: {app: order}, ports: [{port: 80}]}
"""


class ServiceAccountExists(Policy[Reference]):
    """Every ServiceAccount that a pod, a binding or a store of secrets names exists in that namespace.

    Why: without it the API server refuses each pod, so the Deployment stays at zero with no pod to look at; a binding to an account that
    is not there gives its permissions to nobody.
    Fix: make the ServiceAccount, or name the one that is there.
    Source: https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/#serviceaccount-admission-controller
    """

    id = "identity-service-account-exists"
    basis = "breaks"
    allowed = (
        Example(
            name="it is there", manifests=_POD.replace("ACCOUNT", "order") + _ACCOUNT + _BINDING.replace("NAMESPACE", "shop"), closed=True
        ),
        Example(name="every namespace has one of this name", manifests=_POD.replace("ACCOUNT", "default"), closed=True),
        Example(
            name="a binding to one of another namespace, in a part of somebody's directory", manifests=_BINDING.replace("NAMESPACE", "ci")
        ),
    )
    denied = (
        Denied(
            name="a pod under an account that is called otherwise",
            manifests=_POD.replace("ACCOUNT", "orders") + _ACCOUNT,
            closed=True,
            at="Deployment/shop/order",
            pointer="/spec/template/spec/serviceAccountName",
            message="Deployment shop/order serviceAccountName needs ServiceAccount shop/orders, and nothing makes it; did you mean order?",
        ),
        Denied(
            name="in somebody's directory that has all of the namespace",
            manifests=_POD.replace("ACCOUNT", "shop-runner") + _ACCOUNT.replace("name: order", "name: billing") + _SERVICE,
            at="Deployment/shop/order",
            pointer="/spec/template/spec/serviceAccountName",
            message="Deployment shop/order serviceAccountName needs ServiceAccount shop/shop-runner, and nothing makes it",
        ),
        Denied(
            name="a binding looks for it in the wrong namespace",
            manifests=_POD.replace("ACCOUNT", "order") + _ACCOUNT + _BINDING.replace("NAMESPACE", "default"),
            closed=True,
            at="RoleBinding/shop/order",
            pointer="/subjects/0/name",
            message="RoleBinding shop/order subject needs ServiceAccount default/order, and nothing makes it; "
            "one of that name is made in namespace shop",
        ),
        Denied(
            name="the account with which a store logs in",
            manifests="""
    apiVersion: external-secrets.io/v1
    kind: SecretStore
    metadata: {name: aws, namespace: shop}
    spec: {provider: {aws: {service: SecretsManager, region: eu-west-1, auth: {jwt: {serviceAccountRef: {name: aws}}}}}}
    ---
"""
            + _POD.replace("ACCOUNT", "pay"),
            closed=True,
            at="SecretStore/shop/aws",
            pointer="/spec/provider/aws/auth/jwt/serviceAccountRef/name",
            message="SecretStore shop/aws serviceAccountRef needs ServiceAccount shop/aws, and nothing makes it",
            also=(
                Pinned(
                    at="Deployment/shop/order",
                    pointer="/spec/template/spec/serviceAccountName",
                    message="Deployment shop/order serviceAccountName needs ServiceAccount shop/pay, and nothing makes it",
                ),
            ),
        ),
    )

    def targets(self, world: World) -> Iterable[Reference]:
        """Every reference to a ServiceAccount."""
        return references_to(world, "ServiceAccount")

    def judge(self, world: World, target: Reference) -> Iterator[Outcome]:
        """Whether something makes it."""
        if target.strange is not None:
            raise target.strange
        answer = made(world, target)
        if answer.verdict == "missing":
            message = f"{target.by} needs {target.what}, and nothing makes it{hint(answer, world, target.ref)}"
            yield self.finding(target.place, message, path=hops(target), subject=target.ref.name)
        elif answer.verdict == "unknown":
            yield self.undecided(target.manifest, f"whether {target.what} exists")
