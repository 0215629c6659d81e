"""What a template does with a value says what is read: the value alone, some keys below it, or all of it."""

from pathlib import Path

import pytest

from tests.keys.charts import followed, read_by, write_chart
from tools.charts.lexer import TemplateError
from tools.charts.parser import parse
from tools.charts.reads import Tree
from tools.charts.source import ChartError, read_chart

READ: list[tuple[str, str, Tree]] = [
    ("printed", "{{ .Values.a.b }}", {"a": {"b": True}}),
    ("tested", "{{ if and .Values.a (not .Values.b.c) }}x{{ end }}", {"a": True, "b": {"c": True}}),
    ("compared", '{{ if eq (toString .Values.a) "x" }}{{ end }}', {"a": True}),
    ("as YAML", "{{- toYaml .Values.a.b | nindent 2 -}}", {"a": {"b": "*"}}),
    (
        "the dot of with",
        "{{ with .Values.a }}{{ .b }}{{ toYaml .c }}{{ else }}{{ .Values.d }}{{ end }}",
        {"a": {"b": True, "c": "*"}, "d": True},
    ),
    ("the items of a list", "{{ range .Values.a }}{{ .name }}{{ end }}", {"a": {"*": {"name": True}}}),
    ("the entries of a mapping", "{{ range $k, $v := .Values.a }}{{ $k }}: {{ $v.b | quote }}{{ end }}", {"a": {"*": {"b": True}}}),
    ("keys alone", "{{ range $k, $_ := .Values.a }}{{ $k }}{{ end }}", {"a": {"*": True}}),
    ("a variable", "{{ $a := .Values.a }}{{ $a.b }}{{ $.Values.c }}", {"a": {"b": True}, "c": True}),
    (
        "a variable that a branch sets",
        "{{ $a := .Values.a }}{{ if .Values.c }}{{ $a = .Values.b }}{{ end }}{{ $a.x }}",
        {
            "a": {"x": True},
            "b": {"x": True},
            "c": True,
        },
    ),
    (
        "a variable that the end of a loop sets",
        "{{ $a := dict }}{{ range .Values.l }}{{ $a.x }}{{ $a = . }}{{ end }}",
        {"l": {"*": {"x": True}}},
    ),
    ("a variable that nobody uses", "{{ $a := .Values.a }}{{ .Values.b }}", {"b": True}),
    ("index", '{{ index .Values "a-b" "c" }}{{ (index .Values.l 0).x }}', {"a-b": {"c": True}, "l": {"*": {"x": True}}}),
    (
        "get, hasKey and dig",
        '{{ get .Values.a "b" }}{{ if hasKey .Values "c" }}{{ end }}{{ dig "d" "e" "none" .Values }}',
        {
            "a": {"b": True},
            "c": True,
            "d": {"e": True},
        },
    ),
    ("a key that is not known", "{{ index .Values.a .Release.Name }}", {"a": {"*": True}}),
    ("a default", "{{ .Values.a | default .Values.b }}{{ default (dict) .Values.c | toYaml }}", {"a": True, "b": True, "c": "*"}),
    ("merged", "{{ (merge (dict) .Values.a .Values.b).x }}", {"a": {"x": True}, "b": {"x": True}}),
    ("merged and printed", "{{ toYaml (mergeOverwrite (deepCopy .Values.a) .Values.b) }}", {"a": "*", "b": "*"}),
    (
        "merged into the values, and read later",
        "{{ $_ := merge .Values.a .Values.b }}{{ .Values.a.x }}",
        {"a": {"x": True}, "b": {"x": True}},
    ),
    (
        "set in the values, and read later",
        '{{ $_ := set .Values.a "x" .Values.b }}{{ .Values.a.x.y }}',
        {"a": {"x": {"y": True}}, "b": {"y": True}},
    ),
    ("set in a mapping of one's own", '{{ $d := dict }}{{ $_ := set $d "x" .Values.a }}{{ $d.x.y }}', {"a": {"y": True}}),
    (
        "picked and left out",
        '{{ toYaml (pick .Values.a "x") }}{{ toYaml (omit (dict "y" .Values.b "z" .Values.c) "z") }}',
        {"a": {"x": "*"}, "b": "*"},
    ),
    ("through YAML and back", "{{ (.Values.a | toYaml | fromYaml).x }}", {"a": {"x": True}}),
    ("the first of a list that is made", "{{ (first (list .Values.a .Values.b)).x }}", {"a": {"x": True}}),
    ("a mapping that is made", '{{ $d := dict "k" .Values.a }}{{ $d.k.x }}{{ $d.other }}', {"a": {"x": True}}),
    ("ternary", "{{ (ternary .Values.a .Values.b .Values.c).x }}", {"a": {"x": True}, "b": {"x": True}, "c": True}),
    ("a list as texts", '{{ join "," .Values.a }}{{ if has "x" .Values.b }}{{ end }}', {"a": {"*": True}, "b": {"*": True}}),
    ("a function that nobody here knows", "{{ brandNew .Values.a }}", {"a": "*"}),
    ("everything", "{{ .Values.a }}{{ toYaml .Values }}", "*"),
    ("what is raw or a comment is no action", '{{/* .Values.a */}}{{ `{{ .Values.b }}` }}{{ "{{ .Values.c }}" }}', {}),
    (
        "by its name and by any",
        "{{ range .Values.a }}{{ .x }}{{ end }}{{ .Values.a.b.y }}",
        {"a": {"*": {"x": True}, "b": {"x": True, "y": True}}},
    ),
    ("what any key takes needs no name", "{{ range .Values.a }}{{ . }}{{ end }}{{ .Values.a.b }}", {"a": {"*": True}}),
    ("printed as it is, and below", "{{ toYaml .Values.a }}{{ .Values.a.b.c }}", {"a": "*"}),
]


@pytest.mark.parametrize(("template", "tree"), [pytest.param(text, tree, id=name) for name, text, tree in READ])
def test_what_is_read(tmp_path: Path, template: str, tree: Tree) -> None:
    """Each way in which templates take values reads these keys and no others."""
    assert read_by(tmp_path, template) == tree


INCLUDED: list[tuple[str, str, str, Tree]] = [
    ("with the dot", '{{ include "t" . }}', "{{ .Values.a }}", {"a": True}),
    ("with a value", '{{ template "t" .Values.a }}', "{{ .x }}{{ $.y }}", {"a": {"x": True, "y": True}}),
    (
        "with a mapping",
        '{{ include "t" (dict "root" $ "part" .Values.a) }}',
        "{{ .part.x }}{{ .root.Values.b }}",
        {"a": {"x": True}, "b": True},
    ),
    ("by a name that is made", '{{ include (printf "%s" "t") . }}', "{{ .Values.a }}", {"a": True}),
    ("by a name of which an end is known", '{{ include (print .Release.Name ".t") . }}', "", {"q": True}),
    ("for its YAML alone", '{{ (include "t" . | fromYaml).x }}', "{{- toYaml .Values.a -}}", {"a": {"x": True}}),
    ("for YAML with more around it", '{{ (include "t" . | fromYaml).x }}', "more: {{ toYaml .Values.a }}", {"a": "*"}),
    ("for a key", '{{ index .Values (include "t" .) }}', "{{- if true -}}a{{- end -}}", {"*": True}),
    ("for a key that is known", '{{ index .Values (include "t" .) }}', "a", {"a": True}),
    ("by itself, ever deeper", '{{ include "t" .Values.a }}', '{{ range $k, $v := . }}{{ $k }}{{ include "t" $v }}{{ end }}', {"a": "*"}),
    ("by nobody", "", "{{ .Values.a }}", {}),
]


@pytest.mark.parametrize(("template", "body", "tree"), [pytest.param(text, body, tree, id=name) for name, text, body, tree in INCLUDED])
def test_what_an_included_template_reads(tmp_path: Path, template: str, body: str, tree: Tree) -> None:
    """A template that is included reads with the dot that it is given, and yields what it prints."""
    helpers = f'{{{{ define "t" }}}}{body}{{{{ end }}}}{{{{ define "some.t" }}}}{{{{ .Values.q }}}}{{{{ end }}}}'
    assert read_by(tmp_path, template, _helpers__tpl=helpers) == tree


def test_a_text_that_a_chart_ships_is_a_template(tmp_path: Path) -> None:
    """What tpl renders reads values too: a default, one below it, and a file."""
    template = '{{ tpl .Values.a . }}{{ tpl (toYaml .Values.b) (dict "Values" .Values.inner) }}{{ tpl (.Files.Get "f/x.tpl") . }}'
    values = "{a: '{{ .Values.one }}', b: {c: ['{{ .Values.two }}']}, inner: {}}"
    files = {"values.yaml": values, "shop.yaml": template, "f/x.tpl": "{{ .Values.three }}", "f/y.tpl": "{{ .Values.four }}"}
    tree = followed(tmp_path, files).reads.tree()
    assert tree == {"a": True, "b": "*", "inner": {"two": True}, "one": True, "three": True}


def test_what_is_not_understood_is_said_and_open(tmp_path: Path) -> None:
    """An unknown function, an unknown template and a broken text are named, so that nobody takes the list for complete."""
    template = '{{ brandNew 1 }}{{ include "nowhere" . }}{{ include .Values.a . }}{{ tpl .Values.b . }}'
    evaluation = followed(tmp_path, {"values.yaml": "b: '{{ if'", "shop.yaml": template})
    assert sorted(evaluation.unknown) == [
        "the function brandNew",
        "the template nowhere",
        "the template of an unknown name",
        "the text '{{ if' as a template: line 1: an action cannot be read at ''",
    ]


def test_notes_reach_nobody(tmp_path: Path) -> None:
    """NOTES.txt is printed to a terminal that Argo CD does not have, so what it alone reads is not read; a partial is not rendered."""
    assert followed(tmp_path, {"NOTES.txt": "{{ .Values.a }}", "_x.tpl": "{{ .Values.b }}"}).reads.tree() == {}


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
    ("text", "said"),
    [
        ("{{ .Values.a", "line 1: an action cannot be read at ''"),
        ("a\n{{ ? }}", "line 2: an action cannot be read at '? }}'"),
        ("{{ if .Values.a }}", "{{ if }} has no end"),
        ("{{ end }}", "{{ end }} closes nothing"),
        ("{{ (.Values.a }}", "a parenthesis is not closed"),
        ("{{ .Values.a ) }}", "unexpected ')' in an action"),
        ("{{ .Values.a | }}", "a command is missing in an action"),
        ("{{ template x . }}", "a name in quotes is required, not 'x'"),
    ],
)
def test_what_is_no_template_is_said(text: str, said: str) -> None:
    """A template that cannot be read is an error with its reason, never a template that reads nothing."""
    with pytest.raises(TemplateError) as raised:
        parse(text)
    assert str(raised.value) == said


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
