"""Whether two names are most likely meant for the same thing. Names of a series (`order-tls`, `other-tls`, `node-1`) are not."""

import re
from typing import Final

_SEPARATOR: Final = re.compile(r"[-_.]")
_GENERIC: Final = frozenset(
    {
        *("secret", "secrets", "credential", "credentials", "creds", "cred", "auth", "config", "configs", "conf", "cfg", "cm", "settings"),
        *("configmap", "sa", "account", "serviceaccount", "pvc", "claim"),
    }
)
_SHORTEST: Final = 4


def alike(name: str, other: str) -> bool:
    """One letter more, less, another or swapped in one word; a plural; other separators; or another word for what kind of thing it is."""
    if name == other:
        return False
    mine, theirs = _SEPARATOR.split(name.lower()), _SEPARATOR.split(other.lower())
    if "".join(mine) == "".join(theirs):
        return True
    bare = [[word for word in words if word not in _GENERIC] for words in (mine, theirs)]
    if bare[0] == bare[1] and bare[0]:
        return True
    if len(mine) != len(theirs):
        return False
    different = [(a, b) for a, b in zip(mine, theirs, strict=True) if a != b]
    return len(different) == 1 and _misspelt(*different[0])


def _misspelt(word: str, other: str) -> bool:
    """Whether two words differ in one letter, or in the order of two; or one is the other with up to two more at its end."""
    short, long = sorted((word, other), key=len)
    if len(short) < _SHORTEST or any(letter.isdecimal() for letter in short + long):
        return False
    if long.startswith(short) and len(long) - len(short) <= 2:
        return True
    if len(short) == len(long):
        wrong = [place for place in range(len(short)) if short[place] != long[place]]
        swapped = len(wrong) == 2 and wrong[1] == wrong[0] + 1 and short[wrong[0]] == long[wrong[1]] and short[wrong[1]] == long[wrong[0]]
        return swapped or (len(wrong) == 1 and len(short) > _SHORTEST)
    return len(long) == len(short) + 1 and any(long[:place] + long[place + 1 :] == short for place in range(len(long)))
