"""What renderings for machines say alike of a finding, and the lengths that they keep to."""

from collections.abc import Iterator

from crema.policies.report.report import ManifestPlace, RelatedPlace, Report, ReportedFinding, Resource, WaivedBy


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


def cut(text: str, longest: int) -> str:
    """Text of at most so many characters; what is left out shows as an ellipsis."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def count(number: int, one: str, many: str = "") -> str:
    """`1 finding`, `2 findings`."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"


def _both(related: RelatedPlace) -> str:
    manifest = spot(related.manifest, related.resource)
    return manifest if related.source is None else f"{related.source.file}:{related.source.line}, {manifest}"
