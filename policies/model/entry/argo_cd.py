"""Argo CD's own configuration: where it is installed, and what its ConfigMaps (or the values of its chart) say.

https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from crema.policies.model.documents import Json
from crema.policies.model.helm import Release, releases
from crema.policies.model.manifest import Manifest
from crema.policies.model.node import Node
from crema.policies.model.whole import whole
from crema.policies.model.world import World

CM: Final = "argocd-cm"
PARAMS: Final = "argocd-cmd-params-cm"
RBAC: Final = "argocd-rbac-cm"
MAPS: Final = (CM, PARAMS, RBAC)
CHART: Final = "argo-cd"
_VALUES: Final = {CM: "cm", PARAMS: "params", RBAC: "rbac"}
_OF_THE_CHART: Final = frozenset({"create", "annotations"})
_DEFAULT_DOMAIN: Final = "argocd.example.com"
_DEFAULTS: Final = {
    CM: {"application.instanceLabelKey": "argocd.argoproj.io/instance", "admin.enabled": "true", "exec.enabled": "false"},
    PARAMS: {},
    RBAC: {"policy.default": "", "policy.csv": "", "scopes": "[groups]"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One key of one of its ConfigMaps: the text that Argo CD reads, and where it is written. `own`: not a default of the chart."""

    name: str
    key: str
    value: str
    place: Node
    own: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ArgoCD:
    """One installation. place: what installs it. release: its chart, None where its manifests are here."""

    namespace: str
    place: Node
    settings: Mapping[tuple[str, str], Setting] = field(default_factory=dict)
    release: Release | None = None

    def __str__(self) -> str:
        """The installation, as reports name it."""
        return f"Argo CD in namespace {self.namespace or '(none)'}"

    def get(self, name: str, key: str) -> Setting | None:
        """What a key of a ConfigMap says."""
        return self.settings.get((name, key))

    def text(self, name: str, key: str) -> str:
        """The text of a key; empty where nothing sets it."""
        setting = self.get(name, key)
        return "" if setting is None else setting.value

    def near(self, *keys: str) -> Node:
        """Where a value of the chart would stand, as deep as something is set; what installs it otherwise."""
        if self.release is not None:
            for depth in range(len(keys), 0, -1):
                if self.release.values.has(*keys[:depth]):
                    return self.release.values.place(self.release.source, *keys[:depth])
        return self.place


def installations(world: World) -> tuple[ArgoCD, ...]:
    """Every Argo CD of a world: those that its chart installs, and those whose ConfigMaps are written here."""
    return world.derived(_installations)


def argo_cd_in(world: World, namespace: str) -> ArgoCD | None:
    """The Argo CD of a namespace; None where none is here, or several are (two environments in one directory)."""
    return world.derived(_by_namespace).get(namespace)


def _by_namespace(world: World) -> dict[str, ArgoCD]:
    found: dict[str, ArgoCD] = {}
    doubled = set()
    for each in installations(world):
        doubled |= {each.namespace} if each.namespace in found else set()
        found[each.namespace] = each
    return {namespace: each for namespace, each in found.items() if namespace not in doubled}


def _installations(world: World) -> tuple[ArgoCD, ...]:
    by_chart = [_of_chart(release) for release in releases(world) if release.chart == CHART and not release.cluster]
    charted = {each.namespace for each in by_chart}
    written: dict[tuple[str, str], list[Manifest]] = {}
    for manifest in world.of("", "ConfigMap"):
        if manifest.ref.name in MAPS and manifest.ref.namespace not in charted:
            written.setdefault((manifest.ref.namespace, "" if world.closed else manifest.file.rpartition("/")[0]), []).append(manifest)
    by_hand = [
        ArgoCD(namespace=namespace, place=maps[0].root, settings={(s.name, s.key): s for each in maps for s in settings_of(each)})
        for (namespace, _), maps in written.items()
    ]
    return (*by_chart, *by_hand)


def settings_of(manifest: Manifest) -> Iterator[Setting]:
    """What one ConfigMap says."""
    for key, node in manifest.root.entries("data"):
        if isinstance(node.value, str):
            yield Setting(name=manifest.ref.name, key=key, value=node.value, place=node)


def _of_chart(release: Release) -> ArgoCD:
    settings: dict[tuple[str, str], Setting] = {}
    for name, section in _VALUES.items():
        for key, text in _DEFAULTS[name].items():
            settings[name, key] = Setting(name=name, key=key, value=text, place=release.source, own=False)
        values = release.values.get(None, "configs", section)
        for key, value in values.items() if isinstance(values, dict) else ():
            printed = _printed(value)
            if key not in _OF_THE_CHART and printed is not None:
                place = release.values.place(release.source, "configs", section, key)
                settings[name, key] = Setting(name=name, key=key, value=printed, place=place)
    if (CM, "url") not in settings:
        domain = release.values.get(_DEFAULT_DOMAIN, "global", "domain")
        own = release.values.has("global", "domain")
        place = release.values.place(release.source, "global", "domain")
        settings[CM, "url"] = Setting(name=CM, key="url", value=f"https://{domain}", place=place, own=own)
    return ArgoCD(namespace=release.namespace, place=release.source, settings=settings, release=release)


def _printed(value: Json) -> str | None:
    """A value as the chart prints it into a ConfigMap."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, str | int | float) else None


def is_written(world: World, name: str) -> bool:
    """Whether an object of this name is patched by kustomize somewhere here, so that what is written is not all that is said."""
    return any(patch.ref.name == name for patch in world.patches)


def brought_by(world: World, manifest: Manifest) -> bool:
    """Whether a ConfigMap comes from a chart."""
    return whole(world).release(manifest) is not None
