"""Addresses in files that ConfigMaps hold: URLs, what nginx passes requests on to, and hosts with a port beside them."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from crema.policies.model.calls.address import UNKNOWN, Address, bare, urls
from crema.policies.model.calls.keys import calls_host, is_its_own
from crema.policies.model.documents import Unreadable, first_body
from crema.policies.model.node import Node

_NO_SETTINGS: Final = (".sql", ".html", ".css", ".js", ".svg", ".md", ".crt", ".pem", ".lua", ".py", ".rules", ".tmpl")
_COMMENT: Final = re.compile(r"(?m)(?:^[ \t]*(?:#|//|;|--).*$|[ \t](?:#|//)[ \t].*$|/\*.*?\*/)")
_UPSTREAM: Final = re.compile(r"\bupstream\s+(?P<name>\S+)\s*\{(?P<body>[^}]*)\}")
_SERVER: Final = re.compile(r"\bserver\s+(?P<host>[A-Za-z0-9][-A-Za-z0-9.]*)(?::(?P<port>\d+))?(?:\s[^;]*)?;")
_PASS: Final = re.compile(
    r"\b(?P<kind>fastcgi_pass|grpc_pass|memcached_pass|uwsgi_pass)\s+(?:grpcs?://)?(?P<host>[A-Za-z0-9][-A-Za-z0-9.]*)(?::(?P<port>\d+))?[\s;]"
)
_USUAL: Final = {"fastcgi_pass": 9000, "grpc_pass": 80, "memcached_pass": 11211, "uwsgi_pass": None}
_IS_NGINX: Final = re.compile(r"\b(?:proxy_pass|fastcgi_pass|grpc_pass|uwsgi_pass|upstream)\s+\S")


def in_file(name: str, node: Node) -> Iterator[tuple[Node, str, Address]]:
    """The addresses in a file, each with its place and the key that it stands at. What is no settings file, and comments, say nothing."""
    text = node.value
    if not isinstance(text, str) or name.lower().endswith(_NO_SETTINGS) or _is_dashboard(text):
        return
    if _IS_NGINX.search(text):
        yield from ((node, name, address) for address in _nginx(_COMMENT.sub("", text)))
        return
    if name.endswith((".yaml", ".yml", ".json")):
        try:
            body = first_body(text)
        except Unreadable:
            body = None
        if isinstance(body, (dict, list)):
            yield from in_values(node.embedded(body))
            return
    yield from ((node, name, address) for address in urls(_COMMENT.sub("", text)))


def in_values(node: Node) -> Iterator[tuple[Node, str, Address]]:
    """The addresses in structured settings: URLs anywhere, and a `host` that has a `port` beside it."""
    if isinstance(node.value, dict):
        for key, below in node.value.items():
            if isinstance(below, (dict, list)):
                yield from in_values(node.child(key, below))
            elif isinstance(below, str):
                yield from _below(node, key, below)
    elif isinstance(node.value, list):
        for index, below in enumerate(node.value):
            if isinstance(below, (dict, list)):
                yield from in_values(node.child(index, below))
            elif isinstance(below, str) and "://" in below:
                yield from ((node.child(index, below), node.key, address) for address in urls(below))


def _below(node: Node, key: str, text: str) -> Iterator[tuple[Node, str, Address]]:
    if "://" in text or "tcp(" in text:
        if not is_its_own(key):
            yield from ((node.child(key, text), key, address) for address in urls(_COMMENT.sub("", text)))
        return
    port = node.mapping().get("port")
    number = int(port) if isinstance(port, (int, str)) and not isinstance(port, bool) and str(port).isdecimal() else None
    if number is not None and UNKNOWN not in text and (key == "host" or calls_host(key)):
        yield from ((node.child(key, text), key, replace(address, port=number)) for address in bare(text))


def _nginx(text: str) -> Iterator[Address]:
    own = {found["name"] for found in _UPSTREAM.finditer(text)}
    for block in _UPSTREAM.finditer(text):
        for found in _SERVER.finditer(block["body"]):
            if found["host"] != "unix":
                yield _named(found["host"], found["port"], 80)
    for found in _PASS.finditer(text):
        if found["host"] not in own and found["host"] != "unix":
            yield _named(found["host"], found["port"], _USUAL[found["kind"]])
    yield from (address for address in urls(text) if address.host not in own or address.written)


def _named(host: str, port: str | None, usual: int | None) -> Address:
    shown = f"{host}:{port}" if port else host
    return Address(host=host.lower(), port=int(port) if port else usual, text=shown, written=bool(port))


def _is_dashboard(text: str) -> bool:
    return text.lstrip().startswith("{") and '"panels"' in text
