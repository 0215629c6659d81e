"""Edits that identity-private-image-has-credentials finds."""

from tests.edits.body import at, drop, pod_specs, put
from tests.edits.edit import Body, Edit


def _no_pull_secret(body: Body) -> bool:
    return any(drop(spec, "imagePullSecrets") for spec in pod_specs(body))


def _other_region(body: Body) -> bool:
    return put(body, "us-east-1", "spec", "region")


def _nodes_have_none(body: Body) -> bool:
    return bool(at(body, "cluster", "registries", "with_credentials")) and put(body, [], "cluster", "registries", "with_credentials")


EDITS = (
    Edit(name="no pull secret", kinds=("Deployment",), change=_no_pull_secret, environments=("local",), everywhere=True),
    Edit(
        name="a token of another region", kinds=("ECRAuthorizationToken",), change=_other_region, environments=("local",), everywhere=True
    ),
    Edit(name="the nodes have no credentials", kinds=("facts.yaml",), change=_nodes_have_none, environments=("eks",), everywhere=True),
)
