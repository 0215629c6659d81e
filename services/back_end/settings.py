"""What a back end is told by its environment: read once, at the start, and wrong as a whole or not at all."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(\.{_LABEL})*")
_ROOT_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)+")


class Misconfigured(Exception):
    """One line that names every variable that is missing or malformed; never the value of a password."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Where the database is and who asks. The password is bytes: whatever was set, the server gets exactly that."""

    host: str
    user: str
    password: bytes = field(repr=False)
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All a back end must know.

    Args:
        service: its name, which is its label `app` and, in its traces, its service.name.
        root_path: what its routes are mounted under.
        database: its account.
        urls: of the back ends it calls, by the name of the variable, without a slash at the end.

    """

    service: str
    root_path: str
    database: Account
    urls: Mapping[str, str]


def read(service: str, urls: tuple[str, ...], environ: Mapping[str, str]) -> Settings:
    """The settings of a service that calls the back ends at these variables.

    Raises:
        Misconfigured: with all that is wrong.

    """
    wrong: list[str] = []

    def take(name: str, required: str, fits: Callable[[str], bool], *, secret: bool = False) -> str:
        value = environ.get(name)
        if value is None:
            wrong.append(f"{name} is missing: {required}")
        elif not fits(value):
            shown = "its value" if secret else ascii(value)
            wrong.append(f"{name} is malformed: {required}, not {shown if value else 'empty'}")
        return value or ""

    settings = Settings(
        service=service,
        root_path=take("ROOT_PATH", "a path such as /api/order, without a slash at the end", lambda v: bool(_ROOT_PATH.fullmatch(v))),
        database=Account(
            host=take("DB_HOST", "the name of a host, without a port", lambda v: bool(_HOST.fullmatch(v))),
            user=take("DB_USER", "the name of an account", _is_text),
            # A password that is not UTF-8 reaches Python in disguise, and this takes it off.
            password=os.fsencode(take("DB_PASSWORD", "a password", lambda v: bool(v) and "\0" not in v, secret=True)),
            name=take("DB_NAME", "the name of a database", _is_text),
        ),
        urls={name: take(name, "an http:// URL without a slash at the end", _is_url) for name in urls},
    )
    if wrong:
        raise Misconfigured(f"{service} cannot start: {'; '.join(wrong)}")
    return settings


def _is_text(value: str) -> bool:
    return bool(value) and value.isprintable()


def _is_url(value: str) -> bool:
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        return False
    plain = not (parts.query or parts.fragment or parts.username or parts.password or value.endswith(("/", "?", "#")))
    known = parts.scheme in ("http", "https") and _HOST.fullmatch(parts.hostname or "") is not None
    return plain and known and port != 0 and value.isascii() and value.isprintable() and " " not in value
