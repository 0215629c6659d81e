"""Every rendering shows the whole of one report, and nothing in anybody's files can forge a part of it."""

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import click
import pytest
from click.testing import CliRunner, Result
from hypothesis import example, given

from crema.check import check
from crema.policies.report.formats import FORMATS, render
from crema.policies.report.report import Report, ReportedFinding
from crema.policies.report.text import escaped
from crema.policies.rules.telemetry.exactly_one_default_datasource import ExactlyOneDefaultDatasource
from tests.policies.reports import FINDING, SMALL, WAIVER, reports

UNPRINTABLE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
MANY = replace(SMALL, findings=tuple(replace(FINDING, message=f"finding {number}.") for number in range(30)))


@given(report=reports)
@example(report=MANY)
def test_every_open_finding_is_in_every_rendering(report: Report) -> None:
    """Each open finding's message is there, or it is counted in "and N more"."""
    for name in FORMATS:
        said = [*messages(name, render(name, report))]
        left = [finding for finding in report.open if not any(same(finding, one) for one in said)]
        more = re.search(r"^and (\d+) more", render(name, report), re.MULTILINE)
        assert not left or (more is not None and int(more[1]) >= len(left)), (name, left)


@given(report=reports)
def test_no_rendering_has_a_raw_control_character(report: Report) -> None:
    """Nothing that could move a cursor, turn the direction of writing, end a line or be no UTF-8 comes through."""
    for name in FORMATS:
        assert not UNPRINTABLE.search(render(name, report)), name


@given(report=reports)
def test_the_same_report_gives_the_same_bytes(report: Report) -> None:
    """Nothing depends on which object it is, nor on the time."""
    for name in FORMATS:
        assert render(name, report) == render(name, deepcopy(report)), name


@given(report=reports)
@example(report=replace(SMALL, findings=(FINDING, replace(FINDING, severity="info"), replace(FINDING, status="waived", waiver=WAIVER))))
def test_renderings_agree_on_how_many_findings_there_are(report: Report) -> None:
    """The summary line of the text, the JSON, the results of SARIF and the tests of JUnit count alike."""
    text = re.search(r" · (\d+) findings?(?: · (\d+) waived)?", render("text", report).splitlines()[-1])
    assert text is not None
    as_json = json.loads(render("json", report))["summary"]
    results = json.loads(render("sarif", report))["runs"][0]["results"]
    suppressed = [result for result in results if "suppressions" in result]
    tests = [*ElementTree.fromstring(render("junit", report)).iter("testcase")]
    skipped = [one.get("message", "") for test in tests for one in test.findall("skipped")]
    junit = sum(test.find("failure") is not None or test.find("system-out") is not None for test in tests)
    opened = {int(text[1]), as_json["findings"], len(results) - len(suppressed), junit}
    waived = {int(text[2] or 0), as_json["waived"], len(suppressed), sum(said.startswith("waived until ") for said in skipped)}
    assert (opened, waived) == ({len(report.open)}, {len(report.waived)})


def raises(*of: object) -> tuple[object, ...]:
    """A mistake of a policy."""
    raise RuntimeError(of)


SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: order, namespace: shop}\nspec: {ports: [{port: 80}]}\n"
TWO_DEFAULTS = (
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ours, namespace: monitoring, labels: {grafana_datasource: '1'}}\n"
    "data:\n  ours.yaml: '{apiVersion: 1, datasources: [{name: a, type: loki, isDefault: true}, {name: b, type: loki, isDefault: true}]}'\n"
)
WARNED = (
    "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: x, namespace: shop}\n"
    "spec: {groups: [{name: g, rules: [{alert: A, expr: up == 0, labels: {severity: critcal}}]}]}\n"
)
WAIVERS = "waivers:\n- {policy: alerting-alert-severities, ref: PrometheusRule/shop/x, reason: moves, owner: ann, expires: 2026-05-31}\n"
RUNS = {
    "clean": ({"m/a.yaml": SERVICE}, ["m"], 0),
    "findings": ({"m/a.yaml": TWO_DEFAULTS}, ["m"], 1),
    "waived": (
        {"crema.toml": 'directories = ["m"]\n', "m/a.yaml": WARNED, "policies/waivers.yaml": WAIVERS},
        ["--rule", "alerting-alert-severities", "--as-of", "2026-01-31"],
        0,
    ),
    "too little": ({"m/a.txt": ""}, ["m"], 3),
    "crashed": ({"m/a.yaml": TWO_DEFAULTS}, ["m"], 4),
    "usage": ({}, ["absent"], 2),
}


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("run", RUNS)
def test_the_exit_code_does_not_depend_on_the_format(name: str, run: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However a run ends, it ends so in every format, to standard output and to a file, and there is no traceback."""
    files, arguments, code = RUNS[run]
    if run == "crashed":
        monkeypatch.setattr(ExactlyOneDefaultDatasource, "targets", raises)
    monkeypatch.chdir(tmp_path)
    for file, text in files.items():
        Path(file).parent.mkdir(exist_ok=True)
        Path(file).write_text(text, encoding="utf-8")
    printed = crema_check(*arguments, "--format", name)
    written = crema_check(*arguments, "--format", f"{name}=out")
    assert (printed.exit_code, written.exit_code) == (code, code), printed.output
    if code != 2:
        assert Path("out").read_text(encoding="utf-8") == printed.stdout
        assert not isinstance(printed.exception, RuntimeError)
    else:
        assert not Path("out").exists()


def test_files_are_named_from_the_root_of_the_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a job of GitHub that runs below the root, annotations and SARIF name files from the root, the text as the person would."""
    (tmp_path / "sub" / "m").mkdir(parents=True)
    (tmp_path / "sub" / "m" / "a.yaml").write_text(TWO_DEFAULTS, encoding="utf-8")
    monkeypatch.chdir(tmp_path / "sub")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    assert "::error file=sub/m/a.yaml,line=5," in crema_check("m", "--format", "github").stdout
    assert '"uri": "sub/m/a.yaml"' in crema_check("m", "--format", "sarif").stdout
    assert "--> m/a.yaml:5 " in crema_check("m").stdout
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path / "another"))
    assert "::error file=m/a.yaml,line=5," in crema_check("m", "--format", "github").stdout


def test_the_job_summary_is_written_beside_annotations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """GitHub's file of the summary gets the Markdown behind what other steps wrote, and only where annotations were asked for."""
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "a.yaml").write_text(TWO_DEFAULTS, encoding="utf-8")
    summary = tmp_path / "summary.md"
    summary.write_text("before\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    crema_check("m", "--format", "json")
    assert summary.read_text(encoding="utf-8") == "before\n"
    crema_check("m", "--format", "github")
    markdown = crema_check("m", "--format", "markdown").stdout
    assert summary.read_text(encoding="utf-8") == f"before\n{markdown}"


def crema_check(*arguments: str) -> Result:
    """Run the command."""
    assert isinstance(check, click.Command)
    return CliRunner().invoke(check, list(arguments))


def messages(name: str, rendered: str) -> Iterator[str]:
    """What a rendering says of findings, as the reader of its format gets it."""
    if name == "text":
        yield from rendered.splitlines()
    elif name == "json":
        yield from (finding["message"] for finding in json.loads(rendered)["findings"])
    elif name == "sarif":
        yield from (result["message"]["text"].replace(r"\](", "](") for result in json.loads(rendered)["runs"][0]["results"])
    elif name == "junit":
        for test in ElementTree.fromstring(rendered).iter("testcase"):
            yield from (element.text or "" for element in test)
    elif name == "github":
        yield from (line.split("::", 2)[2].replace("%25", "%") for line in rendered.splitlines() if line.startswith("::"))
    else:
        assert name == "markdown"
        yield from (unescape(line).replace("\u200b", "") for line in rendered.splitlines() if line.startswith("|"))


def same(finding: ReportedFinding, said: str) -> bool:
    """Whether a finding's message was said, up to the shortest length that any rendering keeps to, however it was escaped."""
    return shown(finding.message)[:300] in shown(said)


def shown(text: str) -> str:
    """Text as most renderings escape it; the same for text that is escaped already."""
    return re.sub("[\ufffe\uffff]", lambda found: f"\\u{ord(found[0]):x}", escaped(text))
