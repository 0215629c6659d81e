"""The text of the image lock, read strictly: nobody deploys what a person did not mean."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any, Final

import yaml

from crema.generators.writer import is_plain

# Lines as YAML 1.1 counts them. https://yaml.org/spec/1.1/#id871136
_LINE: Final = re.compile("[^\r\n\x85\u2028\u2029]*(?:\r\n|[\r\n\x85\u2028\u2029]|$)")
_CONFLICT: Final = re.compile(r"(<{7}|={7}|>{7}|\|{7})(\s|$)")
_DEEPEST: Final = 8
_NULLABLE: Final = frozenset({"digest", "source_sha", "run"})

# https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pulling-manifests
TAG: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._\-]{0,127}")
# https://github.com/opencontainers/image-spec/blob/v1.1.1/descriptor.md#digests
DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}")
COMMIT: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
RUN: Final = re.compile(r"https?://[^\s\"'\\<>]{1,500}")
REPOSITORY: Final = re.compile(r"[a-z0-9]+([._\-/]+[a-z0-9]+)*")
NAME: Final = re.compile(r"[a-z]([a-z0-9\-]{0,61}[a-z0-9])?")

REQUIRED: Final[Mapping[str, tuple[re.Pattern[str], str]]] = MappingProxyType(
    {
        "repository": (REPOSITORY, "the name of a repository such as coffee_machine"),
        "tag": (TAG, "a tag: at most 128 letters, digits, '_', '.' and '-', the first no '.' or '-'"),
        "digest": (DIGEST, "sha256: and 64 hexadecimal digits in lower case, or null where none was read"),
        "source_sha": (COMMIT, "the whole hash of a commit, 40 hexadecimal digits in lower case, or null"),
        "run": (RUN, "the URL of a build, or null"),
    }
)
"""What each field must be: a pattern, and that in words."""


class BrokenLock(Exception):
    """The lock cannot be read or edited; `line` (from 1) says where."""

    def __init__(self, line: int, why: str) -> None:
        """Keep the line."""
        super().__init__(why)
        self.line = line


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedImage:
    """One entry of the lock.

    Args:
        repository: below the environment's registry.
        tag: always a string. digest: read from a registry, else None; never made up.
        source_sha: the commit it was built from. run: URL of the build.
        placeholder: nobody can pull it yet.

    """

    repository: str
    tag: str
    digest: str | None = None
    source_sha: str | None = None
    run: str | None = None
    placeholder: bool = False

    @property
    def image(self) -> str:
        """Its tag and digest, as people write them."""
        return self.tag + (f"@{self.digest}" if self.digest else "")

    def reference(self, registry: str) -> str:
        """What a container's `image` says."""
        return f"{registry}/{self.repository}:{self.image}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """A lock that was read: its text, its entries by environment and service, and where they stand in it."""

    text: str
    entries: Mapping[str, Mapping[str, LockedImage]]
    nodes: yaml.MappingNode | None = field(repr=False, compare=False)

    def services(self) -> frozenset[str]:
        """Every service that some environment has an entry for."""
        return frozenset(service for services in self.entries.values() for service in services)


def read_lock(content: bytes) -> Lock:
    """Read the whole lock.

    Raises:
        BrokenLock: it is not UTF-8 or not YAML, has merge markers, anchors, tags or something twice, or a value of the wrong form.

    """
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BrokenLock(content[: error.start].count(b"\n") + 1, f"is not UTF-8 (byte 0x{content[error.start]:02x})") from None
    root = _composed(text)
    entries = {
        environment: MappingProxyType({s: _entry(node, f"{environment}/{s}") for s, node in pairs_of(services, environment)})
        for environment, services in pairs_of(root, "the file")
    }
    return Lock(text=text, entries=MappingProxyType(entries), nodes=root)


def _composed(text: str) -> yaml.MappingNode | None:
    """The document as nodes. Its events come first: they show anchors and depth without following either."""
    for number, line in enumerate(lines_of(text), 1):
        if _CONFLICT.match(line):
            raise BrokenLock(number, "has the marker of a merge conflict; keep one side, remove the markers, then synthesise")
    depth = 0
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            at = event.start_mark.line + 1 if event.start_mark else 1
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
                raise BrokenLock(at, "has an anchor or an alias; write every value where it belongs")
            if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent) and event.tag is not None:
                raise BrokenLock(at, f"has the tag {event.tag}; write the value without it")
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > _DEEPEST:
                raise BrokenLock(at, "is nested too deeply; it has environments, services and fields")
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise BrokenLock(mark.line + 1 if mark else 1, f"is not YAML: {getattr(error, 'problem', None) or error}") from None
    if root is not None and not isinstance(root, yaml.MappingNode):
        raise BrokenLock(root.start_mark.line + 1, "the file must be a mapping of environments")
    return root


def pairs_of(node: yaml.Node | None, where: str) -> list[tuple[str, yaml.Node]]:
    """The pairs of a mapping whose keys are names."""
    if node is None:
        return []
    if not isinstance(node, yaml.MappingNode):
        raise BrokenLock(node.start_mark.line + 1, f"{where} must be a mapping")
    found: dict[str, yaml.Node] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode) or not (key.style or is_plain(key.value)):
            raise BrokenLock(line, f"{where} has a key that some readers of YAML take for no text; keys are names")
        if key.value in found:
            raise BrokenLock(line, f"{where} has {key.value!r} twice")
        found[key.value] = value
    return list(found.items())


def _entry(node: yaml.Node, where: str) -> LockedImage:
    for name in where.split("/"):
        if not NAME.fullmatch(name):
            raise BrokenLock(node.start_mark.line + 1, f"{where} has the name {name!r}; names are lower-case letters, digits and '-'")
    names = [f.name for f in fields(LockedImage)]
    values: dict[str, Any] = {}
    pairs = pairs_of(node, where)
    for name, value in pairs:
        line = value.start_mark.line + 1
        if name not in names:
            raise BrokenLock(line, f"{where} has the unknown field {name!r}; it has {', '.join(sorted(names))}")
        if not isinstance(value, yaml.ScalarNode):
            raise BrokenLock(line, f"{where}: {name} must be one value")
        values[name] = _flag(value, where) if name == "placeholder" else _text(value, where, name)
    for name in ("repository", "tag"):
        if name not in values:
            raise BrokenLock(node.start_mark.line + 1, f"{where} has no {name}")
    if values["tag"] == "latest" and values.get("digest") is None:
        raise BrokenLock(
            dict(pairs)["tag"].start_mark.line + 1, f"{where}: tag is 'latest', which moves; write one that stays, or a digest"
        )
    return LockedImage(**values)


def _flag(node: yaml.ScalarNode, where: str) -> bool:
    if node.style or node.value.lower() not in {"true", "false"}:
        raise BrokenLock(node.start_mark.line + 1, f"{where}: placeholder is {node.value!r}; it must be true or false")
    return bool(node.value.lower() == "true")


def _text(node: yaml.ScalarNode, where: str, name: str) -> str | None:
    line, value = node.start_mark.line + 1, str(node.value)
    if name in _NULLABLE and not node.style and value in {"null", "~", ""}:
        return None
    if not value:
        raise BrokenLock(line, f"{where}: {name} is empty; write a text{', or null where there is none' if name in _NULLABLE else ''}")
    if not node.style and not is_plain(value):
        raise BrokenLock(line, f"{where}: {name} is {value!r}, which some readers of YAML take for no text; quote it")
    pattern, required = REQUIRED[name]
    if not pattern.fullmatch(value):
        raise BrokenLock(line, f"{where}: {name} is {value[:200]!r}; it must be {required}")
    return value


def lines_of(text: str) -> list[str]:
    """With their ends; the last may have none."""
    return [line for line in _LINE.findall(text) if line]
