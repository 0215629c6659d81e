"""The verbs as a person uses them: what they print, how they end, and that they never end in a traceback."""

import json
import re
import sys
from datetime import date
from pathlib import Path

import pytest

from crema.policies.engine.discover import discover
from tests.external import ROOT, start
from tests.policies.projects import BROKEN, PROJECT, SERVICE, TWO_DEFAULTS, commit, run_crema, write

SCHEMA = "schema-manifest-is-valid"
DEFAULTS = "telemetry-exactly-one-default-datasource"
EVERYTHING = " --skip ".join((*(policy.id for policy in discover()), "engine-waivers-are-honest")).split(" ")
UNDECIDED = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: order, namespace: shop, annotations: {nginx.ingress.kubernetes.io/rewrite-target: /$2}}
spec:
  rules:
  - http: {paths: [{path: /api/order(/|$)(.*), pathType: ImplementationSpecific, backend: {service: {name: order, port: {number: 80}}}}]}
"""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def waiver(**change: str) -> str:
    """A file of one waiver for the broken Service."""
    said = {"policy": SCHEMA, "ref": "Service/shop/order", "reason": "moving", "owner": "ada", "expires": "2026-12-31"} | change
    return "waivers:\n- " + "\n  ".join(f"{key}: {value}" for key, value in said.items()) + "\n"


def last(*arguments: str) -> tuple[int, str]:
    """Exit code and last line of a command."""
    done = run_crema(*arguments)
    return done.exit_code, done.output.splitlines()[-1]


@pytest.mark.parametrize(
    ("files", "arguments", "code", "says"),
    [
        ({"dist/a.yaml": SERVICE}, (), 0, "· 1 manifest · 0 findings"),
        ({"dist/a.yaml": BROKEN}, (), 1, "· 1 manifest · 1 finding"),
        ({"dist/a.yaml": BROKEN}, ("--skip", SCHEMA), 0, "· 1 manifest · 0 findings"),
        ({"dist/a.yaml": BROKEN}, ("--rule", DEFAULTS), 0, "1 policy · 1 manifest · 0 findings"),
        ({"dist/a.yaml": BROKEN, "policies/waivers.yaml": waiver()}, (), 0, "· 0 findings · 1 waived (next expires 2026-12-31)"),
        ({"dist/a.yaml": BROKEN, "policies/waivers.yaml": waiver()}, ("--no-waivers",), 1, "· 1 finding"),
        ({"dist/a.yaml": BROKEN, "policies/waivers.yaml": waiver()}, ("--as-of", "2027-01-01"), 1, "· 2 findings"),
        ({"dist/a.yaml": SERVICE, "policies/waivers.yaml": waiver()}, (), 1, "· 1 finding"),
        ({"dist/a.yaml": SERVICE, "policies/waivers.yaml": waiver()}, ("--fail-on", "error"), 0, "· 1 finding"),
        ({"dist/a.yaml": SERVICE, "policies/waivers.yaml": waiver()}, ("--skip", "engine-waivers-are-honest"), 0, "· 0 findings"),
        ({"dist/a.yaml": SERVICE, "policies/waivers.yaml": waiver()}, ("--rule", DEFAULTS), 0, "· 0 findings"),
        ({"dist/a.yaml": SERVICE, "policies/waivers.yaml": "waivers: ["}, (), 2, "waivers.yaml:2: not YAML"),
        ({"dist/a.yaml": UNDECIDED}, (), 0, "· 0 findings · 3 undecided"),
        ({"dist/a.yaml": UNDECIDED}, ("--strict",), 3, "· 0 findings · 3 undecided"),
        ({"dist/a.yaml": UNDECIDED, "dist/b.yaml": BROKEN}, ("--strict",), 3, "· 1 finding · 2 undecided"),
        ({"dist/a.yaml": SERVICE, "dist/b.yaml": ""}, (), 3, "· 1 unreadable"),
        ({"dist/a.yaml": SERVICE, "empty/b.txt": ""}, ("dist", "empty"), 3, "· 1 too little"),
        ({"dist/a.yaml": SERVICE}, ("--rule", "schema-manifest-is-vald"), 2, "did you mean schema-manifest-is-valid?"),
        ({"dist/a.yaml": SERVICE}, ("--skip", "nothing"), 2, "--skip nothing: there is no such policy"),
        ({"dist/a.yaml": SERVICE}, ("--env", "dst"), 2, "there is no environment dst here; did you mean dist?"),
        ({"dist/a.yaml": SERVICE}, ("--format", "jsn"), 2, "--format jsn: there is no such format; did you mean json?"),
        ({"dist/a.yaml": SERVICE}, ("--format", "json="), 2, "the name of a file is missing after '='"),
        ({"dist/a.yaml": SERVICE}, ("--format", "json", "--format", "text"), 2, "would both go to standard output"),
        ({"dist/a.yaml": SERVICE}, ("--format", "json=no/where"), 2, "there is no directory no"),
        ({"dist/a.yaml": SERVICE}, ("--fail-on", "info"), 2, "'info' is not one of 'error', 'warning'"),
        ({"dist/a.yaml": SERVICE}, ("--as-of", "soon"), 2, "--as-of soon: a date such as 2026-01-31 is required"),
        ({"dist/a.yaml": SERVICE}, ("--since", "HEAD"), 2, "is in no git repository"),
        ({"dist/a.yaml": SERVICE}, ("--skip", *EVERYTHING), 2, "no policy is left to run"),
    ],
)  # fmt: skip
def test_check_ends_as_the_table_says(files: dict[str, str], arguments: tuple[str, ...], code: int, says: str) -> None:
    """0 clean, 1 findings, 2 usage or configuration, 3 too little was checked; each option does what its help says."""
    write("crema.toml", PROJECT)
    for file, text in files.items():
        write(file, text)
    done = run_crema("check", *(("--as-of", "2026-11-24") if "--as-of" not in arguments else ()), *arguments)
    assert done.exit_code == code, done.output
    assert says in done.output.splitlines()[-1]


@pytest.mark.parametrize(
    ("files", "code"),
    [({"a.yaml": SERVICE}, 0), ({"a.yaml": BROKEN}, 1), ({"a.yaml": SERVICE, "b.yaml": "a: ["}, 3), ({}, 3)],
)
@pytest.mark.parametrize("form", ["text", "json"])
def test_the_exit_code_does_not_depend_on_the_format(files: dict[str, str], code: int, form: str) -> None:
    """Nor on whether the report goes to a file."""
    Path("m").mkdir()
    for file, text in files.items():
        write(f"m/{file}", text)
    assert run_crema("check", "m", "--format", form).exit_code == code
    assert run_crema("check", "m", "--format", f"{form}=out").exit_code == code
    assert Path("out").read_text(encoding="utf-8")


def test_a_crash_of_a_policy_is_exit_4_whatever_else_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is a mistake of ours, and nothing that was found can be believed to be all."""
    from crema.policies.rules.telemetry.exactly_one_default_datasource import ExactlyOneDefaultDatasource

    def broken(*given: object) -> object:
        raise KeyError(str(given))

    monkeypatch.setattr(ExactlyOneDefaultDatasource, "targets", broken)
    write("m/a.yaml", BROKEN)
    write("m/b.yaml", "a: [")
    done = run_crema("check", "m", "--strict")
    assert done.exit_code == 4
    assert f"crashed[{DEFAULTS}]: KeyError at test_verbs.py:" in done.output


def test_expectations_hold_for_a_whole_environment_and_owe_nothing_for_a_part() -> None:
    """Fewer objects than were promised is too little; a part of an environment promises nothing; a policy left out owes nothing."""
    expected = f"{{ manifests = 2, {SCHEMA} = 2, traffic-no-rewrite-on-api-routes = 1 }}"
    write("crema.toml", f'{PROJECT}[environments.live]\nworld = "closed"\nexpect = {expected}\n')
    write("dist/live/shop/a.yaml", SERVICE)
    done = run_crema("check")
    assert done.exit_code == 3
    assert [line for line in done.output.splitlines() if line.startswith("too little")] == [
        "too little: environment live has 1 manifest; crema.toml expects at least 2",
        f"too little: environment live has 1 target of {SCHEMA}; crema.toml expects at least 2",
        "too little: environment live has 0 targets of traffic-no-rewrite-on-api-routes; crema.toml expects at least 1",
    ]
    assert run_crema("check", "dist/live/shop").exit_code == 0
    assert run_crema("check", "--rule", DEFAULTS).output.count("too little: ") == 1
    Path("dist/live/shop/a.yaml").unlink()
    assert run_crema("check").exit_code == 3


def test_a_configured_environment_that_is_gone_is_too_little() -> None:
    """Even where nothing is expected of it by number, and another environment is there."""
    write("crema.toml", f'{PROJECT}[environments.live]\nworld = "closed"\n')
    write("dist/test/a.yaml", SERVICE)
    code, line = last("check")
    assert (code, line.endswith("1 too little")) == (3, True)


def test_a_policy_that_an_expectation_names_cannot_be_deleted_in_silence() -> None:
    """Its name is unknown then, which is a mistake in the configuration."""
    write("crema.toml", f"{PROJECT}[environments.live.expect]\ntraffic-a-deleted-policy = 1\n")
    write("dist/live/a.yaml", SERVICE)
    assert run_crema("check").exit_code == 2


def test_the_configuration_of_a_directory_is_the_one_above_it() -> None:
    """Not that of the project in which somebody happens to stand."""
    write("crema.toml", f'{PROJECT}[severities]\n{SCHEMA} = "info"\n')
    write("dist/a.yaml", BROKEN)
    write("other/crema.toml", PROJECT)
    write("other/dist/a.yaml", BROKEN)
    assert (last("check")[0], last("check", "other/dist")[0]) == (0, 1)


def test_since_tells_only_what_the_reference_did_not_have() -> None:
    """An old finding is counted and not told, though its file moved and items were inserted before it; a new one is told."""
    broken = BROKEN.replace("[{", "[{name: http, ")
    write("crema.toml", PROJECT)
    write("dist/a.yaml", broken)
    before = commit()
    Path("dist/a.yaml").unlink()
    write("dist/sub/renamed.yaml", "# moved\n" + broken.replace("[{", '[{name: w, port: 81}, {name: x, port: "82"}, {'))
    done = run_crema("check", "--since", before)
    assert (done.exit_code, done.output.splitlines()[-1].endswith(f"1 finding · 1 known since {before}")) == (1, True)
    write("dist/sub/renamed.yaml", "# moved\n" + broken)
    done = run_crema("check", "--since", before)
    assert done.exit_code == 0
    assert done.output.splitlines()[-1].endswith(f"1 manifest · 0 findings · 1 known since {before}")
    write("dist/b.yaml", broken.replace("name: order", "name: billing"))
    done = run_crema("check", "--since", "HEAD", "--format", "json")
    report = json.loads(done.output)
    assert [finding["resource"]["name"] for finding in report["findings"]] == ["billing"]
    assert report["summary"]["since"] == {"ref": "HEAD", "known": 1}


def test_since_reads_the_commit_and_not_the_checkout() -> None:
    """From a folder below the top, with a path that the commit did not have; links of the commit are not followed."""
    write("a/dist/a.yaml", BROKEN)
    Path("a/dist/link.yaml").symlink_to("/etc/passwd")
    commit()
    write("a/fresh/b.yaml", BROKEN)
    assert last("check", "a/dist", "--since", "HEAD")[0] == 0
    assert last("check", "a/fresh", "--since", "HEAD")[0] == 1
    assert run_crema("check", "a/dist", "--since", "--output=x").exit_code == 2
    assert not Path("x").exists()


def test_rules_lists_every_policy_with_what_the_configuration_makes_of_it() -> None:
    """House policies are off until they are switched on; a severity is the configured one."""
    write("crema.toml", f'[severities]\n{SCHEMA} = "warning"\n')
    listed = json.loads(run_crema("rules", "--format", "json").output)
    assert {each["id"] for each in listed} == {policy.id for policy in discover()} | {"engine-waivers-are-honest"}
    by_id = {each["id"]: each for each in listed}
    assert (by_id[SCHEMA]["severity"], by_id["alerting-named-alert-severities"]["on"]) == ("warning", False)
    text = run_crema("rules").output
    assert re.search(rf"^{SCHEMA} +warning +breaks +on +Every manifest", text, re.MULTILINE)


@pytest.mark.parametrize("policy", [*(policy.id for policy in discover()), "engine-waivers-are-honest"])
def test_explain_says_law_reason_fix_and_shows_the_examples(policy: str) -> None:
    """Everything that the policy's own file says of it."""
    done = run_crema("explain", policy)
    assert done.exit_code == 0
    assert all(f"\n{label}: " in done.output for label in ("Why", "Fix", "severity", "basis", "waivable"))
    found = next((one for one in discover() if one.id == policy), None)
    examples = [] if found is None else [example.name for example in found.allowed] + [example.name for example in found.denied]
    assert all(f": {name}\n" in done.output for name in examples)


def test_explain_knows_the_nearest_name() -> None:
    """A slip is no dead end."""
    code, line = last("explain", "schema-manifest-valid")
    assert (code, line) == (2, "Error: schema-manifest-valid: there is no such policy; did you mean schema-manifest-is-valid?")


def test_the_page_of_policies_is_current() -> None:
    """docs/policies.md is what `crema rules --format markdown` prints."""
    page = (ROOT / "docs" / "policies.md").read_text(encoding="utf-8")
    assert page == run_crema("rules", "--format", "markdown").output
    assert set(re.findall(r"^## (\S+)$", page, re.MULTILINE)) == {policy.id for policy in discover()} | {"engine-waivers-are-honest"}


@pytest.mark.parametrize(
    ("place", "says"),
    [
        ("Service/shop/order", "dist: dist/a.yaml:1"),
        ("service/shop/order:/spec/ports/1/port", "dist: dist/a.yaml:7"),
        ("Service/shop/order:/spec/ports[name=admin]/port", "dist: dist/a.yaml:7"),
        ("Service/shop/order:/metadata/annotations/a~1b", "dist: dist/a.yaml:3"),
        ("ConfigMap/rules:/data/x.yaml#/groups[name=b]/rules", "dist: dist/b.yaml:8"),
    ],
)
def test_where_names_the_line(place: str, says: str) -> None:
    """Of an object, of a value by position or key, and of a value inside YAML that is text."""
    ports = "spec:\n  ports:\n  - {name: http, port: 80}\n  - {name: admin, port: 81}\n"
    write("dist/a.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: order, namespace: shop, annotations: {a/b: c}}\n" + ports)
    rules = "    groups:\n    - name: a\n    - name: b\n      rules: []\n"
    write(
        "dist/b.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: rules}\ndata:\n  x.yaml: |\n" + rules.replace("    - name: a\n", ""),
    )
    assert run_crema("where", place, "dist").output == f"{says}\n"


@pytest.mark.parametrize(
    ("place", "says"),
    [
        ("Service/shop/ordr", "Error: Service/shop/ordr: there is no such object here; did you mean Service/shop/order?"),
        ("Service/shop/order:/spec/prts", "Error: Service/shop/order:/spec/prts: /spec has no prts; it has ports."),
        ("Service/shop/order:/spec/ports/9", "Error: Service/shop/order:/spec/ports/9: /spec/ports has no 9; it is a list of 1."),
        ("Service/shop/order:/kind#/a", "Error: Service/shop/order:/kind#/a: /kind/a does not exist."),
    ],
)
def test_where_says_what_is_there_instead(place: str, says: str) -> None:
    """A place that does not exist is a usage error that helps."""
    write("dist/a.yaml", SERVICE)
    code, line = last("where", place, "dist")
    assert code == 2
    assert line.startswith(says[:40])


def test_naming_the_configured_directories_is_a_whole_run() -> None:
    """`crema check dist` is `crema check`: the repository's documents are read, and a waiver of one of them is not called lost."""
    write("crema.toml", PROJECT)
    write("dist/a.yaml", SERVICE)
    write(".github/workflows/ci.yaml", "jobs: {a: 1, a: 2}\n")
    for arguments in ((), ("dist",), (".",)):
        done = run_crema("check", *arguments)
        assert (done.exit_code, "error[schema-readers-agree]" in done.output) == (1, True), arguments
    write("policies/waivers.yaml", waiver(policy="schema-readers-agree", ref=".github/workflows/ci.yaml"))
    for arguments in ((), ("dist",)):
        assert last("check", "--as-of", "2026-11-24", *arguments)[0] == 0
    assert last("check", "--as-of", "2026-11-24", "dist/a.yaml")[0] == 0


def test_waivers_are_added_listed_and_pruned() -> None:
    """From the finding's fingerprint to a recorded exception, and away again once it is mended."""
    write("crema.toml", PROJECT)
    write("dist/a.yaml", BROKEN)
    today = ("--as-of", "2026-11-24")
    (finding,) = json.loads(run_crema("check", "--format", "json").output)["findings"]
    fingerprint = finding["fingerprint"]
    done = run_crema("waivers", *today, "add", fingerprint[:8], "--reason", "moving: soon", "--owner", "ada")
    assert (done.exit_code, done.output) == (0, f"waived until 2027-02-22: {SCHEMA} for Service/shop/order\n")
    recorded = Path("policies/waivers.yaml").read_text(encoding="utf-8")
    assert 'pointer: "/spec/ports[port=80]/port"' in recorded
    assert last("check", *today) == (0, f"{_on()} policies · 1 manifest · 0 findings · 1 waived (next expires 2027-02-22)")
    listed = run_crema("waivers", *today)
    assert listed.output.splitlines() == [
        f"{SCHEMA}  Service/shop/order /spec/ports[port=80]/port in dist  until 2027-02-22 (90 days)  1 covered  ada: moving: soon",
        "1 waiver · 0 to look at",
    ]
    again = run_crema("waivers", *today, "add", fingerprint, "--reason", "x", "--owner", "y")
    assert (again.exit_code, "is waived already" in again.output) == (2, True)
    assert run_crema("waivers", *today, "prune").output == "0 removed · 1 kept\n"
    write("dist/a.yaml", SERVICE)
    assert last("waivers", *today) == (1, "1 waiver · 1 to look at")
    assert run_crema("waivers", *today, "prune").output.splitlines()[-1] == "1 removed · 0 kept"
    assert last("check", *today)[0] == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("0000000000000000",), "no finding has a fingerprint that begins with 0000000000000000"),
        (("abc",), "at least 6 characters of a fingerprint are needed"),
        (("FOUND", "--expires", "2027-12-31"), "it must be between 2026-11-24 and 2027-05-23"),
        (("FOUND", "--expires", "2026-11-23"), "it must be between 2026-11-24 and 2027-05-23"),
        (("FOUND", "--reason", " "), "--reason and --owner must say something"),
        (("DEFAULTS",), f"nobody may waive {DEFAULTS}"),
    ],
)
def test_a_waiver_that_must_not_be_is_refused(arguments: tuple[str, ...], says: str) -> None:
    """Unknown, too long, without a reason, or of a policy that nobody may waive; nothing is written."""
    write("crema.toml", PROJECT)
    write("dist/a.yaml", BROKEN)
    write("dist/b.yaml", TWO_DEFAULTS)
    findings = json.loads(run_crema("check", "--format", "json").output)["findings"]
    prints = {"FOUND": SCHEMA, "DEFAULTS": DEFAULTS}
    words = [next(f["fingerprint"] for f in findings if f["policy"] == prints[word]) if word in prints else word for word in arguments]
    done = run_crema("waivers", "--as-of", "2026-11-24", "add", *words[:1], "--reason", "r", "--owner", "o", *words[1:])
    assert done.exit_code == 2
    assert says in done.output
    assert not Path("policies/waivers.yaml").exists()


def test_nothing_is_pruned_while_it_is_not_known_what_is_needed() -> None:
    """What the unreadable file holds may need it."""
    write("crema.toml", PROJECT)
    write("dist/a.yaml", SERVICE)
    write("dist/b.yaml", "a: [")
    write("policies/waivers.yaml", waiver())
    done = run_crema("waivers", "prune")
    assert done.exit_code == 3
    assert Path("policies/waivers.yaml").read_text(encoding="utf-8") == waiver()


def test_one_place_decides_expiry() -> None:
    """On any day `check`, `waivers` and `waivers prune` say the same of one waiver."""
    write("crema.toml", PROJECT)
    write("dist/a.yaml", BROKEN)
    for day in (date(2026, 12, 31), date(2027, 1, 1)):
        write("policies/waivers.yaml", waiver())
        ended = day > date(2026, 12, 31)
        assert last("check", "--as-of", day.isoformat())[0] == (1 if ended else 0)
        assert last("waivers", "--as-of", day.isoformat())[0] == (1 if ended else 0)
        assert run_crema("waivers", "--as-of", day.isoformat(), "prune").output.endswith(
            "1 removed · 0 kept\n" if ended else "0 removed · 1 kept\n"
        )


def test_timings_are_told_when_asked_for() -> None:
    """Reading, each policy, and everything; in JSON too."""
    write("m/a.yaml", SERVICE)
    assert " ms  reading\n" in run_crema("check", "m", "--timings").output
    assert SCHEMA in json.loads(run_crema("check", "m", "--timings", "--format", "json").output)["timings"]
    assert "timings" not in json.loads(run_crema("check", "m", "--format", "json").output)


def _on() -> int:
    """How many policies are on without a house's, and with waivers the law on them."""
    return len([policy for policy in discover() if policy.basis == "breaks"]) + 1


def test_a_mistake_of_ours_is_exit_4_without_a_traceback_or_a_value() -> None:
    """Whatever went wrong, a log gets its kind and its place; who mends crema can ask for the rest."""
    write("m/a.yaml", SERVICE)
    program = (
        "import crema.project as p\ndef boom(*given): raise RuntimeError('hunter2')\np.open_project = boom\n"
        "from crema.__main__ import main\nmain()\n"
    )
    write("boom.py", program)
    done = start([sys.executable, "boom.py", "check", "m"], cwd=Path.cwd())
    assert done.status == 4
    assert done.stderr.startswith("crema: RuntimeError at boom.py:2: a mistake in crema or its installation;")
    assert "hunter2" not in done.stderr
    done = start([sys.executable, "boom.py", "check", "m"], cwd=Path.cwd(), env={"CREMA_TRACEBACK": "1", "PATH": "/usr/bin"})
    assert "Traceback" in done.stderr
