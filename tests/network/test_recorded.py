"""Our verdicts are those of an implementation of NetworkPolicies that clusters run."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

from tests.network.cases import cases, fingerprint

_RECORDED: dict[str, Any] = json.loads((Path(__file__).parent / "recorded.json").read_text(encoding="utf-8"))


def test_the_cases_are_those_that_were_recorded() -> None:
    """Other cases need other answers: then `recorded.json` says how they are had."""
    assert fingerprint() == _RECORDED["cases"]


def test_each_verdict_is_the_recorded_one() -> None:
    """On both sides of every connection; ours leaves none undecided, since all is known here."""
    assert [" ".join(case.answers()) for case in cases()] == _RECORDED["answers"]


def test_the_answers_differ() -> None:
    """A comparison in which everything is permitted would show nothing."""
    answers = Counter(word for line in _RECORDED["answers"] for word in line.split())
    assert set(answers) == {"yy", "yn", "ny", "nn"}
    assert all(number > 50 for number in answers.values())
