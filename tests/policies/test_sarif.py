"""The report as SARIF: valid by the standard's own schema, with places that GitHub finds and links that are all ours."""

import json
import posixpath
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

import pytest
from hypothesis import example, given
from jsonschema_rs import Draft4Validator

from crema.policies.report import sarif
from crema.policies.report.report import CrashedPolicy, RelatedPlace, Report, Shortfall, UncheckedThing, UndecidedLaw, UnreadableFile
from tests.external import ROOT, program, start
from tests.policies.reports import FINDING, HOSTILE, LINE, ORDER, PLACE, RULE, SMALL, WAIVER, reports

MODULE = "github.com/owenrumney/go-sarif/v3@v3.3.1"
UNPRINTABLE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
LINK = re.compile(r"(?<!\\)\]\((\d+)\)")


def run_of(report: Report) -> dict[str, Any]:
    """The one run of the log."""
    (run,) = json.loads(sarif.render(report))["runs"]
    assert isinstance(run, dict)
    return run


@cache
def standard() -> Draft4Validator:
    """The schema of OASIS, out of the sources of a Go module that embeds it. The set-up has fetched it; nothing is downloaded here."""
    pins = ROOT / "tests" / "policies" / "sarif_schema"
    done = start(["env", "GOPROXY=off", program("go"), "mod", "download", "-json", MODULE], cwd=pins)
    assert done.status == 0, done.stdout + done.stderr
    source = (Path(json.loads(done.stdout)["Dir"]) / "pkg" / "report" / "v210" / "sarif" / "schema.go").read_text(encoding="utf-8")
    schema = json.loads(source.partition("`")[2].rpartition("`")[0])
    assert schema["id"] == sarif.SCHEMA
    return Draft4Validator(schema, validate_formats=True)


@pytest.mark.engine
@given(report=reports)
@example(report=SMALL)
def test_every_report_is_valid_by_the_standard(report: Report) -> None:
    """By the schema that SARIF itself publishes, addresses and dates included."""
    log = json.loads(sarif.render(report))
    assert [f"{error.instance_path}: {error.message}" for error in standard().iter_errors(log)] == []


@pytest.mark.engine
@pytest.mark.parametrize(
    ("part", "wrong"), [("level", "fatal"), ("ruleIndex", "0"), ("message", {}), ("locations", [{"uri": "a"}]), ("fix", "do it")]
)
def test_the_standard_refuses_what_is_wrong(part: str, wrong: object) -> None:
    """The schema that was found is one that can say no."""
    log = json.loads(sarif.render(SMALL))
    log["runs"][0]["results"][0][part] = wrong
    assert not standard().is_valid(log)


@given(report=reports)
@example(report=replace(SMALL, findings=(replace(FINDING, message="see [here](1) and [there](https://x.example)"),)))
def test_each_related_place_is_linked_once_and_nothing_else_is(report: Report) -> None:
    """GitHub shows a related location only where the message links to it; a link in anybody's text is none."""
    for result in run_of(report)["results"]:
        numbers = [place["id"] for place in result["relatedLocations"]]
        assert [int(number) for number in LINK.findall(result["message"]["text"])] == numbers
        assert not re.search(r"(?<!\\)\]\((?!\d+\)\)$)", result["message"]["text"], re.MULTILINE)


@given(report=reports)
@example(report=replace(SMALL, findings=tuple(replace(FINDING, message=text, fix=text, path=(text,)) for text in HOSTILE)))
def test_texts_are_printable(report: Report) -> None:
    """As a reader gets them, JSON's own escapes undone: nothing moves a cursor or turns the direction of writing."""
    assert [text for text in strings(run_of(report)) if UNPRINTABLE.search(text)] == []


def strings(value: Any) -> Iterator[str]:
    """Every text in a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from strings(item)


@given(report=reports)
def test_places_are_addresses(report: Report) -> None:
    """Each file is a relative address below the root, or one with the scheme `file`; undone, it is the file that the report names."""
    run = run_of(report)
    for result, finding in zip(run["results"], report.findings, strict=True):
        at = [place["physicalLocation"] for place in (*result["locations"], *result["relatedLocations"])]
        file, line = finding.place
        assert at[0]["region"]["startLine"] == line
        for place, named in ((at[0], file), (at[1], finding.manifest.file)):
            address = place["artifactLocation"]
            split = urlsplit(address["uri"])
            whole = named.startswith("/")
            assert (split.scheme, split.netloc, split.query, split.fragment) == ("file" if whole else "", "", "", "")
            assert address.get("uriBaseId") == (None if whole else "%SRCROOT%")
            assert unquote_to_bytes(split.path) == posixpath.normpath(named).encode("utf-8", errors="surrogateescape")


@given(report=reports)
def test_what_was_not_judged_is_said_and_is_no_result(report: Report) -> None:
    """Results are the findings; whatever was not judged is a notification, an error where it fails the run."""
    run = run_of(report)
    (invocation,) = run["invocations"]
    assert [result["partialFingerprints"]["crema/v1"] for result in run["results"]] == [one.fingerprint for one in report.findings]
    assert invocation["executionSuccessful"] == (not report.crashed)
    assert invocation["exitCode"] == report.exit_code
    said = [notice["descriptor"]["id"] for notice in invocation["toolExecutionNotifications"]]
    errors = [notice for notice in invocation["toolExecutionNotifications"] if notice["level"] == "error"]
    parts = (report.crashed, report.unreadable, report.too_little, report.undecided, report.unchecked)
    vacuous = report.vacuous and not (report.unreadable or report.too_little)
    assert len(said) == sum(map(len, parts)) + vacuous
    assert bool(errors) == (report.exit_code in {3, 4})


@given(report=reports)
def test_rules_are_found_by_their_index(report: Report) -> None:
    """A result's rule is the one at its index; a rule has few tags, and an address only where its source is one."""
    run = run_of(report)
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        named = {rule["id"] for rule in rules}
        assert ("ruleIndex" in result) == (result["ruleId"] in named)
        assert "ruleIndex" not in result or rules[result["ruleIndex"]]["id"] == result["ruleId"]
    for rule, described in zip(rules, report.rules, strict=True):
        assert len(rule["properties"]["tags"]) <= 10
        assert ("helpUri" in rule) == ("http" in described.source)
        assert max(len(rule["shortDescription"]["text"]), len(rule["fullDescription"]["text"])) <= 1024


def test_a_result_as_github_shows_it() -> None:
    """The Python line, the message with fix, path and links, the manifest and the related place, the object."""
    related = replace(FINDING.related[0], source=replace(LINE, line=7))
    (result,) = run_of(replace(SMALL, findings=(replace(FINDING, related=(related,)),)))["results"]
    where = {"logicalLocations": [{"name": "order", "fullyQualifiedName": "local/Ingress/shop/order", "kind": "resource"}]}

    def at(file: str, line: int) -> dict[str, Any]:
        return {"physicalLocation": {"artifactLocation": {"uri": file, "uriBaseId": "%SRCROOT%"}, "region": {"startLine": line}}, **where}

    manifest = "dist/local/order/ingress-order.yaml"
    assert (result["ruleId"], result["ruleIndex"], result["level"]) == (RULE.id, 0, "error")
    assert result["message"]["text"].splitlines() == [
        "requests to /api/order reach the service as /",
        "fix: remove the rewrite annotation",
        "path: http://coffee/api/order → Ingress/shop/order",
        "manifest: dist/local/order/ingress-order.yaml:9  /metadata/annotations ([line 9](1))",
        "the service: charts/order.py:7 ([line 7](2))",
        "the service: dist/local/order/ingress-order.yaml:9  /metadata/annotations ([line 9](3))",
    ]
    assert result["locations"] == [at("charts/order.py", 31)]
    assert [{key: place[key] for key in ("physicalLocation", "logicalLocations")} for place in result["relatedLocations"]] == [
        at(manifest, 9),
        at("charts/order.py", 7),
        at(manifest, 9),
    ]


def test_a_waived_result_is_suppressed() -> None:
    """With the reason, the owner, the day and the place of the waiver; GitHub shows no alert for it."""
    (result,) = run_of(replace(SMALL, findings=(replace(FINDING, status="waived", waiver=WAIVER),)))["results"]
    (suppression,) = result["suppressions"]
    assert (suppression["kind"], suppression["status"]) == ("external", "accepted")
    assert suppression["justification"] == "waived until 2026-05-31 by ann: moves in May"
    assert suppression["location"]["physicalLocation"]["region"] == {"startLine": 3}


def test_a_rule_as_github_shows_it() -> None:
    """Law, why, fix and source, in text and in Markdown, and the address without the full stop of its sentence."""
    (rule,) = run_of(SMALL)["tool"]["driver"]["rules"]
    assert (rule["id"], rule["name"], rule["helpUri"]) == (RULE.id, "TrafficNoRewriteOnApiRoutes", "https://example.com/rewrite")
    assert rule["help"]["markdown"] == (
        "An Ingress must not rewrite.\n\n**Why:** Every call becomes a 404.\n\n**Fix:** remove the annotation.\n\n"
        "**Source:** https://example.com/rewrite.\n\n**More:** `crema explain traffic-no-rewrite-on-api-routes`"
    )
    assert rule["properties"]["tags"] == ["traffic", "breaks"]


def test_notifications_of_each_kind() -> None:
    """What happened, how bad it is, and where."""
    report = replace(
        SMALL,
        crashed=(CrashedPolicy(policy=RULE.id, environment="local", target="", why="KeyError at a.py:1"),),
        unreadable=(UnreadableFile(file="a b.yaml", line=2, why="not YAML"),),
        too_little=(Shortfall(environment="local", what="manifests", expected=9, found=2, file="crema.toml"),),
        undecided=(UndecidedLaw(policy="data-a", resource=ORDER, manifest=PLACE, fact="a.b"),),
        unchecked=(UncheckedThing(file="b.yaml", why="no manifest"),),
    )
    notices = run_of(report)["invocations"][0]["toolExecutionNotifications"]
    looked = "crashed: traffic-no-rewrite-on-api-routes: KeyError at a.py:1 while it looked for its targets"
    assert [(notice["level"], notice["message"]["text"]) for notice in notices] == [
        ("error", f"{looked} (environment local); this is a mistake in the policy"),
        ("error", "unreadable: not YAML"),
        ("error", "too little: environment local has 2 manifests; crema.toml expects at least 9"),
        ("warning", "undecided: data-a: Ingress/shop/order needs the fact a.b"),
        ("note", "unchecked: no manifest"),
    ]
    assert notices[0]["associatedRule"] == {"id": RULE.id, "index": 0}
    assert notices[1]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "a%20b.yaml"


def test_what_github_would_refuse_is_left_out_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Above the limit the waived go first, then the least severe; the rest stay in order, and a notification has the number."""
    monkeypatch.setattr(sarif, "MOST_RESULTS", 2)
    info, waived = replace(FINDING, severity="info"), replace(FINDING, status="waived", waiver=WAIVER)
    run = run_of(replace(SMALL, findings=(info, waived, replace(FINDING, severity="warning"), FINDING)))
    assert [result["level"] for result in run["results"]] == ["warning", "error"]
    (notice,) = run["invocations"][0]["toolExecutionNotifications"]
    assert notice["message"]["text"] == "2 findings are left out: GitHub takes 2 at most; the other formats have all"


def test_more_related_places_than_github_shows_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first are links; the others are a number."""
    monkeypatch.setattr(sarif, "MOST_RELATED", 2)
    many = (RelatedPlace(note="also", resource=ORDER, manifest=PLACE, source=LINE),) * 2
    (result,) = run_of(replace(SMALL, findings=(replace(FINDING, related=many),)))["results"]
    assert len(result["relatedLocations"]) == 2
    assert result["message"]["text"].endswith("\nand 3 more places")
