"""The report as SARIF 2.1.0, for code scanning and editors.

The place of a result is the Python line; the manifest and the related places are its related locations, and its message links to them,
because GitHub shows only those that are linked. What was not judged is no result: it stands among the notifications of the run.

Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html and, for the limits and the properties that GitHub reads,
https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from crema.policies.report.details import cut, hops, spot, waived_until
from crema.policies.report.gaps import KINDS, Gap, gaps
from crema.policies.report.report import CRASHED, Report, ReportedFinding, Resource
from crema.policies.report.sarif_rules import rule
from crema.policies.report.sarif_text import linked, plain, uri
from crema.policies.report.text import escaped, summary

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
MOST_RESULTS: Final = 25_000
"""GitHub refuses a run that has more."""
MOST_RELATED: Final = 100
"""GitHub shows no more."""

_ROOT: Final = "%SRCROOT%"
_LONGEST: Final = 4000
_LEVELS: Final = {"error": "error", "warning": "warning", "info": "note"}
_GAP_LEVELS: Final = {"undecided": "warning", "unchecked": "note"}
_KINDS: Final = [*KINDS]


def render(report: Report) -> str:
    """The whole report as one log with one run."""
    return json.dumps(_log(report), ensure_ascii=True, indent=2) + "\n"


def _log(report: Report) -> dict[str, Any]:
    places = {each.id: index for index, each in enumerate(report.rules)}
    kept = _kept(report)
    notices = [_notification(gap, places) for gap in gaps(report)]
    if len(kept) < len(report.findings):
        left = f"{len(report.findings) - len(kept)} findings are left out: GitHub takes {MOST_RESULTS} at most; the other formats have all"
        notices.append({"level": "error", "message": {"text": left}})
    driver = {
        "name": "crema",
        "version": escaped(report.version),
        "rules": [rule(each) for each in report.rules],
        "notifications": [{"id": kind, "shortDescription": {"text": what}} for kind, what in KINDS.items()],
    }
    invocation = {
        "executionSuccessful": report.exit_code != CRASHED,
        "exitCode": report.exit_code,
        "exitCodeDescription": escaped(summary(report)),
        "toolExecutionNotifications": notices,
    }
    base = {"description": {"text": "The root of the repository; without one, the directory in which crema ran."}}
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "columnKind": "utf16CodeUnits",
                "originalUriBaseIds": {_ROOT: base},
                "invocations": [invocation],
                "results": [_result(finding, places) for finding in kept],
            }
        ],
    }


def _kept(report: Report) -> list[ReportedFinding]:
    """As many findings as GitHub takes, in the report's order: waived ones go first when there are too many, then the least severe."""
    order = sorted(range(len(report.findings)), key=lambda at: (report.findings[at].status, [*_LEVELS].index(report.findings[at].severity)))
    return [report.findings[at] for at in sorted(order[:MOST_RESULTS])]


def _result(finding: ReportedFinding, places: Mapping[str, int]) -> dict[str, Any]:
    file, line = finding.place
    related = [*_related(finding)][:MOST_RELATED]
    result: dict[str, Any] = {
        **_rule_of(finding.policy, places),
        "level": _LEVELS[finding.severity],
        "message": {"text": "\n".join(_said(finding, related))},
        "locations": [{"physicalLocation": _physical(file, line), "logicalLocations": [_logical(finding.resource)]}],
        "relatedLocations": related,
        "partialFingerprints": {"crema/v1": escaped(finding.fingerprint)},
        "properties": {"basis": finding.basis, "environment": escaped(finding.resource.environment), "help": escaped(finding.help)},
    }
    if finding.source is not None:
        result["properties"] |= {"construct": escaped(finding.source.construct), "exact": finding.source.exact}
    if finding.waiver is not None:
        why = escaped(waived_until(finding.waiver))
        place = {"physicalLocation": _physical(finding.waiver.file, finding.waiver.line)}
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": why, "location": place}]
    return result


def _said(finding: ReportedFinding, related: list[dict[str, Any]]) -> Iterator[str]:
    """The message, and how to mend it; every related place is a link to its location. Links in anybody's text are none."""
    yield plain(cut(finding.message, _LONGEST))
    yield plain(f"fix: {cut(finding.fix, _LONGEST)}")
    if finding.path:
        yield plain(cut(f"path: {hops(finding.path)}", _LONGEST))
    for place in related:
        physical = place["physicalLocation"]
        yield linked(place["message"]["text"], f"line {physical['region']['startLine']}", place["id"])
    more = _places(finding) - len(related)
    if more > 0:
        yield f"and {more} more places"


def _places(finding: ReportedFinding) -> int:
    return 1 + sum(1 if each.source is None else 2 for each in finding.related)


def _related(finding: ReportedFinding) -> Iterator[dict[str, Any]]:
    """The manifest's place first, then for each related place its Python line and its manifest's."""
    places = [("manifest", finding.resource, finding.manifest.file, finding.manifest.line, spot(finding.manifest, finding.resource))]
    for each in finding.related:
        if each.source is not None:
            places.append((each.note, each.resource, each.source.file, each.source.line, f"{each.source.file}:{each.source.line}"))
        places.append((each.note, each.resource, each.manifest.file, each.manifest.line, spot(each.manifest, each.resource)))
    for number, (note, resource, file, line, where) in enumerate(places, start=1):
        yield {
            "id": number,
            "physicalLocation": _physical(file, line),
            "logicalLocations": [_logical(resource)],
            "message": {"text": plain(cut(f"{note}: {where}", _LONGEST))},
        }


def _notification(gap: Gap, places: Mapping[str, int]) -> dict[str, Any]:
    said = f"{gap.policy}: {gap.said}" if gap.policy else gap.said
    notification: dict[str, Any] = {
        "descriptor": {"id": gap.kind, "index": _KINDS.index(gap.kind)},
        "level": "error" if gap.fails else _GAP_LEVELS[gap.kind],
        "message": {"text": plain(cut(f"{gap.kind}: {said}", _LONGEST))},
    }
    if gap.file:
        notification["locations"] = [{"physicalLocation": _physical(gap.file, gap.line)}]
    if gap.policy in places:
        notification["associatedRule"] = {"id": escaped(gap.policy), "index": places[gap.policy]}
    return notification


def _rule_of(policy: str, places: Mapping[str, int]) -> dict[str, Any]:
    index = {"ruleIndex": places[policy]} if policy in places else {}
    return {"ruleId": escaped(policy), **index}


def _physical(file: str, line: int) -> dict[str, Any]:
    base = {} if file.startswith("/") else {"uriBaseId": _ROOT}
    return {"artifactLocation": {"uri": uri(file), **base}, "region": {"startLine": line}}


def _logical(resource: Resource) -> dict[str, Any]:
    whole = "/".join(part for part in (resource.environment, str(resource)) if part)
    return {"name": escaped(resource.name), "fullyQualifiedName": escaped(whole), "kind": "resource"}
