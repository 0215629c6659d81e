"""`crema check`: what it reads, what it prints, how it ends."""

from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from crema.check import check
from crema.policies.engine.discover import discover
from tests.policies.projects import SERVICE, TWO_DEFAULTS, write

GONE = "directory of pyproject.toml) does not exist"
CUT = "apiVersion: ["
NOWHERE = "neither a crema.toml nor [tool.crema] of a pyproject.toml, here or above, says `dist` or `directories`"
ALL = len(discover())
BREAKS = len([policy for policy in discover() if policy.basis == "breaks"])
SETTINGS = '[tool.crema]\ndist = "dist"\n'


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def crema_check(*arguments: str) -> Result:
    """Run the command."""
    assert isinstance(check, click.Command)
    return CliRunner().invoke(check, list(arguments))


def test_a_finding_as_a_person_sees_it() -> None:
    """Message, Python line, manifest line, related place, fix; the summary line comes last; no colour in a pipe."""
    header = "# Generated from charts/all.py AllChart/all. Do not edit.\n# To change it: x (environment: local).\n#\n"
    chart = (
        'GrafanaDatasources(self, "all", Spec(\n    D(name="Prometheus", is_default=True),\n    D(name="Loki",\n      is_default=True)))\n'
    )
    write("charts/all.py", chart)
    write("dist/local/all/configmap-ours.yaml", header + TWO_DEFAULTS)
    result = crema_check("dist")
    assert result.exit_code == 1
    assert result.output == (
        "error[telemetry-exactly-one-default-datasource]: Grafana in namespace monitoring has 2 default datasources for "
        "one organisation, Prometheus and Loki; it refuses to start with more than one\n"
        "  --> charts/all.py:4   is_default=True)))\n"
        "   |  dist/local/all/configmap-ours.yaml:12  /data/ours.yaml#/datasources/1/isDefault\n"
        '   |  also default: charts/all.py:2   D(name="Prometheus", is_default=True),\n'
        "   |  dist/local/all/configmap-ours.yaml:11  /data/ours.yaml#/datasources/0/isDefault\n"
        "  fix: keep one default: leave Prometheus the default, and on Loki: set isDefault to false on it\n"
        "\n"
        f"{BREAKS} policies · 1 manifest · 1 finding\n"
    )


def test_somebodys_manifest_has_its_own_line_only() -> None:
    """Without a header there is no Python line, and nothing is invented."""
    write("theirs/ours.yaml", TWO_DEFAULTS)
    lines = crema_check("theirs").output.splitlines()
    assert lines[1:3] == [
        "  --> theirs/ours.yaml:9  /data/ours.yaml#/datasources/1/isDefault",
        "   |  also default: theirs/ours.yaml:8  /data/ours.yaml#/datasources/0/isDefault",
    ]


@pytest.mark.parametrize(
    ("files", "arguments", "code", "last"),
    [
        ({"m/a.yaml": SERVICE}, ["m"], 0, f"{BREAKS} policies · 1 manifest · 0 findings"),
        ({"m/a.yaml": TWO_DEFAULTS}, ["m"], 1, f"{BREAKS} policies · 1 manifest · 1 finding"),
        ({"m/a.txt": ""}, ["m"], 3, f"{BREAKS} policies · 0 manifests · 0 findings · nothing was found to check"),
        ({"m/a.yaml": CUT}, ["m"], 3, f"{BREAKS} policies · 0 manifests · 0 findings · 1 unreadable · nothing was found to check"),
        ({"m/a.yaml": SERVICE, "m/b.yaml": CUT}, ["m"], 3, f"{BREAKS} policies · 1 manifest · 0 findings · 1 unreadable"),
        ({"m/a.yaml": SERVICE, "m/v.yaml": "a: 1"}, ["m"], 0, f"{BREAKS} policies · 1 manifest · 0 findings · 1 unchecked"),
        ({}, ["absent"], 2, "Error: Invalid value for '[PATH]...': Path 'absent' does not exist."),
        ({}, [], 2, f"Error: no PATH given, and {NOWHERE}."),
        ({"pyproject.toml": SETTINGS}, [], 2, "Error: dist (directory of pyproject.toml) does not exist; name one that does."),
        ({"pyproject.toml": SETTINGS, "charts/a.py": ""}, [], 2, f"Error: dist ({GONE}; `crema synth` makes it."),
        ({"pyproject.toml": SETTINGS, "dist/a.yaml": SERVICE}, [], 0, f"{BREAKS} policies · 1 manifest · 0 findings"),
        ({"pyproject.toml": SETTINGS + "house = true\n", "dist/a.yaml": SERVICE}, [], 0, f"{ALL} policies · 1 manifest · 0 findings"),
    ],
)  # fmt: skip
def test_exit_code_and_last_line(files: dict[str, str], arguments: list[str], code: int, last: str) -> None:
    """0 clean, 1 findings, 2 usage, 3 too little was checked; house policies count only where they are switched on."""
    for file, text in files.items():
        write(file, text)
    result = crema_check(*arguments)
    assert (result.exit_code, result.output.splitlines()[-1]) == (code, last)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ("[tool.crema]\nhouses = true\n", "pyproject.toml: [tool.crema] houses is not a key of this configuration; did you mean house?"),
        ("[tool.crema]\nhouse = 1\n", "pyproject.toml: [tool.crema] house is 1, a number; a boolean is required"),
        ("[tool]\ncrema = 1\n", "pyproject.toml: [tool.crema] is not a table"),
        ("[tool.crema\n", "pyproject.toml: Expected ']' at the end of a table declaration"),
        ("tool = 1\n", "pyproject.toml: [tool] is not a table"),
    ],
)
def test_wrong_settings_are_named(settings: str, says: str) -> None:
    """A mistake in the configuration is exit 2 with the file's name, not a traceback."""
    write("pyproject.toml", settings)
    result = crema_check()
    assert result.exit_code == 2
    assert says in result.output
    assert "Traceback" not in result.output


def test_no_value_of_a_secret_is_printed() -> None:
    """Whatever is wrong with a Secret, its content stays in its file."""
    write("m/a.yaml", "apiVersion: v1\nkind: Secret\nmetadata: {name: s, labels: {grafana_datasource: '1'}}\n"
                      "stringData: {a.yaml: 'hunter2: [', b.yaml: hunter2}\ndata: {c.yaml: hunter2}\n")  # fmt: skip
    result = crema_check("m")
    assert result.exit_code == 1
    assert "hunter2" not in result.output


def test_the_python_line_of_a_secret_is_named_and_not_shown() -> None:
    """The line that a person must edit may hold the very value."""
    write("charts/all.py", 'Secret(self, "all", string_data={"password": "hunter2", "port": 3306})\n')
    header = "# Generated from charts/all.py AllChart/all. Do not edit.\n# To change it: x (environment: local).\n#\n"
    body = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {password: hunter2, port: 3306}\n"
    write("dist/local/all/secret-s.yaml", header + body)
    output = crema_check("dist").output
    assert "--> charts/all.py:1\n" in output
    assert "hunter2" not in output


def test_names_cannot_move_the_cursor_or_end_a_line() -> None:
    """What could, in anybody's names and file names, is escaped, so that a report cannot be forged."""
    alert = '{alert: "A\\e[31m\\n0 findings", expr: x, labels: {severity: critcal}}'
    rule = f"spec: {{groups: [{{name: g, rules: [{alert}]}}]}}\n"
    write("m/\udcff\n.yaml", f"apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {{name: x}}\n{rule}")
    lines = crema_check("m").output.splitlines()
    assert lines[0].startswith(r"error[alerting-alert-severities]: alert A\x1b[31m\n0 findings has the severity critcal")
    assert lines[1].startswith(r"  --> m/\udcff\n.yaml:4 ")
