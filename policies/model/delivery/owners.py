"""Who applies what: the objects of each Application, and the Applications of each object."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from crema.policies.contracts.contract import contract_for
from crema.policies.model.delivery.applications import ARGO, Application, applications
from crema.policies.model.delivery.reading import readings
from crema.policies.model.delivery.scopes import defines, is_namespaced
from crema.policies.model.helm import Release, every_release
from crema.policies.model.manifest import Manifest, Ref, ref_of
from crema.policies.model.node import Node
from crema.policies.model.world import World

_KUSTOMIZE: Final = "kustomize.config.k8s.io"
_AMONG_TEMPLATES: Final = frozenset({"argo-cd", "external-secrets"})
"""The charts whose definitions are templates, which `skipCrds` does not concern."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Owned:
    """An object that an Application applies. `ref`: with the namespace that it ends in; `release`: the chart that brings it."""

    application: Application
    manifest: Manifest
    ref: Ref
    release: Release | None = None

    def at(self, *keys: str) -> Node:
        """Where a finding can point: a place in the object, as deep as it goes; for what a chart brings, the chart's name."""
        if self.release is not None:
            return self.release.source
        return self.manifest.root.get(*keys) or self.manifest.root


def owned(world: World) -> Mapping[Application, tuple[Owned, ...]]:
    """Application → every object that it applies, as far as files and the contracts of charts say."""
    return world.derived(_owned)


def owners(world: World) -> Mapping[Manifest, tuple[Owned, ...]]:
    """Manifest → who applies it."""
    return world.derived(_owners)


def instance(world: World, application: Application) -> tuple[str, str]:
    """What tells one Argo CD from another: in an environment there is one; of somebody's directory the Applications of one folder, in one
    namespace, are those of one.
    """
    return ("", "") if world.closed else (posixpath.dirname(application.manifest.file), application.namespace)


def is_opaque(world: World, application: Application) -> bool:
    """Whether an Application applies more than is known here: a chart without a contract, kustomize, a repository elsewhere."""
    return application in world.derived(_opaque)


def _owned(world: World) -> Mapping[Application, tuple[Owned, ...]]:
    found: dict[Application, list[Owned]] = {application: [] for application in applications(world)}
    in_file: defaultdict[str, list[Manifest]] = defaultdict(list)
    for manifest in world.manifests:
        # A kustomization among objects is none; that it is read as one is said of its file.
        if manifest.ref.group != _KUSTOMIZE:
            in_file[manifest.file].append(manifest)
    for reading in readings(world):
        if reading.is_plain:
            for file in reading.files:
                found[reading.application] += [_placed(world, reading.application, manifest) for manifest in in_file.get(file, ())]
    by_manifest = {application.manifest: application for application in found if not application.made}
    for release in every_release(world):
        application = by_manifest.get(release.manifest)
        if application is not None and not release.cluster:
            skips = _skips_definitions(application, release)
            brought = [each for each in _rendered(world, release) if not (skips and defines(each))]
            found[application] += [_placed(world, application, manifest, release) for manifest in brought]
    return {application: tuple(objects) for application, objects in found.items()}


def _skips_definitions(application: Application, release: Release) -> bool:
    """Whether Helm is told to leave out the definitions that a chart keeps beside its templates."""
    if release.chart in _AMONG_TEMPLATES:
        return False
    node = next((source.node for source in application.sources if release.source.pointer.startswith(f"{source.node.pointer}/")), None)
    helm = node.get("helm") if node is not None else None
    return helm is not None and bool(helm.flag("skipCrds"))


def _rendered(world: World, release: Release) -> Iterator[Manifest]:
    """What Argo CD applies of a chart, as far as its contract knows; not what operators and jobs make of it later."""
    contract, by = contract_for(release.chart), release.manifest
    if contract is None or not contract.covers(release.version):
        return
    for body in contract.rendered(release):
        yield Manifest(
            ref=ref_of(body),
            api_version=str(body["apiVersion"]),
            body=body,
            file=by.file,
            index=by.index,
            base=by.base,
            environment=world.environment,
            app=by.ref.name,
            origin="rendered",
        )


def _placed(world: World, application: Application, manifest: Manifest, release: Release | None = None) -> Owned:
    """An object with the namespace that Argo CD gives it."""
    ref = manifest.ref
    namespaced = is_namespaced(world, ref)
    if namespaced is False:
        ref = replace(ref, namespace="")
    elif not ref.namespace and namespaced:
        ref = replace(ref, namespace=application.target)
    return Owned(application=application, manifest=manifest, ref=ref, release=release)


def _owners(world: World) -> Mapping[Manifest, tuple[Owned, ...]]:
    found: defaultdict[Manifest, list[Owned]] = defaultdict(list)
    for objects in owned(world).values():
        for each in objects:
            found[each.manifest].append(each)
    return {manifest: tuple(each) for manifest, each in found.items()}


def _opaque(world: World) -> frozenset[Application]:
    plain = defaultdict(set)
    for reading in readings(world):
        if reading.is_plain:
            plain[reading.application].add(reading.source.node.pointer)
    unknown = {release.manifest for release in every_release(world) if not _is_known(release)}
    found = set()
    for application in applications(world):
        for source in application.sources:
            charted = source.is_chart and application.manifest not in unknown and application.is_here and not application.made
            if not application.known or (not charted and not source.ref and source.node.pointer not in plain[application]):
                found.add(application)
    return frozenset(found)


def _is_known(release: Release) -> bool:
    """Whether everything that a chart brings is known."""
    contract = contract_for(release.chart)
    if contract is None or not contract.covers(release.version) or contract.gap(release) or release.unread:
        return False
    return any(True for _ in contract.rendered(release))


def is_application(manifest: Manifest) -> bool:
    """Whether an object is Argo CD's own: an Application, a set of them, or a project."""
    return manifest.ref.group == ARGO and manifest.ref.kind in {"Application", "ApplicationSet", "AppProject"}
