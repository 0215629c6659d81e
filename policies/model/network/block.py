"""Ranges of addresses: what an `ipBlock` takes in.

https://kubernetes.io/docs/concepts/services-networking/network-policies/#behavior-of-to-and-from-selectors
"""

from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Final

from crema.policies.model.network.truth import some

Network = IPv4Network | IPv6Network

EVERYWHERE: Final[tuple[Network, ...]] = (ip_network("0.0.0.0/0"),)
PRIVATE: Final[tuple[Network, ...]] = tuple(
    map(ip_network, ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")),
)
"""Where pods and nodes have their addresses. Which of them, no manifest says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A range without its exceptions."""

    cidr: Network
    excepted: tuple[Network, ...] = ()

    def holds(self, network: Network) -> bool | None:
        """Whether all addresses of a network lie in it (True), none (False) or some of them (None)."""
        inside = _within(network, self.cidr)
        if inside is False:
            return False
        out = some(_within(network, one) for one in self.excepted)
        if out is True:
            return False
        return None if inside is None or out is None else True

    def __str__(self) -> str:
        """As a person writes it: `10.0.0.0/8 except 10.1.0.0/16`."""
        return str(self.cidr) + (f" except {', '.join(map(str, self.excepted))}" if self.excepted else "")


def _within(network: Network, outer: Network) -> bool | None:
    if network.version != outer.version or not network.overlaps(outer):
        return False
    return True if network.prefixlen >= outer.prefixlen else None


@lru_cache(maxsize=4096)
def network_of(text: str) -> Network | None:
    """A range as text; None for text that is none, which the API server refuses."""
    try:
        return ip_network(text.strip(), strict=False)
    except ValueError:
        return None
