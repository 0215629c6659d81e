"""The report as annotations of GitHub Actions: ten at most, each at a line, and no text can give the runner an order."""

import re
from dataclasses import dataclass, replace

import pytest
from hypothesis import example, given

from crema.policies.engine.discover import discover
from crema.policies.report.formats import FORMATS
from crema.policies.report.formats import render as render_as
from crema.policies.report.github import policy_file, render
from crema.policies.report.report import CrashedPolicy, Report, Shortfall, Since, UnreadableFile
from crema.policies.report.text import summary
from tests.external import ROOT
from tests.policies.reports import FINDING, SMALL, reports

_ORDER_IN_A_NOTE = replace(FINDING.related[0], note="::stop-commands::token")
COMMANDS = ["error", "warning", "notice"]
EVERY_COMMAND = [*COMMANDS, "debug", "group", "endgroup", "add-mask", "stop-commands", "set-output", "set-env", "add-path", "add-matcher"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the runner takes a line for."""

    command: str
    properties: dict[str, str]
    data: str


def order_of(line: str) -> Order | None:
    """As the runner reads a line: the newer form at its start, else the older one anywhere in it.

    Source: https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
    """
    newer = re.match(r"\s*::([^ :]+)(?: (.*?))?::(.*)", line, re.DOTALL)
    if newer is not None and newer[1].lower() in EVERY_COMMAND:
        pairs = [pair.split("=", 1) for pair in (newer[2] or "").split(",") if "=" in pair]
        return Order(command=newer[1], properties={key: undone(value) for key, value in pairs if value}, data=undone(newer[3]))
    older = re.search(r"##\[([^ \]]+)[^\]]*\](.*)", line, re.DOTALL)
    if older is not None and older[1].lower() in EVERY_COMMAND:
        return Order(command=older[1], properties={}, data=older[2])
    return None


def undone(value: str) -> str:
    """The escapes of a value undone, as the runner does it: the percent sign last."""
    for code, character in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        value = value.replace(code, character)
    return value


@given(report=reports)
@example(report=replace(SMALL, since=Since(ref="##[stop-commands]x", known=1)))
@example(report=replace(SMALL, findings=(FINDING,) * 30))
@example(report=replace(SMALL, findings=(replace(FINDING, severity="info"), replace(FINDING, severity="warning"), FINDING)))
def test_a_line_is_one_annotation_at_a_place_or_no_order(report: Report) -> None:
    """At most ten annotations, most severe first, each with file and line; behind them what the rest are, and the summary."""
    lines = render(report).split("\n")[:-1]
    orders = [order for line in lines if (order := order_of(line)) is not None]
    assert len(orders) <= 10
    assert [order_of(line) is not None for line in lines] == [True] * len(orders) + [False] * (len(lines) - len(orders))
    assert [order.command for order in orders] == sorted((order.command for order in orders), key=COMMANDS.index)
    for order in orders:
        assert set(order.properties) == {"file", "line", "title"}
        assert int(order.properties["line"]) >= 1
        assert len(f"{order.data}".encode()) < 64_000
    findings = sum("more finding" in line for line in lines[len(orders) :])
    assert len(lines) - len(orders) == 1 + findings + sum("could not be judged" in line for line in lines[len(orders) :])


@given(report=reports)
@example(report=replace(SMALL, findings=(replace(FINDING, severity="info"), *(replace(FINDING, message=f"{n}") for n in range(9)))))
@example(report=replace(SMALL, findings=(FINDING,) * 12))
@example(report=replace(SMALL, unreadable=(UnreadableFile(file="a.yaml", line=1, why="not YAML"),) * 12))
def test_nothing_is_left_out_without_a_word(report: Report) -> None:
    """Annotations and what the last lines count are all the open findings and all that fails the run."""
    shown, counted = 0, 0
    for line in render(report).split("\n")[:-1]:
        more = re.match(r"and (\d+) more", line)
        shown, counted = shown + line.startswith("::"), counted + (int(more[1]) if more is not None else 0)
    gaps = len(report.crashed) + len(report.unreadable) + len(report.too_little)
    gaps += report.vacuous and not (report.unreadable or report.too_little)
    gaps += (len(report.undecided) + len(report.unchecked)) if report.strict else 0
    assert shown == min(10, len(report.open) + gaps)
    assert shown + counted == len(report.open) + gaps


@given(report=reports)
@example(report=replace(SMALL, findings=(replace(FINDING, message="##[add-mask]x", related=(_ORDER_IN_A_NOTE,)),)))
def test_no_other_rendering_gives_an_order_either(report: Report) -> None:
    """A job of GitHub prints the text too, and whatever else it is asked for; the runner reads every line of its log."""
    for name in FORMATS:
        orders = [line for line in render_as(name, report).split("\n") if order_of(line) is not None]
        assert name == "github" or orders == [], name


def test_a_finding_as_a_reviewer_sees_it() -> None:
    """At the Python line, with the fix and the manifest's place."""
    assert render(SMALL) == (
        "::error file=charts/order.py,line=31,title=traffic-no-rewrite-on-api-routes::requests to /api/order reach the service as /"
        "%0Afix: remove the rewrite annotation%0Amanifest: dist/local/order/ingress-order.yaml:9  /metadata/annotations"
        "%0Apath: http://coffee/api/order → Ingress/shop/order"
        "%0Arelated: the service: dist/local/order/ingress-order.yaml:9  /metadata/annotations\n"
        "1 policy · 2 manifests · 1 finding\n"
    )


def test_values_are_escaped_as_the_toolkit_does() -> None:
    """Percent signs and line breaks everywhere; colons and commas in properties too."""
    source = replace(FINDING.source, file="a,b:c%.py") if FINDING.source is not None else None
    report = replace(SMALL, findings=(replace(FINDING, source=source, message="100% of a\nb: c, d", path=(), related=()),))
    assert render(report).startswith(
        "::error file=a%2Cb%3Ac%25.py,line=31,title=traffic-no-rewrite-on-api-routes::100%25 of a\\nb: c, d%0Afix: "
    )


@pytest.mark.parametrize(
    ("report", "line"),
    [
        (
            replace(
                SMALL, crashed=(CrashedPolicy(policy="data-a-b", environment="local", target="", why="KeyError at a_b.py:12"),), findings=()
            ),
            "::error file=policies/rules/data/a_b.py,line=12,title=crashed%3A data-a-b::KeyError at a_b.py:12 while it looked "
            "for its targets (environment local); this is a mistake in the policy",
        ),
        (
            replace(SMALL, unreadable=(UnreadableFile(file="a.yaml", line=2, why="not YAML"),), findings=()),
            "::error file=a.yaml,line=2,title=unreadable::not YAML",
        ),
        (
            replace(
                SMALL, too_little=(Shortfall(environment="local", what="data-a", expected=9, found=2, file="crema.toml"),), findings=()
            ),
            "::error file=crema.toml,line=1,title=too little%3A data-a::"
            "environment local has 2 targets of data-a; crema.toml expects at least 9",
        ),
        (
            replace(
                SMALL,
                too_little=(Shortfall(environment="dist", what="manifests", expected=1, found=0, file=""),),
                environments=(),
                findings=(),
            ),
            "::error file=dist,line=1,title=too little::dist: nothing was found to check",
        ),
        (
            replace(SMALL, environments=(), findings=()),
            "::error file=.,line=1,title=too little::nothing was found to check",
        ),
    ],
)
def test_what_fails_the_run_is_an_error_with_a_place(report: Report, line: str) -> None:
    """A crash at its policy, a file at its line, a shortfall at the configuration; the summary line comes last."""
    assert render(report).splitlines() == [line, summary(report)]


def test_every_policy_is_in_the_file_that_a_crash_names() -> None:
    """The file is made from the id; for every policy that there is it exists."""
    assert [policy.id for policy in discover() if not (ROOT / policy_file(policy.id)).is_file()] == []
