"""Which files make an environment: by configuration, by the headers that crema writes, or because nothing else is there."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from crema.policies.model.files import File
from crema.policies.model.world import KUBERNETES_VERSION


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a configuration says of an environment. `closed` None: it is closed if crema wrote it."""

    name: str
    path: Path
    closed: bool | None = None
    kubernetes: str = KUBERNETES_VERSION
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Files that make a world. `above`: how many folders of their names lead to it; `setting`: what is configured of it; `whole`: it is
    here from its top.
    """

    files: list[File]
    above: int
    setting: Setting
    whole: bool

    @property
    def top(self) -> str:
        """The folder that it is in."""
        return os.path.abspath(self.setting.path)


def groups_of(path: Path, files: list[File], environments: Sequence[Setting], rest: Setting) -> Iterator[Group]:
    """Groups of files that make a world: configured environments, then those that crema wrote, then what is left."""
    top = path.resolve()
    left = files
    for setting in environments:
        root = setting.path.resolve()
        if not root.is_relative_to(top):
            # A part of an environment: what is missing may be in the rest of it.
            if top.is_relative_to(root):
                yield Group(files=left, above=0, setting=replace(setting, closed=False), whole=False)
                left = []
            continue
        above = root.relative_to(top).parts
        members = [file for file in left if file.parts[: len(above)] == above]
        left = [file for file in left if file.parts[: len(above)] != above]
        closed = setting.name in _written(members) if setting.closed is None else setting.closed
        yield Group(files=members, above=len(above), setting=replace(setting, closed=closed), whole=True)
    if left or not files:
        yield from _others(path, left, rest)


def _others(path: Path, files: list[File], rest: Setting) -> Iterator[Group]:
    """A directory that is an environment that crema wrote, or whose children are, and what is beside these."""
    if not path.is_dir():
        yield Group(files=files, above=0, setting=_setting(path.parent, files, rest), whole=False)
        return
    children: dict[str, list[File]] = {}
    for file in files:
        if len(file.parts) > 1:
            children.setdefault(file.parts[0], []).append(file)
    ours = {name for name, members in children.items() if name in _written(members)}
    for name in sorted(ours):
        yield Group(files=children[name], above=1, setting=_setting(path / name, children[name], rest), whole=True)
    beside = [file for file in files if file.parts[0] not in ours or len(file.parts) == 1]
    if beside or not ours:
        setting = _setting(path, beside, rest)
        yield Group(files=beside, above=0, setting=setting, whole=bool(setting.closed))


def _setting(root: Path, files: list[File], rest: Setting) -> Setting:
    """An environment that no configuration names: closed when it is a whole one that crema wrote, else called after its directory."""
    written, name = _written(files), root.resolve().name
    closed = name in written
    return replace(rest, name=name if closed or not written else sorted(written)[0], path=root, closed=closed)


def _written(files: list[File]) -> set[str]:
    """The environments that the headers of files name."""
    return {file.header.environment for file in files if file.header is not None}
