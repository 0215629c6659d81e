"""A run says everything once, in one order, and a policy that fails is a result with a name, not an end."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crema.policies.engine.discover import discover
from crema.policies.engine.example import Example
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.engine.run import run
from crema.policies.model.files import UnreadableDocument
from crema.policies.model.manifest import Manifest
from crema.policies.model.read import Reading
from crema.policies.model.world import World, world_of
from crema.policies.report.build import Question, build
from crema.policies.report.report import Report

SECRETS = """
    apiVersion: v1
    kind: Secret
    metadata: {name: first}
    stringData: {password: hunter2}
    ---
    apiVersion: v1
    kind: Secret
    metadata: {name: second}
    stringData: [hunter2]
"""


class Reads(Policy[Manifest]):
    """Every Secret has text only.

    Why: it is an example.
    Fix: write text.
    """

    id = "test-reads"
    basis = "house"

    def targets(self, world: World) -> Iterable[Manifest]:
        """Every Secret."""
        return world.of("", "Secret")

    def judge(self, world: World, target: Manifest) -> Iterator[Outcome]:
        """Read the texts; find nothing."""
        del world
        target.root.texts("stringData")
        return iter(())


class Raises(Reads):
    """Every Secret is a mistake of the policy itself."""

    id = "test-raises"

    def judge(self, world: World, target: Manifest) -> Iterator[Outcome]:
        """Raise, with a Secret's value in the text of the exception."""
        yield from super().judge(world, target)
        raise KeyError(str(target.body["stringData"]))


def report_of(manifests: str, *policies: Policy[Any], unreadable: tuple[UnreadableDocument, ...] = ()) -> Report:
    """A run over one world."""
    world = Example(name="", manifests=manifests).world()
    done = run(Reading(worlds=(world,), unreadable=unreadable, not_manifests=()), policies)
    return build(done, Question(version="0", as_of=date(2026, 11, 24)))


def test_an_unknown_shape_is_a_finding_at_its_place_and_stops_nothing_else() -> None:
    """A list where the law reads a mapping is named without its content; both targets were looked at."""
    report = report_of(SECRETS, Reads())
    (finding,) = report.findings
    assert finding.message == "cannot be judged: /stringData is a list, where a mapping is required"
    assert (str(finding.resource), report.rules[0].targets) == ("Secret/second", 2)
    assert report.exit_code == 1


def test_a_crash_names_policy_and_target_and_no_value() -> None:
    """The exception's text may quote a Secret, so the report has its type and the policy's line instead."""
    report = report_of(SECRETS, Raises())
    (crash,) = report.crashed
    assert (crash.policy, crash.target, crash.why.split(" at ")[0]) == ("test-raises", "Secret/first", "KeyError")
    assert "hunter2" not in repr(report.crashed)
    assert report.exit_code == 4


UNREADABLE = (UnreadableDocument(file="a.yaml", line=1, why="not UTF-8"),)


@pytest.mark.parametrize(
    ("manifests", "policies", "unreadable", "code"),
    [
        ("{apiVersion: v1, kind: Secret}", (Reads(),), (), 0),
        (SECRETS, (Reads(),), (), 1),
        ("", (Reads(),), (), 3),
        ("{apiVersion: v1, kind: Secret}", (Reads(),), UNREADABLE, 3),
        (SECRETS, (Reads(),), UNREADABLE, 3),
        (SECRETS, (Reads(), Raises()), UNREADABLE, 4),
    ],
)
def test_exit_codes(manifests: str, policies: tuple[Policy[Any], ...], unreadable: tuple[UnreadableDocument, ...], code: int) -> None:
    """0 clean, 1 findings, 3 nothing or not everything was read, 4 a policy crashed; the worst that applies."""
    assert report_of(manifests, *policies, unreadable=unreadable).exit_code == code


EVERYTHING = [example for policy in discover() for example in policy.denied]


@given(st.lists(st.sampled_from(EVERYTHING), max_size=3), st.randoms())
def test_findings_do_not_depend_on_the_order_of_files(examples: list[Example], random: Any) -> None:
    """Shuffled manifests of several broken sets give the same findings in the same order."""
    manifests = [replace(each, file=f"{number}.yaml") for number, example in enumerate(examples) for each in example.world().manifests]
    shuffled = random.sample(manifests, len(manifests))

    def findings(given: list[Manifest]) -> list[tuple[str, str]]:
        reading = Reading(worlds=(world_of(given, "x", closed=True),), unreadable=(), not_manifests=())
        return sorted((each.policy, each.message) for each in run(reading, discover()).findings)

    assert findings(shuffled) == findings(manifests)


def test_one_finding_is_reported_once() -> None:
    """A policy that says the same of one place twice is heard once."""

    class Twice(Reads):
        """Says everything twice."""

        def judge(self, world: World, target: Manifest) -> Iterator[Outcome]:
            """The same finding, twice."""
            del world
            yield self.finding(target.root, "once")
            yield self.finding(target.root, "once")

    report = report_of("{apiVersion: v1, kind: Secret}", Twice())
    assert [each.message for each in report.findings] == ["once"]
