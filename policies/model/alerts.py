"""Every alert that a world gives to Prometheus, wherever it is written."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from crema.policies.model.helm import Release, releases
from crema.policies.model.node import Node
from crema.policies.model.world import World

SEVERITIES: Final = ("critical", "warning", "info")
"""The words of the label `severity` that routes know here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """An alerting rule: its name, the rule, and its severity label where it has one."""

    name: str
    rule: Node

    def __str__(self) -> str:
        """The alert and where it is written, as reports name it."""
        return f"alert {self.name} in {self.rule.manifest}"

    @property
    def severity(self) -> Node | None:
        """The label `severity`, by which Alertmanager routes."""
        return self.rule.get("labels", "severity")

    @property
    def place(self) -> Node:
        """The severity's place, or the nearest one above it."""
        return self.severity or self.rule.get("labels") or self.rule


def alerts(world: World) -> Iterator[Alert]:
    """The alerts of PrometheusRules, and those that the values of kube-prometheus-stack carry."""
    for manifest in world.of("monitoring.coreos.com", "PrometheusRule"):
        spec = manifest.root.get("spec")
        if spec is not None:
            yield from _in_groups(spec)
    for release in releases(world):
        if release.chart == "kube-prometheus-stack":
            yield from _in_values(release)


def _in_values(release: Release) -> Iterator[Alert]:
    top = release.values.written
    if top is not None:
        for _, rules in top.entries("additionalPrometheusRulesMap"):
            yield from _in_groups(rules)
        for rules in top.items("additionalPrometheusRules"):
            yield from _in_groups(rules)


def _in_groups(holder: Node) -> Iterator[Alert]:
    for group in holder.items("groups"):
        for rule in group.items("rules"):
            if (name := rule.text("alert")) is not None:
                yield Alert(name=name, rule=rule)
