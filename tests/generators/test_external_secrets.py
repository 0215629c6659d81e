"""Laws of Secrets that the External Secrets Operator makes: what is baked into data stays, what is rotated arrives, nothing is in git."""

import dataclasses
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from crema.generators import (
    AwsSecretStoreSpec,
    EcrPullSecretSpec,
    GeneratedPasswordSpec,
    Manifest,
    RemoteRefSpec,
    SecretKeySpec,
    Spec,
    StoredSecretSpec,
    SuppliedSecretSpec,
    supplied_secret,
)
from crema.generators.duration import seconds as seconds_of
from crema.policies.schemas.validate import validate
from tests.generators.test_laws import built
from tests.schemas.kubeconform import accepts
from tests.strategies import (
    HOSTILE,
    aws_secret_stores,
    ecr_pull_secrets,
    generated_passwords,
    go_duration,
    secrets,
    stored_secrets,
    supplied_secrets,
)

_KEEP = {"argocd.argoproj.io/sync-options": "Prune=false,Delete=false"}
_BAKED = {"refreshPolicy": "CreatedOnce", "refreshInterval": "0s"}
_STORED: dict[str, Any] = {"name": "s", "store": "aws", "data": {"url": RemoteRefSpec(key="coffee/slack", property="url")}}
_KEY = SecretKeySpec(name="aws-ecr", key="access-key-id")
_ECR: dict[str, Any] = {"name": "e", "region": "eu-west-1", "access_key_id": _KEY}
_ECR |= {"secret_access_key": SecretKeySpec(name="aws-ecr", key="secret-access-key")}
_STORE: dict[str, Any] = {"name": "a", "region": "eu-west-1", "role_arn": "arn:aws:iam::123456789012:role/r"}
_SUPPLIED: dict[str, Any] = {"name": "n", "namespace": "shop", "keys": ("url",), "why": "w"}


def _external(spec: Spec) -> Manifest:
    (found,) = [m for m in built(spec) if m.kind == "ExternalSecret"]
    return found


def _bodies(spec: Spec) -> list[dict[str, Any]]:
    """As the API server gets them: cdk8s fills in the chart's namespace."""
    return [dataclasses.replace(m, namespace=m.namespace or "shop").as_dict() for m in built(spec)]


@given(secrets)
def test_every_object_is_valid(spec: Spec) -> None:
    """No field is misspelt, missing or of another type, by the resource definitions of the operator."""
    for body in _bodies(spec):
        assert validate(body) == ()


@pytest.mark.engine
@settings(max_examples=2, database=None, phases=(Phase.generate,))
@given(st.lists(secrets, min_size=20, max_size=40))
def test_kubeconform_accepts_every_object(specs: list[Spec]) -> None:
    """The same, by another judge."""
    bodies = [body for spec in specs for body in _bodies(spec)]
    with tempfile.TemporaryDirectory() as folder:
        assert [verdict for verdict in accepts(Path(folder), bodies) if verdict] == []


@given(st.one_of(generated_passwords, ecr_pull_secrets, stored_secrets))
def test_a_secret_has_the_name_and_namespace_that_were_asked_for(spec: Any) -> None:
    """Pods name the Secret; whatever it is made from is in its namespace, because none of it is looked for elsewhere."""
    assert _external(spec).body["spec"]["target"]["name"] == spec.name
    assert {m.namespace for m in built(spec)} == {spec.namespace}


@given(st.one_of(generated_passwords, stored_secrets))
def test_a_baked_value_outlives_every_object_around_it(spec: Any) -> None:
    """The operator neither changes nor deletes the Secret, Argo CD not what made it; and that holds for no Secret that is renewed."""
    made = _external(spec)
    target = made.body["spec"]["target"]
    once = isinstance(spec, GeneratedPasswordSpec) or spec.baked
    assert (target["creationPolicy"], target["deletionPolicy"], target.get("immutable", False)) == (
        "Orphan" if once else "Owner",
        "Retain",
        once,
    )
    assert made.annotations == (_KEEP if once else {})
    policy = {key: made.body["spec"][key] for key in ("refreshPolicy", "refreshInterval")}
    assert policy == (_BAKED if once else {"refreshPolicy": "Periodic", "refreshInterval": spec.refresh})


@given(st.one_of(generated_passwords, ecr_pull_secrets, stored_secrets))
def test_a_secret_never_carries_argo_cds_marks(spec: Any) -> None:
    """The operator copies the ExternalSecret's labels and annotations exactly where it has no template of any kind."""
    assert _external(spec).body["spec"]["target"]["template"]["engineVersion"] == "v2"


@given(st.one_of(generated_passwords, ecr_pull_secrets))
def test_a_generator_is_asked_by_the_external_secret_beside_it(spec: Any) -> None:
    """A reference that leads to exactly one object, by API version, kind and name."""
    (source,) = _external(spec).body["spec"]["dataFrom"]
    generators = [{"apiVersion": m.api_version, "kind": m.kind, "name": m.name} for m in built(spec) if m.kind != "ExternalSecret"]
    assert [source["sourceRef"]["generatorRef"]] == generators


@given(generated_passwords)
def test_a_password_is_long_and_of_letters_and_digits(spec: GeneratedPasswordSpec) -> None:
    """No symbol that a connection string or a shell would read; any length, since characters may repeat."""
    (password,) = [m.body["spec"] for m in built(spec) if m.kind == "Password"]
    assert (password["length"], password["symbols"], password["allowRepeat"], password["encoding"]) == (spec.length, 0, True, "raw")
    assert spec.length >= 16


@given(generated_passwords)
def test_a_secret_has_its_passwords_and_what_is_fixed(spec: GeneratedPasswordSpec) -> None:
    """A template that says something replaces what was generated unless it is merged, and would be executed if it held a template."""
    (password,) = [m.body["spec"] for m in built(spec) if m.kind == "Password"]
    template = _external(spec).body["spec"]["target"]["template"]
    assert password["secretKeys"] == list(spec.keys)
    assert template.get("data", {}) == dict(spec.fixed)
    assert template["mergePolicy"] == ("Merge" if spec.fixed else "Replace")
    assert not any("{" in value for value in spec.fixed.values())


@given(ecr_pull_secrets)
def test_a_pull_secret_is_renewed_while_its_token_lives(spec: EcrPullSecretSpec) -> None:
    """At least one whole attempt fits into the 12 hours; the token is fetched with the two keys that a person supplied."""
    made = _external(spec).body["spec"]
    assert 2 * 3600 <= seconds_of(made["refreshInterval"]) + 3600 <= 12 * 3600
    assert made["target"]["template"]["type"] == "kubernetes.io/dockerconfigjson"
    assert list(made["target"]["template"]["data"]) == [".dockerconfigjson"]
    (generator,) = [m.body["spec"] for m in built(spec) if m.kind == "ECRAuthorizationToken"]
    assert generator == {
        "region": spec.region,
        "auth": {
            "secretRef": {
                "accessKeyIDSecretRef": {"name": spec.access_key_id.name, "key": spec.access_key_id.key},
                "secretAccessKeySecretRef": {"name": spec.secret_access_key.name, "key": spec.secret_access_key.key},
            }
        },
    }


@given(aws_secret_stores)
def test_a_store_reads_as_a_service_account_that_has_the_role(spec: AwsSecretStoreSpec) -> None:
    """The account is in the store's namespace, carries the role where the operator looks for it, and is mounted into no pod."""
    store, account = built(spec)
    assert store.body["spec"]["provider"] == {
        "aws": {
            "service": "SecretsManager",
            "region": spec.region,
            "auth": {"jwt": {"serviceAccountRef": {"name": account.name}}},
        }
    }
    assert (account.kind, account.namespace, account.annotations, account.body) == (
        "ServiceAccount",
        store.namespace,
        {"eks.amazonaws.com/role-arn": spec.role_arn},
        {"automountServiceAccountToken": False},
    )


@given(stored_secrets)
def test_each_key_is_read_from_where_it_was_said_to_be(spec: StoredSecretSpec) -> None:
    """From the store of the same namespace, each key once, in an order that does not depend on how the spec was written."""
    made = _external(spec).body["spec"]
    assert made["secretStoreRef"] == {"kind": "SecretStore", "name": spec.store}
    read = {d["secretKey"]: (d["remoteRef"]["key"], d["remoteRef"].get("property")) for d in made["data"]}
    assert read == {key: (ref.key, ref.property) for key, ref in spec.data.items()}
    assert [d["secretKey"] for d in made["data"]] == sorted(spec.data)


@given(st.integers(0, 10**9))
def test_a_duration_is_as_long_as_it_says(seconds: int) -> None:
    """For any number of seconds."""
    assert seconds_of(go_duration(seconds)) == seconds


@given(supplied_secrets)
def test_a_supplied_secret_is_said_and_not_made(spec: SuppliedSecretSpec) -> None:
    """One fact, no manifest; the command names the Secret and has no place for a value."""
    (fact,) = supplied_secret.build(spec)
    assert (fact.section, fact.key) == ("supplied_secrets", f"{spec.namespace}/{spec.name}")
    assert fact.body == {"namespace": spec.namespace, "name": spec.name, "keys": list(spec.keys), "why": spec.why, "how": spec.how}
    assert spec.how.split() == [
        *("kubectl", "--namespace", spec.namespace, "create", "secret", "generic", spec.name),
        "--from-env-file=/dev/stdin",
    ]
    assert spec.mistakes() == ()


@pytest.mark.parametrize("name", ["name", "namespace", "keys", "why"])
def test_anything_in_a_supplied_secret_gives_mistakes_and_never_an_exception(name: str) -> None:
    """As of every spec."""
    for value in HOSTILE:
        given_anything: dict[str, Any] = {**_SUPPLIED, name: value}
        assert all(m.message.isprintable() for m in SuppliedSecretSpec(**given_anything).mistakes())


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        (GeneratedPasswordSpec(name="p", keys=()), "keys is a value that is not shown here; it must be at least one key, and none twice"),
        (GeneratedPasswordSpec(name="p", keys=("a", "a")), "it must be at least one key, and none twice"),
        (GeneratedPasswordSpec(name="p", length=15), "it must be a whole number from 16 to 128"),
        (GeneratedPasswordSpec(name="p", keys=("a",), fixed={"a": "x"}), "it must be without a, which gets a password"),
        (
            GeneratedPasswordSpec(name="p", fixed={"root-Passwd": "hunter2"}),
            "fixed is a value that is not shown here; it must be without root-Passwd: its name says it is a secret, and this value would",
        ),
        (
            GeneratedPasswordSpec(name="p", fixed={"user": "{{ .a }}"}),
            "fixed['user'] is a value that is not shown here; it must be a plain",
        ),
        (EcrPullSecretSpec(**_ECR, refresh="12h0m0s"), "it must be from 1h0m0s to 11h0m0s: a token is valid for 12 hours"),
        (EcrPullSecretSpec(**_ECR, refresh="59m59s"), "it must be from 1h0m0s to 11h0m0s: a token is valid for 12 hours"),
        (EcrPullSecretSpec(**_ECR, refresh="11h0m1s"), "it must be from 1h0m0s to 11h0m0s: a token is valid for 12 hours"),
        (EcrPullSecretSpec(**_ECR, refresh="6h"), "it must be a duration as Go writes it, with all smaller units: 6h0m0s, 30m0s or 45s"),
        (
            EcrPullSecretSpec(**{**_ECR, "secret_access_key": _KEY}),
            "secret_access_key is a SecretKeySpec; it must be another key than access_",
        ),
        (EcrPullSecretSpec(**{**_ECR, "region": "eu-west"}), "it must be an AWS region, such as ap-northeast-2"),
        (AwsSecretStoreSpec(**{**_STORE, "role_arn": "arn:aws:iam::1:role/r"}), "it must be the ARN of an IAM role, such as arn:aws:iam::"),
        (StoredSecretSpec(**{**_STORED, "data": {}}), "data is a value that is not shown here; it must be at least one key"),
        (StoredSecretSpec(**_STORED, refresh="0s"), "it must be at least 1m0s; a value that is read only once has baked=True"),
        (StoredSecretSpec(**_STORED, refresh="59s"), "it must be at least 1m0s; a value that is read only once has baked=True"),
        (StoredSecretSpec(**_STORED, refresh="2h0m0s", baked=True), "it must be left out with baked=True: such a value is read once"),
        (StoredSecretSpec(**{**_STORED, "data": {"a": RemoteRefSpec(key="/a")}}), "RemoteRef '/a': key is '/a'; it must be the name of a"),
        (
            StoredSecretSpec(**{**_STORED, "data": {"a": "hunter2"}}),
            "data['a'] is a value that is not shown here; it must be a RemoteRefSpec",
        ),
        (SuppliedSecretSpec(**{**_SUPPLIED, "keys": ()}), "it must be at least one key, and none twice"),
        (SuppliedSecretSpec(**{**_SUPPLIED, "keys": ("a", "a")}), "it must be at least one key, and none twice"),
        (SuppliedSecretSpec(**{**_SUPPLIED, "keys": ("0a",)}), "it must be keys that begin with no digit and no two dots"),
        (SuppliedSecretSpec(**{**_SUPPLIED, "keys": ("..a",)}), "it must be keys that begin with no digit and no two dots"),
    ],
)
def test_each_rule_says_what_does_not_fit_together(spec: Spec, said: str) -> None:
    """One mistake for one broken rule, and never the value of what could be a secret."""
    (mistake,) = spec.mistakes()
    assert said in mistake.message
    assert "hunter2" not in mistake.message


@pytest.mark.parametrize(
    "spec",
    [
        GeneratedPasswordSpec(name="p", keys=("a", "b"), length=16, fixed={"admin-user": "admin"}),
        GeneratedPasswordSpec(name="p", length=128),
        EcrPullSecretSpec(**_ECR, refresh="1h0m0s"),
        EcrPullSecretSpec(**_ECR, refresh="11h0m0s"),
        StoredSecretSpec(**_STORED, refresh="1m0s"),
        StoredSecretSpec(**_STORED, refresh="1h0m0s", baked=True),
        SuppliedSecretSpec(**{**_SUPPLIED, "keys": (".dockerconfigjson", "access-key-id")}),
    ],
)
def test_what_only_just_fits_together_is_right(spec: Spec) -> None:
    """The rules refuse nothing that works."""
    assert spec.mistakes() == ()
