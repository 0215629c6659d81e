"""The text of the file of waivers: one more, or some fewer, with everything else as a person wrote it.

Nothing here writes: a text goes in, and the new text comes out, read again and compared before it is believed.
"""

import json
import re
from collections.abc import Collection, Sequence
from datetime import date
from typing import Final

from crema.policies.model.documents import Json, Unreadable, first_body, line_of

NEW: Final = """\
# Recorded, expiring exceptions to findings: `crema waivers --help`. Reviewed like any other change.
waivers:
"""
_EMPTY: Final = re.compile(r"^waivers:[ \t]*(?:\[[ \t]*\])?[ \t]*(?=#|$)", re.MULTILINE)
_ITEM: Final = re.compile(r"^([ ]*)-(?:[ ]|$)")


class NotByMachine(Exception):
    """A file that is written in a way that this module does not touch; a person must edit it."""


def added(text: str, *, policy: str, ref: str, pointer: str, environment: str, reason: str, owner: str, expires: date) -> str:
    """The file with one waiver more, at its end. Raises NotByMachine."""
    before = _waivers(text)
    made: dict[str, Json] = {"policy": policy, "ref": ref}
    made |= {"pointer": pointer} if pointer else {}
    made |= {"environment": environment} if environment else {}
    made |= {"reason": reason, "owner": owner, "expires": expires.isoformat()}
    base = text if text.strip() else NEW
    if not before:
        base, found = _EMPTY.subn("waivers:", base, count=1)
        base = base if found or text.strip() == "" else f"{base.rstrip()}\nwaivers:\n"
    items = [line for line in base.splitlines() if _ITEM.match(line)]
    indent = _indent(items[0]) if before and items else "  "
    if before and not items:
        raise NotByMachine("its waivers are not written as a list with a line for each `-`")
    lines = [f"{key}: {_scalar(value)}" for key, value in made.items()]
    block = f"{indent}- {lines[0]}\n" + "".join(f"{indent}  {line}\n" for line in lines[1:])
    return _believed(base.rstrip("\n") + "\n" + block, [*before, made])


def without(text: str, positions: Collection[int]) -> str:
    """The file without the waivers at some positions, and without the comments right above them. Raises NotByMachine."""
    before = _waivers(text)
    lines = text.splitlines(keepends=True)
    starts = [_start(text, lines, position) for position in range(len(before))]
    drop: set[int] = set()
    for position in sorted(positions):
        end = starts[position + 1] if position + 1 < len(starts) else len(lines)
        drop |= set(range(starts[position], end))
    left = [item for position, item in enumerate(before) if position not in positions]
    kept = "".join(line for number, line in enumerate(lines) if number not in drop)
    if not left:
        kept = re.sub(r"^waivers:[ \t]*(?=#|$)", "waivers: [] ", kept, count=1, flags=re.MULTILINE).replace("[] \n", "[]\n")
    return _believed(kept, left)


def _start(text: str, lines: Sequence[str], position: int) -> int:
    """The line (from 0) on which a waiver begins, its comments included."""
    line = (line_of(text, 0, f"/waivers/{position}") or 1) - 1
    if not _ITEM.match(lines[line]):
        raise NotByMachine("its waivers are not written as a list with a line for each `-`")
    while line > 0 and lines[line - 1].lstrip().startswith("#") and lines[line - 1].startswith(_indent(lines[line]) + "#"):
        line -= 1
    return line


def _indent(line: str) -> str:
    found = _ITEM.match(line)
    return found[1] if found else ""


def _waivers(text: str) -> list[Json]:
    body = first_body(text)
    listed = body.get("waivers") if isinstance(body, dict) else None
    return listed if isinstance(listed, list) else []


def _believed(text: str, wanted: list[Json]) -> str:
    """The text, if it says what is wanted."""
    try:
        if _waivers(text) == wanted:
            return text
    except Unreadable:
        pass
    raise NotByMachine("it is written in a way that cannot be edited safely")


def _scalar(value: Json) -> str:
    """Text in quotes, so that every reader reads the same; dates and plain names as people write them."""
    plain = isinstance(value, str) and re.fullmatch(r"[A-Za-z][A-Za-z0-9._/-]*[A-Za-z0-9]", value) and len(value) > 5
    return str(value) if plain or re.fullmatch(r"\d{4}-\d\d-\d\d", str(value)) else json.dumps(value, ensure_ascii=False)
