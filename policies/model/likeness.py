"""What looks like an object of a cluster though it is none: a key misspelt, a file cut off. In somebody's directory this tells a
broken manifest, which must never be passed over, from values, settings and notes, which are no mistake.
"""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

from crema.policies.model.values import Json

_NAMES: Final = ("apiVersion", "kind")
_SAYS_SO: Final = re.compile(
    r"""(?:^(?:-[ ]+)?[ ]{0,4}["']?|[{,]\s*")(?:(?i:api_?version)["']?[ \t]*:|(?i:kind)["']?[ \t]*:[ \t]*["']?[A-Z])""",
    re.MULTILINE,
)


def resembles(text: str) -> bool:
    """Whether text that cannot be read has a line, or a key of JSON, that gives an object's apiVersion or kind."""
    return _SAYS_SO.search(text) is not None


def is_something_else(body: Json) -> bool:
    """Whether a document is no object and was never meant to be one.

    An object that lost one of apiVersion and kind, or has both misspelt, still has metadata, or nothing else at all; values with a
    field `kind`, a chart's description and the settings of other programs have neither. A list of objects and text that is one were
    meant as objects, and so was a file that is cut off in its first word.
    """
    if isinstance(body, list):
        return not any(isinstance(item, dict) and "metadata" in item and set(_NAMES) <= set(item) for item in body)
    if isinstance(body, str):
        return not (all(re.search(rf"^{key}:", body, re.MULTILINE) for key in _NAMES) or any(key.startswith(body) for key in _NAMES))
    if not isinstance(body, dict):
        return True
    written = [key for key in _NAMES if key in body]
    if len(written) == len(_NAMES):
        return False
    metadata = body.get("metadata", body.get(meant("metadata", body)))
    if not isinstance(metadata, dict):
        return not (written and len(body) == 1 and isinstance(body[written[0]], str))
    whole = isinstance(metadata.get("name"), str) and isinstance(body.get("spec"), dict)
    return not (written or whole or all(meant(key, body) for key in _NAMES))


def meant(wanted: str, keys: Iterable[str]) -> str:
    """The key that most likely stands for another one, or nothing."""
    plain = {key.lower().replace("_", "").replace("-", ""): key for key in keys if key not in _NAMES}
    close = get_close_matches(wanted.lower(), plain, n=1, cutoff=0.75)
    return plain[close[0]] if close else ""
