"""The report as a person reads it in a terminal or a log."""

import re
from collections.abc import Iterator
from typing import Final

from crema.policies.report.details import count, crash_in_words, cut, hops, shortfall_in_words, spot, undecided_in_words
from crema.policies.report.report import RelatedPlace, Report, ReportedFinding, Shortfall, SourcePlace

_LONGEST: Final = 110
_NAMED: Final = 10
_COLOURS: Final = {"error": "31", "warning": "33", "info": "36", "waived": "2", "crashed": "31", "unreadable": "31", "too little": "31"}
_LABEL: Final = re.compile(rf"({'|'.join(_COLOURS)})(?:\[[^\]]+\])?(?=: )")
_UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]|(?<=#)#(?=\[)")


def render(report: Report, *, colour: bool = False) -> str:
    """The whole report: findings first, then what was waived, not read, not checked or crashed, the summary line last.

    `colour`: labels are bold and coloured for a terminal. Names and values come from anybody's files, so that what
    could move a terminal's cursor or end a line is escaped.
    """
    blocks = [list(_finding(finding)) for finding in report.open]
    blocks += [list(_waived(report)), list(_crashed(report)), list(_unread(report)), list(_unjudged(report))]
    blocks += [list(_timings(report)), [summary(report)]]
    return "\n\n".join("\n".join(_shown(line, colour) for line in lines) for lines in blocks if lines) + "\n"


def escaped(text: str) -> str:
    """Text without what could move a cursor, turn the direction of writing, end a line, or be an order in a log: GitHub's runner obeys
    `##[add-mask]` anywhere in a line (https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs).
    """
    return _UNPRINTABLE.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    character: str = found[0]
    return r"\x23" if character == "#" else character.encode("unicode_escape").decode("ascii")


def _shown(line: str, colour: bool) -> str:
    plain = escaped(line)
    label = _LABEL.match(plain) if colour else None
    return plain if label is None else f"\x1b[1;{_COLOURS[label[1]]}m{label[0]}\x1b[0m{plain[label.end() :]}"


def summary(report: Report) -> str:
    """The last line of every run: what ran over how much, and what came of it."""
    parts = [
        count(len(report.rules), "policy", "policies"),
        count(report.manifests, "manifest"),
        count(len(report.open), "finding"),
    ]
    if report.waived:
        parts.append(f"{len(report.waived)} waived (next expires {report.next_expiry})")
    if report.since is not None:
        parts.append(f"{report.since.known} known since {report.since.ref}")
    for number, word in (
        (len(report.undecided), "undecided"),
        (len(report.unchecked), "unchecked"),
        (len(report.unreadable), "unreadable"),
        (len(report.crashed), "crashed"),
        (len(_short(report)), "too little"),
    ):
        if number:
            parts.append(f"{number} {word}")
    if report.vacuous:
        parts.append("nothing was found to check")
    return " · ".join(parts)


def _finding(finding: ReportedFinding) -> Iterator[str]:
    yield f"{finding.severity}[{finding.policy}]: {finding.message}"
    yield from _where(finding, "  --> ")
    if finding.path:
        yield f"   |  path: {hops(finding.path)}"
    for related in finding.related:
        yield from _where(related, f"   |  {related.note}: ")
    yield f"  fix: {finding.fix}"


def _where(place: ReportedFinding | RelatedPlace, lead: str) -> Iterator[str]:
    """The Python line first when there is one, the manifest's line after it."""
    if place.source is None:
        yield f"{lead}{spot(place.manifest, place.resource)}"
    else:
        yield f"{lead}{_source_place(place.source)}"
        yield f"   |  {spot(place.manifest, place.resource)}"


def _source_place(place: SourcePlace) -> str:
    return f"{place.file}:{place.line}   {cut(place.text, _LONGEST)}".rstrip()


def _waived(report: Report) -> Iterator[str]:
    """One line each: what is excepted, until when, by whom and why."""
    for finding in report.waived:
        if finding.waiver is not None:
            file, line = finding.place
            until = f"until {finding.waiver.expires}, {finding.waiver.owner}: {finding.waiver.reason}"
            yield f"waived[{finding.policy}]: {finding.resource} ({file}:{line}) {until}"


def _crashed(report: Report) -> Iterator[str]:
    yield from (f"crashed[{crash.policy}]: {crash_in_words(crash)}" for crash in report.crashed)


def _unread(report: Report) -> Iterator[str]:
    yield from (f"unreadable: {entry.file}:{entry.line}  {entry.why}" for entry in report.unreadable)
    for short in _short(report):
        yield f"too little: {shortfall_in_words(short)}"


def _short(report: Report) -> list[Shortfall]:
    """The shortfalls, without the empty paths of a run that found nothing anywhere: its last line says so."""
    return [short for short in report.too_little if short.file or not report.vacuous]


def _unjudged(report: Report) -> Iterator[str]:
    """What was left out, each once; long lists of files end in a number."""
    yield from (f"undecided[{each.policy}]: {undecided_in_words(each)}" for each in report.undecided)
    checked: dict[tuple[str, str], list[str]] = {}
    for each in report.unchecked:
        name = each.file if each.resource is None else f"{each.resource} ({each.file})"
        checked.setdefault((each.policy, each.why), []).append(name)
    for (policy, why), places in checked.items():
        yield f"unchecked{f'[{policy}]' if policy else ''}: {why}: {_some(places)}"


def _timings(report: Report) -> Iterator[str]:
    """The slowest first."""
    for what, seconds in sorted(report.seconds.items(), key=lambda timed: -timed[1]):
        yield f"{seconds * 1000:8.1f} ms  {what}"


def _some(names: list[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
