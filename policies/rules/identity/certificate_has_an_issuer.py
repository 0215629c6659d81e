"""The policy identity-certificate-has-an-issuer."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.manifest import Ref
from crema.policies.model.references.every import references_to
from crema.policies.model.references.made import hint, hops, made
from crema.policies.model.references.reference import CERTIFICATES, Reference
from crema.policies.model.whole import whole
from crema.policies.model.world import World

_INGRESS = """
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata: {name: shop, namespace: shop, annotations: {cert-manager.io/KEY: NAME}}
    spec: {tls: [{hosts: [coffee.example.com], secretName: coffee-tls}]}
    ---
"""
_ISSUER = """
    apiVersion: cert-manager.io/v1
    kind: KIND
    metadata: {name: letsencrypt, NAMESPACE}
    spec: {selfSigned: {crlDistributionPoints: []}}
    ---
"""
_CERTIFICATE = """
    apiVersion: cert-manager.io/v1
    kind: Certificate
    metadata: {name: coffee, namespace: shop}
    spec: {secretName: coffee-tls, dnsNames: [coffee.example.com], issuerRef: {name: letsencrypt}}
    ---
"""


def _issuer(kind: str, namespace: str = "labels: {a: b}") -> str:
    return _ISSUER.replace("KIND", kind).replace("NAMESPACE", namespace)


def _ingress(key: str, name: str = "letsencrypt") -> str:
    return _INGRESS.replace("KEY", key).replace("NAME", name)


class CertificateHasAnIssuer(Policy[Reference]):
    """The Issuer or ClusterIssuer of every certificate exists, in its namespace or for the whole cluster.

    Why: without its issuer cert-manager makes no Secret, and whoever opens the address gets the controller's own certificate, or none.
    Fix: name the issuer that is there, with its kind: an Issuer is of one namespace, a ClusterIssuer of all
    Source: https://cert-manager.io/docs/concepts/issuer/
    """

    id = "identity-certificate-has-an-issuer"
    basis = "breaks"
    allowed = (
        Example(name="one of the whole cluster", manifests=_ingress("cluster-issuer") + _issuer("ClusterIssuer"), closed=True),
        Example(name="one of the same namespace", manifests=_CERTIFICATE + _issuer("Issuer", "namespace: shop"), closed=True),
        Example(name="one that somebody's directory does not have", manifests=_CERTIFICATE),
    )
    denied = (
        Denied(
            name="an annotation for the other kind",
            manifests=_ingress("issuer") + _issuer("ClusterIssuer"),
            at="Ingress/shop/shop",
            pointer="/metadata/annotations/cert-manager.io~1issuer",
            message="Ingress shop/shop issuer names Issuer shop/letsencrypt, which nothing makes; there is a ClusterIssuer letsencrypt",
        ),
        Denied(
            name="no kind is written, which is an Issuer",
            manifests=_CERTIFICATE + _issuer("ClusterIssuer"),
            at="Certificate/shop/coffee",
            pointer="/spec/issuerRef/name",
            message="Certificate shop/coffee issuerRef names Issuer shop/letsencrypt, which nothing makes; "
            "there is a ClusterIssuer letsencrypt",
        ),
        Denied(
            name="another name",
            manifests=_ingress("cluster-issuer", "letsencrypt-prod") + _issuer("ClusterIssuer"),
            closed=True,
            at="Ingress/shop/shop",
            pointer="/metadata/annotations/cert-manager.io~1cluster-issuer",
            message="Ingress shop/shop cluster-issuer names ClusterIssuer letsencrypt-prod, which nothing makes; did you mean letsencrypt?",
        ),
    )

    def targets(self, world: World) -> Iterable[Reference]:
        """Every reference to an issuer."""
        return references_to(world, "Issuer", "ClusterIssuer")

    def judge(self, world: World, target: Reference) -> Iterator[Outcome]:
        """Whether something makes it; and if it does not, whether one of the other kind is meant."""
        if target.strange is not None:
            raise target.strange
        answer, ref = made(world, target), target.ref
        if answer.verdict == "made":
            return
        message = f"{target.by} names {target.what}, which nothing makes"
        other = "ClusterIssuer" if ref.kind == "Issuer" else "Issuer"
        space = target.manifest.ref.namespace if other == "Issuer" else ""
        if whole(world).world.get(Ref(group=CERTIFICATES, kind=other, namespace=space, name=ref.name)) is not None:
            yield self.finding(target.place, f"{message}; there is a {other} {ref.name}", path=hops(target), subject=ref.name)
        elif answer.verdict == "missing":
            yield self.finding(target.place, f"{message}{hint(answer, world, ref)}", path=hops(target), subject=ref.name)
        else:
            yield self.undecided(target.manifest, f"whether {target.what} exists")
