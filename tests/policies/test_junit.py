"""The report as JUnit XML: red exactly when the run failed, and counted right."""

from dataclasses import replace
from xml.etree import ElementTree

import pytest
from hypothesis import given

from crema.policies.report.junit import render
from crema.policies.report.report import CrashedPolicy, Report, Shortfall, UncheckedThing, UnreadableFile
from tests.policies.reports import FINDING, RULE, SMALL, WAIVER, reports

OUTCOMES = {"failures": "failure", "errors": "error", "skipped": "skipped"}
ATTRIBUTES = {
    "testsuites": {"name", "tests", "failures", "errors", "skipped"},
    "testsuite": {"name", "tests", "failures", "errors", "skipped"},
    "testcase": {"classname", "name", "file", "line"},
    "failure": {"message", "type"},
    "error": {"message", "type"},
    "skipped": {"message"},
    "property": {"name", "value"},
}
CHILDREN = {
    "testsuites": {"testsuite"},
    "testsuite": {"properties", "testcase", "system-out"},
    "testcase": {"failure", "error", "skipped", "system-out"},
    "properties": {"property"},
}


@given(report=reports)
def test_the_numbers_are_those_of_the_tests(report: Report) -> None:
    """Each attribute equals what it counts, of every suite and of the whole."""
    root = ElementTree.fromstring(render(report))
    for counted in (root, *root):
        tests = [*counted.iter("testcase")]
        assert int(counted.attrib["tests"]) == len(tests)
        for attribute, outcome in OUTCOMES.items():
            assert int(counted.attrib[attribute]) == len([*counted.iter(outcome)]), attribute


@given(report=reports)
def test_it_is_red_exactly_when_the_run_failed(report: Report) -> None:
    """A failure where a finding fails the run, an error where something could not be judged, neither when the exit code is 0."""
    root = ElementTree.fromstring(render(report))
    red = int(root.attrib["failures"]), int(root.attrib["errors"])
    assert any(red) == (report.exit_code != 0)
    assert (red[1] > 0) == (report.exit_code in {3, 4})


@given(report=reports)
def test_the_structure_is_the_one_that_consumers_read(report: Report) -> None:
    """Known elements and attributes only, one outcome at most for a test, no two tests of one name in a suite, lines from 1."""
    for element in ElementTree.fromstring(render(report)).iter():
        assert {child.tag for child in element} <= CHILDREN.get(element.tag, set())
        assert set(element.attrib) <= ATTRIBUTES.get(element.tag, set())
        if element.tag == "testsuite":
            names = [test.attrib["name"] for test in element.iter("testcase")]
            assert len(set(names)) == len(names)
            assert [child.tag for child in element if child.tag != "testcase"][:1] == ["properties"]
        if element.tag == "testcase":
            assert len(element) <= 1
            assert element.attrib["classname"]
            assert int(element.get("line", "1")) >= 1


def test_a_finding_as_jenkins_shows_it() -> None:
    """The failure has the message and everything to act on; the place is the Python line."""
    (suite,) = ElementTree.fromstring(render(SMALL))
    (test,) = suite.iter("testcase")
    name = "traffic-no-rewrite-on-api-routes Ingress/shop/order /metadata/annotations"
    assert test.attrib == {"classname": "local", "name": name, "file": "charts/order.py", "line": "31"}
    assert (test[0].tag, test[0].attrib) == ("failure", {"message": "requests to /api/order reach the service as /", "type": "error"})
    assert test[0].text == (
        "error[traffic-no-rewrite-on-api-routes]: requests to /api/order reach the service as /\n"
        "source: charts/order.py:31  annotations={}\n"
        "fix: remove the rewrite annotation\n"
        "manifest: dist/local/order/ingress-order.yaml:9  /metadata/annotations\n"
        "path: http://coffee/api/order → Ingress/shop/order\n"
        "related: the service: dist/local/order/ingress-order.yaml:9  /metadata/annotations\n"
        "fingerprint: 0123456789abcdef"
    )


@pytest.mark.parametrize(
    ("report", "tests"),
    [
        (
            replace(SMALL, findings=(), rules=(RULE, replace(RULE, id="engine-waivers-are-honest", targets=2))),
            [("local", RULE.id, "passed", ""), ("outside the environments", "engine-waivers-are-honest", "passed", "")],
        ),
        (replace(SMALL, findings=()), [("local", RULE.id, "passed", "")]),
        (
            replace(SMALL, findings=(), environments=(replace(SMALL.environments[0], targets={RULE.id: 0}),)),
            [("local", RULE.id, "skipped", "there was nothing to judge")],
        ),
        (
            replace(SMALL, findings=(replace(FINDING, status="waived", waiver=WAIVER),)),
            [("local", f"{RULE.id} Ingress/shop/order /metadata/annotations", "skipped", "waived until 2026-05-31 by ann: moves in May")],
        ),
        (
            replace(SMALL, findings=(replace(FINDING, severity="info"),)),
            [("local", f"{RULE.id} Ingress/shop/order /metadata/annotations", "system-out", "")],
        ),
        (
            replace(
                SMALL, findings=(), crashed=(CrashedPolicy(policy=RULE.id, environment="local", target="x", why="KeyError at a.py:1"),)
            ),
            [
                (
                    "local",
                    f"crashed {RULE.id}",
                    "error",
                    "KeyError at a.py:1 while it judged x (environment local); this is a mistake in the policy",
                )
            ],
        ),
        (
            replace(
                SMALL,
                findings=(),
                rules=(),
                environments=(replace(SMALL.environments[0], targets={}),),
                unreadable=(UnreadableFile(file="a.yaml", line=2, why="not YAML"),),
                too_little=(Shortfall(environment="local", what="manifests", expected=9, found=2, file="crema.toml"),),
                unchecked=(UncheckedThing(file="b.yaml", why="no manifest"),),
            ),
            [
                ("local", "too little crema.toml", "error", "environment local has 2 manifests; crema.toml expects at least 9"),
                ("outside the environments", "unreadable a.yaml", "error", "not YAML"),
                ("outside the environments", "unchecked b.yaml", "skipped", "unchecked: no manifest"),
            ],
        ),
        (
            replace(SMALL, findings=(), rules=(), environments=()),
            [("outside the environments", "too little", "error", "nothing was found to check")],
        ),
    ],
)
def test_what_becomes_of_the_rest(report: Report, tests: list[tuple[str, str, str, str]]) -> None:
    """A policy that found nothing passed; what is waived, or was not judged and fails nothing, is skipped; the rest are errors."""
    found = []
    for test in ElementTree.fromstring(render(report)).iter("testcase"):
        outcome, message = (test[0].tag, test[0].get("message", "")) if len(test) else ("passed", "")
        found.append((test.attrib["classname"], test.attrib["name"], outcome, message))
    assert found == tests
