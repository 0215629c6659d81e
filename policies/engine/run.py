"""Run policies over worlds and collect everything that was said, sorted."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from crema.policies.engine.finding import Finding, Severity, Unchecked, Undecided, finding_order
from crema.policies.engine.policy import Policy
from crema.policies.model.files import NotAManifest, UnreadableDocument
from crema.policies.model.node import UnknownShape
from crema.policies.model.read import Reading
from crema.policies.model.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Crash:
    """A policy that raised. `target` is what it was judging (empty: it was still looking for targets)."""

    policy: str
    environment: str
    target: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """How much of one environment was looked at: its manifests, the documents of the repository, and each policy's targets."""

    environment: str
    closed: bool
    manifests: int
    documents: int
    targets: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one run said. Findings hold violations only; what was not decided, not checked, not read or crashed stands
    beside them. `seconds`: how long each policy took, where a clock was given.
    """

    looked: tuple[Looked, ...]
    policies: tuple[Policy[Any], ...]
    findings: tuple[Finding, ...]
    undecided: tuple[Undecided, ...]
    unchecked: tuple[Unchecked, ...]
    unreadable: tuple[UnreadableDocument, ...]
    not_manifests: tuple[NotAManifest, ...]
    crashed: tuple[Crash, ...]
    empty: tuple[str, ...] = ()
    """Paths under which nothing was found to judge."""
    whole: frozenset[str] = frozenset()
    """The environments that were read from their top."""
    seconds: dict[str, float] = field(default_factory=dict)


def run(
    reading: Reading,
    policies: Iterable[Policy[Any]],
    *,
    severities: dict[str, Severity] | None = None,
    clock: Callable[[], float] | None = None,
) -> Run:
    """Every policy over every world. `severities` replaces those of policies by their ids."""
    chosen, given = tuple(policies), severities or {}
    said: list[Finding | Undecided | Unchecked | Crash] = []
    looked: list[Looked] = []
    seconds = dict.fromkeys((policy.id for policy in chosen), 0.0)
    for world in reading.worlds:
        targets: dict[str, int] = {}
        for policy in chosen:
            begun = clock() if clock is not None else 0.0
            outcomes = _Outcomes(policy, world)
            said.extend(outcomes)
            targets[policy.id] = outcomes.targets
            seconds[policy.id] += clock() - begun if clock is not None else 0.0
        documents = len(world.documents) if world.repository else 0
        manifests = len(world.manifests)
        looked.append(Looked(environment=world.environment, closed=world.closed, manifests=manifests, documents=documents, targets=targets))
    found = {replace(each, severity=given.get(each.policy, each.severity)) for each in said if isinstance(each, Finding)}
    return Run(
        looked=tuple(looked),
        policies=chosen,
        findings=tuple(sorted(found, key=finding_order)),
        undecided=tuple(sorted((each for each in said if isinstance(each, Undecided)), key=_place)),
        unchecked=tuple(sorted((each for each in said if isinstance(each, Unchecked)), key=_place)),
        unreadable=reading.unreadable,
        not_manifests=reading.not_manifests,
        crashed=tuple(each for each in said if isinstance(each, Crash)),
        empty=reading.empty,
        whole=reading.whole,
        seconds=seconds if clock is not None else {},
    )


class _Outcomes:
    """What a policy says of a world, target by target, so that one bad target does not hide the others."""

    def __init__(self, policy: Policy[Any], world: World) -> None:
        self.policy, self.world = policy, world
        self.targets = 0

    def __iter__(self) -> Iterator[Finding | Undecided | Unchecked | Crash]:
        policy, world = self.policy, self.world
        try:
            for target in policy.targets(world):
                self.targets += 1
                try:
                    yield from tuple(policy.judge(world, target))
                except UnknownShape as strange:
                    yield _unknown_shape(policy, strange)
                # The one boundary: whatever a policy raises must be reported, and must not stop the others.
                except Exception as broken:  # noqa: BLE001
                    yield _crash(policy, world, target, broken)
        except UnknownShape as strange:
            yield _unknown_shape(policy, strange)
        # As above, while the policy was still looking for its targets.
        except Exception as broken:  # noqa: BLE001
            yield _crash(policy, world, "", broken)


def _unknown_shape(policy: Policy[Any], strange: UnknownShape) -> Finding:
    fix = "give the field the shape that its API defines"
    return policy.finding(strange.node, f"cannot be judged: {strange}", fix=fix)


def _crash(policy: Policy[Any], world: World, target: object, broken: Exception) -> Crash:
    """Names the policy, the target and the line of the policy that raised. The exception's own text may quote a value
    of a Secret, so only its type is kept.
    """
    trace = broken.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace is not None else ""
    return Crash(policy=policy.id, environment=world.environment, target=str(target), why=f"{type(broken).__name__} at {where}")


def _place(outcome: Undecided | Unchecked) -> tuple[str, str, int, str, str, str]:
    manifest = outcome.manifest
    said = outcome.fact if isinstance(outcome, Undecided) else outcome.why
    return (manifest.environment, manifest.file, manifest.index, manifest.base, outcome.policy, said)
