"""Names that have their address in them: nip.io and sslip.io answer with it, and the machine's own names with its loopback.

https://nip.io
"""

import ipaddress
import re
from typing import Final

_SERVICES: Final = re.compile(r"(?:^|\.)(nip|sslip)\.io\Z")
_DOTTED: Final = re.compile(r"(?:^|[.-])((?:\d{1,3}[.-]){3}\d{1,3})\Z")
_HEXADECIMAL: Final = re.compile(r"(?:^|[.-])([0-9a-f]{8})\Z")
_LOOPBACK: Final = re.compile(r"(?:^|\.)(localhost|localtest\.me|lvh\.me|vcap\.me|lacolhost\.com)\Z")
LOOPBACK: Final = "127.0.0.1"


def carries_address(host: str) -> bool:
    """Whether a name is one that is answered with the address in it."""
    return _SERVICES.search(host.lower()) is not None


def address_of(host: str) -> str | None:
    """The IPv4 address that a name stands for, as far as the name itself says; None where it does not, or has none in it."""
    name = host.lower().rstrip(".")
    if _LOOPBACK.search(name):
        return LOOPBACK
    if not carries_address(name):
        return None
    before = _SERVICES.sub("", name)
    dotted, hexadecimal = _DOTTED.search(before), _HEXADECIMAL.search(before)
    try:
        if dotted is not None:
            return str(ipaddress.IPv4Address(dotted[1].replace("-", ".")))
        return str(ipaddress.IPv4Address(int(hexadecimal[1], 16))) if hexadecimal is not None else None
    except ValueError:
        return None


def is_loopback(address: str) -> bool:
    """Whether an address is of the machine itself and of nobody else."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"
