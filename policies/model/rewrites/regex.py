"""Regexes and replacements as the controllers read them, worked out with Python's `re`.

A pattern that Python reads otherwise, or could take for ever over, is not worked out. In Go the longest name counts:
`$1x` is the group 1x. Sources: https://nginx.org/en/docs/http/ngx_http_rewrite_module.html https://pkg.go.dev/regexp#Regexp.Expand
"""

import re
import warnings
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_ESCAPE_OR_CLASS: Final = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]")
_UNBOUNDED: Final = re.compile(r"[*+]|\{\d+,\d*\}")
_INNERMOST: Final = re.compile(r"\(([^()]*)\)")
_TOO_LONG: Final = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """How a controller spells the groups of a match in a replacement. `whole`: as nginx does, the replacement takes the
    place of the whole path, may hold nginx's own variables, and ends where arguments begin.
    """

    mark: re.Pattern[str]
    whole: bool = False

    def filled(self, replacement: str, found: re.Match[str]) -> str | None:
        """The replacement with its groups; one that is not there is empty. None: only nginx knows one of its variables."""
        known = dict.fromkeys(_THE_PATH, found.string) if self.whole else {}
        names = {next(part for part in mark.groups() if part is not None) for mark in self.mark.finditer(replacement)}
        if self.whole and any(not name.isdecimal() and name not in {*known, *found.re.groupindex} for name in names):
            return None

        def group(mark: re.Match[str]) -> str:
            name = next(part for part in mark.groups() if part is not None)
            if name.isdecimal():
                return (found[int(name)] or "") if int(name) <= found.re.groups else ""
            return (found[name] or "") if name in found.re.groupindex else known.get(name, "")

        text = self.mark.sub(group, replacement)
        return text.partition("?")[0] if self.whole else text


_THE_PATH: Final = ("uri", "request_uri", "document_uri")
_DOLLAR: Final = re.compile(r"\$\{(\w+)\}|\$([0-9])|\$([A-Za-z_]\w*)")
NGINX: Final = Template(mark=_DOLLAR, whole=True)
ALB: Final = Template(mark=_DOLLAR)
GO: Final = Template(mark=re.compile(r"\$\{(\w+)\}|\$(\w+)"))
SED: Final = Template(mark=re.compile(r"\\([0-9])"))


def compiled(pattern: str, text: str, *, ignore_case: bool = False) -> re.Pattern[str] | None:
    """The pattern, to be searched for in a text; None when Python cannot or should not do that."""
    return _compiled(pattern, ignore_case) if _cost(pattern, len(text)) <= _TOO_LONG else None


def sample(pattern: str) -> str | None:
    """A path that a pattern takes, if one is easily found: `/api/(orders|menus)/[0-9]+` takes `/api/orders/1`."""
    text = pattern.removeprefix("^").removesuffix("$")
    text = re.sub(r"\\[dD]|\[[^\]a-zA-Z]*0-9[^\]a-zA-Z]*\]", "1", text)
    text = re.sub(r"\\w|\[[^\]]*\]", "a", text)
    text = re.sub(r"\\(.)", r"\1", re.sub(r"\(\?(?::|P?<\w+>)", "(", text))
    while (flat := _INNERMOST.sub(lambda group: group[1].partition("|")[0], text)) != text:
        text = flat
    text = re.sub(r"[*+?^$]|\{[^}]*\}", "", re.sub(r"\.[*+]", "menu", text)).replace(".", "a")
    regex = compiled(pattern.removeprefix("^"), text, ignore_case=True)
    return text if regex is not None and text.startswith("/") and regex.match(text) else None


@lru_cache(maxsize=1024)
def _compiled(pattern: str, ignore_case: bool) -> re.Pattern[str] | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return re.compile(pattern, re.IGNORECASE if ignore_case else 0)
    except (re.error, RecursionError, OverflowError, Warning):
        return None


@lru_cache(maxsize=1024)
def _repeats(pattern: str) -> tuple[int, bool]:
    """How many unbounded repeats a pattern has, and whether one is inside another."""
    plain = _ESCAPE_OR_CLASS.sub("x", pattern)
    number, nested = len(_UNBOUNDED.findall(plain)), False
    while (group := _INNERMOST.search(plain)) is not None:
        after = _UNBOUNDED.match(plain, group.end())
        nested = nested or bool(after and (_UNBOUNDED.search(group[1]) or "\x00" in group[1]))
        inside = "\x00" if _UNBOUNDED.search(group[1]) or "\x00" in group[1] else ""
        plain = f"{plain[: group.start()]}{inside}{plain[group.end() :]}"
    return number, nested


def _cost(pattern: str, length: int) -> int:
    """At most how many steps a backtracking matcher takes, roughly: Python's cannot be stopped once it runs."""
    number, nested = _repeats(pattern)
    steps = 2 ** min(length, 64) if nested else 1
    return int(steps * max(length, 1) ** min(number, 64))
