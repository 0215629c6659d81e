"""NetworkPolicies."""

from collections.abc import Mapping
from typing import Final

from crema.policies.model.admission.forms import PORT_NAME, PORT_RANGE, network
from crema.policies.model.admission.labels import selector
from crema.policies.model.admission.refusal import Refusal, Refusals, below, items, mapping, number, text, texts, wrong
from crema.policies.model.values import Json

_TYPES: Final = ("Ingress", "Egress")


def network_policy(spec: Mapping[str, Json]) -> Refusals:
    """What is wrong with the specification of a NetworkPolicy."""
    yield from below("podSelector", selector(spec.get("podSelector")))
    for direction, peers in (("ingress", "from"), ("egress", "to")):
        for index, rule in items(spec.get(direction)):
            for place, port in items(rule.get("ports")):
                yield from below((direction, index, "ports", place), _port(port))
            for place, peer in items(rule.get(peers)):
                yield from below((direction, index, peers, place), _peer(peer))
    types = list(texts(spec.get("policyTypes")))
    if len(types) > len(_TYPES):
        yield Refusal(("policyTypes",), f"has {len(types)} types; at most 2 are allowed")
    for index, one in types:
        if one not in _TYPES:
            yield wrong(("policyTypes", index), one, "Ingress or Egress")


def _port(port: Mapping[str, Json]) -> Refusals:
    given, end = port.get("port"), number(port.get("endPort"))
    value = number(given)
    if port.get("protocol") not in (None, "TCP", "UDP", "SCTP"):
        yield wrong("protocol", port.get("protocol"), "TCP, UDP or SCTP")
    if value is not None and not 1 <= value <= 65535:
        yield wrong("port", value, PORT_RANGE)
    if isinstance(given, str) and not PORT_NAME.fits(given):
        yield wrong("port", given, f"a number, or {PORT_NAME.words}", f"write {given} without quotes" if given.isdecimal() else "")
    if end is None:
        return
    if value is None:
        said = f"is {end} beside the port {text(given)}, a name; a number is required beside it" if given else "is given without a port"
        yield Refusal(("endPort",), said, "leave endPort out, or write the port's number")
    elif end < value or not 1 <= end <= 65535:
        yield wrong("endPort", end, f"{value} (the port) to 65535")


def _peer(peer: Mapping[str, Json]) -> Refusals:
    given = [kind for kind in ("podSelector", "namespaceSelector", "ipBlock") if peer.get(kind) is not None]
    for kind in given:
        if kind != "ipBlock":
            yield from below(kind, selector(peer.get(kind)))
        else:
            yield from below(kind, _block(mapping(peer.get(kind))))
    if not given:
        yield Refusal(
            (), "names no peer; a podSelector, a namespaceSelector or an ipBlock is required", "leave the item out to allow every peer"
        )
    elif "ipBlock" in given and len(given) > 1:
        yield Refusal(("ipBlock",), f"stands beside {given[0]}; an ipBlock stands alone", "make two items of them")


def _block(block: Mapping[str, Json]) -> Refusals:
    whole = network(text(block.get("cidr")))
    if whole is None:
        yield wrong(
            "cidr",
            block.get("cidr"),
            "a range of addresses such as 10.0.0.0/8, with zeros after the prefix,",
            _with_prefix(block.get("cidr")),
        )
    for index, one in texts(block.get("except")):
        part = network(one)
        if part is None:
            yield wrong(("except", index), one, "a range of addresses such as 10.1.0.0/16", _with_prefix(one))
        elif whole is not None and not (
            part.version == whole.version and part.prefixlen > whole.prefixlen and part.network_address in whole
        ):
            yield wrong(("except", index), one, f"a range within {whole}, and smaller than it,")


def _with_prefix(address: Json) -> str:
    return f"write {address}/32 for one address" if isinstance(address, str) and "/" not in address and network(f"{address}/32") else ""
