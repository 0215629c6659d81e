"""What a registry asks for before it answers, and the header that gives it.

https://distribution.github.io/distribution/spec/auth/token/, https://distribution.github.io/distribution/spec/auth/oauth/
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_CHALLENGE: Final = re.compile(
    r"""[\s,]*(?:
        (?P<name>[A-Za-z0-9!\#$%&'*+.^_`|~\-]+)[ \t]*=[ \t]*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>[^\s,"]*)(?=[\s,]|$))
      | (?P<scheme>[A-Za-z0-9!\#$%&'*+.^_`|~\-]+)(?=[\s,]|$)
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """One of the ways in that a `WWW-Authenticate` names: scheme and parameters in lower case, values as they are."""

    scheme: str
    parameters: Mapping[str, str]


def challenges(header: str) -> tuple[Challenge, ...]:
    """All of a header's, in order; what does not parse ends the list.

    https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1
    """
    found: list[tuple[str, dict[str, str]]] = []
    place = 0
    while match := _CHALLENGE.match(header, place):
        if match["scheme"]:
            found.append((match["scheme"].lower(), {}))
        elif found:
            value = match["plain"] if match["quoted"] is None else re.sub(r"\\(.)", r"\1", match["quoted"])
            found[-1][1].setdefault(match["name"].lower(), value)
        place = match.end()
    return tuple(Challenge(scheme=scheme, parameters=parameters) for scheme, parameters in found)
