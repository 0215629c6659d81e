"""The policy schema-kind-cluster-is-valid."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from crema.policies.engine.example import ENVIRONMENT, Denied, Example, Pinned
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model import world as model
from crema.policies.model.manifest import Manifest
from crema.policies.model.node import Node
from crema.policies.model.world import World
from crema.policies.schemas.validate import schema_in

_FILE: Final = "kind.yaml"
_SCHEMA: Final = Path(model.__file__).parent / "kind.schema.json"
_AT: Final = f"{ENVIRONMENT}/{_FILE}"
_CLUSTER: Final = """
    apiVersion: kind.x-k8s.io/{version}
    kind: {kind}
    nodes:
      - role: control-plane
        extraPortMappings: [{{containerPort: 80, {port}: 80}}]
"""


def _cluster(*, version: str = "v1alpha4", kind: str = "Cluster", port: str = "hostPort") -> dict[str, str]:
    return {_FILE: _CLUSTER.format(version=version, kind=kind, port=port)}


class KindClusterIsValid(Policy[Manifest]):
    """The configuration of a kind cluster is one that kind reads.

    Why: kind refuses a configuration with an unknown field, and a newcomer's first command fails.
    Fix: give the field the name and the value that the message asks for.
    Source: https://kind.sigs.k8s.io/docs/user/configuration/
    """

    id = "schema-kind-cluster-is-valid"
    basis = "breaks"
    allowed = (
        Example(name="ports of the host for a node", manifests="", documents=_cluster(), repository=True),
        Example(name="another document of the bootstrap", manifests="", documents={"facts.yaml": "{kind: Clustr}"}, repository=True),
    )
    denied = (
        Denied(
            name="a misspelt field",
            manifests="",
            documents=_cluster(port="hostport"),
            repository=True,
            at=_AT,
            pointer="/nodes/0/extraPortMappings/0/hostport",
            message="nodes[0].extraPortMappings[0].hostport is not a field of this API; did you mean hostPort?",
        ),
        Denied(
            name="a misspelt kind, and a version that kind does not know",
            manifests="",
            documents=_cluster(version="v1alpha5", kind="Clustr"),
            repository=True,
            at=_AT,
            pointer="/apiVersion",
            message='apiVersion is "kind.x-k8s.io/v1alpha5"; kind.x-k8s.io/v1alpha4 is required',
            also=(Pinned(at=_AT, pointer="/kind", message='kind is "Clustr"; Cluster is required'),),
        ),
    )

    def targets(self, world: World) -> Iterable[Manifest]:
        """The configurations of kind in the bootstraps."""
        return (each for each in world.documents if world.repository and each.ref.name.endswith(f"/{_FILE}"))

    def judge(self, world: World, target: Manifest) -> Iterator[Outcome]:
        """A finding for each violation."""
        del world
        for violation in schema_in(_SCHEMA).violations(target.body):
            place = Node(manifest=target, value=None, pointer=violation.pointer)
            yield self.finding(place, violation.message, subject=violation.field)
