"""The report as Markdown: GitHub's job summary, and comments on pull requests.

Everything that comes from somebody's files is escaped, so that it can end no cell, and make no HTML, link, mention or reference. A job
summary may have 1 MiB: each part has a share of 900,000 bytes, and one that needs more ends in a number.

Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands (the limit), https://github.github.com/gfm/
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from crema.policies.report.details import count, cut, fails, hops
from crema.policies.report.gaps import KINDS, Kind, gaps
from crema.policies.report.report import CRASHED, FINDINGS, TOO_LITTLE, ManifestPlace, Report, ReportedFinding, SourcePlace
from crema.policies.report.text import escaped, summary

_FINDINGS_ROOM: Final = 500_000
_PART_ROOM: Final = 50_000
"""Bytes of UTF-8."""
_LONGEST: Final = 2000
_TITLES: Final[dict[Kind, str]] = {
    "crashed": "Crashed policies",
    "unreadable": "Could not be read",
    "too little": "Too little to check",
    "undecided": "Undecided",
    "unchecked": "Not checked",
}
_SPECIAL: Final = re.compile(r"[\\`*_{}\[\]<>&|~$!]|:(?=//)|(?<=www)\.|@|#(?=\d)|(?<=[Gg][Hh])-(?=\d)")
_NOTHING: Final = "\u200b"
"""A zero-width space: GitHub looks for @name, #1 and GH-1 in what a reader sees, whatever the Markdown was."""


def render(report: Report) -> str:
    """The verdict, the open findings, whatever else there is to know, the summary line."""
    lines = [f"### crema: {_verdict(report)}", ""]
    lines += _part("", "| | policy | what is wrong | where | fix |", [_row(finding) for finding in report.open], _FINDINGS_ROOM)
    lines += _part("Waived", "| policy | what is wrong | where | until | owner | reason |", _waived(report))
    for kind in KINDS:
        rows = [_cells(gap.policy, gap.said, f"{gap.file}:{gap.line}" if gap.file else "") for gap in gaps(report) if gap.kind == kind]
        lines += _part(_TITLES[kind], "| policy | what | where |", rows)
    targets = _part("", "| policy | targets |", [_cells(rule.id, str(rule.targets)) for rule in report.rules])
    if targets:
        lines += ["<details><summary>What each policy looked at</summary>", "", *targets, "</details>", ""]
    return "\n".join([*lines, written(summary(report)), ""])


def written(text: str) -> str:
    """Text that Markdown shows as it is, in a cell of a table too."""
    return _SPECIAL.sub(_safe, escaped(cut(text, _LONGEST)))


def _safe(found: re.Match[str]) -> str:
    if found[0] in "@#-":
        return f"{found[0]}{_NOTHING}"
    return f"&#{ord(found[0])};"


def _verdict(report: Report) -> str:
    """In words: how it ended, why, and the exit code."""
    code, failing = report.exit_code, sum(fails(report, finding) for finding in report.findings)
    if code == CRASHED:
        said = count(len(report.crashed), "crash of a policy", "crashes of policies")
    elif code == TOO_LITTLE:
        causes = [gap.kind for gap in gaps(report) if gap.fails]
        said = "too little was checked: " + ", ".join(f"{causes.count(kind)} {kind}" for kind in KINDS if kind in causes)
    elif code == FINDINGS:
        said = f"{count(failing, 'finding')} of severity {report.fail_on}" + (" or above" if report.fail_on != "error" else "")
    else:
        below = f", with {count(len(report.open), 'finding')} below {report.fail_on}" if report.open else ""
        return f"passed{below} (exit code 0)"
    also = f", {count(failing, 'finding')}" if failing and code != FINDINGS else ""
    return f"failed, {said}{also} (exit code {code})"


def _row(finding: ReportedFinding) -> str:
    path = f" · path: {hops(finding.path)}" if finding.path else ""
    related = "".join(f" · {each.note}: {_place(each.source or each.manifest)}" for each in finding.related)
    return _cells(finding.severity, finding.policy, f"{cut(finding.message, _LONGEST // 2)}{path}{related}", _where(finding), finding.fix)


def _waived(report: Report) -> Iterator[str]:
    for finding in report.waived:
        if finding.waiver is not None:
            until = finding.waiver.expires.isoformat()
            yield _cells(finding.policy, finding.message, _where(finding), until, finding.waiver.owner, finding.waiver.reason)


def _where(finding: ReportedFinding) -> str:
    """Both places in one cell: the Python line, then the manifest's."""
    manifest = _place(finding.manifest)
    return manifest if finding.source is None else f"{_place(finding.source)} · {manifest}"


def _place(place: SourcePlace | ManifestPlace) -> str:
    return f"{place.file}:{place.line}"


def _cells(*texts: str) -> str:
    return "| " + " | ".join(map(written, texts)) + " |"


def _part(title: str, head: str, rows: Iterable[str], room: int = _PART_ROOM) -> Sequence[str]:
    """A table with as many rows as there is room for; nothing where there are no rows."""
    every = [*rows]
    if not every:
        return ()
    lines = [f"#### {title} ({len(every)})", ""] if title else []
    lines += [head, "|" + " --- |" * (head.count("|") - 1)]
    for number, row in enumerate(every):
        room -= len(row.encode("utf-8")) + 1
        if room < 0:
            return [*lines, "", f"and {len(every) - number} more", ""]
        lines.append(row)
    return [*lines, ""]
