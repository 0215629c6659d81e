"""The base of every policy.

A policy is one file in `policies/rules/<path>/<slug>.py` with one class. Its docstring is its page: the first paragraph
is the law, then the paragraphs `Why:`, `Fix:` and `Source:`. Its examples are its tests: at least two that it allows
(one a near miss) and two that it denies, each with the place and the message.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from inspect import cleandoc
from typing import Any, ClassVar, Final, Generic, Literal, Self, TypeVar

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Finding, Outcome, Related, Severity, Unchecked, Undecided
from crema.policies.model.manifest import Manifest
from crema.policies.model.node import Node
from crema.policies.model.world import World

Basis = Literal["breaks", "house"]
Target = TypeVar("Target")
_SECTIONS: Final = ("Why", "Fix", "Source")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """Something of a policy that a configuration may set: its name, what it is, the JSON Schema of its value, its default."""

    name: str
    what: str
    schema: Mapping[str, Any] = field(default_factory=dict)
    default: Any = None


class Policy(ABC, Generic[Target]):
    """One law over a world.

    `targets` names what there is to judge, `judge` judges one. The engine counts targets (a run that looked at nothing
    is not a pass) and keeps a crash on one of them from hiding the others. Both are pure: no state, files, time or
    order. `str(target)` names the target in reports.
    """

    id: ClassVar[str]
    severity: ClassVar[Severity] = "error"
    basis: ClassVar[Basis]
    """`breaks`: the policy can name the request, alert, sync or byte that is lost. `house`: one platform's
    convention.
    """
    waivable: ClassVar[bool] = True
    parameters: ClassVar[tuple[Parameter, ...]] = ()
    allowed: ClassVar[tuple[Example, ...]]
    denied: ClassVar[tuple[Denied, ...]]

    def __init__(self, given: Mapping[str, Any] | None = None) -> None:
        self._given = dict(given or {})

    def configured(self, given: Mapping[str, Any]) -> Self:
        """The policy with these parameters set; the others keep their defaults."""
        return type(self)(given)

    def parameter(self, name: str) -> Any:
        """The value of a parameter: what a configuration sets, else its default."""
        return self._given.get(name, next(one.default for one in self.parameters if one.name == name))

    @abstractmethod
    def targets(self, world: World) -> Iterable[Target]:
        """Everything in the world that this law speaks of, right or wrong."""

    @abstractmethod
    def judge(self, world: World, target: Target) -> Iterator[Outcome]:
        """Every violation at one target; nothing when it obeys."""

    def check(self, world: World) -> Iterator[Outcome]:
        """Every outcome over a world."""
        for target in self.targets(world):
            yield from self.judge(world, target)

    @classmethod
    def section(cls, name: str) -> str:
        """A part of the docstring: `law` (its first paragraph), or what follows `Why:`, `Fix:` or `Source:`."""
        return _sections(cls.__doc__ or "").get(name, "")

    def finding(
        self,
        node: Node,
        message: str,
        *,
        fix: str = "",
        path: tuple[str, ...] = (),
        related: Iterable[Related] = (),
        hints: tuple[str, ...] = (),
        subject: str = "",
        severity: Severity | None = None,
        veiled: bool = False,
    ) -> Finding:
        """A finding at a node. Without a `fix` of its own it carries the docstring's; without a `severity`, the policy's."""
        return Finding(
            policy=self.id,
            severity=severity or self.severity,
            message=message,
            fix=fix or self.section("fix").rstrip("."),
            manifest=node.manifest,
            pointer=node.pointer,
            inner=node.inner or "",
            path=path,
            related=tuple(related),
            hints=hints,
            subject=subject,
            veiled=veiled,
        )

    def undecided(self, manifest: Manifest, fact: str) -> Undecided:
        """The law needs a fact that nothing here says."""
        return Undecided(policy=self.id, manifest=manifest, fact=fact)

    def unchecked(self, manifest: Manifest, why: str) -> Unchecked:
        """The law speaks of this manifest, and cannot look into it."""
        return Unchecked(policy=self.id, manifest=manifest, why=why)


@cache
def _sections(docstring: str) -> Mapping[str, str]:
    """The law and the labelled parts of a docstring; lines that continue a part are joined to it."""
    paragraphs = cleandoc(docstring).split("\n\n")
    found = {"law": " ".join(paragraphs[0].split())}
    for paragraph in paragraphs[1:]:
        current = ""
        for line in paragraph.splitlines():
            label, _, rest = line.partition(":")
            if label in _SECTIONS:
                current = label.lower()
                found[current] = rest.strip()
            elif current:
                found[current] += f" {line.strip()}"
    return found
