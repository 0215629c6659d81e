"""The report as annotations of GitHub Actions: at most ten, then a line about the rest and the summary line.

GitHub drops what is too much in silence (ten of a kind for each step); here nothing is left out without a word.

Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands (the commands and their escapes),
https://docs.github.com/en/rest/checks/runs (a message of at most 64 KB, a title of 255 characters).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from crema.policies.report.details import count, cut, details
from crema.policies.report.gaps import Gap, gaps
from crema.policies.report.report import Report, ReportedFinding
from crema.policies.report.text import escaped, summary

_MOST: Final = 10
_TITLE: Final = 200
_MESSAGE: Final = 4000
_LINE: Final = 800
_LINES: Final = 12
_RAISED_AT: Final = re.compile(r" at (\S+\.py):(\d+)")

Command = Literal["error", "warning", "notice"]
_COMMANDS: Final[tuple[Command, ...]] = ("error", "warning", "notice")
_OF_SEVERITY: Final[dict[str, Command]] = {"error": "error", "warning": "warning", "info": "notice"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Annotation:
    """One annotation; the first of `lines` is the message."""

    command: Command
    title: str
    file: str
    line: int
    lines: tuple[str, ...]
    finding: bool

    def __str__(self) -> str:
        properties = {"file": self.file, "line": str(self.line), "title": cut(self.title, _TITLE)}
        written = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
        message, *others = self.lines
        shown = [cut(message, _MESSAGE), *(cut(line, _LINE) for line in others[:_LINES]), *(["…"] if len(others) > _LINES else [])]
        return f"::{self.command} {written}::{'%0A'.join(map(_data, shown))}"


def render(report: Report) -> str:
    """The most severe annotations, in the report's order; what fails the run without being a finding counts as an error."""
    every = [_of_gap(gap) for gap in gaps(report) if gap.fails] + [_of_finding(finding) for finding in report.open]
    ordered = sorted(every, key=lambda annotation: _COMMANDS.index(annotation.command))
    lines = [*map(str, ordered[:_MOST]), *_rest(ordered[_MOST:]), escaped(summary(report))]
    return "".join(f"{line}\n" for line in lines)


def policy_file(policy: str) -> str:
    """The file of a policy by its id."""
    folder, _, slug = policy.partition("-")
    return f"policies/rules/{folder}/{slug.replace('-', '_')}.py"


def _of_finding(finding: ReportedFinding) -> _Annotation:
    file, line = finding.place
    lines = (finding.message, *details(finding))
    return _Annotation(command=_OF_SEVERITY[finding.severity], title=finding.policy, file=file, line=line, lines=lines, finding=True)


def _of_gap(gap: Gap) -> _Annotation:
    file, line = (gap.file or ".", gap.line) if gap.kind != "crashed" else _place_of_crash(gap)
    title = f"{gap.kind}: {gap.policy}" if gap.policy else gap.kind
    return _Annotation(command="error", title=title, file=file, line=line, lines=(gap.said,), finding=False)


def _place_of_crash(gap: Gap) -> tuple[str, int]:
    """The policy's own file, at the line that raised where that is in this file."""
    file = policy_file(gap.policy)
    raised = _RAISED_AT.search(gap.said)
    return file, int(raised[2]) if raised is not None and file.endswith(f"/{raised[1]}") else 1


def _rest(left: list[_Annotation]) -> Iterator[str]:
    findings = sum(annotation.finding for annotation in left)
    if findings:
        yield f"and {count(findings, 'more finding')}; the job summary has all of them"
    if findings < len(left):
        yield f"and {len(left) - findings} more that could not be judged; the job summary has all of them"


def _data(text: str) -> str:
    return escaped(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
