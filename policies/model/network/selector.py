"""Label selectors, and labels of which some may only be known when the cluster runs.

https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from crema.policies.model.network.truth import every, no
from crema.policies.model.node import Node

MADE_AT_RUN_TIME: Final = frozenset(
    {
        "apps.kubernetes.io/pod-index",
        "batch.kubernetes.io/controller-uid",
        "batch.kubernetes.io/job-completion-index",
        "batch.kubernetes.io/job-name",
        "controller-revision-hash",
        "controller-uid",
        "job-name",
        "pod-template-generation",
        "pod-template-hash",
        "rollouts-pod-template-hash",
        "statefulset.kubernetes.io/pod-name",
        "topology.kubernetes.io/region",
        "topology.kubernetes.io/zone",
    }
)
"""Labels that controllers add to pods: no template carries them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """The labels of something. `open`: it may carry others than these."""

    carried: Mapping[str, str] = field(default_factory=dict)
    open: bool = False

    def has(self, key: str) -> bool | None:
        """Whether it carries this key."""
        return True if key in self.carried else None if self.open or key in MADE_AT_RUN_TIME else False

    def among(self, key: str, values: frozenset[str]) -> bool | None:
        """Whether it carries this key with one of these values."""
        return self.carried[key] in values if key in self.carried else self.has(key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One demand on a label: `operator` is In, NotIn, Exists or DoesNotExist."""

    key: str
    operator: str
    values: frozenset[str] = frozenset()

    def meets(self, labels: Labels) -> bool | None:
        """Whether labels meet it: what does not carry the key at all is not in any values."""
        if self.operator in {"In", "NotIn"}:
            within = labels.among(self.key, self.values)
            return within if self.operator == "In" else no(within)
        return labels.has(self.key) if self.operator == "Exists" else no(labels.has(self.key))

    def __str__(self) -> str:
        """As a person writes it: `app=order`, `tier notin (web, api)`."""
        if self.operator == "In" and len(self.values) == 1:
            return f"{self.key}={next(iter(self.values))}"
        if self.operator in {"In", "NotIn"}:
            return f"{self.key} {self.operator.lower()} ({', '.join(sorted(self.values))})"
        return self.key if self.operator == "Exists" else f"!{self.key}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selector:
    """What all of its requirements hold for; without any it selects everything."""

    requirements: tuple[Requirement, ...] = ()

    def selects(self, labels: Labels) -> bool | None:
        """Whether something with these labels is selected."""
        return every(requirement.meets(labels) for requirement in self.requirements)

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The labels that everything it selects carries with just one value."""
        exact = (one for one in self.requirements if one.operator == "In" and len(one.values) == 1)
        return tuple((one.key, next(iter(one.values))) for one in exact)

    def __str__(self) -> str:
        """Its requirements, or that there are none."""
        return ", ".join(map(str, self.requirements)) or "everything"


def selector_of(node: Node) -> Selector:
    """The selector that a node holds (matchLabels and matchExpressions)."""
    read = [Requirement(key=key, operator="In", values=frozenset({value})) for key, value in node.texts("matchLabels").items()]
    for one in node.items("matchExpressions"):
        values = frozenset(str(value.value) for value in one.items("values"))
        read.append(Requirement(key=one.text("key") or "", operator=one.text("operator") or "", values=values))
    return Selector(requirements=tuple(read))
