"""What renderings say alike of a finding and of what was not judged, and the lengths that they keep to."""

from collections.abc import Iterator

from crema.policies.report.report import (
    CrashedPolicy,
    ManifestPlace,
    RelatedPlace,
    Report,
    ReportedFinding,
    Resource,
    Shortfall,
    UndecidedLaw,
    WaivedBy,
)


def fails(report: Report, finding: ReportedFinding) -> bool:
    """Whether a finding ends the run with 1."""
    return finding.status == "open" and finding.severity in report.failing


def details(finding: ReportedFinding) -> Iterator[str]:
    """What follows the message: the fix, the manifest's place, the path, the related places. The Python line is for the caller.

    Each line begins with a word of ours, so that none can be an order in a log.
    """
    yield f"fix: {finding.fix}"
    yield f"manifest: {spot(finding.manifest, finding.resource)}"
    if finding.path:
        yield f"path: {hops(finding.path)}"
    for related in finding.related:
        yield f"related: {related.note}: {_both(related)}"


def spot(place: ManifestPlace, resource: Resource) -> str:
    """File, line, and the pointer or else the object."""
    return f"{place.file}:{place.line}  {place.pointer or resource}"


def hops(path: tuple[str, ...]) -> str:
    """A path, hop by hop."""
    return " → ".join(path)


def waived_until(waiver: WaivedBy) -> str:
    """Until when, by whom and why."""
    return f"waived until {waiver.expires} by {waiver.owner}: {waiver.reason}"


def crash_in_words(crash: CrashedPolicy) -> str:
    """What a policy raised, and what it was doing."""
    judging = f" while it judged {crash.target}" if crash.target else " while it looked for its targets"
    return f"{crash.why}{judging} (environment {crash.environment}); this is a mistake in the policy"


def shortfall_in_words(short: Shortfall) -> str:
    """How much there is, and how much is expected. Without a configuration file the environment is a path."""
    if not short.file:
        return f"{short.environment}: nothing was found to check"
    counted = count(short.found, "manifest") if short.what == "manifests" else f"{count(short.found, 'target')} of {short.what}"
    return f"environment {short.environment} has {counted}; {short.file} expects at least {short.expected}"


def undecided_in_words(law: UndecidedLaw) -> str:
    """The object, and what nothing says of it."""
    return f"{law.resource} needs the fact {law.fact}"


def cut(text: str, longest: int) -> str:
    """Text of at most so many characters; what is left out shows as an ellipsis."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def count(number: int, one: str, many: str = "") -> str:
    """`1 finding`, `2 findings`."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"


def _both(related: RelatedPlace) -> str:
    manifest = spot(related.manifest, related.resource)
    return manifest if related.source is None else f"{related.source.file}:{related.source.line}, {manifest}"
