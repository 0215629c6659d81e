"""A waiver covers what it names, for a while, and says so; one that does not is a finding of its own."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crema.policies.engine.discover import discover
from crema.policies.engine.example import Example
from crema.policies.engine.run import Run, run
from crema.policies.engine.waiver_file import NotByMachine, added, without
from crema.policies.engine.waivers import MAX_DAYS, BrokenWaivers, Known, Waiver, read_waivers
from crema.policies.model.documents import read_documents
from crema.policies.model.objects import document_of
from crema.policies.model.read import Reading
from crema.policies.report.build import Question, build
from crema.policies.report.report import Report

DAY = date(2026, 11, 24)
POLICIES = {policy.id: policy for policy in discover()}
SCHEMA = "schema-manifest-is-valid"
BROKEN = """
    apiVersion: v1
    kind: Service
    metadata: {name: order, namespace: shop}
    spec: {prots: [], ports: [{name: http, port: "80"}]}
"""
WAIVER = {"policy": SCHEMA, "ref": "Service/shop/order", "reason": "moving", "owner": "ada", "expires": "2026-12-31"}


def waivers_of(*entries: dict[str, str]) -> tuple[Waiver, ...]:
    """A file with these waivers, read."""
    listed = "".join("- " + "".join(f"{key}: {value}\n  " for key, value in entry.items()).rstrip() + "\n" for entry in entries)
    (document,) = read_documents(f"waivers:\n{listed}")
    return read_waivers(document_of("waivers.yaml", document, "waivers.yaml", "repository"))


def report_of(*entries: dict[str, str], day: date = DAY, whole: bool = True, ran: frozenset[str] | None = None) -> Report:
    """A run over a broken Service, with waivers."""
    world = Example(name="", manifests=BROKEN).world()
    known = Known(
        policies=POLICIES,
        ran=frozenset(POLICIES) if ran is None else ran,
        refs={"example": frozenset(str(manifest) for manifest in world.manifests)},
        whole=whole,
    )
    return build(done(), Question(version="0", as_of=day, waivers=waivers_of(*entries), known=known))


def done() -> Run:
    """What the policies say of the broken Service: two findings of one policy."""
    world = Example(name="", manifests=BROKEN).world()
    return run(Reading(worlds=(world,), unreadable=(), not_manifests=()), POLICIES.values())


def said(report: Report) -> list[tuple[str, str]]:
    """Status and message of each finding."""
    return [(finding.status, finding.message) for finding in report.findings]


def about(report: Report) -> list[str]:
    """The messages about waivers."""
    return [finding.message for finding in report.open if finding.policy == "engine-waivers-are-honest"]


def test_a_waiver_without_a_pointer_covers_every_finding_of_its_policy_in_its_object() -> None:
    """They stay in the report, with who waived them and until when, and the run is clean."""
    report = report_of(WAIVER)
    assert [status for status, _ in said(report)] == ["waived", "waived"]
    assert report.exit_code == 0
    assert report.next_expiry == date(2026, 12, 31)
    (first, _) = report.waived
    assert first.waiver is not None
    assert (first.waiver.owner, first.waiver.reason, first.waiver.file, first.waiver.line) == ("ada", "moving", "waivers.yaml", 1)


@pytest.mark.parametrize("pointer", ["/spec/ports/0/port", '"/spec/ports[name=http]/port"'])
def test_a_pointer_names_one_place_by_position_or_by_key(pointer: str) -> None:
    """The other finding stays open."""
    report = report_of({**WAIVER, "pointer": pointer})
    assert {finding.manifest.pointer: finding.status for finding in report.findings} == {
        "/spec/ports/0/port": "waived",
        "/spec/prots": "open",
    }
    assert report.exit_code == 1


def test_a_waiver_of_another_environment_covers_nothing() -> None:
    """And its environment must exist."""
    report = report_of({**WAIVER, "environment": "exmple"})
    assert about(report) == ["there is no environment exmple; did you mean example?"]
    assert len(report.open) == 3


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"expires": "2026-11-23"}, f"the waiver of {SCHEMA} for Service/shop/order ended on 2026-11-23"),
        (
            {"expires": "2027-12-01"},
            f"the waiver of {SCHEMA} for Service/shop/order ends on 2027-12-01; the latest is 2027-05-23, 180 days from 2026-11-24, "
            "so it covers nothing",
        ),
        ({"policy": "schema-manifest-is-vald"}, f"there is no policy schema-manifest-is-vald; did you mean {SCHEMA}?"),
        ({"policy": "telemetry-exactly-one-default-datasource"}, "nobody may waive telemetry-exactly-one-default-datasource"),
        ({"ref": "Service/shop/ordr"}, "there is no Service/shop/ordr here; did you mean Service/shop/order?"),
        ({"pointer": "/spec/type"}, f"nothing needs the waiver of {SCHEMA} for Service/shop/order"),
    ],
)
def test_a_waiver_that_is_not_honest_is_a_finding_and_covers_nothing(change: dict[str, str], message: str) -> None:
    """Ended, too far out, unknown, forbidden, lost or unneeded."""
    report = report_of({**WAIVER, **change})
    assert about(report) == [message]
    assert report.waived == ()
    assert report.exit_code == 1


@pytest.mark.parametrize("change", [{"ref": "Service/shop/ordr"}, {"pointer": "/spec/type"}, {"environment": "other"}])
def test_a_run_over_a_part_cannot_say_that_a_waiver_is_not_needed(change: dict[str, str]) -> None:
    """What it names may be in the part that was not read."""
    assert about(report_of({**WAIVER, **change}, whole=False)) == []


def test_a_waiver_of_a_policy_that_did_not_run_is_not_called_unneeded() -> None:
    """`--rule` of another policy says nothing about it."""
    assert about(report_of({**WAIVER, "pointer": "/spec/type"}, ran=frozenset({"traffic-no-rewrite-on-api-routes"}))) == []


@given(st.integers(min_value=-400, max_value=400))
def test_a_waiver_holds_exactly_from_the_day_it_may_be_written_to_its_last_day(days: int) -> None:
    """The one rule of expiry: its last day counts, the day after does not, and nothing holds for more than 180 days."""
    end = DAY + timedelta(days=days)
    report = report_of({**WAIVER, "expires": end.isoformat()})
    assert bool(report.waived) == (0 <= days <= MAX_DAYS)
    assert bool(report.waived) != bool(about(report))


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("waivers:\n- policy: a\n  ref: b\n", ["expires", "owner", "reason"]),
        ("waivers:\n- {policy: a, ref: b, reason: c, owner: d, expires: 2026-02-30}\n", ['"2026-02-30"; a date such as']),
        ("waivers:\n- {policy: a, ref: b, reason: '', owner: d, expires: 2026-02-03}\n", ["at least 1 character"]),
        ("waivers: {}\n", ["a list is required"]),
        ("waiver: []\n", ["waiver is not a part of a waiver; did you mean waivers?"]),
        ("waivers:\n- {policy: a, ref: b, reason: c, owner: d, expires: 2026-02-03, until: x}\n", ["until is not a part of a waiver"]),
    ],
)
def test_a_broken_file_is_refused_with_every_mistake_and_its_line(text: str, messages: list[str]) -> None:
    """A waiver that cannot be read must not be taken for none."""
    (document,) = read_documents(text)
    with pytest.raises(BrokenWaivers) as broken:
        read_waivers(document_of("waivers.yaml", document, "waivers.yaml", "repository"))
    assert len(broken.value.messages) == len(messages)
    for message, part in zip(broken.value.messages, messages, strict=True):
        assert message.startswith("waivers.yaml:")
        assert part in message


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=20)
ENTRIES = st.lists(st.tuples(WORDS, WORDS, WORDS, st.dates(min_value=date(1900, 1, 1))), max_size=5)


@given(ENTRIES, st.data())
def test_adding_and_removing_leaves_everything_else_as_it_was(entries: list[tuple[str, str, str, date]], data: st.DataObject) -> None:
    """Whatever texts stand in it: each waiver added is read back, and after removals the others are there, in their order."""
    text = "# mine\n"
    for policy, ref, reason, day in entries:
        text = added(text, policy=policy, ref=ref, pointer="", environment="", reason=reason, owner="ada", expires=day)
    gone = data.draw(st.sets(st.integers(min_value=0, max_value=max(len(entries) - 1, 0)), max_size=len(entries))) if entries else set()
    left = without(text, gone) if gone else text
    (document, *_) = [*read_documents(left), None]
    body = document.body if document is not None else {}
    listed = body.get("waivers", []) if isinstance(body, dict) else []
    assert isinstance(listed, list)
    assert [each["ref"] for each in listed if isinstance(each, dict)] == [e[1] for n, e in enumerate(entries) if n not in gone]
    assert left.startswith("# mine\n")


def test_comments_go_with_the_waiver_that_they_stand_above() -> None:
    """And those of the others stay."""
    text = """\
# All of them.
waivers:
  # The first.
  - {policy: a, ref: b, reason: c, owner: d, expires: 2026-12-01}
  # The second.
  - policy: e
    ref: f
    reason: g   # short
    owner: h
    expires: 2026-12-02
"""
    first = "# All of them.\nwaivers:\n  # The second.\n  - policy: e\n    ref: f\n    reason: g   # short\n    owner: h\n"
    assert without(text, [0]) == first + "    expires: 2026-12-02\n"
    assert without(text, [0, 1]) == "# All of them.\nwaivers: []\n"


@pytest.mark.parametrize("text", ["waivers: [{policy: a, ref: b}]\n", "{waivers: [\n{policy: a},\n{policy: b}]}\n"])
def test_a_file_in_a_form_that_is_not_understood_is_left_to_a_person(text: str) -> None:
    """Better no edit than a wrong one."""
    with pytest.raises(NotByMachine):
        without(text, [0])
    with pytest.raises(NotByMachine):
        added(text, policy="a", ref="b", pointer="", environment="", reason="c", owner="d", expires=DAY)


def test_the_schema_of_waivers_is_published() -> None:
    """An editor can use the file; it is the one that is judged by."""
    from crema.policies.engine.waivers import SCHEMA_FILE

    assert Path(SCHEMA_FILE).is_file()
