"""The policy identity-registry-token-refreshes."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.references.generated import FromGenerator, from_generators
from crema.policies.model.references.reference import said
from crema.policies.model.world import World

_HOURS = {"ACRAccessToken": 3.0, "ECRAuthorizationToken": 12.0, "GCRAccessToken": 1.0, "GithubAccessToken": 1.0, "QuayAccessToken": 1.0}
"""How long a token of each is taken. https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry_auth.html and the others' own pages"""
_ROOM = 0.95
_ECR = """
    apiVersion: external-secrets.io/v1
    kind: ExternalSecret
    metadata: {name: ecr, namespace: shop}
    spec:
      REFRESH
      dataFrom: [{sourceRef: {generatorRef: {apiVersion: generators.external-secrets.io/v1alpha1, kind: ECRAuthorizationToken, name: ecr}}}]
    ---
    apiVersion: generators.external-secrets.io/v1alpha1
    kind: ECRAuthorizationToken
    metadata: {name: ecr, namespace: shop}
    spec: {region: eu-west-1}
"""


class RegistryTokenRefreshes(Policy[FromGenerator]):
    """A registry's token is made anew before the last one ends.

    Why: a token of ECR is taken for twelve hours; after that every pod that starts on another node stays in ImagePullBackOff, and nothing
    in git has changed.
    Fix: give the ExternalSecret refreshPolicy Periodic and a refreshInterval well below the token's life, 6h for ECR
    Source: https://external-secrets.io/latest/api/generator/ecr/
    """

    id = "identity-registry-token-refreshes"
    basis = "breaks"
    allowed = (
        Example(name="every six hours", manifests=_ECR.replace("REFRESH", "refreshInterval: 6h0m0s")),
        Example(name="the default of one hour", manifests=_ECR.replace("REFRESH", "target: {name: pull}")),
        Example(
            name="a password is not made anew, and is no token",
            manifests=_ECR.replace("ECRAuthorizationToken", "Password").replace("REFRESH", 'refreshInterval: "0"'),
        ),
    )
    denied = (
        Denied(
            name="once a day",
            manifests=_ECR.replace("REFRESH", "refreshInterval: 24h"),
            at="ExternalSecret/shop/ecr",
            pointer="/spec/refreshInterval",
            message="Secret shop/ecr gets a token of ECRAuthorizationToken, which is taken for 12h, only every 24h",
        ),
        Denied(
            name="just when it ends",
            manifests=_ECR.replace("REFRESH", "refreshInterval: 12h0m0s"),
            at="ExternalSecret/shop/ecr",
            pointer="/spec/refreshInterval",
            message="Secret shop/ecr gets a token of ECRAuthorizationToken, which is taken for 12h, only every 12h0m0s",
        ),
        Denied(
            name="once and never again",
            manifests=_ECR.replace("REFRESH", "refreshPolicy: CreatedOnce"),
            at="ExternalSecret/shop/ecr",
            pointer="/spec/refreshPolicy",
            message="Secret shop/ecr gets a token of ECRAuthorizationToken, which is taken for 12h, and never another (CreatedOnce)",
        ),
        Denied(
            name="an interval of nothing, which is never",
            manifests=_ECR.replace("REFRESH", 'refreshInterval: "0"'),
            at="ExternalSecret/shop/ecr",
            pointer="/spec/refreshInterval",
            message="Secret shop/ecr gets a token of ECRAuthorizationToken, which is taken for 12h, and never another (0)",
        ),
    )

    def targets(self, world: World) -> Iterable[FromGenerator]:
        """Every ExternalSecret with a token of a registry."""
        return (one for one in from_generators(world) if one.generator.kind in _HOURS)

    def judge(self, world: World, target: FromGenerator) -> Iterator[Outcome]:
        """Compare the interval with the life of a token, and leave some room."""
        del world
        hours = _HOURS[target.generator.kind]
        if target.every is not None and target.every <= hours * 3600 * _ROOM:
            return
        often = f"only every {target.written}" if target.every is not None else f"and never another ({target.written})"
        message = f"{said(target.ref)} gets a token of {target.generator.kind}, which is taken for {hours:g}h, {often}"
        origin = target.generator.manifest
        hops = (said(target.ref), said(target.manifest.ref), *((said(origin.ref),) if origin is not None else ()))
        yield self.finding(target.place, message, path=hops)
