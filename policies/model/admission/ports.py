"""Port numbers and port names of containers and Services."""

from collections.abc import Mapping
from typing import Final

from crema.policies.model.admission.containers import duplicates, each
from crema.policies.model.admission.forms import DNS_LABEL, PORT_NAME, PORT_RANGE, QUALIFIED, is_qualified, misfit
from crema.policies.model.admission.refusal import Refusal, Refusals, below, items, number, text, twice, wrong
from crema.policies.model.values import Json

_LAST: Final = 65535


def port_number(holder: Mapping[str, Json], key: str, *, zero: bool = False) -> Refusals:
    """What is wrong with the port number of a field, where it has one."""
    value = number(holder.get(key))
    if value is not None and not (0 if zero else 1) <= value <= _LAST:
        yield wrong(key, value, PORT_RANGE)


def port_or_name(holder: Mapping[str, Json], key: str) -> Refusals:
    """What is wrong with a field that holds a port's number or its name."""
    value = holder.get(key)
    if isinstance(value, str) and not PORT_NAME.fits(value):
        numeric = value.isdecimal()
        fix = f"write the number without quotes: {value}" if numeric else ""
        yield wrong(key, value, f"a number from {PORT_RANGE}, or the name of a port: {PORT_NAME.words.rstrip(',')}", fix)
    yield from port_number(holder, key)


def container_ports(spec: Mapping[str, Json]) -> Refusals:
    """What is wrong with the ports of a pod's containers."""
    yield from each(spec, _ports)
    yield from duplicates(spec)
    if spec.get("hostNetwork") is True:
        for index, container in items(spec.get("containers")):
            for place, port in items(container.get("ports")):
                host, inside = number(port.get("hostPort")), number(port.get("containerPort"))
                if host and host != inside:
                    way = ("containers", index, "ports", place, "hostPort")
                    yield wrong(
                        way, host, f"{inside}, the containerPort, on the host's network", "write the same number, or leave hostPort out"
                    )


def service_ports(spec: Mapping[str, Json]) -> Refusals:
    """What is wrong with the ports of a Service. A port without a name, or a nodePort without its type, is another policy's."""
    names: dict[str, int] = {}
    numbers: dict[tuple[str, int], int] = {}
    nodes: dict[tuple[str, int], int] = {}
    many = list(items(spec.get("ports")))
    for index, port in many:
        protocol = text(port.get("protocol")) or "TCP"
        yield from below(("ports", index), misfit(port, "name", DNS_LABEL))
        if port.get("name") == "" and len(many) > 1:
            yield wrong(("ports", index, "name"), "", f"a name for each of {len(many)} ports")
        yield from below(("ports", index), port_number(port, "port"))
        if port.get("targetPort") not in (0, ""):
            yield from below(("ports", index), port_or_name(port, "targetPort"))
        yield from below(("ports", index), port_number(port, "nodePort", zero=True))
        kind = text(port.get("appProtocol"))
        if port.get("appProtocol") is not None and not is_qualified(kind):
            yield wrong(("ports", index, "appProtocol"), kind, QUALIFIED.words)
        name = text(port.get("name"))
        if name and name in names:
            yield Refusal(("ports", index, "name"), twice(name, ("spec", "ports", names[name], "name")), "give each port a name of its own")
        names.setdefault(name, index)
        for key, taken in (("port", numbers), ("nodePort", nodes)):
            value = number(port.get(key))
            if value and (protocol, value) in taken:
                first = ("spec", "ports", taken[protocol, value], key)
                yield Refusal(("ports", index, key), twice(value, first), f"give each {protocol} port a number of its own")
            if value:
                taken.setdefault((protocol, value), index)


def _ports(container: Mapping[str, Json]) -> Refusals:
    for index, port in items(container.get("ports")):
        yield from below(("ports", index), misfit(port, "name", PORT_NAME))
        yield from below(("ports", index), port_number(port, "containerPort"))
        yield from below(("ports", index), port_number(port, "hostPort", zero=True))
