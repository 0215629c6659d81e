"""The policy schema-facts-are-valid."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import ENVIRONMENT, Denied, Example, Pinned
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.facts import FILE, SCHEMA_FILE
from crema.policies.model.manifest import Manifest
from crema.policies.model.node import Node
from crema.policies.model.world import World
from crema.policies.schemas.validate import schema_in

_AT = f"{ENVIRONMENT}/{FILE}"
_FACTS = """
    schema: crema-facts/v1
    cluster: {{nodes: {{count: 1, cpu: "4", memory: 8Gi}}}}
    services:
      shop/order: {{port: {port}, {serves}: /api/order}}
"""


class FactsAreValid(Policy[Manifest]):
    """The facts of an environment are written as their schema says.

    Why: a policy that needs a fact looks for it by its name; under a misspelt one it finds nothing and decides nothing.
    Fix: give the fact the name and the value that the message asks for.
    """

    id = "schema-facts-are-valid"
    basis = "breaks"
    allowed = (
        Example(
            name="a service and the path it serves",
            manifests="",
            documents={FILE: _FACTS.format(port=8000, serves="serves")},
            repository=True,
        ),
        Example(
            name="another document of the bootstrap",
            manifests="",
            documents={"kind.yaml": "{apiVersion: kind.x-k8s.io/v1alpha4, kind: Cluster}"},
            repository=True,
        ),
    )
    denied = (
        Denied(
            name="a misspelt fact",
            manifests="",
            documents={FILE: _FACTS.format(port=8000, serves="servs")},
            repository=True,
            at=_AT,
            pointer="/services/shop~1order/servs",
            message='services["shop/order"].servs is not a fact; did you mean serves?',
        ),
        Denied(
            name="a port that is none, and no cluster",
            manifests="",
            documents={FILE: _FACTS.format(port='"8000"', serves="serves").replace("    cluster:", "    storage_classes: {} #")},
            repository=True,
            at=_AT,
            pointer="/services/shop~1order/port",
            message='services["shop/order"].port is "8000", text; an integer is required',
            also=(Pinned(at=_AT, pointer="", message="cluster is missing; it is required"),),
        ),
    )

    def targets(self, world: World) -> Iterable[Manifest]:
        """The facts of every environment, which are documents of the repository."""
        return (each for each in world.documents if world.repository and each.ref.name.endswith(f"/{FILE}"))

    def judge(self, world: World, target: Manifest) -> Iterator[Outcome]:
        """A finding for each violation."""
        del world
        for violation in schema_in(SCHEMA_FILE).violations(target.body):
            place = Node(manifest=target, value=None, pointer=violation.pointer)
            message = violation.message.replace("is not a field of this API", "is not a fact")
            yield self.finding(place, message, subject=violation.field)
