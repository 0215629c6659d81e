"""Edits that identity-secret-has-one-creator finds."""

from tests.edits.body import at, put
from tests.edits.edit import Body, Edit


def _one_target(body: Body) -> bool:
    return at(body, "metadata", "name") != "mysql-secret" and put(body, "mysql-secret", "spec", "target", "name")


def _also_supplied(body: Body) -> bool:
    said = {"namespace": "shop", "name": "mysql-secret", "keys": ["password"], "why": "w", "how": "h"}
    body["supplied_secrets"] = {**body.get("supplied_secrets", {}), "shop/mysql-secret": said}
    return True


def _written_out(body: Body) -> bool:
    metadata = {"name": "mysql-secret", "namespace": "shop"}
    body |= {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": {"password": ""}}
    return True


EDITS = (
    Edit(name="two ExternalSecrets make one Secret", kinds=("ExternalSecret",), change=_one_target, said="made twice"),
    Edit(name="a person is asked for what is made", kinds=("facts.yaml",), change=_also_supplied, said="a person"),
    Edit(name="it is written out as well", kinds=("ConfigMap",), change=_written_out, said="made twice"),
)
