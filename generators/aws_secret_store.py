"""AWS Secrets Manager as a namespace's SecretStore, read with the namespace's own IAM role and no stored credential.

The role is that of a ServiceAccount (IRSA). EKS Pod Identity knows only the operator's own pod: with it every store of the cluster would
read with the operator's one role, and the operator refuses a ServiceAccount that has a role by Pod Identity.
https://external-secrets.io/latest/provider/aws-access/#eks-pod-identity-setup
"""

from dataclasses import dataclass

from constructs import Construct

from crema.generators.checks import AwsRegion, DnsLabel, DnsName, RoleArn
from crema.generators.external_secret import LABELS
from crema.generators.manifest import Manifest
from crema.generators.part import Part
from crema.generators.spec import Spec


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsSecretStoreSpec(Spec):
    """A SecretStore and the ServiceAccount it reads as.

    Args:
        name: of both. namespace: of both and of the ExternalSecrets that use it; None takes the chart's.
        region: where the secrets are.
        role_arn: may call secretsmanager:GetSecretValue on this namespace's secrets and no others; its trust policy names the cluster's
            OIDC provider, the audience sts.amazonaws.com and the subject system:serviceaccount:<namespace>:<name>.

    """

    name: DnsName
    region: AwsRegion
    role_arn: RoleArn
    namespace: DnsLabel | None = None


def build(spec: AwsSecretStoreSpec) -> tuple[Manifest, ...]:
    """The SecretStore and its ServiceAccount."""
    auth = {"jwt": {"serviceAccountRef": {"name": spec.name}}}
    aws = {"service": "SecretsManager", "region": spec.region, "auth": auth}
    store = Manifest(
        api_version="external-secrets.io/v1",
        kind="SecretStore",
        name=spec.name,
        namespace=spec.namespace,
        labels=LABELS,
        body={"spec": {"provider": {"aws": aws}}},
    )
    account = Manifest(
        api_version="v1",
        kind="ServiceAccount",
        name=spec.name,
        namespace=spec.namespace,
        labels=LABELS,
        # The operator reads the role from here and asks the API server for a token of this account; no pod runs as it.
        annotations={"eks.amazonaws.com/role-arn": spec.role_arn},
        body={"automountServiceAccountToken": False},
    )
    return store, account


class AwsSecretStore(Part[AwsSecretStoreSpec]):
    """A namespace's SecretStore, in a chart."""

    def __init__(self, scope: Construct, id: str, spec: AwsSecretStoreSpec) -> None:
        """Add the SecretStore and its ServiceAccount to `scope`."""
        super().__init__(scope, id, spec, build)
