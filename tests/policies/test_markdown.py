"""The report as Markdown: everything is shown, in tables that nothing in anybody's files can break."""

import re
from dataclasses import replace
from html import unescape

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crema.policies.report.markdown import render, written
from crema.policies.report.report import CrashedPolicy, Report, Shortfall, UncheckedThing, UndecidedLaw, UnreadableFile
from tests.policies.reports import FINDING, HOSTILE, ORDER, PLACE, RULE, SMALL, WAIVER, reports, texts

OURS = re.compile(r"</?details>|</?summary>")
WAIVED = replace(FINDING, status="waived", waiver=WAIVER)


@given(report=reports)
@example(report=replace(SMALL, findings=tuple(replace(FINDING, message=text, fix=text) for text in HOSTILE)))
def test_nothing_breaks_a_table_or_makes_html(report: Report) -> None:
    """Every line of a table has the cells of its head; the only tags are ours; nothing is a link, an image or code."""
    cells = 0
    for line in render(report).split("\n"):
        if line.startswith("|"):
            cells = cells or line.count("|")
            assert line.count("|") == cells, line
        else:
            cells = 0
        assert not re.search(r"[<>`\\*~\[\]]", OURS.sub("", line)), line


@given(text=texts | st.text())
def test_text_is_shown_as_it_is(text: str) -> None:
    """A reader sees the text, and neither Markdown nor GitHub finds a link, a person or an issue in it."""
    shown = unescape(written(text))
    assert not re.search(r"@[A-Za-z0-9]|#[0-9]|[Gg][Hh]-[0-9]", shown)
    assert not re.search(r"://|www\.", written(text))
    plain = text.replace("\u200b", "")
    as_it_is = plain[:1900].isprintable() and "##[" not in plain
    assert as_it_is <= shown.replace("\u200b", "").startswith(plain[:1900])


def test_a_finding_as_a_reviewer_sees_it() -> None:
    """The verdict and why, the finding with both places and its fix, how much was looked at, the summary line."""
    row = (
        "| error | traffic-no-rewrite-on-api-routes | requests to /api/order reach the service as / "
        "· path: http&#58;//coffee/api/order → Ingress/shop/order · the service: dist/local/order/ingress-order.yaml:9 "
        "| charts/order.py:31 · dist/local/order/ingress-order.yaml:9 | remove the rewrite annotation |"
    )
    assert render(SMALL).splitlines() == [
        "### crema: failed, 1 finding of severity warning or above (exit code 1)",
        "",
        "| | policy | what is wrong | where | fix |",
        "| --- | --- | --- | --- | --- |",
        row,
        "",
        "<details><summary>What each policy looked at</summary>",
        "",
        "| policy | targets |",
        "| --- | --- |",
        "| traffic-no-rewrite-on-api-routes | 6 |",
        "",
        "</details>",
        "",
        "1 policy · 2 manifests · 1 finding",
    ]


@pytest.mark.parametrize(
    ("report", "verdict", "title", "row"),
    [
        (replace(SMALL, findings=()), "passed (exit code 0)", "", ""),
        (replace(SMALL, findings=(replace(FINDING, severity="info"),)), "passed, with 1 finding below warning (exit code 0)", "", ""),
        (
            replace(SMALL, findings=(WAIVED,)),
            "passed (exit code 0)",
            "#### Waived (1)",
            "| traffic-no-rewrite-on-api-routes | requests to /api/order reach the service as / "
            "| charts/order.py:31 · dist/local/order/ingress-order.yaml:9 | 2026-05-31 | ann | moves in May |",
        ),
        (
            replace(SMALL, crashed=(CrashedPolicy(policy=RULE.id, environment="local", target="x", why="KeyError at a.py:1"),)),
            "failed, 1 crash of a policy, 1 finding (exit code 4)",
            "#### Crashed policies (1)",
            f"| {RULE.id} | KeyError at a.py:1 while it judged x (environment local); this is a mistake in the policy |  |",
        ),
        (
            replace(SMALL, findings=(), unreadable=(UnreadableFile(file="a.yaml", line=2, why="not YAML"),)),
            "failed, too little was checked: 1 unreadable (exit code 3)",
            "#### Could not be read (1)",
            "|  | not YAML | a.yaml:2 |",
        ),
        (
            replace(SMALL, findings=(), too_little=(Shortfall(environment="eks", what="manifests", expected=9, found=2, file="c.toml"),)),
            "failed, too little was checked: 1 too little (exit code 3)",
            "#### Too little to check (1)",
            "|  | environment eks has 2 manifests; c.toml expects at least 9 | c.toml:1 |",
        ),
        (
            replace(SMALL, findings=(), undecided=(UndecidedLaw(policy=RULE.id, resource=ORDER, manifest=PLACE, fact="a.b"),)),
            "passed (exit code 0)",
            "#### Undecided (1)",
            f"| {RULE.id} | Ingress/shop/order needs the fact a.b | dist/local/order/ingress-order.yaml:9 |",
        ),
        (
            replace(SMALL, findings=(), strict=True, unchecked=(UncheckedThing(file="b.yaml", why="no manifest"),)),
            "failed, too little was checked: 1 unchecked (exit code 3)",
            "#### Not checked (1)",
            "|  | no manifest | b.yaml:1 |",
        ),
    ],
)
def test_verdict_and_sections(report: Report, verdict: str, title: str, row: str) -> None:
    """How it ended and why; a section for each kind of thing that there is, and no other."""
    lines = render(report).splitlines()
    assert lines[0] == f"### crema: {verdict}"
    assert [line for line in lines if line.startswith("#### ")] == [title] * bool(title)
    assert not row or row in lines


def test_a_summary_stays_below_what_github_takes() -> None:
    """However much there is, 900,000 bytes are the most, every part is there, and what is left out is counted."""
    long = replace(FINDING, message="é|" * 500)
    waived = replace(WAIVED, message="é|" * 500)
    report = replace(
        SMALL,
        findings=(*[long] * 400, *[waived] * 100),
        undecided=(UndecidedLaw(policy=RULE.id, resource=ORDER, manifest=PLACE, fact="ü|" * 500),) * 100,
        unchecked=(UncheckedThing(file="b.yaml", why="ü|" * 500),) * 100,
        unreadable=(UnreadableFile(file="b.yaml", line=1, why="ü|" * 500),) * 100,
    )
    markdown = render(report)
    assert len(markdown.encode()) <= 900_000
    rows = sum(line.startswith("| error |") for line in markdown.splitlines())
    more = [int(number) for number in re.findall(r"^and (\d+) more$", markdown, re.MULTILINE)]
    assert (len(more), more[0]) == (5, 400 - rows)
    assert markdown.splitlines()[-1].startswith("1 policy · 2 manifests · 400 findings")
