"""What Argo CD reads of a folder: with which tool, which of its files, and why not the others.

https://github.com/argoproj/argo-cd/blob/master/reposerver/repository/repository.go (getPotentiallyValidManifests)
https://argo-cd.readthedocs.io/en/stable/user-guide/tool_detection/
"""

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from crema.policies.model.delivery.applications import Application, Source, applications
from crema.policies.model.delivery.folders import tree
from crema.policies.model.delivery.patterns import matches_glob
from crema.policies.model.delivery.tree import folder_of, roots
from crema.policies.model.node import Node
from crema.policies.model.world import World

Tool = Literal["directory", "helm", "kustomize", "plugin"]
Why = Literal["recurse", "include", "exclude"]

KUSTOMIZATIONS: Final = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_CHART: Final = "Chart.yaml"
_TOOLS: Final[tuple[Tool, ...]] = ("kustomize", "helm", "directory", "plugin")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reading:
    """What one source of an Application reads. `folder`: its folder, as files are named; `files`: of that, what is read; `passed`: files
    that are not, and why. `told`: the source itself says which tool; `turned_on`: the file that does, where the source says nothing.
    """

    application: Application
    source: Source
    folder: str
    tool: Tool
    told: bool
    turned_on: str = ""
    files: tuple[str, ...] = ()
    passed: Mapping[str, Why] = field(default_factory=dict)

    @property
    def is_plain(self) -> bool:
        """Whether the files that it reads are applied as they are."""
        return self.tool == "directory"


def readings(world: World) -> tuple[Reading, ...]:
    """Every folder that an Application reads and whose repository is here. The folder may be missing: then there are no files."""
    return world.derived(_readings)


def readers(world: World) -> Mapping[str, tuple[Reading, ...]]:
    """File → who reads it to apply what is in it."""
    return world.derived(_readers)


def is_mixed(world: World) -> bool:
    """Whether something reads files here of which nobody can say from the names which they are: kustomize, a chart in git, a plugin, or
    Applications that are only made later.
    """
    return world.derived(_is_mixed)


def told(source: Node) -> tuple[Tool, ...]:
    """The tools that a source names. What says nothing but defaults is taken away by Argo CD (NormalizeSource)."""
    return tuple(tool for tool in _TOOLS if (block := source.get(tool)) is not None and _says_something(tool, block))


def _says_something(tool: Tool, block: Node) -> bool:
    if tool == "plugin":
        return True
    if tool == "directory":
        jsonnet = block.get("jsonnet")
        options = bool(jsonnet is not None and any(jsonnet.mapping().values()))
        return bool(block.flag("recurse")) or options or bool(block.text("include")) or bool(block.text("exclude"))
    return any(value not in (None, "", False, [], {}) for value in block.mapping().values())


def _readings(world: World) -> tuple[Reading, ...]:
    kept: dict[tuple[str, str, bool, str, str], tuple[tuple[str, ...], Mapping[str, Why]]] = {}
    return tuple(
        _reading(world, application, source, folder, kept)
        for application in applications(world)
        for source in application.sources
        if (folder := folder_of(world, source)) is not None
    )


def _reading(
    world: World,
    application: Application,
    source: Source,
    folder: str,
    kept: dict[tuple[str, str, bool, str, str], tuple[tuple[str, ...], Mapping[str, Why]]],
) -> Reading:
    named = told(source.node)
    turned_on = "" if named else _turned_on(world, folder)
    tool: Tool = named[0] if named else "directory"
    if turned_on:
        tool = "helm" if turned_on.endswith(_CHART) else "kustomize"
    if tool != "directory":
        return Reading(application=application, source=source, folder=folder, tool=tool, told=bool(named), turned_on=turned_on)
    block = source.node.get("directory")
    recurse = bool(block.flag("recurse")) if block is not None else False
    include = (block.text("include") or "") if block is not None else ""
    exclude = (block.text("exclude") or "") if block is not None else ""
    asked = (source.url, folder, recurse, include, exclude)
    if asked not in kept:
        kept[asked] = _split(world, folder, recurse=recurse, include=include, exclude=exclude)
    return Reading(
        application=application,
        source=source,
        folder=folder,
        tool="directory",
        told=bool(named),
        files=kept[asked][0],
        passed=kept[asked][1],
    )


def _turned_on(world: World, folder: str) -> str:
    """The file in a folder that turns on a tool; the last in order counts, as for Argo CD."""
    found = ""
    for file in tree(world).below(folder):
        above, name = posixpath.split(file)
        if above == folder and (name.endswith(_CHART) or name in KUSTOMIZATIONS):
            found = file
    return found


def _split(world: World, folder: str, *, recurse: bool, include: str, exclude: str) -> tuple[tuple[str, ...], Mapping[str, Why]]:
    read: list[str] = []
    passed: dict[str, Why] = {}
    beginning = len(f"{folder}/") if folder else 0
    for file in tree(world).below(folder):
        below = file[beginning:]
        if "/" in below and not recurse:
            passed[file] = "recurse"
        elif exclude and matches_glob(exclude, below):
            passed[file] = "exclude"
        elif include and not matches_glob(include, below):
            passed[file] = "include"
        else:
            read.append(file)
    return tuple(read), passed


def _readers(world: World) -> Mapping[str, tuple[Reading, ...]]:
    found: dict[str, list[Reading]] = {}
    for reading in readings(world):
        if reading.is_plain:
            for file in reading.files:
                found.setdefault(file, []).append(reading)
    return {file: tuple(by) for file, by in found.items()}


def _is_mixed(world: World) -> bool:
    unknown = any(not application.known for application in applications(world))
    return unknown or not roots(world) or any(not reading.is_plain for reading in readings(world))
