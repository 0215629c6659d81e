"""The policy identity-no-secret-in-git."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import ENVIRONMENT, Denied, Example, Pinned
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.manifest import Manifest
from crema.policies.model.references.leaks import leaks
from crema.policies.model.world import World

_SECRET = """
    apiVersion: v1
    kind: Secret
    metadata: {name: mysql-secret, namespace: shop}
    FIELD
    ---
"""
_POD = """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: order, namespace: shop}
    spec:
      template:
        metadata: {labels: {app: order}}
        spec: {containers: [{name: order, env: [ENV], args: [ARGS]}]}
    ---
"""
_VALUES = """
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata: {name: stack, namespace: argocd}
    spec: {source: {chart: kube-prometheus-stack, helm: {valuesObject: VALUES}}}
    ---
"""
_WEBHOOK = "https://hooks.slack.com/services/" + "T0HB3JQ7K/B02LM9PXD/" + "v8Rk2qTz5LwYc1NfHs0J"


def _secret(field: str) -> str:
    return _SECRET.replace("FIELD", field)


def _pod(env: str = "", args: str = "") -> str:
    return _POD.replace("ENV", env).replace("ARGS", args)


class NoSecretInGit(Policy[Manifest]):
    """No manifest, value of a chart or document of the bootstrap holds a secret in plain text; base64 is plain text.

    Why: whoever can read the repository has it, now and in every old commit; it is lost the moment it is pushed.
    Fix: change the secret where it is used, take it out, and have it made in the cluster: an ExternalSecret, a generator, a SealedSecret
    Source: https://kubernetes.io/docs/concepts/security/secrets-good-practices/

    Looked for are credentials of known forms anywhere, the values of Secrets, and fields, variables, arguments and lines of files whose
    names say what they hold. Placeholders, references to where a secret is, ciphers, hashes, certificates and public keys are right.
    The value itself is never shown.
    """

    id = "identity-no-secret-in-git"
    basis = "breaks"
    waivable = False
    allowed = (
        Example(
            name="placeholders, a reference, a cipher, a hash, and what is no secret",
            manifests=_secret(
                "stringData: {password: '${DB_PASSWORD}', root: CHANGE_ME, token: '<path:shop/mysql#token>', username: coffee}"
            )
            + _secret("data: {password: Y2hhbmdlbWU=, key: 'ENC[AES256_GCM,data:p673w==,type:str]', hosts.yaml: aG9zdDogbXlzcWwK}")
            + _pod(
                "{name: DB_PASSWORD, valueFrom: {secretKeyRef: {name: mysql-secret, key: password}}}, {name: TOKEN_FILE, value: /run/token}"
            )
            + _VALUES.replace("VALUES", "{configs: {secret: {argocdServerAdminPassword: $2a$10$rRyBsGSHK6.uc8fntPwVIuLVHgsAhAX}}}"),
        ),
        Example(
            name="a SealedSecret, names of keys, and an address with a variable for its password",
            manifests="""
    apiVersion: bitnami.com/v1alpha1
    kind: SealedSecret
    metadata: {name: mysql-secret, namespace: shop}
    spec: {encryptedData: {password: AgBy3i4OJSWK+PiTySYZZA9rO43cGDEq}}
    ---
"""
            + _pod("{name: DATABASE_URL, value: 'mysql://coffee:$(DB_PASSWORD)@mysql/coffee'}, {name: ALLOW_EMPTY_PASSWORD, value: 'no'}")
            + _VALUES.replace("VALUES", "{grafana: {admin: {existingSecret: grafana-admin, passwordKey: admin-password}}}"),
        ),
        Example(
            name="a script that takes its password from the environment, and a certificate",
            manifests="""
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: scripts, namespace: shop}
    data:
      backup.sh: |
        PASSWORD="$MYSQL_PASSWORD" exec mysqldump --password="$MYSQL_PASSWORD" coffee
      app.properties: |
        # password: see the wiki
        db.password=${DB_PASSWORD}
        token.file=/run/secrets/token
""",
        ),
    )
    denied = (
        Denied(
            name="a Secret as text and in base64, which only looks hidden",
            manifests=_secret("data: {password: aHVudGVyMg==}").replace("mysql-secret", "mysql-root")
            + _secret("stringData: {username: coffee, password: hunter2}"),
            at="Secret/shop/mysql-secret",
            pointer="/stringData/password",
            message="the value of password stands in plain text in git",
            also=(
                Pinned(
                    at="Secret/shop/mysql-root",
                    pointer="/data/password",
                    message="the value of password stands in plain text in git",
                ),
            ),
        ),
        Denied(
            name="a variable, an argument and an address with a password",
            manifests=_pod(
                "{name: DB_PASSWORD, value: hunter2}, {name: DATABASE_URL, value: 'mysql://coffee:hunter2@mysql/coffee'}",
                "'--db-password=hunter2'",
            ),
            at="Deployment/shop/order",
            pointer="/spec/template/spec/containers/0/env/0/value",
            message="the value of DB_PASSWORD stands in plain text in git",
            also=(
                Pinned(
                    at="Deployment/shop/order",
                    pointer="/spec/template/spec/containers/0/env/1/value",
                    message="a password in an address stands in plain text in git",
                ),
                Pinned(
                    at="Deployment/shop/order",
                    pointer="/spec/template/spec/containers/0/args/0",
                    message="the value of --db-password stands in plain text in git",
                ),
            ),
        ),
        Denied(
            name="a webhook's address and an administrator's password among a chart's values",
            manifests=_VALUES.replace(
                "VALUES", f"{{alertmanager: {{config: {{global: {{slack_api_url: '{_WEBHOOK}'}}}}}}, grafana: {{adminPassword: hunter2}}}}"
            ),
            at="Application/argocd/stack",
            pointer="/spec/source/helm/valuesObject/alertmanager/config/global/slack_api_url",
            message="the address of a Slack webhook stands in plain text in git",
            also=(
                Pinned(
                    at="Application/argocd/stack",
                    pointer="/spec/source/helm/valuesObject/grafana/adminPassword",
                    message="the value of adminPassword stands in plain text in git",
                ),
            ),
        ),
        Denied(
            name="a file of a ConfigMap, and what the cluster is made with",
            manifests="""
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: settings, namespace: shop}
    data: {my.cnf: "[client]\\nuser = coffee\\npassword = hunter2\\n"}
""",
            documents={"argo-cd-values.yaml": "{configs: {secret: {githubSecret: p4sGx8Qv2Lw9ZtR7Kd}}}"},
            closed=True,
            at="ConfigMap/shop/settings",
            pointer="/data/my.cnf",
            message="the value of password stands in plain text in git",
            also=(
                Pinned(
                    at=f"{ENVIRONMENT}/argo-cd-values.yaml",
                    pointer="/configs/secret/githubSecret",
                    message="the value of githubSecret stands in plain text in git",
                ),
            ),
        ),
    )

    def targets(self, world: World) -> Iterable[Manifest]:
        """Every object, and every document beside them."""
        return (*world.manifests, *world.documents, *world.kustomizations)

    def judge(self, world: World, target: Manifest) -> Iterator[Outcome]:
        """Each place at which a secret stands."""
        del world
        for leak in leaks(target):
            yield self.finding(leak.node, f"{leak.what} stands in plain text in git", veiled=True)
