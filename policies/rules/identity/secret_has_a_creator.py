"""The policy identity-secret-has-a-creator."""

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
        spec:
          containers:
            - {name: order, env: [{name: DB_PASSWORD, valueFrom: {secretKeyRef: {name: mysql-secret, key: password}}}]}
    ---
"""
_EXTERNAL = """
    apiVersion: external-secrets.io/v1
    kind: ExternalSecret
    metadata: {name: database, namespace: shop}
    spec: {target: {name: NAME}, data: [{secretKey: password, remoteRef: {key: shop/mysql}}], secretStoreRef: {name: vault}}
    ---
"""
_STACK = """
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata: {name: stack, namespace: argocd}
    spec:
      destination: {namespace: monitoring}
      source:
        chart: kube-prometheus-stack
        targetRevision: 88.5.3
        helm: {valuesObject: {grafana: {admin: {existingSecret: grafana-admin}}}}
"""
_WHO = "Deployment shop/order container order env DB_PASSWORD"


class SecretHasACreator(Policy[Reference]):
    """Every Secret that something refers to is made by something, in the namespace in which it is read.

    Why: a pod whose Secret does not exist waits for ever (CreateContainerConfigError, ContainerCreating); nothing else says so.
    Fix: make the Secret, or give the reference the name of the one that is made.
    Source: https://kubernetes.io/docs/concepts/configuration/secret/#restriction-secret-must-exist

    A creator is a Secret, a SealedSecret, an ExternalSecret, a Certificate, what a chart or another operator brings, or a fact that
    says that a person supplies it. In somebody's directory a Secret may be made by hand: there a missing one is a violation where a
    Secret is made that nobody reads, of nearly that name.
    """

    id = "identity-secret-has-a-creator"
    basis = "breaks"
    allowed = (
        Example(name="an ExternalSecret of another name makes it", manifests=_POD + _EXTERNAL.replace("NAME", "mysql-secret"), closed=True),
        Example(
            name="a person supplies it",
            manifests=_POD,
            closed=True,
            facts={
                "supplied_secrets": {
                    "shop/mysql-secret": {"namespace": "shop", "name": "mysql-secret", "keys": ["password"], "why": "w", "how": "h"}
                }
            },
        ),
        Example(name="an optional one is missing", manifests=_POD.replace("key: password", "key: password, optional: true"), closed=True),
        Example(
            name="a SealedSecret, and a certificate that cert-manager makes of an Ingress",
            manifests="""
    apiVersion: bitnami.com/v1alpha1
    kind: SealedSecret
    metadata: {name: mysql-secret, namespace: shop}
    spec: {encryptedData: {password: AgBy}}
    ---
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata: {name: shop, namespace: shop, annotations: {cert-manager.io/cluster-issuer: letsencrypt}}
    spec: {tls: [{hosts: [coffee.example.com], secretName: coffee-tls}]}
    ---
"""
            + _POD,
            closed=True,
        ),
        Example(
            name="somebody's directory without it, in which another Secret is read", manifests=_POD + _EXTERNAL.replace("NAME", "smtp")
        ),
    )
    denied = (
        Denied(
            name="nothing makes it",
            manifests=_POD,
            closed=True,
            at="Deployment/shop/order",
            pointer="/spec/template/spec/containers/0/env/0/valueFrom/secretKeyRef/name",
            message=f"{_WHO} needs Secret shop/mysql-secret, and nothing makes it",
        ),
        Denied(
            name="the ExternalSecret gives it another name, in somebody's directory too",
            manifests=_POD + _EXTERNAL.replace("NAME", "mysql-secrets"),
            at="Deployment/shop/order",
            pointer="/spec/template/spec/containers/0/env/0/valueFrom/secretKeyRef/name",
            message=f"{_WHO} needs Secret shop/mysql-secret, and nothing makes it; did you mean mysql-secrets?",
        ),
        Denied(
            name="it is made in another namespace, and with creationPolicy None not at all",
            manifests=_POD
            + _EXTERNAL.replace("NAME", "mysql-secret").replace("namespace: shop", "namespace: data")
            + _EXTERNAL.replace("NAME", "mysql-secret").replace("target: {", "target: {creationPolicy: None, "),
            closed=True,
            at="Deployment/shop/order",
            pointer="/spec/template/spec/containers/0/env/0/valueFrom/secretKeyRef/name",
            message=f"{_WHO} needs Secret shop/mysql-secret, and nothing makes it; one of that name is made in namespace data",
        ),
        Denied(
            name="a chart's values name it",
            manifests=_STACK,
            closed=True,
            at="Application/argocd/stack",
            pointer="/spec/source/helm/valuesObject/grafana/admin/existingSecret",
            message="Application argocd/stack values grafana.admin.existingSecret "
            "needs Secret monitoring/grafana-admin, and nothing makes it",
        ),
        Denied(
            name="to pull the image, and for a certificate",
            manifests="""
    apiVersion: v1
    kind: ServiceAccount
    metadata: {name: order, namespace: shop}
    imagePullSecrets: [{name: registry}]
    ---
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata: {name: shop, namespace: shop}
    spec: {tls: [{hosts: [coffee.example.com], secretName: coffee-tls}]}
""",
            closed=True,
            at="ServiceAccount/shop/order",
            pointer="/imagePullSecrets/0/name",
            message="ServiceAccount shop/order imagePullSecrets needs Secret shop/registry, and nothing makes it",
            also=(
                Pinned(
                    at="Ingress/shop/shop",
                    pointer="/spec/tls/0/secretName",
                    message="Ingress shop/shop tls needs Secret shop/coffee-tls, and nothing makes it",
                ),
            ),
        ),
    )

    def targets(self, world: World) -> Iterable[Reference]:
        """Every reference to a Secret, each place once."""
        return {(id(r.manifest), r.place.pointer, r.place.inner, r.ref): r for r in references_to(world, "Secret")}.values()

    def judge(self, world: World, target: Reference) -> Iterator[Outcome]:
        """Whether something makes it. What the API does without is never missing."""
        if target.strange is not None:
            raise target.strange
        answer = made(world, target)
        if answer.verdict == "missing" and not target.optional:
            message = f"{target.by} needs {target.what}, and nothing makes it{hint(answer, world, target.ref)}"
            yield self.finding(target.place, message, path=hops(target), subject=target.ref.name)
        elif answer.verdict == "unknown" and not target.optional:
            yield self.undecided(target.manifest, f"whether {target.what} exists")
