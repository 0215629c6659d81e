"""What a run did not judge, as one list: crashes, what could not be read, too little, and what stayed undecided or unchecked."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from crema.policies.report.details import crash_in_words, shortfall_in_words, undecided_in_words
from crema.policies.report.report import Report, Shortfall, UncheckedThing

Kind = Literal["crashed", "unreadable", "too little", "undecided", "unchecked"]
KINDS: Final[dict[Kind, str]] = {
    "crashed": "A policy raised an exception: a mistake in the policy.",
    "unreadable": "A file could not be read as manifests.",
    "too little": "Fewer targets than the configuration expects, or none at all.",
    "undecided": "A law could not be decided for want of a fact.",
    "unchecked": "Something was passed over.",
}
"""Every kind in the order of the list, and what it means."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Something that was not judged. Empty texts: not known, or none.

    `said`: the whole of it in words, without the policy. `fails`: a run that has this does not end with 0.
    """

    kind: Kind
    said: str
    fails: bool
    policy: str = ""
    environment: str = ""
    file: str = ""
    line: int = 1


def gaps(report: Report) -> Iterator[Gap]:
    """Every gap of a run: what ends it with 4, then what ends it with 3, then what does so only when the run is strict."""
    for crash in report.crashed:
        yield Gap(kind="crashed", said=crash_in_words(crash), fails=True, policy=crash.policy, environment=crash.environment)
    for entry in report.unreadable:
        yield Gap(kind="unreadable", said=entry.why, fails=True, file=entry.file, line=entry.line)
    for short in report.too_little:
        yield _shortfall(short)
    if report.vacuous and not (report.unreadable or report.too_little):
        yield Gap(kind="too little", said="nothing was found to check", fails=True)
    for law in report.undecided:
        said = undecided_in_words(law)
        place, where = law.manifest, law.resource.environment
        yield Gap(kind="undecided", said=said, fails=report.strict, policy=law.policy, environment=where, file=place.file, line=place.line)
    for thing in report.unchecked:
        yield _unchecked(thing, strict=report.strict)


def _shortfall(short: Shortfall) -> Gap:
    """Without a configuration file the environment is a path under which nothing was found."""
    if not short.file:
        return Gap(kind="too little", said=shortfall_in_words(short), fails=True, file=short.environment)
    policy = "" if short.what == "manifests" else short.what
    return Gap(kind="too little", said=shortfall_in_words(short), fails=True, policy=policy, environment=short.environment, file=short.file)


def _unchecked(thing: UncheckedThing, *, strict: bool) -> Gap:
    said = thing.why if thing.resource is None else f"{thing.resource}: {thing.why}"
    where = "" if thing.resource is None else thing.resource.environment
    return Gap(kind="unchecked", said=said, fails=strict, policy=thing.policy, environment=where, file=thing.file)
