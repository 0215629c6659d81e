"""Where an environment's secrets come from: made in the cluster itself, or kept in AWS Secrets Manager."""

from dataclasses import dataclass

from crema.generators import Spec
from crema.generators.checks import AwsRegion, RemoteKey, RoleArn

PULL_SECRET = "ecr-credentials"


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalSecretsSpec(Spec):
    """The cluster makes its own passwords; a person supplies what only AWS and Slack can give.

    Args:
        ecr_region: of the registry with the services' images, for which nodes outside AWS need a pull secret.

    """

    ecr_region: AwsRegion

    @property
    def image_pull_secrets(self) -> tuple[str, ...]:
        """What pods that run the services' images name."""
        return (PULL_SECRET,)


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsSecretsSpec(Spec):
    """Everything is in AWS Secrets Manager, and each namespace reads its own part with a role of its own.

    Args:
        region: of the secrets.
        prefix: what their names begin with: `<prefix>/mysql`, `<prefix>/grafana`, `<prefix>/slack`.
        shop_role, monitoring_role: roles of the ServiceAccounts shop/aws-shop and monitoring/aws-monitoring.

    """

    region: AwsRegion
    prefix: RemoteKey
    shop_role: RoleArn
    monitoring_role: RoleArn

    @property
    def image_pull_secrets(self) -> tuple[str, ...]:
        """None: nodes of EKS pull from ECR with their own role."""
        return ()
