"""A pull secret for Amazon ECR, for nodes that are not Amazon's own: its tokens live for 12 hours, so the operator renews it.

https://external-secrets.io/latest/api/generator/ecr/
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from constructs import Construct

from crema.generators.checks import AwsRegion, DnsLabel, DnsName, GoDuration
from crema.generators.duration import seconds
from crema.generators.external_secret import GENERATORS, LABELS, external_secret, from_generator
from crema.generators.manifest import Manifest
from crema.generators.part import Part
from crema.generators.spec import Mistake, SecretKeySpec, Spec, rule

# Values go through toJson, so that no character in one can end a string. The registry is the host alone, as in an image's name.
# https://kubernetes.io/docs/concepts/containers/images/#config-json
DOCKER_CONFIG = (
    '{{ $login := dict "username" .username "password" .password "auth" (printf "%s:%s" .username .password | b64enc) }}'
    '{{ dict "auths" (dict (.proxy_endpoint | trimPrefix "https://") $login) | toJson }}'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EcrPullSecretSpec(Spec):
    """A Secret that pods name in `imagePullSecrets`.

    Args:
        name: of the Secret. namespace: of the pods, the Secret and the credentials; None takes the chart's.
        region: of the registry.
        access_key_id, secret_access_key: credentials that may call ecr:GetAuthorizationToken and pull, in a Secret that a person supplies.
        refresh: how often a new token is fetched.

    """

    name: DnsName
    region: AwsRegion
    access_key_id: SecretKeySpec
    secret_access_key: SecretKeySpec
    namespace: DnsLabel | None = None
    refresh: GoDuration = "6h0m0s"

    @rule("refresh")
    def _well_within_a_tokens_life(self) -> Iterator[Mistake]:
        """https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry_auth.html: a token is valid for 12 hours."""
        if not 3600 <= seconds(self.refresh) <= 11 * 3600:
            yield self.mistake("refresh", "from 1h0m0s to 11h0m0s: a token is valid for 12 hours", self.refresh)

    @rule("access_key_id", "secret_access_key")
    def _two_values(self) -> Iterator[Mistake]:
        if self.access_key_id == self.secret_access_key:
            yield self.mistake("secret_access_key", "another key than access_key_id", self.secret_access_key)


def build(spec: EcrPullSecretSpec) -> tuple[Manifest, ...]:
    """An ECRAuthorizationToken generator and the ExternalSecret that asks it again and again."""
    credentials = {
        "accessKeyIDSecretRef": spec.access_key_id.body(),
        "secretAccessKeySecretRef": spec.secret_access_key.body(),
    }
    generator = Manifest(
        api_version=GENERATORS,
        kind="ECRAuthorizationToken",
        name=spec.name,
        namespace=spec.namespace,
        labels=LABELS,
        body={"spec": {"region": spec.region, "auth": {"secretRef": credentials}}},
    )
    template: dict[str, Any] = {"type": "kubernetes.io/dockerconfigjson", "data": {".dockerconfigjson": DOCKER_CONFIG}}
    source = from_generator("ECRAuthorizationToken", spec.name)
    return generator, external_secret(spec.name, spec.namespace, source, refresh=spec.refresh, template=template)


class EcrPullSecret(Part[EcrPullSecretSpec]):
    """A pull secret in a chart."""

    def __init__(self, scope: Construct, id: str, spec: EcrPullSecretSpec) -> None:
        """Add the generator and the ExternalSecret to `scope`."""
        super().__init__(scope, id, spec, build)
