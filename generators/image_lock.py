"""The image lock: which image of each service each environment runs.

One file, `images.lock.yaml`, beside the charts: environment → service → entry. Charts ask it for an image; no tag stands in a chart.
"""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from crema.generators.checks import Text
from crema.generators.source import Line
from crema.generators.spec import Mistake, Note, Spec
from crema.generators.writer import is_plain

FIELDS = frozenset({"repository", "tag", "digest", "source_sha", "run", "placeholder"})


class MistakeError(Exception):
    """A mistake found while a chart is being built, in a file that is not the chart."""

    def __init__(self, mistake: Mistake) -> None:
        """Keep the mistake; whoever builds the charts lists it with the others."""
        super().__init__(mistake.message)
        self.mistake = mistake


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedImage(Spec):
    """One entry of the lock.

    Args:
        repository: below the environment's registry.
        tag: always a string. digest: read from a registry, else None; never made up.
        source_sha: the commit it was built from. run: URL of the build.
        placeholder: nobody can pull it yet.

    """

    repository: Text
    tag: Text
    digest: str | None = None
    source_sha: str | None = None
    run: str | None = None
    placeholder: bool = False

    def reference(self, registry: str) -> str:
        """What a container's `image` says."""
        return f"{registry}/{self.repository}:{self.tag}" + (f"@{self.digest}" if self.digest else "")


def locked_image(lock: Path, environment: str, service: str, repository: str) -> LockedImage:
    """The entry of a service in an environment.

    A service without one has never been built: it gets a placeholder in `repository`, and a warning says so.

    Raises:
        MistakeError: when the lock cannot be read; it names the line.

    """
    entry = _entries(lock, lock.stat().st_mtime_ns).get(environment, {}).get(service)
    if entry is not None:
        return entry
    warnings.warn(Note(f"{service} has no image in {lock.name}; its manifest names a placeholder until one is built"), stacklevel=2)
    return LockedImage(repository=repository, tag=f"{service}-placeholder", placeholder=True)


@lru_cache(maxsize=4)
def _entries(lock: Path, changed: int) -> Mapping[str, Mapping[str, LockedImage]]:
    del changed  # part of the cache's key alone: a changed file is read again
    try:
        root = yaml.compose(lock.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        raise _mistake(lock, mark.line + 1 if mark else 1, f"is not YAML: {getattr(error, 'problem', None) or error}") from None
    return {
        environment: {
            service: _entry(lock, fields, f"{environment}/{service}") for service, fields in _mapping(lock, services, environment)
        }
        for environment, services in _mapping(lock, root, "the file")
    }


def _entry(lock: Path, node: yaml.Node, where: str) -> LockedImage:
    values: dict[str, Any] = {}
    for name, value in _mapping(lock, node, where):
        if name not in FIELDS:
            raise _mistake(
                lock,
                value.start_mark.line + 1,
                f"{where} has the unknown field {name!r}; it has {', '.join(sorted(FIELDS))}",
            )
        if not isinstance(value, yaml.ScalarNode):
            raise _mistake(lock, value.start_mark.line + 1, f"{where}: {name} must be one value")
        values[name] = _scalar(lock, value, f"{where}: {name}", boolean=name == "placeholder", required=name in {"repository", "tag"})
    for name in ("repository", "tag"):
        if name not in values:
            raise _mistake(lock, node.start_mark.line + 1, f"{where} has no {name}")
    return LockedImage(**values)


def _scalar(lock: Path, node: yaml.ScalarNode, where: str, *, boolean: bool, required: bool) -> str | bool | None:
    kind, text = node.tag.rpartition(":")[2], str(node.value)
    if boolean:
        if kind != "bool":
            raise _mistake(lock, node.start_mark.line + 1, f"{where} is {text!r}; it must be true or false")
        return text.lower() == "true"
    if kind == "null" and not required:
        return None
    if not text:
        raise _mistake(lock, node.start_mark.line + 1, f"{where} is empty; write a text, or null where there is none")
    if not node.style and not is_plain(text):
        raise _mistake(lock, node.start_mark.line + 1, f"{where} is {text!r}, which some readers of YAML take for no text; quote it")
    return text


def _mapping(lock: Path, node: yaml.Node | None, where: str) -> list[tuple[str, yaml.Node]]:
    if not isinstance(node, yaml.MappingNode):
        line = node.start_mark.line + 1 if node is not None else 1
        raise _mistake(lock, line, f"{where} must be a mapping")
    found: dict[str, yaml.Node] = {}
    for key, value in node.value:
        name = str(key.value)
        if name in found:
            raise _mistake(lock, key.start_mark.line + 1, f"{where} has {name!r} twice")
        found[name] = value
    return list(found.items())


def _mistake(lock: Path, line: int, what: str) -> MistakeError:
    return MistakeError(Mistake.at(Line(str(lock), line), f"{lock.name}: {what}"))
