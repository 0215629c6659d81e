"""The base of every policy.

A policy is one file in `policies/rules/<path>/<slug>.py` with one class. Its docstring is its page: the first paragraph
is the law, then the paragraphs `Why:`, `Fix:` and `Source:`. Its examples are its tests: at least two that it allows
(one a near miss) and two that it denies, each with the place and the message.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from inspect import cleandoc
from typing import ClassVar, Generic, Literal, TypeVar

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Finding, Outcome, Related, Severity, Unchecked, Undecided
from crema.policies.model.manifest import Manifest
from crema.policies.model.node import Node
from crema.policies.model.world import World

Basis = Literal["breaks", "house"]
Target = TypeVar("Target")


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
    allowed: ClassVar[tuple[Example, ...]]
    denied: ClassVar[tuple[Denied, ...]]

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
        """A paragraph of the docstring: `law` (the first), or the one that begins with `Why:`, `Fix:` or `Source:`."""
        paragraphs = [" ".join(part.split()) for part in cleandoc(cls.__doc__ or "").split("\n\n")]
        if name == "law":
            return paragraphs[0]
        label = f"{name.capitalize()}: "
        lines = [line for part in cleandoc(cls.__doc__ or "").split("\n\n") for line in _labelled(part)]
        return next((line.removeprefix(label) for line in lines if line.startswith(label)), "")

    def finding(
        self,
        node: Node,
        message: str,
        *,
        fix: str = "",
        path: tuple[str, ...] = (),
        related: Iterable[Related] = (),
        hints: tuple[str, ...] = (),
    ) -> Finding:
        """A finding at a node. Without a `fix` of its own it carries the docstring's."""
        return Finding(
            policy=self.id,
            severity=self.severity,
            message=message,
            fix=fix or self.section("fix").rstrip("."),
            manifest=node.manifest,
            pointer=node.pointer,
            inner=node.inner or "",
            path=path,
            related=tuple(related),
            hints=hints,
        )

    def undecided(self, manifest: Manifest, fact: str) -> Undecided:
        """The law needs a fact that nothing here says."""
        return Undecided(policy=self.id, manifest=manifest, fact=fact)

    def unchecked(self, manifest: Manifest, why: str) -> Unchecked:
        """The law speaks of this manifest, and cannot look into it."""
        return Unchecked(policy=self.id, manifest=manifest, why=why)


def _labelled(paragraph: str) -> Iterator[str]:
    """The labelled lines of a paragraph, continuation lines joined to the line that they continue."""
    current = ""
    for line in paragraph.splitlines():
        if line.split(":", 1)[0] in {"Why", "Fix", "Source"} and current:
            yield current
            current = ""
        current = f"{current} {line.strip()}".strip()
    if current:
        yield current
