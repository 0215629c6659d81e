"""The patterns of Argo CD: two sorts of globs, and addresses of repositories in the form in which it compares them.

https://github.com/gobwas/glob (projects' repositories and destinations, a directory's `include` and `exclude`)
https://pkg.go.dev/path/filepath#Match (the kinds of a project)
"""

import re
from functools import lru_cache
from typing import Final
from urllib.parse import quote

_SSH: Final = re.compile(r"(?:ssh://)?[^/:]*?@[^@]+", re.DOTALL)
_KEPT: Final = "/!$&'()*+,;=:@[]%-._~"
_SIGNS: Final = re.compile(r"[*?\[\]{}\\]")
_NOTHING: Final = re.compile(r"(?!)")


def matches_glob(pattern: str, text: str, separators: str = "") -> bool:
    """Whether a glob of Argo CD takes a whole text: `*`, `**`, `?`, `[a-z]`, `[!a]`, `{one,other}`, a backslash before a sign."""
    return pattern == text if _is_plain(pattern) else _glob(pattern, separators).fullmatch(text) is not None


def matches_name(pattern: str, text: str) -> bool:
    """The same with Go's `filepath.Match`, which has no alternatives and takes no `/` for a `*`."""
    return pattern == text if _is_plain(pattern) else _name(pattern).fullmatch(text) is not None


def permits(pattern: str, text: str, separators: str = "") -> bool:
    """A pattern of a project: one that begins with `!` takes what the rest does not; `*` takes everything."""
    if pattern.startswith("!"):
        return not matches_glob(pattern[1:], text, separators)
    return pattern == "*" or matches_glob(pattern, text, separators)


def normal_url(address: str) -> str:
    """An address of a repository as Argo CD compares it: lower case, no `.git` at its end, ssh without its scheme.

    Source: https://github.com/argoproj/argo-cd/blob/master/util/git/git.go (NormalizeGitURL)
    """
    url = address.strip().lower()
    if _SSH.fullmatch(url) and not url.startswith("ssh://"):
        url = f"ssh://{url.replace(':', '/', 1)}"
    url = url.removesuffix(".git")
    scheme, mark, rest = url.partition("://")
    if mark:
        host, slash, path = rest.partition("/")
        path, query, asked = path.partition("?")
        url = f"{scheme}://{host}{slash}{quote(path, safe=_KEPT)}{query}{asked}"
    return url.removeprefix("ssh://")


def _is_plain(pattern: str) -> bool:
    """Whether a pattern has no sign in it that means something else than itself."""
    return _SIGNS.search(pattern) is None


@lru_cache(maxsize=4096)
def _glob(pattern: str, separators: str) -> re.Pattern[str]:
    one = f"[^{re.escape(separators)}]" if separators else "."
    made, depth, position = "", 0, 0
    while position < len(pattern):
        sign = pattern[position]
        position += 1
        if sign == "*":
            twice = pattern.startswith("*", position)
            while pattern.startswith("*", position):
                position += 1
            made += ".*" if twice else f"{one}*"
        elif sign == "?":
            made += one
        elif sign == "{":
            made, depth = f"{made}(?:", depth + 1
        elif sign == "}" and depth:
            made, depth = f"{made})", depth - 1
        elif sign == "," and depth:
            made += "|"
        elif sign == "\\" and position < len(pattern):
            made += re.escape(pattern[position])
            position += 1
        elif sign == "[":
            end = pattern.find("]", position)
            if end <= position:
                return _NOTHING
            inside = pattern[position:end]
            made += f"[^{_listed(inside[1:])}]" if inside[0] == "!" else f"[{_listed(inside)}]"
            position = end + 1
        else:
            made += re.escape(sign)
    return _compiled(made) if not depth else _NOTHING


@lru_cache(maxsize=4096)
def _name(pattern: str) -> re.Pattern[str]:
    made, position = "", 0
    while position < len(pattern):
        sign = pattern[position]
        position += 1
        if sign == "*":
            made += "[^/]*"
        elif sign == "?":
            made += "[^/]"
        elif sign == "\\" and position < len(pattern):
            made += re.escape(pattern[position])
            position += 1
        elif sign == "[":
            end = pattern.find("]", position)
            if end <= position:
                return _NOTHING
            inside = pattern[position:end]
            made += f"[^{_listed(inside[1:])}]" if inside[0] == "^" else f"[{_listed(inside)}]"
            position = end + 1
        else:
            made += re.escape(sign)
    return _compiled(made)


def _listed(inside: str) -> str:
    return inside.replace("\\", "\\\\").replace("[", "\\[").replace("^", "\\^")


def _compiled(made: str) -> re.Pattern[str]:
    try:
        return re.compile(made, re.DOTALL)
    except re.error:
        return _NOTHING
