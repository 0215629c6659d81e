"""Applications of Argo CD, as one reads them: what is applied, from where, to where, and how.

An ApplicationSet is as many Applications as its list has elements, or as there are folders here that its patterns take; of the other
generators the template is one Application, of which nobody here knows the fields that it fills in.
https://argo-cd.readthedocs.io/en/stable/operator-manual/application.yaml
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from crema.policies.model.delivery.folders import tree
from crema.policies.model.delivery.patterns import matches_name, normal_url
from crema.policies.model.documents import Json
from crema.policies.model.manifest import Manifest
from crema.policies.model.node import Node, UnknownShape
from crema.policies.model.world import World

ARGO: Final = "argoproj.io"
ARGOCD: Final = "argocd"
IN_CLUSTER: Final = "https://kubernetes.default.svc"
CASCADE: Final = "resources-finalizer.argocd.argoproj.io"
SYNC_OPTIONS: Final = "argocd.argoproj.io/sync-options"
RETRIES: Final = 5
"""How often an automated sync that failed is tried again where nothing says it."""

_BLANK: Final = re.compile(r"\{\{-?\s*\.?(?P<keys>[A-Za-z0-9_.\-]+)\s*-?\}\}")
_MARK: Final = "{{"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where an Application takes manifests from: a chart, a path in git, or a repository that others refer to by `ref`.

    `url` is the repository as Argo CD compares it. A text in which something is filled in later is empty, and `known` false.
    """

    node: Node
    repository: str
    url: str
    revision: str
    path: str
    chart: str
    ref: str
    known: bool

    @property
    def is_chart(self) -> bool:
        """Whether it comes from a repository of charts or an OCI registry, not from files in git."""
        return bool(self.chart) or self.repository.startswith("oci://")

    @property
    def place(self) -> Node:
        """Where it says what it takes."""
        return self.node.get("path") or self.node.get("chart") or self.node


@dataclass(frozen=True, kw_only=True, eq=False)
class Application:
    """An Application, or one that an ApplicationSet makes. `top` has its metadata and spec; `made`: by a set; `known`: nothing of what
    matters here is filled in later.
    """

    manifest: Manifest
    top: Node
    made: bool
    known: bool

    def __str__(self) -> str:
        """Its kind and name, as reports write it."""
        return f"Application {self.name}" if not self.made or _MARK not in self.name else f"ApplicationSet {self.manifest.ref.name}"

    @property
    def spec(self) -> Node:
        """Its spec; the top where it has none, which the schema policy says."""
        return self.top.get("spec") or self.top

    @property
    def name(self) -> str:
        """Its name."""
        return self.top.text("metadata", "name") or self.manifest.ref.name

    @property
    def namespace(self) -> str:
        """The namespace that the Application itself is in."""
        return self.manifest.ref.namespace

    @property
    def project(self) -> str:
        """The name of its project."""
        return self.spec.text("project") or "default"

    @property
    def target(self) -> str:
        """The namespace of objects that name none."""
        return self.spec.text("destination", "namespace") or ""

    @property
    def server(self) -> str:
        """The cluster that it applies to, by its address or its name; the one that Argo CD runs in is always its address."""
        destination = self.spec.get("destination")
        server = (destination.text("server") or "").rstrip("/") if destination is not None else ""
        name = (destination.text("name") or "") if destination is not None else ""
        return IN_CLUSTER if server == IN_CLUSTER or (not server and name == "in-cluster") else server or name

    @property
    def is_here(self) -> bool:
        """Whether it applies to the cluster in which Argo CD runs."""
        return self.server == IN_CLUSTER

    @cached_property
    def sources(self) -> tuple[Source, ...]:
        """What it takes; `sources` hides `source`."""
        several, single, hydrator = self.spec.items("sources"), self.spec.get("source"), self.spec.get("sourceHydrator", "drySource")
        return tuple(_source(node) for node in several or [each for each in (single, hydrator) if each is not None])

    @cached_property
    def options(self) -> Mapping[str, Node]:
        """Its sync options, as written, with their places."""
        found = self.spec.items("syncPolicy", "syncOptions") if self.spec.get("syncPolicy") is not None else ()
        return {str(node.value): node for node in found}

    def has(self, option: str) -> bool:
        """Whether it has a sync option, such as `ServerSideApply=true`."""
        return option in self.options

    @property
    def automated(self) -> Node | None:
        """Its `syncPolicy.automated` if commits are applied by themselves."""
        policy = self.spec.get("syncPolicy")
        automated = policy.get("automated") if policy is not None else None
        return None if automated is None or automated.flag("enabled") is False else automated

    @property
    def retries(self) -> int:
        """How often a failed sync is tried again; -1 is for ever."""
        policy = self.spec.get("syncPolicy")
        retry = policy.get("retry") if policy is not None else None
        limit = retry.get("limit") if retry is not None else None
        if limit is None:
            return RETRIES if retry is None else 0
        if isinstance(limit.value, bool) or not isinstance(limit.value, int | str):
            raise UnknownShape(limit, "a number")
        return int(limit.value) if re.fullmatch(r"-?\d+", str(limit.value)) else RETRIES

    @property
    def cascades(self) -> Node | None:
        """The finalizer that makes deleting the Application delete what it applied; None where it has none."""
        return next((each for each in self.top.items("metadata", "finalizers") if str(each.value).startswith(CASCADE)), None)


def applications(world: World) -> tuple[Application, ...]:
    """Every Application of a world, those of ApplicationSets included as far as they can be worked out."""
    return world.derived(_applications)


def options_of(manifest: Manifest) -> frozenset[str]:
    """The sync options of one object, from its annotation."""
    notes = manifest.root.get("metadata", "annotations")
    text = (notes.text(SYNC_OPTIONS) or "") if notes is not None else ""
    return frozenset(each.strip() for each in text.split(","))


def _applications(world: World) -> tuple[Application, ...]:
    return tuple(each for manifest in world.of(ARGO, "Application", "ApplicationSet") for each in _made(world, manifest))


def _made(world: World, manifest: Manifest) -> Iterator[Application]:
    if manifest.ref.kind == "Application":
        if manifest.root.get("spec") is not None:
            yield Application(manifest=manifest, top=manifest.root, made=False, known=not _is_open(manifest.root))
        return
    template, spec = manifest.root.get("spec", "template"), manifest.root.get("spec")
    if template is None or spec is None or template.get("spec") is None:
        return
    elements = _elements(world, spec)
    for element in [{}] if elements is None else elements:
        filled = Node(manifest=manifest, value=_filled(template.value, element), pointer=template.pointer)
        yield Application(manifest=manifest, top=filled, made=True, known=elements is not None and not _is_open(filled))


def _elements(world: World, spec: Node) -> list[dict[str, Json]] | None:
    """The elements of an ApplicationSet whose generators are all lists, or folders in git; None of any other."""
    found: list[dict[str, Json]] = []
    if spec.get("templatePatch") is not None:
        return None
    for generator in spec.items("generators"):
        kind = next(iter(generator.mapping()), "")
        only = generator.get(kind) if len(generator.mapping()) == 1 else None
        if only is None or only.get("template") is not None:
            return None
        if kind == "list" and only.get("elements") is not None:
            found += [item.mapping() for item in only.items("elements")]
        elif kind == "git" and only.get("files") is None and (folders := _folders(world, only)):
            nested = bool(spec.flag("goTemplate"))
            found += [_of_folder(folder, nested=nested) for folder in folders]
        else:
            return None
    return found


def _folders(world: World, git: Node) -> list[str]:
    """The folders here that a generator takes, as paths of its repository; none where the beginning of its patterns is not here."""
    taken: set[str] = set()
    left: set[str] = set()
    for item in git.items("directories"):
        pattern = _plain(item.text("path") or "")
        head = pattern.split("*")[0].rpartition("/")[0]
        tops = tree(world).ends.get(head, ()) if head else ("",)
        before = min((top[: len(top) - len(head)] for top in tops), key=len, default=None)
        if before is not None:
            names = (folder.removeprefix(before) for folder in tree(world).folders if folder.startswith(before) and folder != before)
            (left if item.flag("exclude") else taken).update(name for name in names if name and matches_name(pattern, name))
    return sorted(taken - left)


def _of_folder(folder: str, *, nested: bool) -> dict[str, Json]:
    """What the generator says of a folder, in the form of Go's templates or of the old ones."""
    name = folder.rpartition("/")[2]
    plain = re.sub(r"[^a-z0-9-]+", "-", name.lower())
    if nested:
        return {"path": {"path": folder, "basename": name, "basenameNormalized": plain}}
    return {"path": folder, "path.basename": name, "path.basenameNormalized": plain}


def _filled(value: Json, element: Mapping[str, Json]) -> Json:
    """A template with what an element says in its blanks; the others stay as they are."""
    if isinstance(value, str):
        return _BLANK.sub(lambda blank: _said(element, blank["keys"], blank[0]), value)
    if isinstance(value, list):
        return [_filled(item, element) for item in value]
    return {key: _filled(item, element) for key, item in value.items()} if isinstance(value, dict) else value


def _said(element: Mapping[str, Json], keys: str, blank: str) -> str:
    here: Json = dict(element)
    for key in [keys] if keys in element else keys.split("."):
        here = here.get(key) if isinstance(here, dict) else None
    return str(here) if isinstance(here, str | int) and not isinstance(here, bool) else blank


def _is_open(top: Node) -> bool:
    """Whether anything that says what goes where is filled in later."""
    spec = top.get("spec")
    places = [spec.get(key) for key in ("source", "sources", "destination", "project")] if spec is not None else []
    return any(_holds_mark(place.value) for place in places if place is not None)


def _holds_mark(value: Json) -> bool:
    """Whether a text below says that something is filled in; the values of a chart may well have such marks."""
    if isinstance(value, str):
        return _MARK in value
    if isinstance(value, list):
        return any(_holds_mark(item) for item in value)
    return isinstance(value, dict) and any(_holds_mark(item) for name, item in value.items() if name not in {"helm", "plugin", "kustomize"})


def _source(node: Node) -> Source:
    texts = {key: node.text(key) or "" for key in ("repoURL", "targetRevision", "path", "chart", "ref")}
    known = {key: "" if _MARK in text else text for key, text in texts.items()}
    return Source(
        node=node,
        repository=known["repoURL"],
        url=normal_url(known["repoURL"]),
        revision=known["targetRevision"],
        path=_plain(known["path"]),
        chart=known["chart"],
        ref=known["ref"],
        known=known == texts,
    )


def _plain(path: str) -> str:
    """A path without what does not change it: `./a//b/` is `a/b`, and the top is `.`."""
    parts = [part for part in path.split("/") if part not in {"", "."}]
    return "/".join(parts) or ("." if path else "")
