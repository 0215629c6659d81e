"""AppProjects, and what each permits, by Argo CD's own rules.

https://github.com/argoproj/argo-cd/blob/master/pkg/apis/application/v1alpha1/app_project_types.go
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Final

from crema.policies.model.delivery.applications import ARGO, ARGOCD, IN_CLUSTER, Application
from crema.policies.model.delivery.patterns import matches_glob, matches_name, normal_url, permits
from crema.policies.model.manifest import Manifest, Ref
from crema.policies.model.node import Node
from crema.policies.model.world import World

DEFAULT: Final = "default"
_SCOPED: Final = "argocd.argoproj.io/secret-type"
_HERE: Final = "in-cluster"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kinds:
    """A list of kinds in a project. None in place of a list: the project has none."""

    items: tuple[tuple[str, str, str], ...] | None

    def takes(self, ref: Ref) -> bool:
        """Whether a group, a kind and, where an item has one, a name fit an item."""
        return any(
            matches_name(kind, ref.kind) and matches_name(group, ref.group) and (not name or matches_name(name, ref.name))
            for group, kind, name in self.items or ()
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """One item of a project's destinations."""

    server: str
    name: str
    namespace: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Project:
    """What a project permits. `manifest` is None for the one called default, which Argo CD makes by itself and which permits all."""

    name: str
    manifest: Manifest | None = None
    repositories: tuple[str, ...] = ("*",)
    destinations: tuple[Destination, ...] = (Destination(server="*", name="", namespace="*"),)
    cluster_kinds: Kinds = field(default_factory=lambda: Kinds(items=(("*", "*", ""),)))
    no_cluster_kinds: Kinds = field(default_factory=lambda: Kinds(items=None))
    kinds: Kinds = field(default_factory=lambda: Kinds(items=None))
    no_kinds: Kinds = field(default_factory=lambda: Kinds(items=None))
    namespaces: tuple[str, ...] = ()

    def takes_repository(self, address: str) -> bool:
        """Whether Applications may take manifests from a repository. A pattern with `!` that takes it forbids it for good."""
        asked, found = normal_url(address), False
        for pattern in self.repositories:
            denies = pattern.startswith("!")
            normal = f"!{normal_url(pattern[1:])}" if denies else normal_url(pattern)
            if permits(normal, asked, "/"):
                found = True
            elif denies:
                return False
        return found

    def takes_destination(self, server: str, name: str, namespace: str) -> bool:
        """Whether Applications may apply to a namespace of a cluster, known by its address and its name. An item whose pattern with `!`
        is not met forbids it.
        """
        found = False
        for item in self.destinations:
            named = bool(name) and permits(item.name, name)
            served = bool(server) and permits(item.server, server)
            spaced = permits(item.namespace, namespace)
            forbids_name = not named and item.name.startswith("!")
            forbids_server = not served and spaced and item.server.startswith("!")
            forbids_space = not spaced and served and item.namespace.startswith("!")
            if (served or named) and spaced:
                found = True
            elif forbids_name or forbids_server or forbids_space:
                return False
        return found

    def takes_kind(self, ref: Ref, *, namespaced: bool) -> bool:
        """Whether objects of this kind may be applied. Without a list of kinds in namespaces all of them may, without one of the
        cluster's kinds none.
        """
        if namespaced:
            return (self.kinds.items is None or self.kinds.takes(ref)) and not self.no_kinds.takes(ref)
        return self.cluster_kinds.takes(ref) and not self.no_cluster_kinds.takes(ref)

    def takes_applications_of(self, namespace: str, argo: str) -> bool:
        """Whether Applications in this namespace may name the project: those beside Argo CD always."""
        return namespace in {"", argo} or any(_takes_namespace(pattern, namespace) for pattern in self.namespaces)


def cluster(application: Application) -> tuple[str, str]:
    """The address and the name of an Application's cluster, as far as they are known."""
    destination = application.spec.get("destination")
    server = (destination.text("server") or "").rstrip("/") if destination is not None else ""
    name = (destination.text("name") or "") if destination is not None else ""
    return (IN_CLUSTER, _HERE) if application.is_here else (server, name)


def project_of(world: World, application: Application) -> Project | None:
    """The project that an Application names; None where nothing here defines it. Of somebody's directory with several environments it is
    the one in the folder nearest to the Application's.
    """
    named = _named(world)
    spaces = dict.fromkeys((application.namespace, argo_namespace(world)))
    found = next((named[space, application.project] for space in spaces if (space, application.project) in named), ())
    if found:
        return max(found, key=lambda project: _shared(project, application))
    return Project(name=DEFAULT) if application.project == DEFAULT else None


def projects(world: World) -> tuple[Project, ...]:
    """Every project that is defined here."""
    return tuple(project for named in _named(world).values() for project in named)


def argo_namespace(world: World) -> str:
    """The namespace that Argo CD itself is in, as far as the projects, which must be beside it, agree on one."""
    return world.derived(_argo_namespace)


def scoped(world: World) -> frozenset[str]:
    """The names of projects that a Secret of a repository or a cluster adds to: what they permit is not all in their own manifest."""
    return world.derived(_scoped)


def _named(world: World) -> Mapping[tuple[str, str], tuple[Project, ...]]:
    return world.derived(_projects)


def _projects(world: World) -> Mapping[tuple[str, str], tuple[Project, ...]]:
    found: defaultdict[tuple[str, str], list[Project]] = defaultdict(list)
    for manifest in world.of(ARGO, "AppProject"):
        found[manifest.ref.namespace, manifest.ref.name].append(_project(manifest))
    return {name: tuple(each) for name, each in found.items()}


def _shared(project: Project, application: Application) -> int:
    """How many folders both are in."""
    mine = project.manifest.file.split("/") if project.manifest is not None else []
    return sum(1 for _ in takewhile(lambda both: both[0] == both[1], zip(mine, application.manifest.file.split("/"), strict=False)))


def _argo_namespace(world: World) -> str:
    spaces = {manifest.ref.namespace for manifest in world.of(ARGO, "AppProject")}
    return spaces.pop() if len(spaces) == 1 else ARGOCD


def _scoped(world: World) -> frozenset[str]:
    found = set()
    for manifest in world.of("", "Secret"):
        metadata = manifest.root.get("metadata")
        if metadata is not None and metadata.texts("labels").get(_SCOPED) in {"repository", "cluster"}:
            given = manifest.root.get("stringData")
            found.add((given.text("project") if given is not None else None) or "*")
    return frozenset(found)


def _project(manifest: Manifest) -> Project:
    spec = manifest.root.get("spec") or manifest.root
    return Project(
        name=manifest.ref.name,
        manifest=manifest,
        repositories=tuple(str(item.value) for item in spec.items("sourceRepos")),
        destinations=tuple(
            Destination(server=item.text("server") or "", name=item.text("name") or "", namespace=item.text("namespace") or "")
            for item in spec.items("destinations")
        ),
        cluster_kinds=_kinds(spec, "clusterResourceWhitelist"),
        no_cluster_kinds=_kinds(spec, "clusterResourceBlacklist"),
        kinds=_kinds(spec, "namespaceResourceWhitelist"),
        no_kinds=_kinds(spec, "namespaceResourceBlacklist"),
        namespaces=tuple(str(item.value) for item in spec.items("sourceNamespaces")),
    )


def _kinds(spec: Node, key: str) -> Kinds:
    if spec.get(key) is None:
        return Kinds(items=None)
    return Kinds(items=tuple((item.text("group") or "", item.text("kind") or "", item.text("name") or "") for item in spec.items(key)))


def _takes_namespace(pattern: str, namespace: str) -> bool:
    """A glob, or a regular expression between slashes that fits anywhere in the name."""
    if len(pattern) > 2 and pattern.startswith("/") and pattern.endswith("/"):
        try:
            if re.search(pattern[1:-1], namespace):
                return True
        except re.error:
            return False
    return matches_glob(pattern, namespace)
