"""Addresses in text: URLs, data source names, and a host with its port."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

UNKNOWN: Final = "\0"
"""Stands in a text for what only the running cluster knows (a Secret's value)."""

PORTS: Final[Mapping[str, int | None]] = {
    "amqp": 5672,
    "amqps": 5671,
    "grpc": None,
    "grpcs": None,
    "h2c": None,
    "http": 80,
    "https": 443,
    "mariadb": 3306,
    "mongodb": 27017,
    "mysql": 3306,
    "nats": 4222,
    "otlp": None,
    "postgres": 5432,
    "postgresql": 5432,
    "redis": 6379,
    "rediss": 6379,
    "tcp": None,
    "thrift": None,
    "tls": None,
    "ws": 80,
    "wss": 443,
}
"""The schemes that lead to a host, each with the port that a client asks for where none is written."""

_NAME: Final = r"[A-Za-z0-9](?:[-A-Za-z0-9]*[A-Za-z0-9])?"
_HOST: Final = rf"{_NAME}(?:\.{_NAME})*\.?"
_URL: Final = re.compile(
    rf"(?<![\w.+-])(?:jdbc:)?(?P<scheme>[a-z][a-z0-9]*)(?:\+[a-z0-9]+|:[a-z]+)?://(?:[^\s/\"'`<>]*@)?"
    rf"(?P<hosts>{_HOST}(?::\d+)?(?:,{_HOST}(?::\d+)?)*)(?P<path>(?=[/?#\s\"'`<>,;)\]}}|\\]|$)[^\s\"'`<>,;)\]}}|\\]*)"
)
_DSN: Final = re.compile(rf"(?:^|[@\s\"'=])tcp4?\((?P<host>{_HOST})(?::(?P<port>\d+))?\)")
_PAIR: Final = re.compile(rf"(?P<host>{_HOST}):(?P<port>\d{{1,5}})")
_BARE: Final = re.compile(_HOST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A host that a text names. port: the one that is asked, None where nothing says it. text: the address as it stands, without
    credentials. path: what follows host and port, empty where nothing does. written: the port stands in the text.
    """

    host: str
    port: int | None = None
    scheme: str = ""
    path: str = ""
    text: str = ""
    written: bool = False


def urls(text: str) -> Iterator[Address]:
    """Every URL in a text that leads to a host, and every data source name as Go's drivers have it: `user:pw@tcp(host:port)/db`."""
    if "://" in text:
        for found in _URL.finditer(text):
            scheme, path = found["scheme"], found["path"].partition("?")[0].partition("#")[0]
            if scheme in PORTS:
                for host in found["hosts"].split(","):
                    yield _address(host, scheme, path)
    if "tcp" in text:
        for found in _DSN.finditer(text):
            port = int(found["port"]) if found["port"] else PORTS["mysql"]
            shown = f"tcp({found['host']}{':' + found['port'] if found['port'] else ''})"
            yield Address(host=found["host"].lower(), port=port, scheme="mysql", text=shown, written=bool(found["port"]))


def pairs(text: str) -> Iterator[Address]:
    """A text that is a host with its port, or a list of them: `kafka-0.kafka:9092,kafka-1.kafka:9092`."""
    for part in text.split(","):
        found = _PAIR.fullmatch(part.strip())
        if found is None or found["host"].isdecimal() or not 0 < int(found["port"]) < 65536:
            return
    for part in text.split(","):
        yield _address(part.strip(), "", "")


def bare(text: str) -> Iterator[Address]:
    """A text that is the name of a host."""
    if _BARE.fullmatch(text) and not text.isdecimal():
        yield Address(host=text.lower(), text=text)


def _address(host: str, scheme: str, path: str) -> Address:
    name, _, port = host.partition(":")
    number = int(port) if port else PORTS.get(scheme)
    shown = f"{scheme}://{host}{path}" if scheme else host
    return Address(host=name.lower(), port=number, scheme=scheme, path=path, text=shown, written=bool(port))
