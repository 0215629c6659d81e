"""What the small runner makes of expressions is what GitHub makes of them, and what it does not know it says."""

import pytest

from tests.workflows.expressions import Unsupported, evaluated, filled, holds

CONTEXTS = {
    "github": {"ref": "refs/heads/main", "event_name": "push", "event": {"repository": {"private": False}}},
    "needs": {"a": {"result": "success"}, "b": {"result": "failure"}},
    "steps": {"one": {"outputs": {"digest": ""}}},
    "vars": {"MODE": ""},
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("github.ref == 'refs/heads/MAIN'", True),
        ("vars.MODE || 'pr'", "pr"),
        ("github.event_name == 'pull_request' && github.ref || 'else'", "else"),
        ("github.event_name == 'push' && github.ref || 'else'", "refs/heads/main"),
        ("join(needs.*.result, ' ')", "success failure"),
        ("fromJSON('[1, {\"x\": \"it''s\"}]')[1].x", "it's"),
        ("!github.event.repository.private || vars.MODE == 'true'", True),
        ("github.event.pull_request.head.repo.full_name == 'a/b'", False),
        ("(true && false) || null", None),
        ("steps.one.outputs.digest == ''", True),
        ("steps.one.outputs.other || 'none'", "none"),
        ("needs.a.result != 'skipped' && always()", True),
    ],
)
def test_values(text: str, value: object) -> None:
    """As documented: `&&` and `||` give one of their sides, texts are equal whatever their case, what is not there is null."""
    assert evaluated(text, CONTEXTS) == value


@pytest.mark.parametrize(
    "text",
    [
        "github.reff",
        "secrets.KEY",
        "1 < 2",
        "hashFiles('x')",
        "needs.a.result == ",
        "needs.a.result 'x'",
        "vars.MODE == 1",
        "(true",
        "steps.two.outputs.x",
        "",
    ],
)
def test_what_is_not_known_is_said(text: str) -> None:
    """A misspelt context, a function or a sign that is not implemented: never an empty text, as GitHub would take it."""
    with pytest.raises(Unsupported):
        evaluated(text, CONTEXTS)


def test_values_in_a_text() -> None:
    """Numbers and booleans have a form; a list has none."""
    assert filled("a ${{ true }}-${{ 1 }}-${{ null }} ${{ github.ref }}", CONTEXTS) == "a true-1- refs/heads/main"
    with pytest.raises(Unsupported, match="use toJSON"):
        filled("${{ needs.*.result }}", CONTEXTS)


@pytest.mark.parametrize(
    ("condition", "status", "runs"),
    [
        (None, "success", True),
        (None, "failure", False),
        ("always()", "cancelled", True),
        ("${{ !cancelled() }}", "failure", True),
        ("${{ !cancelled() }}", "cancelled", False),
        ("github.event_name == 'push'", "success", True),
        ("github.event_name == 'push'", "failure", False),
        ("failure() && true", "failure", True),
    ],
)
def test_conditions(condition: str | None, status: str, runs: bool) -> None:
    """A condition that does not ask how things went is met after success alone."""
    assert holds(condition, CONTEXTS, status) is runs
