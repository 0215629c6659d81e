"""What the other charts of an environment made: for the charts that are about all of them, such as the Applications that deploy them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from crema.generators.manifest import Fact

# The API groups with a dot that every API server has. Others below k8s.io, such as gateway.networking.k8s.io, are custom resources.
# https://kubernetes.io/docs/reference/using-api/#api-groups
_BUILT_IN = frozenset(
    f"{name}.k8s.io"
    for name in (
        *("admissionregistration", "apiextensions", "apiregistration", "authentication", "authorization", "certificates", "coordination"),
        *("discovery", "events", "flowcontrol.apiserver", "internal.apiserver", "networking", "node", "rbac.authorization", "resource"),
        *("scheduling", "storage", "storagemigration"),
    )
)
_SYNC_OPTIONS = "argocd.argoproj.io/sync-options"


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """One directory of an environment, which one Argo CD Application applies.

    Args:
        name: of the directory.
        namespaces: of its objects; empty where all are cluster-scoped.
        cluster_kinds, namespaced_kinds: (API group, kind) of its objects, by whether they have a namespace.
        holds_data: it has an object that Argo CD must not delete.
        custom_resources: it has objects whose kind must first be defined by something else.

    """

    name: str
    namespaces: frozenset[str]
    cluster_kinds: frozenset[tuple[str, str]]
    namespaced_kinds: frozenset[tuple[str, str]]
    holds_data: bool
    custom_resources: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Others:
    """All apps in the order of their names, and all facts in the order of theirs."""

    apps: tuple[App, ...] = ()
    facts: tuple[Fact, ...] = ()


def app_of(name: str, bodies: Iterable[Mapping[str, Any]]) -> App:
    """The app of these objects."""
    namespaces: set[str] = set()
    cluster: set[tuple[str, str]] = set()
    namespaced: set[tuple[str, str]] = set()
    holds_data = custom = False
    for body in bodies:
        metadata = body.get("metadata") or {}
        kind = (str(body.get("apiVersion", "")).rpartition("/")[0], str(body.get("kind", "")))
        (namespaced if metadata.get("namespace") else cluster).add(kind)
        namespaces |= {metadata["namespace"]} if metadata.get("namespace") else set()
        holds_data |= "Delete=false" in str((metadata.get("annotations") or {}).get(_SYNC_OPTIONS, ""))
        custom |= "." in kind[0] and kind[0] not in _BUILT_IN
    return App(
        name=name,
        namespaces=frozenset(namespaces),
        cluster_kinds=frozenset(cluster),
        namespaced_kinds=frozenset(namespaced),
        holds_data=holds_data,
        custom_resources=custom,
    )
