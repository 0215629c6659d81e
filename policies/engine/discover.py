"""Which policies there are: the files on disk. There is no registry to forget."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from crema.policies import rules
from crema.policies.engine.policy import Policy


class BrokenPolicyFile(Exception):
    """A file among the rules that is not exactly one well-named policy. Nothing is skipped: the run stops."""


class Catalog(Mapping[str, Policy[Any]]):
    """Every policy by its id. Ids are the names of files; a policy is loaded when it is first asked for, so that one that is left
    out costs nothing. `given`: parameters by the ids of policies.
    """

    def __init__(self, package: ModuleType = rules, given: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        self._package, self._given = package, given or {}
        self._loaded: dict[str, Policy[Any]] = {}
        folder = Path(package.__path__[0])
        stray = [path.name for path in folder.glob("*.py") if path.name != "__init__.py"]
        if stray:
            raise BrokenPolicyFile(f"policies/rules/{stray[0]} is not in the folder of a path, such as policies/rules/traffic/")
        files = [path for path in folder.glob("*/*.py") if path.name != "__init__.py"]
        self._files = dict(sorted((_id_of(path), path) for path in files))

    def __getitem__(self, name: str) -> Policy[Any]:
        if name not in self._loaded:
            policy = _policy_of(self._package.__name__, self._files[name])
            self._loaded[name] = policy.configured(self._given[name]) if name in self._given else policy
        return self._loaded[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)

    def __contains__(self, name: object) -> bool:
        """Without loading it."""
        return name in self._files

    def with_parameters(self, given: Mapping[str, Mapping[str, Any]]) -> Catalog:
        """The same policies with parameters set."""
        return Catalog(self._package, given)


def discover(package: ModuleType = rules) -> tuple[Policy[Any], ...]:
    """One instance of every policy under `policies/rules/`, sorted by id."""
    return tuple(Catalog(package).values())


def _id_of(path: Path) -> str:
    return f"{path.parent.name}-{path.stem}".replace("_", "-")


def _policy_of(package: str, path: Path) -> Policy[Any]:
    shown = f"policies/rules/{path.parent.name}/{path.name}"
    module = import_module(f"{package}.{path.parent.name}.{path.stem}")
    classes = [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Policy) and value.__module__ == module.__name__
    ]
    if len(classes) != 1:
        raise BrokenPolicyFile(f"{shown} defines {len(classes)} policies; it must define exactly one")
    name = "".join(word.capitalize() for word in path.stem.split("_"))
    wanted = _id_of(path)
    found = classes[0]
    if found.__name__ != name:
        raise BrokenPolicyFile(f"{shown} defines the class {found.__name__}; its name must be {name}")
    if getattr(found, "id", None) != wanted:
        raise BrokenPolicyFile(f"{shown} has the id {getattr(found, 'id', None)!r}; it must be {wanted!r}")
    policy: Policy[Any] = found()
    return policy
