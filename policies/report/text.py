"""The report as a person reads it in a terminal or a log."""

import re
from collections.abc import Iterator
from typing import Final

from crema.policies.engine.finding import Finding, Related
from crema.policies.engine.run import Report
from crema.policies.model.read import line_in
from crema.policies.model.source import Place, source_of

_LONGEST: Final = 110
_NAMED: Final = 10


_COLOURS: Final = {"error": "31", "warning": "33", "info": "36", "crashed": "31", "unreadable": "31"}
_LABEL: Final = re.compile(rf"({'|'.join(_COLOURS)})(?:\[[^\]]+\])?(?=: )")
_UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def render(report: Report, *, colour: bool = False) -> str:
    """The whole report: findings first, then what was not read, not checked or crashed, the summary line last.

    `colour`: labels are bold and coloured for a terminal. Names and values come from anybody's files, so that what
    could move a terminal's cursor or end a line is escaped.
    """
    blocks = [list(_finding(finding)) for finding in report.findings]
    blocks += [list(_crashed(report)), list(_unread(report)), list(_unjudged(report)), [summary(report)]]
    return "\n\n".join("\n".join(_shown(line, colour) for line in lines) for lines in blocks if lines) + "\n"


def _shown(line: str, colour: bool) -> str:
    plain = _UNPRINTABLE.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), line)
    label = _LABEL.match(plain) if colour else None
    return plain if label is None else f"\x1b[1;{_COLOURS[label[1]]}m{label[0]}\x1b[0m{plain[label.end() :]}"


def summary(report: Report) -> str:
    """The last line of every run: what ran over how much, and what came of it."""
    parts = [
        _count(len(report.policies), "policy", "policies"),
        _count(report.manifests, "manifest", "manifests"),
        _count(len(report.findings), "finding", "findings"),
    ]
    for number, word in (
        (len(report.undecided), "undecided"),
        (len(report.unchecked) + len(report.not_manifests), "unchecked"),
        (len(report.unreadable), "unreadable"),
        (len(report.crashed), "crashed"),
    ):
        if number:
            parts.append(f"{number} {word}")
    if not report.manifests:
        parts.append("nothing was found to check")
    return " · ".join(parts)


def _finding(finding: Finding) -> Iterator[str]:
    yield f"{finding.severity}[{finding.policy}]: {finding.message}"
    yield from _where(finding, "  --> ")
    if finding.path:
        yield "   |  path: " + " → ".join(finding.path)
    for related in finding.related:
        yield from _where(related, f"   |  {related.note}: ")
    yield f"  fix: {finding.fix}"


def _where(place: Finding | Related, lead: str) -> Iterator[str]:
    """The Python line first when there is one, the manifest's line after it. The Python text of a Secret may hold its
    value and is not shown.
    """
    source = source_of(place.manifest, place.pointer, place.inner, place.hints)
    if source is None:
        yield f"{lead}{_manifest_place(place)}"
    else:
        secret = place.manifest.ref.kind == "Secret"
        yield f"{lead}{source.file}:{source.line}" if secret else f"{lead}{_source_place(source)}"
        yield f"   |  {_manifest_place(place)}"


def _source_place(place: Place) -> str:
    shown = place.text if len(place.text) <= _LONGEST else place.text[: _LONGEST - 1] + "…"
    return f"{place.file}:{place.line}   {shown}".rstrip()


def _manifest_place(place: Finding | Related) -> str:
    line = line_in(place.manifest, place.pointer, place.inner)
    at = place.manifest.file if line is None else f"{place.manifest.file}:{line}"
    inner = f"#{place.inner}" if place.inner else ""
    return f"{at}  {place.pointer or place.manifest}{inner}"


def _crashed(report: Report) -> Iterator[str]:
    for crash in report.crashed:
        judging = f" while it judged {crash.target}" if crash.target else " while it looked for its targets"
        where = f"{judging} (environment {crash.environment}); this is a mistake in the policy"
        yield f"crashed[{crash.policy}]: {crash.why}{where}"


def _unread(report: Report) -> Iterator[str]:
    yield from (f"unreadable: {entry.file}:{entry.line}  {entry.why}" for entry in report.unreadable)


def _unjudged(report: Report) -> Iterator[str]:
    """What was left out, each once; long lists of files end in a number."""
    yield from (f"undecided[{each.policy}]: {each.manifest} needs the fact {each.fact}" for each in report.undecided)
    checked: dict[tuple[str, str], list[str]] = {}
    for each in report.unchecked:
        checked.setdefault((each.policy, each.why), []).append(f"{each.manifest} ({each.manifest.file})")
    for (policy, why), places in checked.items():
        yield f"unchecked[{policy}]: {why}: {_some(places)}"
    left_out: dict[str, list[str]] = {}
    for file in report.not_manifests:
        left_out.setdefault(file.why, []).append(file.file)
    yield from (f"unchecked: {why}: {_some(files)}" for why, files in left_out.items())


def _some(names: list[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
