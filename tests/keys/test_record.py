"""The command that records a list: what it writes, what it tells, what it refuses."""

import json
from pathlib import Path

import pytest

from tests.external import ROOT
from tests.keys.charts import write_chart
from tools.charts.keys import main

FILES = {
    "values.yaml": "{a: {b: 1}, lost: {x: 1}, open: {}}",
    "shop.yaml": "{{ .Values.a.b }}{{ .Values.a.more }}{{ toYaml .Values.open }}{{ .Values.secret }}",
    "values.schema.json": '{"type": "object", "properties": {"a": {}, "lost": {}, "open": {}}, "additionalProperties": false}',
}
WRITTEN = """{
 "chart": "shop",
 "version": "1.2.3",
 "recorded": "2026-11-24",
 "source": {"commit": null, "path": "charts/shop", "repository": "o/r"},
 "subcharts": {},
 "absent": {},
 "keys": {
  "a": {"b": true, "more": true},
  "open": "*"
 }
}
"""


def record(folder: Path, *more: str) -> int:
    """The command, with its output beside the chart."""
    return main([str(folder / "shop"), "--output", str(folder), *more])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one chart, recorded once."""
    write_chart(tmp_path / "shop", FILES)
    assert record(tmp_path, "--recorded", "2026-11-24", "--repository", "o/r", "--path", "charts/shop") == 0
    return tmp_path


def test_a_list_and_what_to_look_at(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The file has what templates read and people may write; the rest is told, each by its name."""
    assert record(folder, "--recorded", "2026-11-24") == 0
    assert (folder / "shop.json").read_text(encoding="utf-8") == WRITTEN
    assert capsys.readouterr().out == (
        "shop 1.2.3: 1 keys are read that values.yaml does not say\n"
        "  lost.x: values.yaml says it, no template reads it\n"
        "  secret: a template reads it, the schema refuses it\n"
    )


def test_recorded_anew_it_keeps_where_it_is_from(folder: Path) -> None:
    """A package has no commit, and where the chart lives does not change with its version."""
    write_chart(folder / "shop", {"Chart.yaml": "{name: shop, version: 1.3.0}"})
    assert record(folder, "--recorded", "2026-12-01", "--commit", "a" * 40) == 0
    body = json.loads((folder / "shop.json").read_text(encoding="utf-8"))
    assert (body["version"], body["recorded"]) == ("1.3.0", "2026-12-01")
    assert body["source"] == {"commit": "a" * 40, "path": "charts/shop", "repository": "o/r"}
    assert record(folder, "--recorded", "2026-12-02") == 0
    assert json.loads((folder / "shop.json").read_text(encoding="utf-8"))["source"]["commit"] is None


def test_a_list_that_its_chart_does_not_bear_out_is_found(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--check` writes nothing: it says whether the chart still says what was recorded."""
    assert record(folder, "--check") == 0
    edited = WRITTEN.replace(', "more": true', "")
    (folder / "shop.json").write_text(edited, encoding="utf-8")
    capsys.readouterr()
    assert record(folder, "--check") == 1
    assert capsys.readouterr().out == "shop.json: is not what its chart says; record it anew\n"
    assert (folder / "shop.json").read_text(encoding="utf-8") == edited


def test_what_the_schema_of_a_sub_chart_refuses_is_no_key(folder: Path) -> None:
    """A schema speaks of the values of its own chart; a reference in it is followed, an open choice is not."""
    schema = {
        "properties": {"db": {"$ref": "#/$defs/db"}, "any": {"anyOf": [{"additionalProperties": False}, {}]}},
        "$defs": {"db": {"additionalProperties": {"properties": {"size": {}}, "additionalProperties": False}}},
    }
    part = {
        "charts/part/Chart.yaml": "{name: part, version: 1.0.0}",
        "charts/part/templates/x.yaml": "{{ range .Values.db }}{{ .size }}{{ .speed }}{{ end }}{{ .Values.any.x }}",
        "charts/part/values.schema.json": json.dumps(schema),
        "values.schema.json": "{}",
    }
    write_chart(folder / "shop", part)
    assert record(folder, "--recorded", "2026-12-01") == 0
    keys = json.loads((folder / "shop.json").read_text(encoding="utf-8"))["keys"]
    assert keys["part"] == {"any": {"x": True}, "db": {"*": {"size": True}}}
    assert keys["secret"] is True


def test_what_cannot_be_recorded_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A chart that cannot be read is exit 2 with its file, and the list stays as it was."""
    write_chart(folder / "shop", {"shop.yaml": "{{ end }}"})
    assert record(folder, "--recorded", "2026-12-01") == 2
    assert capsys.readouterr().err.endswith("shop/templates/shop.yaml: {{ end }} closes nothing\n")
    assert (folder / "shop.json").read_text(encoding="utf-8") == WRITTEN
    with pytest.raises(SystemExit):
        record(folder, "--recorded", "yesterday")
    with pytest.raises(SystemExit):
        record(folder)


def test_the_lists_are_packaged() -> None:
    """A wheel without them would leave every chart unchecked."""
    assert '"crema.policies.contracts.keys" = ["*.json"]' in (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
