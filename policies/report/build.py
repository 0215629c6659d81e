"""From a run and its exceptions to the report."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from crema.policies.engine.finding import Finding, Severity, finding_order
from crema.policies.engine.fingerprint import fingerprints
from crema.policies.engine.policy import Policy
from crema.policies.engine.run import Run
from crema.policies.engine.settings import MANIFESTS
from crema.policies.engine.waivers import Known, Waiver, WaiversAreHonest, sort_out
from crema.policies.report.locate import manifest_place, related_place, resource, source_place
from crema.policies.report.report import (
    CrashedPolicy,
    Environment,
    Report,
    ReportedFinding,
    Rule,
    Shortfall,
    Since,
    Tool,
    UncheckedThing,
    UndecidedLaw,
    UnreadableFile,
    WaivedBy,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What was asked of a run, beside the manifests themselves.

    `known`: what waivers may name; None: they are left out, and so is what is wrong with them. `judge_waivers`: whether what is wrong
    with them is said. `expect`: environment → policy (or
    `manifests`) → how many targets at least; only environments that were read whole. `since`: a reference and the
    fingerprints of the findings that it had.
    """

    version: str
    as_of: date
    fail_on: Severity = "warning"
    strict: bool = False
    waivers: Sequence[Waiver] = ()
    known: Known | None = None
    judge_waivers: bool = True
    expect: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    expected_by: str = ""
    """The file that has the expectations."""
    since: tuple[str, frozenset[str]] | None = None
    tools: tuple[Tool, ...] = ()


def build(run: Run, question: Question) -> Report:
    """The report of a run."""
    covered: dict[Finding, Waiver] = {}
    about: tuple[Finding, ...] = ()
    if question.known is not None:
        covered, about = sort_out(run.findings, question.waivers, question.known, question.as_of)
        about = about if question.judge_waivers else ()
    everything = [*fingerprints(sorted((*run.findings, *about), key=finding_order))]
    fresh, since = everything, None
    if question.since is not None:
        ref, before = question.since
        fresh = [(finding, print_) for finding, print_ in everything if print_ not in before]
        since = Since(ref=ref, known=len(everything) - len(fresh))
    bases = {policy.id: policy.basis for policy in run.policies}
    reported = [_finding(finding, print_, covered.get(finding), bases.get(finding.policy, "breaks")) for finding, print_ in fresh]
    return Report(
        version=question.version,
        as_of=question.as_of,
        fail_on=question.fail_on,
        strict=question.strict,
        environments=tuple(
            Environment(
                name=each.environment, closed=each.closed, manifests=each.manifests, documents=each.documents, targets=dict(each.targets)
            )
            for each in run.looked
        ),
        rules=tuple(_rules(run, question)),
        findings=tuple(reported),
        undecided=tuple(
            UndecidedLaw(policy=each.policy, resource=resource(each.manifest), manifest=manifest_place(each.manifest), fact=each.fact)
            for each in run.undecided
        ),
        unchecked=tuple(_unchecked(run)),
        unreadable=tuple(UnreadableFile(file=each.file, line=each.line, why=each.why) for each in run.unreadable),
        crashed=tuple(
            CrashedPolicy(policy=each.policy, environment=each.environment, target=each.target, why=each.why) for each in run.crashed
        ),
        too_little=tuple(_too_little(run, question)),
        tools=question.tools,
        since=since,
        seconds=dict(run.seconds),
    )


def _rules(run: Run, question: Question) -> Iterable[Rule]:
    for policy in run.policies:
        yield _rule(policy, sum(looked.targets.get(policy.id, 0) for looked in run.looked))
    if question.known is not None and question.judge_waivers and question.waivers:
        yield _rule(WaiversAreHonest(), len(question.waivers))


def _rule(policy: Policy[Any], targets: int) -> Rule:
    """A policy as reports describe it."""
    sections = {name: policy.section(name) for name in ("law", "why", "fix", "source")}
    return Rule(id=policy.id, severity=policy.severity, basis=policy.basis, waivable=policy.waivable, targets=targets, **sections)


def _finding(finding: Finding, fingerprint: str, waiver: Waiver | None, basis: Any) -> ReportedFinding:
    return ReportedFinding(
        policy=finding.policy,
        severity=finding.severity,
        basis=basis,
        message=finding.message,
        fix=finding.fix,
        status="open" if waiver is None else "waived",
        resource=resource(finding.manifest),
        manifest=manifest_place(finding.manifest, finding.pointer, finding.inner),
        source=source_place(finding),
        path=finding.path,
        related=tuple(related_place(related) for related in finding.related),
        fingerprint=fingerprint,
        waiver=None if waiver is None else _waived_by(waiver),
    )


def _waived_by(waiver: Waiver) -> WaivedBy:
    place = manifest_place(waiver.node.manifest, waiver.node.pointer)
    return WaivedBy(reason=waiver.reason, owner=waiver.owner, expires=waiver.expires, file=place.file, line=place.line)


def _unchecked(run: Run) -> Iterable[UncheckedThing]:
    for each in run.unchecked:
        yield UncheckedThing(policy=each.policy, resource=resource(each.manifest), file=each.manifest.file, why=each.why)
    for file in run.not_manifests:
        yield UncheckedThing(file=file.file, why=file.why)


def _too_little(run: Run, question: Question) -> Iterable[Shortfall]:
    """Where nothing was found, and where fewer targets were looked at than the configuration expects of a whole environment. A
    policy that was left out of the run owes nothing.
    """
    for path in run.empty:
        yield Shortfall(environment=path, what=MANIFESTS, expected=1, found=0, file="")
    for looked in run.looked:
        expected = question.expect.get(looked.environment, {}) if looked.environment in run.whole else {}
        found = {**looked.targets, MANIFESTS: looked.manifests}
        for what, least in sorted(expected.items()):
            if what in found and found[what] < least:
                yield Shortfall(environment=looked.environment, what=what, expected=least, found=found[what], file=question.expected_by)
