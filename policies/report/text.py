"""The report as a person reads it in a terminal or a log."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from crema.policies.engine.finding import Finding, Related
from crema.policies.engine.run import Report
from crema.policies.model.read import line_in
from crema.policies.model.source import Place, source_of

_SHOWN: Final = 110
_NAMED: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How words are marked: with the terminal's colours, or not at all (in a pipe, or with NO_COLOR)."""

    colour: bool

    def mark(self, text: str, code: str) -> str:
        """The text in bold and a colour ("31" red, "33" yellow, "36" cyan), or as it is."""
        return f"\x1b[1;{code}m{text}\x1b[0m" if self.colour else text


_COLOURS: Final = {"error": "31", "warning": "33", "info": "36"}


def render(report: Report, *, colour: bool = False) -> str:
    """The whole report: findings first, then what was not read, not checked or crashed, the summary line last."""
    style = Style(colour=colour)
    blocks = ["\n".join(_finding(finding, style)) for finding in report.findings]
    blocks += ["\n".join(lines) for lines in (list(_crashed(report, style)), list(_unread(report, style))) if lines]
    blocks += ["\n".join(lines) for lines in (list(_unjudged(report)),) if lines]
    blocks.append(summary(report))
    return "\n\n".join(blocks) + "\n"


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


def _finding(finding: Finding, style: Style) -> Iterator[str]:
    label = f"{finding.severity}[{finding.policy}]"
    yield f"{style.mark(label, _COLOURS[finding.severity])}: {finding.message}"
    yield from _where(finding, "  --> ")
    if finding.path:
        yield "   |  path: " + " → ".join(finding.path)
    for related in finding.related:
        yield from _where(related, f"   |  {related.note}: ")
    yield f"  fix: {finding.fix}"


def _where(place: Finding | Related, lead: str) -> Iterator[str]:
    """The Python line first when there is one, the manifest's line after it."""
    source = source_of(place.manifest, place.pointer, place.inner, place.hints)
    if source is None:
        yield f"{lead}{_manifest_place(place)}"
    else:
        yield f"{lead}{_source_place(source)}"
        yield f"   |  {_manifest_place(place)}"


def _source_place(place: Place) -> str:
    shown = place.text if len(place.text) <= _SHOWN else place.text[: _SHOWN - 1] + "…"
    return f"{place.file}:{place.line}   {shown}".rstrip()


def _manifest_place(place: Finding | Related) -> str:
    line = line_in(place.manifest, place.pointer, place.inner)
    at = place.manifest.file if line is None else f"{place.manifest.file}:{line}"
    inner = f"#{place.inner}" if place.inner else ""
    return f"{at}  {place.pointer or place.manifest}{inner}"


def _crashed(report: Report, style: Style) -> Iterator[str]:
    for crash in report.crashed:
        judging = f" while it judged {crash.target}" if crash.target else " while it looked for its targets"
        label = style.mark(f"crashed[{crash.policy}]", "31")
        yield f"{label}: {crash.why}{judging} (environment {crash.environment}); this is a mistake in the policy"


def _unread(report: Report, style: Style) -> Iterator[str]:
    for entry in report.unreadable:
        yield f"{style.mark('unreadable', '31')}: {entry.file}:{entry.line}  {entry.why}"


def _unjudged(report: Report) -> Iterator[str]:
    """What was left out, each once; long lists of files end in a number."""
    yield from (f"undecided[{each.policy}]: {each.manifest} needs the fact {each.fact}" for each in report.undecided)
    checked: dict[tuple[str, str], list[str]] = {}
    for each in report.unchecked:
        checked.setdefault((each.policy, each.why), []).append(f"{each.manifest} ({each.manifest.file})")
    for (policy, why), places in checked.items():
        yield f"unchecked[{policy}]: {why}: {_some(places)}"
    if report.not_manifests:
        files = _some([each.file for each in report.not_manifests])
        yield f"unchecked: no apiVersion and kind, so not a manifest: {files}"


def _some(names: list[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
