"""Which policies there are: the files on disk. There is no registry to forget."""

from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from crema.policies import rules
from crema.policies.engine.policy import Policy


class BrokenPolicyFile(Exception):
    """A file among the rules that is not exactly one well-named policy. Nothing is skipped: the run stops."""


def discover(package: ModuleType = rules) -> tuple[Policy[Any], ...]:
    """One instance of every policy under `policies/rules/`, sorted by id."""
    folder = Path(package.__path__[0])
    files = sorted(path for path in folder.glob("*/*.py") if path.name != "__init__.py")
    stray = [path.name for path in folder.glob("*.py") if path.name != "__init__.py"]
    if stray:
        raise BrokenPolicyFile(f"policies/rules/{stray[0]} is not in the folder of a path, such as policies/rules/traffic/")
    return tuple(sorted((_policy_of(package.__name__, path) for path in files), key=lambda policy: policy.id))


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
    wanted = f"{path.parent.name}-{path.stem}".replace("_", "-")
    found = classes[0]
    if found.__name__ != name:
        raise BrokenPolicyFile(f"{shown} defines the class {found.__name__}; its name must be {name}")
    if getattr(found, "id", None) != wanted:
        raise BrokenPolicyFile(f"{shown} has the id {getattr(found, 'id', None)!r}; it must be {wanted!r}")
    policy: Policy[Any] = found()
    return policy
