"""Every alert that a world gives to Prometheus or to Loki's ruler, wherever it is written."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from crema.policies.model.documents import Unreadable, first_body
from crema.policies.model.helm import Release, releases
from crema.policies.model.node import Node
from crema.policies.model.world import World

SEVERITIES: Final = ("critical", "warning", "info")
"""The words of the label `severity` that routes know here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """An alerting rule: its name, the rule, and its severity where it has one. `group`: what holds the rule, whose labels
    it has too since Prometheus 3.
    """

    name: str
    rule: Node
    group: Node | None = None
    set_by_chart: Node | None = None
    """The severity that a chart's value gives to one of the chart's own alerts."""

    def __str__(self) -> str:
        """The alert and where it is written, as reports name it."""
        return f"alert {self.name} in {self.rule.manifest}"

    @property
    def severity(self) -> Node | None:
        """The label `severity`, by which Alertmanager routes. A rule's own label is put over that of its group."""
        own = self.rule.get("labels", "severity") if self.set_by_chart is None else self.set_by_chart
        return own or (self.group.get("labels", "severity") if self.group is not None else None)

    @property
    def place(self) -> Node:
        """The severity's place, or the nearest one above it."""
        return self.severity or self.rule.get("labels") or self.rule


def alerts(world: World) -> Iterator[Alert]:
    """The alerts of PrometheusRules, those in rule files that ConfigMaps hold, and those that charts' values carry."""
    return world.once(_alerts)


def _alerts(world: World) -> Iterator[Alert]:
    for manifest in world.of("monitoring.coreos.com", "PrometheusRule"):
        for group in manifest.root.items("spec", "groups"):
            for rule in group.items("rules"):
                if (name := rule.text("alert")) is not None:
                    yield Alert(name=name, rule=rule, group=group)
    for manifest in world.of("", "ConfigMap"):
        for _, text in manifest.root.entries("data"):
            yield from _below(text, None)
    for release in releases(world):
        if release.values.written is not None:
            yield from _below(release.values.written, None)
            yield from _of_chart(release, release.values.written)


def _below(node: Node, group: Node | None) -> Iterator[Alert]:
    """Rules, found by their shape: whatever a chart calls the value that takes them, a rule has `alert` and `expr`."""
    value = node.value
    if isinstance(value, dict):
        name = value.get("alert")
        if isinstance(name, str) and "expr" in value:
            yield Alert(name=name, rule=node, group=group)
            return
        for key, below in value.items():
            yield from _below(node.child(key, below), group)
    elif isinstance(value, list):
        holder = group if group is not None and isinstance(group.value, dict) and group.value.get("rules") is value else None
        for index, below in enumerate(value):
            item = node.child(index, below)
            yield from _below(item, holder or item)
    elif isinstance(value, str) and "alert:" in value and "groups:" in value and node.inner is None:
        try:
            body = first_body(value)
        except Unreadable:
            return
        if isinstance(body, dict):
            yield from _below(node.embedded(body), None)


def _of_chart(release: Release, top: Node) -> Iterator[Alert]:
    """kube-prometheus-stack: `customRules` gives another severity to alerts of the chart's own."""
    if release.chart == "kube-prometheus-stack":
        for name, rule in top.entries("customRules"):
            severity = rule.get("severity")
            if severity is not None:
                yield Alert(name=name, rule=rule, set_by_chart=severity)
