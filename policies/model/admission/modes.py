"""Modes of files in volumes: what the server refuses, and modes that were written in decimal and meant in octal."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from crema.policies.model.admission.refusal import Refusal, Refusals, Way, items, mapping, number, shown
from crema.policies.model.values import Json

_MOST: Final = 0o777
_LOOKS_OCTAL: Final = re.compile(r"[0-7]{3}")
_VOLUMES: Final = ("configMap", "secret", "downwardAPI", "projected")


def modes(spec: Mapping[str, Json]) -> Iterator[tuple[Way, int]]:
    """Every mode of a file in a pod's volumes, with the way to it."""
    for index, volume in items(spec.get("volumes")):
        for kind in _VOLUMES:
            if volume.get(kind) is not None:
                yield from _of_source(mapping(volume.get(kind)), ("volumes", index, kind))


def refused(spec: Mapping[str, Json]) -> Refusals:
    """The modes beyond 0777."""
    for way, mode in modes(spec):
        if not 0 <= mode <= _MOST:
            octal = f"0{mode}" if _LOOKS_OCTAL.fullmatch(str(mode)) else ""
            fix = f"write {octal} (octal) or {int(octal, 8)} (decimal)" if octal else ""
            yield Refusal(way, f"is {mode}, which is {mode:#o}".replace("0o", "0") + "; 0 to 0777 (511 in decimal) is required", fix)


def misread(spec: Mapping[str, Json]) -> Refusals:
    """The modes that the server takes, whose decimal digits are an octal mode: `444` is 0674, by which others may not read."""
    for way, mode in modes(spec):
        digits = str(mode)
        if 0 <= mode <= _MOST and _LOOKS_OCTAL.fullmatch(digits) and _is_usual(int(digits, 8)) and not _is_usual(mode):
            said = f"is {shown(mode)} in decimal, which is the mode {mode:#o}".replace("0o", "0")
            yield Refusal(way, f"{said}, and not 0{digits}", f"write 0{digits} (octal) or {int(digits, 8)} (decimal)")


def _of_source(source: Mapping[str, Json], way: Way) -> Iterator[tuple[Way, int]]:
    for key in ("defaultMode", "mode"):
        mode = number(source.get(key))
        if mode is not None:
            yield (*way, key), mode
    for index, item in items(source.get("items")):
        mode = number(item.get("mode"))
        if mode is not None:
            yield (*way, "items", index, "mode"), mode
    for index, one in items(source.get("sources")):
        for kind, part in one.items():
            for place, item in items(mapping(part).get("items")):
                mode = number(item.get("mode"))
                if mode is not None:
                    yield (*way, "sources", index, kind, "items", place, "mode"), mode


def _is_usual(mode: int) -> bool:
    """Whether it is a mode as people write it: who may write may read, and the owner may what the group may, and the group what all may."""
    owner, group, others = mode >> 6, mode >> 3 & 7, mode & 7
    return owner | group == owner and group | others == group and owner & 4 == 4 and not {2, 3} & {group, others}
