"""The report as JSON: the form that other programs read, described by report.schema.json."""

import json
import re
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any, Final

from crema.policies.report.report import SCHEMA, Report, ReportedFinding, Resource

_LONE: Final = re.compile("[\ud800-\udfff]")
"""Surrogates, which stand for bytes of a file's name that are no UTF-8: many readers of JSON refuse the whole report for one."""


def render(report: Report) -> str:
    """The whole report, indented, with a newline at its end. The same report gives the same bytes.

    `##[` is written so that a log of GitHub, where it would be an order, can have it; to readers of JSON it is the same.
    """
    return json.dumps(as_json(report), ensure_ascii=True, indent=2).replace("##[", "#\\u0023[") + "\n"


def as_json(report: Report) -> dict[str, Any]:
    """The report as plain values."""
    whole = {
        "schema": SCHEMA,
        "version": report.version,
        "summary": _summary(report),
        "environments": _plain(report.environments),
        "policies": _plain(report.rules),
        "findings": [_finding(finding) for finding in report.findings],
        "undecided": _plain(report.undecided),
        "unchecked": _plain(report.unchecked),
        "unreadable": _plain(report.unreadable),
        "crashed": _plain(report.crashed),
        "tooLittle": _plain(report.too_little),
        "tools": _plain(report.tools),
    }
    plain: dict[str, Any] = _plain(whole | ({"timings": report.seconds} if report.seconds else {}))
    return plain


def _summary(report: Report) -> dict[str, Any]:
    return {
        "exitCode": report.exit_code,
        "asOf": report.as_of.isoformat(),
        "failOn": report.fail_on,
        "strict": report.strict,
        "policies": len(report.rules),
        "manifests": report.manifests,
        "findings": len(report.open),
        "waived": len(report.waived),
        "nextExpiry": None if report.next_expiry is None else report.next_expiry.isoformat(),
        "undecided": len(report.undecided),
        "unchecked": len(report.unchecked),
        "unreadable": len(report.unreadable),
        "crashed": len(report.crashed),
        "tooLittle": len(report.too_little),
        "targets": {rule.id: rule.targets for rule in report.rules},
        "since": None if report.since is None else {"ref": report.since.ref, "known": report.since.known},
    }


def _finding(finding: ReportedFinding) -> dict[str, Any]:
    plain: dict[str, Any] = _plain(finding)
    return plain | {"help": finding.help}


def _plain(value: Any) -> Any:
    """Frozen records as mappings with keys in camelCase, as Kubernetes writes them."""
    if is_dataclass(value) and not isinstance(value, type):
        written = {_key(each.name): _plain(getattr(value, each.name)) for each in fields(value)}
        return written | ({"ref": str(value)} if isinstance(value, Resource) else {})
    if isinstance(value, dict):
        return {_plain(key): _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    return _LONE.sub(lambda found: f"\\u{ord(found[0]):x}", value) if isinstance(value, str) else value


def _key(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)
