"""One request over HTTP and its whole answer: bounded in time and size, followed nowhere else, and without a secret in what goes wrong."""

import math
import re
import socket
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase

from crema import __version__
from crema.pipeline.retries import Clock

USER_AGENT: Final = f"crema/{__version__}"
LOCAL_HOSTS: Final = frozenset({"localhost", "127.0.0.1", "::1"})
"""Hosts whose answers come from this machine: the only ones that are spoken to without TLS."""

_CONNECT: Final = 10.0
_READ: Final = 30.0
_WHOLE: Final = 120.0
_LARGEST: Final = 32_000_000
_LONGEST_WORDS: Final = 300
_PORTS: Final = {"http": 80, "https": 443}
_WHY: Final[tuple[tuple[type[BaseException], str], ...]] = (
    (requests.exceptions.ProxyError, "cannot be reached through the proxy that HTTPS_PROXY or HTTP_PROXY names"),
    (requests.exceptions.ConnectTimeout, f"cannot be reached: no connection within {_CONNECT:.0f} s"),
    (requests.exceptions.Timeout, f"gave no answer within {_READ:.0f} s"),
    (socket.gaierror, "cannot be reached: its name is not known to DNS here"),
)
_BROKEN_OFF: Final = (
    requests.exceptions.ConnectionError,
    requests.exceptions.ChunkedEncodingError,
    requests.exceptions.ContentDecodingError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a server said: the names of the headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """No answer came. `lasting`: asking again cannot help."""

    why: str
    lasting: bool = False


class Credential(AuthBase):
    """The header `Authorization` of one request; it keeps an entry in ~/.netrc from replacing it, and shows itself to nobody."""

    def __init__(self, value: str | None) -> None:
        """Of a whole header's value, or None for a request without one."""
        self._value = value

    def __call__(self, r: requests.PreparedRequest) -> requests.PreparedRequest:
        """Set it."""
        if self._value is not None:
            r.headers["Authorization"] = self._value
        return r


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port of a URL; whoever shares them with a server may see what was meant for it.

    Raises:
        ValueError: it has none, or a port that is no number.

    """
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    if parts.scheme not in _PORTS or not host:
        raise ValueError(f"{parts.scheme}://{host} is no address of a web server")
    return parts.scheme, host, parts.port or _PORTS[parts.scheme]


def plain(text: str) -> str:
    """Somebody else's words in one line without control characters, cut short: a log is read by machines too."""
    line = re.sub(r"[\x00-\x20\x7f-\x9f\u2028\u2029]+", " ", text).strip()
    return line if len(line) <= _LONGEST_WORDS else line[: _LONGEST_WORDS - 1] + "…"


def retry_after(headers: Mapping[str, str], clock: Clock) -> float | None:
    """The seconds of `Retry-After`, which is a number or a date (RFC 9110, 10.2.3)."""
    value = headers.get("retry-after", "").strip()
    if value.isdecimal():
        return float(value) if len(value) < 10 else math.inf
    date = _date(value)
    return None if date is None else max(0.0, date - server_time(headers, clock))


def server_time(headers: Mapping[str, str], clock: Clock) -> float:
    """The second it is by the server's clock, which its limits are counted with; by ours where it does not say."""
    date = _date(headers.get("date", ""))
    return clock.wall() if date is None else date


def send(
    session: requests.Session,
    clock: Clock,
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    credential: Credential,
    body: bytes | None = None,
) -> Answer | Lost:
    """Send one request and read the answer to its end. Redirects are answers too: whoever asked decides."""
    began = clock.elapsed()
    try:
        with session.request(
            method,
            url,
            headers={"User-Agent": USER_AGENT, **headers},
            data=body,
            auth=credential,
            timeout=(_CONNECT, _READ),
            proxies=_proxies(url),
            allow_redirects=False,
            stream=True,
        ) as response:
            content = bytearray()
            for part in response.iter_content(65536):
                content += part
                if len(content) > _LARGEST:
                    return Lost(why=f"answered more than {_LARGEST} bytes", lasting=True)
                if clock.elapsed() - began > _WHOLE:
                    return Lost(why=f"had not finished its answer after {_WHOLE:.0f} s")
            named = {name.lower(): value for name, value in response.headers.items()}
            return Answer(status=response.status_code, headers=named, body=bytes(content))
    except (requests.RequestException, OSError) as broken:
        return _lost(broken)


def _proxies(url: str) -> dict[str, str] | None:
    """None of the environment's for this machine itself, as Go's programs, docker among them, have it."""
    host = urlsplit(url).hostname or ""
    return {"no_proxy": host} if host in LOCAL_HOSTS else None


def _lost(broken: Exception) -> Lost:
    """In our own words: those of the libraries hold URLs, and a proxy's URL can hold a password."""
    causes = list(_causes(broken))
    certificate = next((c for c in causes if isinstance(c, ssl.SSLCertVerificationError)), None)
    if certificate is not None:
        return Lost(why=f"cannot be trusted: its certificate is not valid ({certificate.verify_message})", lasting=True)
    tls = next((c.reason for c in causes if isinstance(c, ssl.SSLError) and c.reason), None)
    if tls is not None:
        return Lost(why=f"cannot be reached by TLS ({tls.lower().replace('_', ' ')})", lasting="EOF" not in tls)
    for kind, why in _WHY:
        if any(isinstance(c, kind) for c in causes):
            return Lost(why=why)
    system = next((c.strerror for c in causes if isinstance(c, OSError) and c.errno and c.strerror), None)
    if system is not None:
        return Lost(why=f"cannot be reached: {system.lower()}")
    broke = isinstance(broken, _BROKEN_OFF)
    return Lost(
        why="broke the connection off before its answer was whole" if broke else f"cannot be asked ({type(broken).__name__})",
        lasting=not broke,
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An exception and everything it was made of: urllib3 keeps some of it in `reason` and in its arguments."""
    todo, seen = [error], set[int]()
    while todo:
        one = todo.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        inner = (one.__cause__, one.__context__, getattr(one, "reason", None), *one.args)
        todo.extend(found for found in inner if isinstance(found, BaseException))


def _date(value: str) -> float | None:
    try:
        found: datetime | None = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError):
        found = None
    return None if found is None else found.timestamp()
