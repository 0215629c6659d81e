"""The facts of an environment: what manifests cannot say, in one file that policies read.

Its schema is policies/model/facts.schema.json.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from constructs import Construct

from crema.generators.bootstrap import BOOTSTRAP
from crema.generators.checks import Bytes, Cidr, Cpu, DnsLabel, DnsName, Registry, RemoteKey, RemoteProperty, Replicas, Text
from crema.generators.manifest import Document, Fact
from crema.generators.part import Part
from crema.generators.spec import Mistake, Spec, rule

SCHEMA = "crema-facts/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageClassSpec(Spec):
    """A StorageClass that the cluster has by itself.

    Args:
        name: of the class. default: volumes that name no class get it. expandable: volumes can grow.

    """

    name: DnsName
    default: bool = False
    expandable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PrerequisiteSpec(Spec):
    """Something that must be in the cluster before this platform is.

    Args:
        name: of it. provides: what the platform needs of it.

    """

    name: DnsLabel
    provides: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteSecretSpec(Spec):
    """A secret that a person keeps in the store that ExternalSecrets read from.

    Args:
        key: of the secret in the store. properties: what the JSON object that it holds has; none where it is one text.

    """

    key: RemoteKey
    properties: tuple[RemoteProperty, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterFactsSpec(Spec):
    """What the cluster of an environment is like.

    Args:
        nodes: how many there are at least. cpu, memory: what one of them has.
        storage_classes: those that something else than this platform makes.
        registries: whose images the nodes may pull by their own credentials.
        prerequisites: what must be there before.
        stored_secrets: what the stores of secrets hold.

    """

    nodes: Replicas
    cpu: Cpu
    memory: Bytes
    storage_classes: tuple[StorageClassSpec, ...]
    registries: tuple[Registry, ...] = ()
    prerequisites: tuple[PrerequisiteSpec, ...] = ()
    stored_secrets: tuple[RemoteSecretSpec, ...] = ()

    @rule("storage_classes")
    def _at_most_one_default(self) -> Iterator[Mistake]:
        """Of two defaults Kubernetes takes the newer one."""
        defaults = [c.name for c in self.storage_classes if c.default]
        if len(defaults) > 1:
            yield self.mistake("storage_classes", "with at most one default", defaults)

    def facts(self) -> tuple[Fact, ...]:
        """Each as the facts file has it."""
        return (
            Fact(section="cluster", key="nodes", body={"count": self.nodes, "cpu": self.cpu, "memory": self.memory}),
            Fact(section="cluster", key="registries", body={"with_credentials": sorted(self.registries)}),
            *(
                Fact(section="storage_classes", key=c.name, body={"default": c.default, "expandable": c.expandable})
                for c in self.storage_classes
            ),
            *(Fact(section="prerequisites", key=p.name, body={"provides": p.provides}) for p in self.prerequisites),
            *(Fact(section="stored_secrets", key=s.key, body={"properties": sorted(s.properties)}) for s in self.stored_secrets),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FactsSpec(Spec):
    """The facts file.

    Args:
        cluster: what the cluster is like.
        ingress_sources: address ranges that ingress traffic comes from, as a pod sees it.
        others: what charts know of what they make.

    """

    cluster: ClusterFactsSpec
    ingress_sources: tuple[Cidr, ...]
    others: tuple[Fact, ...] = ()

    @rule("others")
    def _each_key_once(self) -> Iterator[Mistake]:
        """One of two would be lost."""
        seen: set[tuple[str, str]] = set()
        for fact in self.facts():
            if (fact.section, fact.key) in seen:
                yield self.mistake("others", "free of a second fact of one name", f"{fact.section}: {fact.key}")
            seen.add((fact.section, fact.key))

    def facts(self) -> tuple[Fact, ...]:
        """All of them."""
        ingress = Fact(section="cluster", key="ingress", body={"sources": sorted(self.ingress_sources)})
        return (*self.cluster.facts(), ingress, *self.others)


def build(spec: FactsSpec) -> tuple[Document, ...]:
    """One file, `facts.yaml`."""
    sections: defaultdict[str, dict[str, Mapping[str, Any]]] = defaultdict(dict)
    for fact in spec.facts():
        sections[fact.section][fact.key] = fact.body
    return (Document(name="facts.yaml", body={"schema": SCHEMA, **sections}),)


class Facts(Part[FactsSpec]):
    """The facts file, in the bootstrap of the chart's environment."""

    directory = BOOTSTRAP

    def __init__(self, scope: Construct, id: str, spec: FactsSpec) -> None:
        """Add the file."""
        super().__init__(scope, id, spec, build)
