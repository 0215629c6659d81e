"""The same report with files named from another directory, for readers that know the root of the repository and not where crema ran."""

import posixpath
from dataclasses import replace
from typing import TypeVar

from crema.policies.report.report import ManifestPlace, RelatedPlace, Report, ReportedFinding, Shortfall, SourcePlace, WaivedBy

_Placed = TypeVar("_Placed", ManifestPlace, SourcePlace, WaivedBy)


def rebased(report: Report, *, here: str, root: str) -> Report:
    """Files below `root` are named from there, all others from `/`. `here`: from where the report names them. Both are absolute."""
    move = _Move(here, root)
    return replace(
        report,
        findings=tuple(move.finding(finding) for finding in report.findings),
        undecided=tuple(replace(law, manifest=move.place(law.manifest)) for law in report.undecided),
        unchecked=tuple(replace(thing, file=move.file(thing.file)) for thing in report.unchecked),
        unreadable=tuple(replace(entry, file=move.file(entry.file)) for entry in report.unreadable),
        too_little=tuple(move.shortfall(short) for short in report.too_little),
    )


class _Move:
    """From one directory to another."""

    def __init__(self, here: str, root: str) -> None:
        self.here, self.root = here, posixpath.normpath(root)

    def file(self, file: str) -> str:
        """The name of one file."""
        whole = posixpath.normpath(posixpath.join(self.here, file))
        inside = posixpath.commonpath([whole, self.root]) == self.root
        return posixpath.relpath(whole, self.root) if inside else whole

    def place(self, place: _Placed) -> _Placed:
        """A place in one file."""
        return replace(place, file=self.file(place.file))

    def finding(self, finding: ReportedFinding) -> ReportedFinding:
        """A finding with every place that it has."""
        return replace(
            finding,
            manifest=self.place(finding.manifest),
            source=None if finding.source is None else self.place(finding.source),
            related=tuple(self.related(related) for related in finding.related),
            waiver=None if finding.waiver is None else self.place(finding.waiver),
        )

    def related(self, related: RelatedPlace) -> RelatedPlace:
        """A related place."""
        source = None if related.source is None else self.place(related.source)
        return replace(related, manifest=self.place(related.manifest), source=source)

    def shortfall(self, short: Shortfall) -> Shortfall:
        """A shortfall names the configuration, or else, as its environment, a path under which nothing was found."""
        if short.file:
            return replace(short, file=self.file(short.file))
        return replace(short, environment=self.file(short.environment))
