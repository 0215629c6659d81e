"""Edits that identity-external-secret-has-a-source finds."""

from tests.edits.body import at, put
from tests.edits.edit import REMOVED, Body, Edit, Removed

_GENERATOR = ("spec", "dataFrom", 0, "sourceRef", "generatorRef")


def _gone(_body: Body) -> Removed:
    return REMOVED


def _other_generator(body: Body) -> bool:
    return put(body, f"{at(body, *_GENERATOR, 'name')}-1", *_GENERATOR, "name")


def _other_kind(body: Body) -> bool:
    return put(body, "UUID", *_GENERATOR, "kind")


def _other_group(body: Body) -> bool:
    return put(body, "external-secrets.io/v1", *_GENERATOR, "apiVersion")


def _other_store(body: Body) -> bool:
    return put(body, "vault", "spec", "secretStoreRef", "name")


def _of_the_cluster(body: Body) -> bool:
    return put(body, "ClusterSecretStore", "spec", "secretStoreRef", "kind")


_SECRETS = ("ExternalSecret",)
EDITS = (
    Edit(name="the generator is gone", kinds=("Password", "ECRAuthorizationToken"), change=_gone, environments=("local",), everywhere=True),
    Edit(name="the store is gone", kinds=("SecretStore",), change=_gone, environments=("eks",), everywhere=True),
    Edit(name="a generator of another name", kinds=_SECRETS, change=_other_generator, environments=("local",), everywhere=True),
    Edit(name="a generator of another kind", kinds=_SECRETS, change=_other_kind, environments=("local",), everywhere=True),
    Edit(name="a group that has no generators", kinds=_SECRETS, change=_other_group, environments=("local",), everywhere=True),
    Edit(name="another store", kinds=_SECRETS, change=_other_store, environments=("eks",), everywhere=True),
    Edit(name="a store as if it were the cluster's", kinds=_SECRETS, change=_of_the_cluster, environments=("eks",), everywhere=True),
)
