"""Run policies over worlds and collect everything that was said, sorted, in one report."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from crema.policies.engine.finding import SEVERITIES, Finding, Severity, Unchecked, Undecided, finding_order
from crema.policies.engine.policy import Policy
from crema.policies.model.node import UnknownShape
from crema.policies.model.read import NotAManifest, Reading, UnreadableDocument
from crema.policies.model.world import World

CLEAN: Final = 0
FINDINGS: Final = 1
USAGE: Final = 2
TOO_LITTLE: Final = 3
CRASHED: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Crash:
    """A policy that raised. `target` is what it was judging (empty: it was still looking for targets)."""

    policy: str
    environment: str
    target: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One run. Findings hold violations only; what was not decided, not checked, not read or crashed stands beside
    them.
    """

    environments: tuple[str, ...]
    policies: tuple[str, ...]
    manifests: int
    targets: dict[str, int]
    findings: tuple[Finding, ...]
    undecided: tuple[Undecided, ...]
    unchecked: tuple[Unchecked, ...]
    unreadable: tuple[UnreadableDocument, ...]
    not_manifests: tuple[NotAManifest, ...]
    crashed: tuple[Crash, ...]

    def exit_code(self, fail_on: Severity = "warning") -> int:
        """4 a policy crashed, 3 too little was checked, 1 findings at or above `fail_on`, else 0; the first that
        applies.
        """
        if self.crashed:
            return CRASHED
        if self.unreadable or not self.manifests:
            return TOO_LITTLE
        failing = SEVERITIES[: SEVERITIES.index(fail_on) + 1]
        return FINDINGS if any(finding.severity in failing for finding in self.findings) else CLEAN


def run(reading: Reading, policies: Iterable[Policy[Any]]) -> Report:
    """Every policy over every world."""
    chosen = tuple(policies)
    heard = [(policy.id, said) for world in reading.worlds for policy in chosen for said in _judge(policy, world)]
    said = [outcome for _, outcome in heard]
    targets = dict.fromkeys((policy.id for policy in chosen), 0)
    for policy_id, outcome in heard:
        targets[policy_id] += isinstance(outcome, _Looked)
    return Report(
        environments=tuple(world.environment for world in reading.worlds),
        policies=tuple(policy.id for policy in chosen),
        manifests=sum(len(world.manifests) for world in reading.worlds),
        targets=targets,
        findings=tuple(sorted({each for each in said if isinstance(each, Finding)}, key=finding_order)),
        undecided=tuple(sorted((each for each in said if isinstance(each, Undecided)), key=_place)),
        unchecked=tuple(sorted((each for each in said if isinstance(each, Unchecked)), key=_place)),
        unreadable=reading.unreadable,
        not_manifests=reading.not_manifests,
        crashed=tuple(each for each in said if isinstance(each, Crash)),
    )


@dataclass(frozen=True, slots=True)
class _Looked:
    """One target was judged."""


def _judge(policy: Policy[Any], world: World) -> Iterator[Finding | Undecided | Unchecked | Crash | _Looked]:
    """What a policy says of a world, target by target, so that one bad target does not hide the others."""
    target: object = ""
    try:
        for target in policy.targets(world):
            yield _Looked()
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


def _place(outcome: Undecided | Unchecked) -> tuple[str, str, int, str, str]:
    manifest = outcome.manifest
    return (manifest.environment, manifest.file, manifest.index, manifest.base, outcome.policy)
