"""The report as JUnit XML, for Jenkins, GitLab and others that collect the results of tests.

One suite for each environment, and one for what belongs to none. A policy that found nothing is a test that passed; each finding is a
test of its own, failed when it fails the run; what could not be judged is an error when it fails the run, otherwise a skipped test. So
the XML has a failure or an error exactly when the exit code is not 0.

Everything outside ASCII is written as a character reference, so that the bytes are right in whatever encoding they are printed.

Source: https://github.com/testmoapp/junitxml (the elements and attributes that consumers read)
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Final
from xml.etree import ElementTree

from crema.policies.report.details import details, fails, waived_until
from crema.policies.report.gaps import Gap, gaps
from crema.policies.report.report import Environment, Report, ReportedFinding
from crema.policies.report.text import escaped, summary

_NO_ENVIRONMENT: Final = "outside the environments"
_FORBIDDEN: Final = re.compile("[\ufffe\uffff]")
_OUTCOMES: Final = {"failures": "failure", "errors": "error", "skipped": "skipped"}
"""Attribute of a suite → the element of a test that it counts."""


@dataclass(frozen=True, slots=True)
class _Suite:
    """A suite, and how often each name of a test was given: two of one name would be taken for one test."""

    element: ElementTree.Element
    names: dict[str, int] = field(default_factory=dict)

    def test(self, name: str, file: str = "", line: int = 1) -> ElementTree.Element:
        """A new test."""
        given = unique = _text(name)
        while unique in self.names:
            self.names[given] += 1
            unique = f"{given} ({self.names[given]})"
        self.names[unique] = 1
        place = {"file": _text(file), "line": str(line)} if file else {}
        return ElementTree.SubElement(self.element, "testcase", {"classname": self.element.attrib["name"], "name": unique, **place})


def render(report: Report) -> str:
    """The whole report as one document."""
    root = ElementTree.Element("testsuites", name="crema")
    environments = {environment.name: environment for environment in report.environments}
    found = [*gaps(report)]
    spoken_of = {(one.resource.environment, one.policy) for one in report.findings} | {(gap.environment, gap.policy) for gap in found}
    elsewhere = [rule for rule in report.rules if not any(rule.id in one.targets for one in report.environments)]
    quiet = [("", rule.id, rule.targets) for rule in elsewhere if rule.id not in {policy for _, policy in spoken_of}]
    quiet += [
        (one.name, *looked) for one in report.environments for looked in one.targets.items() if (one.name, looked[0]) not in spoken_of
    ]
    findings, others = [one.resource.environment for one in report.findings], [gap.environment for gap in found]
    names = dict.fromkeys((*environments, *findings, *others, *(name for name, _, _ in quiet)))
    suites = {name: _suite(root, report, name, environments.get(name)) for name in names}
    for finding in report.findings:
        _finding(suites[finding.resource.environment], report, finding)
    for gap in found:
        _gap(suites[gap.environment], gap)
    for name, policy, targets in quiet:
        _passed(suites[name], policy, targets)
    _count(root)
    ElementTree.SubElement(root[0], "system-out").text = _text(summary(report))
    ElementTree.indent(root)
    document: bytes = ElementTree.tostring(root, encoding="us-ascii", xml_declaration=True)
    return document.decode("ascii") + "\n"


def _suite(root: ElementTree.Element, report: Report, name: str, environment: Environment | None) -> _Suite:
    element = ElementTree.SubElement(root, "testsuite", name=_text(name or _NO_ENVIRONMENT))
    known = {"crema": report.version, "asOf": report.as_of.isoformat(), "failOn": report.fail_on}
    if environment is not None:
        known |= {"manifests": str(environment.manifests), "world": "closed" if environment.closed else "open"}
    properties = ElementTree.SubElement(element, "properties")
    for key, value in known.items():
        ElementTree.SubElement(properties, "property", name=key, value=_text(value))
    return _Suite(element)


def _finding(suite: _Suite, report: Report, finding: ReportedFinding) -> None:
    file, line = finding.place
    test = suite.test(f"{finding.policy} {finding.resource} {finding.manifest.pointer}".rstrip(), file, line)
    where = [] if finding.source is None else [f"source: {file}:{line}  {finding.source.text}".rstrip()]
    lines = [f"{finding.severity}[{finding.policy}]: {finding.message}", *where, *details(finding), f"fingerprint: {finding.fingerprint}"]
    body = "\n".join(map(_text, lines))
    if finding.waiver is not None:
        _outcome(test, "skipped", waived_until(finding.waiver), body)
    elif fails(report, finding):
        _outcome(test, "failure", finding.message, body).set("type", finding.severity)
    else:
        ElementTree.SubElement(test, "system-out").text = body


def _passed(suite: _Suite, policy: str, targets: int) -> None:
    """A policy that found nothing: where it looked at nothing it did not pass."""
    test = suite.test(policy)
    if not targets:
        _outcome(test, "skipped", "there was nothing to judge")


def _gap(suite: _Suite, gap: Gap) -> None:
    test = suite.test(" ".join(part for part in (gap.kind, gap.policy, gap.file) if part), gap.file, gap.line)
    if gap.fails:
        _outcome(test, "error", gap.said).set("type", gap.kind)
    else:
        _outcome(test, "skipped", f"{gap.kind}: {gap.said}")


def _outcome(test: ElementTree.Element, tag: str, message: str, body: str = "") -> ElementTree.Element:
    outcome = ElementTree.SubElement(test, tag, message=_text(message))
    outcome.text = body or None
    return outcome


def _count(root: ElementTree.Element) -> None:
    """Write how many tests there are of each outcome, of each suite and of all."""
    whole: Counter[str] = Counter()
    for suite in root:
        tests = suite.findall("testcase")
        numbers = {"tests": len(tests), **{name: sum(test.find(tag) is not None for test in tests) for name, tag in _OUTCOMES.items()}}
        whole.update(numbers)
        suite.attrib |= {name: str(number) for name, number in numbers.items()}
    root.attrib |= {name: str(whole[name]) for name in ("tests", *_OUTCOMES)}


def _text(text: str) -> str:
    """Text without characters that XML 1.0 does not know or that could end a line: https://www.w3.org/TR/xml/#charsets"""
    return _FORBIDDEN.sub(lambda found: f"\\u{ord(found[0]):x}", escaped(text))
