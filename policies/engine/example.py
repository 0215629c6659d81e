"""Examples: small sets of manifests that a policy must allow or must deny. They are run as tests of the policy.

Manifests are written as YAML text, as a reader of manifests knows them; several documents are separated by `---`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from textwrap import dedent
from typing import Any, Final

from crema.policies.model.documents import read_documents
from crema.policies.model.files import NO_MANIFEST
from crema.policies.model.manifest import Manifest, ref_of
from crema.policies.model.objects import BOOTSTRAP, document_of
from crema.policies.model.read import REPOSITORY
from crema.policies.model.world import World, world_of

ENVIRONMENT: Final = "example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """Manifests that obey the policy, named in plain words. `closed`: they are a whole environment of our own.

    documents: what its bootstrap has beside objects, by the names of files; a name with a slash is a path in the repository. facts:
    what a configuration says. repository: the world is that of the documents, not of a cluster. files: more manifests, and what is
    none, by the file in the repository that they stand in.
    """

    name: str
    manifests: str = ""
    closed: bool = False
    files: Mapping[str, str] = field(default_factory=dict)
    documents: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    repository: bool = False

    def world(self) -> World:
        """The world that consists of these manifests."""
        return _world(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pinned:
    """A finding as an example pins it: the ref in text, the pointer and the whole message."""

    at: str
    pointer: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Denied:
    """Manifests that break the policy, with everything it must say of them: exactly these findings and no other."""

    name: str
    manifests: str = ""
    at: str
    pointer: str
    message: str
    also: tuple[Pinned, ...] = ()
    closed: bool = False
    files: Mapping[str, str] = field(default_factory=dict)
    documents: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    repository: bool = False

    def world(self) -> World:
        """The world that consists of these manifests."""
        return _world(self)

    def pinned(self) -> frozenset[Pinned]:
        """Every finding that the policy must report."""
        return frozenset({Pinned(at=self.at, pointer=self.pointer, message=self.message), *self.also})


def _world(example: Example | Denied) -> World:
    documents = [
        document_of(name if "/" in name else f"{ENVIRONMENT}/{name}", document, name, REPOSITORY if example.repository else ENVIRONMENT)
        for name, text in example.documents.items()
        for document in read_documents(dedent(text))
    ]
    manifests = _manifests(example.manifests, "example.yaml")
    beside: dict[str, str] = {}
    for name, text in example.files.items():
        manifests += _manifests(text, name, beside)
    return world_of(
        manifests,
        REPOSITORY if example.repository else ENVIRONMENT,
        documents=documents,
        closed=example.closed,
        facts=example.facts,
        repository=example.repository,
        beside=beside,
    )


def _manifests(text: str, file: str, beside: dict[str, str] | None = None) -> list[Manifest]:
    """The objects of a text. Without `beside` each of its documents must be one."""
    made = []
    for document in read_documents(dedent(text)):
        if not isinstance(document.body, dict):
            raise TypeError(f"an example's document {document.index} is not a mapping")
        if beside is not None and not (document.body.get("apiVersion") and document.body.get("kind")):
            beside[file] = NO_MANIFEST
            continue
        ref = ref_of(document.body)
        api_version = str(document.body["apiVersion"])
        made.append(
            Manifest(
                ref=ref,
                api_version=api_version,
                body=document.body,
                file=file,
                index=document.index,
                environment=ENVIRONMENT,
                bootstrap=f"/{BOOTSTRAP}/" in file,
                doubts=document.doubts,
            )
        )
    return made
