"""Edits that identity-certificate-has-an-issuer finds. The platform has no issuers: whoever asks for one asks in vain."""

from tests.edits.body import annotate
from tests.edits.edit import Body, Edit


def _of_the_cluster(body: Body) -> bool:
    return annotate(body, "cert-manager.io/cluster-issuer", "letsencrypt")


def _of_the_namespace(body: Body) -> bool:
    return annotate(body, "cert-manager.io/issuer", "letsencrypt")


EDITS = (
    Edit(name="an issuer of the cluster", kinds=("Ingress",), change=_of_the_cluster, said="ClusterIssuer letsencrypt", everywhere=True),
    Edit(name="an issuer of the namespace", kinds=("Ingress",), change=_of_the_namespace, said="Issuer", everywhere=True),
)
