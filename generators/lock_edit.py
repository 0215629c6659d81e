"""The text of the image lock, edited line by line.

An edit touches the values it is for and nothing else: comments, order, line endings and every other entry stay byte for byte. So two
branches that move different services change different lines, three of them that stay between, and git merges them.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields

import yaml

from crema.generators.lock_text import BrokenLock, Lock, LockedImage, lines_of, pairs_of, read_lock
from crema.generators.writer import is_plain


def edited(lock: Lock, changes: Mapping[tuple[str, str], LockedImage]) -> str:
    """The text with these entries (by environment and service) instead of those it had, or added where it had none.

    Raises:
        BrokenLock: an entry is written in a form that only a person can edit; the text is untouched.

    """
    text = lock.text
    for (environment, service), image in sorted(changes.items()):
        # One after another, each on what the last one left: an edit moves the lines below it.
        now = read_lock(text.encode())
        old = now.entries.get(environment, {}).get(service)
        if old == image:
            continue
        text = _added(now, environment, service, image) if old is None else _replaced(now, environment, service, image)
    expected = {environment: dict(services) for environment, services in lock.entries.items()}
    for (environment, service), image in changes.items():
        expected.setdefault(environment, {})[service] = image
    if {environment: dict(services) for environment, services in read_lock(text.encode()).entries.items()} != expected:
        raise BrokenLock(1, "is written in a form that only a person can edit; write it as other entries are written")
    return text


def _replaced(lock: Lock, environment: str, service: str, image: LockedImage) -> str:
    """The text with other values in the lines of one entry."""
    lines = lines_of(lock.text)
    entry = dict(pairs_of(dict(pairs_of(lock.nodes, ""))[environment], ""))[service]
    nodes = dict(pairs_of(entry, ""))
    old = lock.entries[environment][service]
    inserted: list[str] = []
    gone: list[int] = []
    put: list[tuple[yaml.Node, str]] = []
    for name in (f.name for f in fields(LockedImage)):
        value = getattr(image, name)
        if value == getattr(old, name):
            continue
        node = nodes.get(name)
        if node is None:
            inserted.append(f"{name}: {_written(name, value)}")
        elif name == "placeholder" and lines[node.start_mark.line].strip() == f"placeholder: {node.value}":
            gone.append(node.start_mark.line)
        else:
            put.append((node, _written(name, value)))
    for node, text in sorted(put, key=lambda each: (each[0].start_mark.line, each[0].start_mark.column), reverse=True):
        _put(lines, node, text)
    if inserted:
        tag = nodes["tag"]
        line = lines[tag.start_mark.line]
        if not re.fullmatch(r" *tag:", line[: tag.start_mark.column].rstrip()):
            raise BrokenLock(tag.start_mark.line + 1, f"{environment}/{service} must have a line for each field, to be edited by crema")
        indent = line[: len(line) - len(line.lstrip(" "))]
        lines[tag.start_mark.line] = _ended(line, lines) + "".join(f"{indent}{new}{_newline(lines)}" for new in inserted)
    for number in gone:
        lines[number] = ""
    return "".join(lines)


def _put(lines: list[str], node: yaml.Node, value: str) -> None:
    start, end = node.start_mark, node.end_mark
    if start.line != end.line:
        raise BrokenLock(start.line + 1, "has a value over several lines; write it on one")
    line = lines[start.line]
    lines[start.line] = line[: start.column] + (" " if line[: start.column].endswith(":") else "") + value + line[end.column :]


def _added(lock: Lock, environment: str, service: str, image: LockedImage) -> str:
    """The text with one entry more, where the order of names puts it."""
    lines = lines_of(lock.text)
    environments = pairs_of(lock.nodes, "")
    services = pairs_of(dict(environments).get(environment), environment)
    keys = {key.value: key.start_mark for key, _ in _pairs(dict(environments).get(environment))}
    indent = " " * (keys[services[0][0]].column if services else 2)
    newline = _newline(lines)
    block = [f"{indent}{_key(service)}:", *(f"{indent}  {line}" for line in _block(image))]
    if services:
        following = min((name for name in keys if name > service), default=None)
        if following is not None:
            at = _above(lines, keys[following].line)
            block = [*block, ""]
        else:
            at = _end(services[-1][1]) + 1
            block = ["", *block]
    else:
        tops = {key.value: key.start_mark for key, _ in _pairs(lock.nodes)}
        following = min((name for name in tops if name > environment), default=None)
        block = [f"{_key(environment)}:", *block]
        if following is not None:
            at, block = _above(lines, tops[following].line), [*block, ""]
        else:
            at = len(lines)
            block = ["", *block] if environments else block
    if at:
        lines[at - 1] = _ended(lines[at - 1], lines)
    lines[at:at] = [line + newline for line in block]
    return "".join(lines)


def _pairs(node: yaml.Node | None) -> Iterable[tuple[yaml.ScalarNode, yaml.Node]]:
    return node.value if isinstance(node, yaml.MappingNode) else ()


def _end(node: yaml.Node) -> int:
    """The last line of the last value in a node: a mapping's own end is where the next token begins."""
    return max((_end(value) for _, value in _pairs(node)), default=node.end_mark.line if isinstance(node, yaml.ScalarNode) else 0)


def _above(lines: list[str], number: int) -> int:
    """The first of the lines of comment right above a line, which speak of what follows; the comment that opens the file does not."""
    first = number
    while first and lines[first - 1].lstrip().startswith("#"):
        first -= 1
    return first or number


def _block(image: LockedImage) -> list[str]:
    shown = [f"{f.name}: {_written(f.name, getattr(image, f.name))}" for f in fields(LockedImage) if f.name != "placeholder"]
    return [*shown, "placeholder: true"] if image.placeholder else shown


def _written(name: str, value: object) -> str:
    """A value as it stands in the file. Whatever could be a number is quoted, and so is everything like it: one form for each field."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if name == "repository" and is_plain(str(value)) else f'"{value}"'


def _key(name: str) -> str:
    """A service may be called `on` or `null`."""
    return name if is_plain(name) else f'"{name}"'


def _newline(lines: list[str]) -> str:
    return "\r\n" if lines and lines[0].endswith("\r\n") else "\n"


def _ended(line: str, lines: list[str]) -> str:
    return line if line.endswith(("\n", "\r")) else line + _newline(lines)
