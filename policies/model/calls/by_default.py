"""Whom the programs of charts call when a user says nothing else: addresses that only the charts' own defaults have."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from crema.policies.contracts.chart import chart_of
from crema.policies.contracts.contract import contract_for
from crema.policies.model.calls.address import Address, urls
from crema.policies.model.helm import Release
from crema.policies.model.node import Node
from crema.policies.model.values import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class _Default:
    """A value with an address. when: what has to be on for it to be used; instead: what the chart takes before it, if there is any."""

    value: tuple[str, ...]
    when: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()


_KNOWN: Final = {
    "promtail": (_Default(value=("config", "clients")),),
    "tempo": (
        _Default(
            value=("tempo", "metricsGenerator", "remoteWriteUrl"),
            when=("tempo", "metricsGenerator", "enabled"),
            instead=("tempo", "metricsGenerator", "storage", "remote_write"),
        ),
    ),
}
"""Read off the charts' values and templates: promtail 6.17, tempo 2.2."""


def by_default(release: Release) -> Iterator[tuple[Node, str, Address]]:
    """The addresses that a release calls by its chart's defaults, each at the value that makes it do so, else at the chart's name."""
    contract = contract_for(release.chart)
    if contract is None or not contract.covers(release.version) or release.unread:
        return
    chart = chart_of(release)
    for default in _KNOWN.get(release.chart, ()):
        if release.values.has(*default.value) or (default.when and not chart.on(*default.when)):
            continue
        if default.instead and chart.on(*default.instead):
            continue
        place = release.values.place(release.source, *default.when) if default.when else release.source
        for text in _texts(chart.at(*default.value)):
            yield from ((place, f"{'.'.join(default.value)} (the chart's default)", address) for address in urls(text))


def _texts(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
