"""Every Secret that something refers to, and who makes it; no value of one stands in git.

A password that a database took in when it was made is made or read once: another value would open nothing.
"""

import cdk8s
from constructs import Construct

from charts.back_end import DATABASE_PASSWORD
from charts.environment import Environment
from charts.mysql import ROOT_PASSWORD
from charts.secret_settings import PULL_SECRET, AwsSecretsSpec, LocalSecretsSpec
from crema.generators import (
    AwsSecretStore,
    AwsSecretStoreSpec,
    EcrPullSecret,
    EcrPullSecretSpec,
    GeneratedPassword,
    GeneratedPasswordSpec,
    RemoteRefSpec,
    SecretKeySpec,
    StoredSecret,
    StoredSecretSpec,
    SuppliedSecret,
    SuppliedSecretSpec,
)

_SHOP, _MONITORING = "shop", "monitoring"
# The Grafana chart reads both keys; Alertmanager reads the webhook's address from a file.
_GRAFANA, _GRAFANA_USER, _GRAFANA_PASSWORD = "grafana-admin", "admin-user", "admin-password"
_SLACK = SecretKeySpec(name="alertmanager-slack-creds", key="url")
_ACCESS_KEY_ID = SecretKeySpec(name="aws-ecr", key="access-key-id")
_SECRET_ACCESS_KEY = SecretKeySpec(name="aws-ecr", key="secret-access-key")


class SecretsChart(cdk8s.Chart):
    """In two namespaces, so each part says its own."""

    def __init__(self, scope: Construct, environment: Environment) -> None:
        super().__init__(scope, "secrets")
        if isinstance(environment.secrets, LocalSecretsSpec):
            self._made_here(environment.secrets)
        else:
            self._kept_in_aws(environment.secrets)

    def _made_here(self, settings: LocalSecretsSpec) -> None:
        for secret in (DATABASE_PASSWORD, ROOT_PASSWORD):
            GeneratedPassword(self, secret.name, GeneratedPasswordSpec(name=secret.name, namespace=_SHOP, keys=(secret.key,)))
        GeneratedPassword(
            self,
            _GRAFANA,
            GeneratedPasswordSpec(name=_GRAFANA, namespace=_MONITORING, keys=(_GRAFANA_PASSWORD,), fixed={_GRAFANA_USER: "admin"}),
        )
        EcrPullSecret(
            self,
            PULL_SECRET,
            EcrPullSecretSpec(
                name=PULL_SECRET,
                namespace=_SHOP,
                region=settings.ecr_region,
                access_key_id=_ACCESS_KEY_ID,
                secret_access_key=_SECRET_ACCESS_KEY,
            ),
        )
        SuppliedSecret(
            self,
            _ACCESS_KEY_ID.name,
            SuppliedSecretSpec(
                name=_ACCESS_KEY_ID.name,
                namespace=_SHOP,
                keys=(_ACCESS_KEY_ID.key, _SECRET_ACCESS_KEY.key),
                why="an AWS access key that may pull from ECR: without it no pod of the shop gets its image",
            ),
        )
        SuppliedSecret(
            self,
            _SLACK.name,
            SuppliedSecretSpec(
                name=_SLACK.name,
                namespace=_MONITORING,
                keys=(_SLACK.key,),
                why="the address of Slack's incoming webhook: without it Alertmanager does not start and nobody is told anything",
            ),
        )

    def _kept_in_aws(self, settings: AwsSecretsSpec) -> None:
        for namespace, role in ((_SHOP, settings.shop_role), (_MONITORING, settings.monitoring_role)):
            store = f"aws-{namespace}"
            AwsSecretStore(self, store, AwsSecretStoreSpec(name=store, namespace=namespace, region=settings.region, role_arn=role))
        mysql, grafana, slack = (f"{settings.prefix}/{name}" for name in ("mysql", "grafana", "slack"))
        self._stored(_SHOP, DATABASE_PASSWORD.name, {DATABASE_PASSWORD.key: (mysql, "password")}, baked=True)
        self._stored(_SHOP, ROOT_PASSWORD.name, {ROOT_PASSWORD.key: (mysql, "root-password")}, baked=True)
        self._stored(_MONITORING, _GRAFANA, {key: (grafana, key) for key in (_GRAFANA_USER, _GRAFANA_PASSWORD)}, baked=True)
        self._stored(_MONITORING, _SLACK.name, {_SLACK.key: (slack, "url")})

    def _stored(self, namespace: str, name: str, data: dict[str, tuple[str, str]], *, baked: bool = False) -> None:
        refs = {key: RemoteRefSpec(key=remote, property=property_) for key, (remote, property_) in data.items()}
        StoredSecret(self, name, StoredSecretSpec(name=name, namespace=namespace, store=f"aws-{namespace}", data=refs, baked=baked))
