"""A reference: the place in an object that names another one, and with some a key of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from crema.policies.model.manifest import Manifest, Ref
from crema.policies.model.node import Node, UnknownShape

RBAC: Final = "rbac.authorization.k8s.io"
SCHEDULING: Final = "scheduling.k8s.io"
STORAGE: Final = "storage.k8s.io"
NODE: Final = "node.k8s.io"
SECRETS_STORE: Final = "secrets-store.csi.x-k8s.io"
EXTERNAL: Final = "external-secrets.io"
CERTIFICATES: Final = "cert-manager.io"
GENERATORS: Final = "generators.external-secrets.io"
NOTHING: Final = Ref(group="", kind="", namespace="", name="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One object that another one needs.

    place: where its name stands. ref: what is named. by: who names it, in words ("Deployment shop/order container order env
    DB_PASSWORD"). key: the key of it that is read, empty where none is named, with its place. optional: the API does without it.
    strange: a shape that is not known stands where references are looked for; `ref` then names nothing.
    """

    place: Node
    ref: Ref
    by: str
    key: str = ""
    key_place: Node | None = None
    optional: bool = False
    strange: UnknownShape | None = None

    def __str__(self) -> str:
        """Who names what, as reports write it."""
        return f"{self.by} → {self.target}"

    @property
    def manifest(self) -> Manifest:
        """The object that holds the reference."""
        return self.place.manifest

    @property
    def what(self) -> str:
        """What is named: `Secret shop/mysql-secret`."""
        return said(self.ref)

    @property
    def target(self) -> str:
        """The hop that the reference leads to, with its key."""
        return f"{self.what} key {self.key}" if self.key else self.what


def said(ref: Ref) -> str:
    """A ref as paths write it: the kind, then namespace and name."""
    return f"{ref.kind} {ref.namespace}/{ref.name}" if ref.namespace else f"{ref.kind} {ref.name}"


def named(
    node: Node, *way: str, ref: Ref, by: str, key: str = "", key_place: Node | None = None, optional: bool = False
) -> Iterator[Reference]:
    """The reference whose name stands at a chain of keys below a node; nothing where no name stands there.

    ref: what is meant, without its name.
    """
    name = node.text(*way) if way else node.text()
    place = node.get(*way)
    if name and place is not None:
        whole = Ref(group=ref.group, kind=ref.kind, namespace=ref.namespace, name=name)
        yield Reference(place=place, ref=whole, by=by, key=key, key_place=key_place, optional=optional)


def core(kind: str, namespace: str) -> Ref:
    """A thing of the core group, without its name."""
    return Ref(group="", kind=kind, namespace=namespace, name="")


def of_cluster(group: str, kind: str) -> Ref:
    """A thing that belongs to no namespace, without its name."""
    return Ref(group=group, kind=kind, namespace="", name="")
