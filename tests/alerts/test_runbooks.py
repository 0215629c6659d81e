"""Every alert leads to a page that says what to do, and no page is left over."""

import re

import pytest

from crema.generators.promql import PromQL
from tests.alerts.environments import ALL, alerts
from tests.external import ROOT

_PAGES = ROOT / "docs" / "runbooks"
_HEADINGS = ["What it means", "What users see", "First look", "How to mend", "How to know it is over"]
_ALERTS = sorted({alert.alert for environment in ALL for alert in alerts(environment)})
# Pages that are no alert's.
_OTHERS = {"restore-mysql"}


def _page(alert: str) -> str:
    return (_PAGES / f"{alert}.md").read_text(encoding="utf-8")


def test_each_alert_has_a_page_and_each_page_an_alert() -> None:
    """A page of an alert that is gone misleads; an alert without one leaves a person alone at night."""
    assert sorted({page.stem for page in _PAGES.glob("*.md")} - _OTHERS) == _ALERTS


@pytest.mark.parametrize("alert", _ALERTS)
def test_a_page_has_its_name_and_all_headings(alert: str) -> None:
    """In this order, each with a text; the first look is commands that can be pasted."""
    page = _page(alert)
    title, *parts = re.split(r"^##? ", page, flags=re.MULTILINE)[1:]
    assert title == f"{alert}\n\n"
    assert [part.splitlines()[0] for part in parts] == _HEADINGS
    assert all(len(part.splitlines()) > 2 for part in parts)
    look = parts[2]
    assert "kubectl -n " in look
    assert "```promql\n" in look
    assert re.search(r"```logql|(Loki|Tempo):\s`\{", look)


@pytest.mark.parametrize("alert", _ALERTS)
def test_the_queries_of_a_page_are_promql(alert: str) -> None:
    """A query that Prometheus refuses is no help; a block holds one query, or one a line."""
    check = PromQL.__metadata__[0]  # type: ignore[attr-defined]  # Annotated has it
    blocks = re.findall(r"^```promql\n(.*?)^```$", _page(alert), flags=re.MULTILINE | re.DOTALL)
    assert blocks
    for block in blocks:
        text = re.sub(r"<([a-z]+)>", r"\1", block)
        if check.requirement_of(text) is not None:
            assert [line for line in text.splitlines() if check.requirement_of(line) is not None] == []


@pytest.mark.parametrize("alert", _ALERTS)
def test_the_links_of_a_page_lead_to_pages(alert: str) -> None:
    """From one runbook to the next."""
    for target in re.findall(r"\]\(([^)]+)\)", _page(alert)):
        assert (_PAGES / target).is_file(), target


@pytest.mark.parametrize("environment", ALL, ids=lambda e: e.name)
def test_an_alerts_runbook_is_its_page_on_the_branch_that_argo_cd_watches(environment: object) -> None:
    """The address that people tap in Slack."""
    from charts.alerts import rules

    for group in rules(environment).groups:  # type: ignore[arg-type]  # of the list above
        for alert in group.rules:
            assert alert.runbook_url is not None
            address, _, path = alert.runbook_url.partition("/blob/main/")
            assert (address, (ROOT / path).is_file()) == ("https://github.com/example/coffee-platform", True)
