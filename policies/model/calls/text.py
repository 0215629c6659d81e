"""Addresses in the variables and arguments of a container."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from crema.policies.model.calls.address import UNKNOWN, Address, bare, pairs, urls
from crema.policies.model.calls.keys import calls_host, calls_pair, is_its_own, port_key
from crema.policies.model.calls.variables import Variables
from crema.policies.model.node import Node

COMMAND: Final = "command"
"""The key of an address that stands in a command without an option's name."""
_OPTION: Final = re.compile(r"(?P<name>--?[A-Za-z][\w.-]*)(?:=(?P<value>.*))?", re.DOTALL)
_CLIENTS: Final = re.compile(
    r"(?:^|[\s/;&|(`])(?:mariadb|mongo|mongosh|mysql|mysqladmin|mysqldump|pg_dump|pg_isready|psql|redis-cli)\b"
    r"(?P<rest>[^;&|\n)]*)"
)
_HOST_OPTION: Final = re.compile(r"(?:^|\s)(?:-h\s*|--host[= ])[\"']?(?P<host>[A-Za-z0-9][-A-Za-z0-9.]*)[\"']?(?=\s|$)")
_PORT_OPTION: Final = re.compile(r"(?:^|\s)(?:-[Pp]\s*|--port[= ])(?P<port>\d+)(?=\s|$)")
_PROBES: Final = re.compile(
    r"(?:\bnc(?:\s+-\w+(?:\s+\d+)?)*\s+(?P<nc>[A-Za-z][-A-Za-z0-9.]*)\s+(?P<nc_port>\d+)|/dev/tcp/(?P<tcp>[A-Za-z][-A-Za-z0-9.]*)/(?P<tcp_port>\d+)"
    r"|wait-for(?:-it)?(?:\.sh)?\s+(?P<wait>[A-Za-z][-A-Za-z0-9.]*):(?P<wait_port>\d+))"
)
_LOOKED_UP: Final = re.compile(r"\b(?:nslookup|getent\s+hosts)\s+(?P<host>[A-Za-z][-A-Za-z0-9.]*)(?=[\s;&|)]|$)")


def in_variables(given: Variables) -> Iterator[tuple[Node, str, Address]]:
    """The addresses in a container's variables, with the place of each and the variable's name."""
    ports = {name.upper(): variable.text for name, variable in given.known.items() if name.upper().endswith("PORT")}
    for name, variable in given.known.items():
        text = variable.text.strip()
        if not text or is_its_own(name):
            continue
        for address in _in_value(name, text):
            if address.port is None and not address.scheme:
                beside = ports.get(port_key(name), "")
                yield variable.node, name, replace(address, port=int(beside), written=True) if beside.isdecimal() else address
            else:
                yield variable.node, name, address


def _in_value(name: str, text: str) -> Iterator[Address]:
    found = list(urls(text))
    if not found and "://" not in text and calls_pair(name):
        found = list(pairs(text))
    if not found and UNKNOWN not in text and calls_host(name):
        found = list(bare(text))
    yield from found


def in_arguments(container: Node, given: Variables) -> Iterator[tuple[Node, str, Address]]:
    """The addresses in a container's command and arguments: in options, in scripts and for clients of databases."""
    for key in ("command", "args"):
        before = ""
        for node in container.items(key):
            text = given.fill(str(node.value))
            option = _OPTION.fullmatch(text)
            name = option["name"] if option is not None else ""
            if option is not None and option["value"] is not None:
                yield from ((node, name, address) for address in _of_option(name, option["value"]))
            elif option is None:
                found = _of_option(before, text) if before else urls(text)
                yield from ((node, before or COMMAND, address) for address in found)
                if re.search(r"\s", text):
                    yield from ((node, COMMAND, address) for address in in_script(text))
            before = name if option is not None and option["value"] is None else ""
    whole = " ".join(given.fill(str(node.value)) for key in ("command", "args") for node in container.items(key))
    first = next((node for key in ("args", "command") for node in container.items(key)), None)
    if first is not None and not any(re.search(r"\s", str(node.value)) for key in ("command", "args") for node in container.items(key)):
        yield from ((_place(container, address.host) or first, COMMAND, address) for address in _clients(whole))


def in_script(text: str) -> Iterator[Address]:
    """What a script waits for and which databases its clients ask."""
    for found in _PROBES.finditer(text):
        host, port = next((found[key], found[f"{key}_port"]) for key in ("nc", "tcp", "wait") if found[key])
        yield Address(host=host.lower(), port=int(port), text=f"{host}:{port}", written=True)
    for found in _LOOKED_UP.finditer(text):
        yield Address(host=found["host"].lower(), text=found["host"])
    yield from _clients(text)


def _clients(text: str) -> Iterator[Address]:
    for client in _CLIENTS.finditer(text):
        host, port = _HOST_OPTION.search(client["rest"]), _PORT_OPTION.search(client["rest"])
        if host is not None:
            number = int(port["port"]) if port is not None else None
            yield Address(host=host["host"].lower(), port=number, text=host["host"], written=port is not None)


def _of_option(name: str, value: str) -> Iterator[Address]:
    if UNKNOWN not in value.partition("@")[2] or "@" not in value:
        if is_its_own(name):
            return
        found = list(urls(value)) or (list(pairs(value)) if calls_pair(name) else [])
        if not found and UNKNOWN not in value and name not in {"--host", "-host"} and calls_host(name) and "host" in name.lower():
            found = list(bare(value))
        yield from found


def _place(container: Node, host: str) -> Node | None:
    nodes = (node for key in ("args", "command") for node in container.items(key))
    return next((node for node in nodes if host in str(node.value).lower()), None)
