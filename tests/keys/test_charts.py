"""A chart is what Helm makes of its directory: sub-charts below their names, the upper template of two, nothing left out in silence."""

from pathlib import Path

import pytest

from tests.keys.charts import followed, write_chart
from tools.charts.source import ChartError, read_chart

SUB = {
    "Chart.yaml": """
        name: shop
        version: 1.2.3
        dependencies: [{name: db, alias: store, condition: "store.enabled,other.on", tags: [big]}]
    """,
    "charts/db/Chart.yaml": "{name: db, version: 4.5.6}",
    "charts/db/values.yaml": "{text: '{{ .Values.of.db }}'}",
    "charts/db/templates/db.yaml": '{{ .Values.size }}{{ .Values.global.class }}{{ include "name" . }}{{ tpl .Values.text . }}',
    "charts/db/templates/_name.tpl": '{{ define "name" }}{{ .Values.under }}{{ end }}',
}


def test_a_sub_chart_reads_below_its_name(tmp_path: Path) -> None:
    """Its keys stand below its alias, those of global in both places; Helm reads conditions and tags; its parent may call its templates."""
    template = '{{ include "name" .Subcharts.store }}{{ .Values.global.host }}'
    assert followed(tmp_path, SUB | {"shop.yaml": template}).reads.tree() == {
        "global": {"class": True, "host": True},
        "other": {"on": True},
        "store": {
            "enabled": True, "global": {"class": True}, "of": {"db": True}, "size": True, "text": True, "under": True,
        },
        "tags": {"big": True},
    }  # fmt: skip


def test_a_chart_that_nobody_lists_is_a_sub_chart_and_a_library_prints_nothing(tmp_path: Path) -> None:
    """Helm takes every chart in `charts/`; what a library would print by itself is not rendered, what it defines can be called."""
    files = {
        "charts/more/Chart.yaml": "{name: more, version: 1.0.0}",
        "charts/more/templates/x.yaml": "{{ .Values.a }}",
        "charts/lib/Chart.yaml": "{name: lib, version: 1.0.0, type: library}",
        "charts/lib/templates/x.yaml": '{{ .Values.b }}{{ define "lib" }}{{ .Values.c }}{{ end }}',
        "values.yaml": "{more: {a: 1}}",
        "charts/more/values.yaml": "{a: 2}",
        "shop.yaml": '{{ include "lib" . }}',
    }
    assert followed(tmp_path, files).reads.tree() == {"c": True, "more": {"a": True}}


def test_values_of_the_chart_stand_over_those_of_its_sub_chart(tmp_path: Path) -> None:
    """A text that the chart gives its sub-chart is the template that the sub-chart renders; the rest is what it ships itself."""
    files = SUB | {
        "values.yaml": "{store: {more: '{{ .Values.up }}'}}",
        "charts/db/templates/db.yaml": "{{ tpl .Values.text . }}{{ tpl .Values.more . }}",
    }
    tree = followed(tmp_path, files).reads.tree()
    assert isinstance(tree, dict)
    assert tree["store"] == {"enabled": True, "more": True, "of": {"db": True}, "text": True, "up": True}


def test_of_two_templates_of_one_name_the_upper_chart_has_the_word(tmp_path: Path) -> None:
    """Helm takes the one that is further up, in the sub-chart too."""
    tree = followed(tmp_path, SUB | {"_name.tpl": '{{ define "name" }}{{ .Values.over }}{{ end }}'}).reads.tree()
    assert isinstance(tree, dict)
    assert isinstance(tree["store"], dict)
    assert "over" in tree["store"]
    assert "under" not in tree["store"]


def test_a_sub_chart_that_is_not_there_is_open(tmp_path: Path) -> None:
    """Nobody can say what it reads, so everything below its name is accepted."""
    files = {name: text for name, text in SUB.items() if not name.startswith("charts/")}
    evaluation = followed(tmp_path, files)
    assert evaluation.reads.tree() == {"other": {"on": True}, "store": "*", "tags": {"big": True}}
    assert evaluation.source.missing == {("store",): "db"}


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"shop.yaml": "{{ end }}"}, "templates/shop.yaml: {{ end }} closes nothing"),
        ({"values.yaml": "[1]"}, "values.yaml is not a mapping"),
        ({"values.yaml": "a: ["}, "values.yaml cannot be read: while parsing"),
        ({"charts/db.tgz": ""}, "charts/db.tgz is packed; unpack it beside itself and remove it"),
        (
            {"Chart.yaml": "{name: x, version: 1, dependencies: [{name: db, import-values: [data]}]}"},
            "import-values of db is not understood",
        ),
    ],
)
def test_what_is_no_chart_is_said(tmp_path: Path, files: dict[str, str], said: str) -> None:
    """A chart that cannot be read, or of which a part would be left out in silence, is an error with its reason."""
    with pytest.raises(ChartError) as raised:
        read_chart(write_chart(tmp_path, files))
    assert said in str(raised.value)
