"""What a project says to crema: `crema.toml`, or `[tool.crema]` in pyproject.toml.

The nearest folder upwards that has either counts. Every key is known or an error; all that is wrong is said at once.
"""

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from crema.policies.engine.finding import Severity
from crema.policies.engine.nearest import nearest
from crema.policies.engine.policy import Policy
from crema.policies.model.environments import Setting
from crema.policies.model.facts import SCHEMA_FILE as FACTS_SCHEMA
from crema.policies.model.read import REPOSITORY
from crema.policies.model.world import KUBERNETES_VERSION
from crema.policies.schemas.catalog import kubernetes_versions
from crema.policies.schemas.validate import KindSchema, compiled, schema_in

SCHEMA_FILE: Final = Path(__file__).parent / "settings.schema.json"
OWN_FILE: Final = "crema.toml"
PYPROJECT: Final = "pyproject.toml"
MANIFESTS: Final = "manifests"
"""What an expectation says in place of a policy to ask for a number of manifests."""

_WAIVERS: Final = "policies/waivers.yaml"
_REPOSITORY: Final = (".github", "charts/images.lock.yaml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A configuration. Paths are joined to the folder of its file. Without a file everything has its default.

    `expect`: environment → policy or `manifests` → how many targets at least.
    """

    folder: Path
    file: str = ""
    directories: tuple[Path, ...] = ()
    house: bool = False
    kubernetes: str = KUBERNETES_VERSION
    fail_on: Severity = "warning"
    strict: bool = False
    waivers: Path | None = None
    repository: tuple[Path, ...] = ()
    environments: tuple[Setting, ...] = ()
    expect: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    severities: Mapping[str, Severity] = field(default_factory=dict)
    parameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)


class WrongSettings(Exception):
    """A configuration that cannot be used; each message names its file."""

    def __init__(self, messages: Sequence[str]) -> None:
        super().__init__("\n".join(messages))
        self.messages = tuple(messages)


def find_settings(start: Path, policies: Mapping[str, Policy[Any]]) -> Settings:
    """The settings of the nearest folder, from a directory upwards. `policies`: all there are, by id."""
    for folder in (start, *start.parents):
        found = [(file, table) for file in (OWN_FILE, PYPROJECT) if (table := _table(folder / file)) is not None]
        if len(found) > 1:
            raise WrongSettings([f"{folder / OWN_FILE}: {folder / PYPROJECT} has [tool.crema] too; keep one of them"])
        for file, table in found:
            return _settings(folder, folder / file, table, policies)
    return Settings(folder=start)


def _table(file: Path) -> object:
    """The configuration of a file; None when it holds none."""
    if not file.is_file():
        return None
    try:
        whole = tomllib.loads(file.read_bytes().decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as broken:
        raise WrongSettings([f"{file}: {broken}"]) from None
    except OSError as broken:
        raise WrongSettings([f"{file}: {broken.strerror}"]) from None
    if file.name == OWN_FILE:
        return whole
    tools = whole.get("tool", {})
    if not isinstance(tools, dict):
        raise WrongSettings([f"{file}: [tool] is not a table"])
    return tools.get("crema")


def _settings(folder: Path, file: Path, table: object, policies: Mapping[str, Policy[Any]]) -> Settings:
    if not isinstance(table, dict):
        raise WrongSettings([f"{file}: [tool.crema] is not a table"])
    shown = f"{file}: [tool.crema] " if file.name == PYPROJECT else f"{file}: "
    wrong = [f"{shown}{_words(one.message)}" for one in schema_in(SCHEMA_FILE).violations(table)]
    if not wrong:
        wrong = [f"{shown}{message}" for message in _wrong_names(table, policies)]
    if wrong:
        raise WrongSettings(wrong)
    directories = [folder / name for name in table.get("directories", [table["dist"]] if "dist" in table else [])]
    kubernetes = table.get("kubernetes", KUBERNETES_VERSION)
    environments = table.get("environments", {})
    return Settings(
        folder=folder,
        file=file.name,
        directories=tuple(directories),
        house=table.get("house", False),
        kubernetes=kubernetes,
        fail_on=table.get("fail_on", "warning"),
        strict=table.get("strict", False),
        waivers=folder / table.get("waivers", _WAIVERS),
        repository=tuple(folder / name for name in table.get("repository", _REPOSITORY)),
        environments=tuple(
            _environment(name, said, folder, directories, table) for name, said in sorted(environments.items()) if name != REPOSITORY
        ),
        expect={name: {**({} if name == REPOSITORY else {MANIFESTS: 1}), **said.get("expect", {})} for name, said in environments.items()},
        severities=table.get("severities", {}),
        parameters=table.get("parameters", {}),
        facts=table.get("facts", {}),
    )


def _environment(name: str, said: Mapping[str, Any], folder: Path, directories: Sequence[Path], table: Mapping[str, Any]) -> Setting:
    world = said.get("world")
    path = folder / said["path"] if "path" in said else (directories[0] if directories else folder) / name
    return Setting(
        name=name,
        path=path,
        closed=None if world is None else world == "closed",
        kubernetes=said.get("kubernetes", table.get("kubernetes", KUBERNETES_VERSION)),
        facts={**table.get("facts", {}), **said.get("facts", {})},
    )


def _wrong_names(table: Mapping[str, Any], policies: Mapping[str, Policy[Any]]) -> Iterator[str]:
    """What the schema cannot know: policies, their parameters, Kubernetes versions, facts."""
    if "dist" in table and "directories" in table:
        yield "dist and directories say the same; keep one of them"
    places: dict[str, Mapping[str, Any]] = {"": table, **{f"environments.{n}.": said for n, said in table.get("environments", {}).items()}}
    for place, said in places.items():
        version = said.get("kubernetes")
        if version is not None and version not in kubernetes_versions():
            yield f"{place}kubernetes is {json.dumps(version)}; there are schemas for {', '.join(kubernetes_versions())}"
        if place == f"environments.{REPOSITORY}." and set(said) - {"expect"}:
            yield f"{place[:-1]} has only expect; what it reads is said by the key repository"
        for what in said.get("expect", {}):
            if what != MANIFESTS and what not in policies:
                yield f"{place}expect names {_unknown(what, (*policies, MANIFESTS))}"
        for one in _facts_schema().violations(said["facts"]) if "facts" in said else ():
            yield f"{place}facts.{one.message.replace('is not a field of this API', 'is not a fact')}"
    for what, severity in table.get("severities", {}).items():
        if what not in policies:
            yield f"severities names {_unknown(what, policies)}"
        elif not policies[what].waivable and severity != policies[what].severity:
            yield f"severities lowers {what} to {severity}; nobody may waive it, so its severity is fixed"
    for what, given in table.get("parameters", {}).items():
        yield from _wrong_parameters(what, given, policies)


def _wrong_parameters(policy: str, given: Mapping[str, Any], policies: Mapping[str, Policy[Any]]) -> Iterator[str]:
    if policy not in policies:
        yield f"parameters names {_unknown(policy, policies)}"
        return
    known = {one.name: one for one in policies[policy].parameters}
    for name, value in given.items():
        if name not in known:
            listed = f"it has {', '.join(sorted(known))}" if known else "it has none"
            yield f"parameters.{policy} has {name}, which is no parameter of that policy; {listed}"
            continue
        for one in compiled(dict(known[name].schema)).violations(value):
            yield f"parameters.{policy}.{name}{'' if one.message.startswith('[') else ': '}{one.message.replace('the object', 'it', 1)}"


def _unknown(name: str, known: Iterable[str]) -> str:
    return f"{name}, which is no policy{nearest(name, known)}"


def _words(message: str) -> str:
    return re.sub(r"is not a field of this API", "is not a key of this configuration", message)


@cache
def _facts_schema() -> KindSchema:
    """The schema of facts, without what only a file of facts must say."""
    return compiled({key: value for key, value in schema_in(FACTS_SCHEMA).schema.items() if key != "required"})
