"""Texts and addresses as SARIF wants them."""

import posixpath
import re
from typing import Final
from urllib.parse import quote

from crema.policies.report.text import escaped

_LINK: Final = re.compile(r"\](?=\()")


def plain(text: str) -> str:
    """A message without links: `[words](1)` and `[words](https://…)` would be some, even in plain text.

    Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html, 3.11.6 Messages with embedded links
    """
    return _LINK.sub(r"\\]", escaped(text))


def linked(text: str, words: str, to: int) -> str:
    """Such a message, and a link to the related location with that id."""
    return f"{text} ([{words}]({to}))"


def uri(file: str) -> str:
    """The address of a file: relative where the file's name is, else with the scheme `file`. Bytes that are no UTF-8 stay as they are."""
    path = quote(posixpath.normpath(file).encode("utf-8", errors="surrogateescape"), safe="/")
    return f"file://{path}" if path.startswith("/") else path
