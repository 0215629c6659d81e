"""What a template does with a value says what is read: the value alone, some keys below it, or all of it."""

import json
from pathlib import Path

import pytest

from tests.keys.charts import followed, read_by
from tools.charts.lexer import TemplateError
from tools.charts.parser import parse
from tools.charts.reads import Tree

READ: list[tuple[str, str, Tree]] = [
    ("printed", "{{ .Values.a.b }}", {"a": {"b": True}}),
    ("tested", "{{ if and .Values.a (not .Values.b.c) }}x{{ end }}", {"a": True, "b": {"c": True}}),
    ("compared", '{{ if eq (toString .Values.a) "v.a" }}x{{ end }}', {"a": True}),
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
        '{{ get .Values.a "b" }}{{ if hasKey .Values "c" }}x{{ end }}{{ dig "e" "none" .Values.d }}',
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
    ("a list as texts", '{{ join "," .Values.a }}{{ if has "x" .Values.b }}x{{ end }}', {"a": {"*": True}, "b": {"*": True}}),
    ("a function that nobody here knows", "{{ brandNew .Values.a }}", {"a": "*"}),
    ("everything", "{{ .Values.a }}{{ toYaml .Values }}", "*"),
    ("what is raw or a comment is no action", '{{/* .Values.a */}}{{ `{{ .Values.b }}` }}{{ "{{ .Values.c }}" }}', {}),
    ("a mapping with a key that is not known", "{{ $d := dict .Release.Name .Values.a }}{{ $d.shop.y }}", {"a": {"y": True}}),
    ("set in a mapping that others hold", '{{ $d := dict "in" (dict) }}{{ $_ := set $d.in "x" .Values.a }}', {"a": "*"}),
    (
        "set in the values for any of several",
        '{{ range $k := list "b" "c" }}{{ $_ := set $.Values.a $k $.Values.d }}{{ end }}{{ range .Values.a }}{{ .x }}{{ end }}',
        {"a": {"*": {"x": True}}, "d": {"x": True}},
    ),
    (
        "set under a key that is not known",
        "{{ $_ := set .Values.a .Release.Name .Values.b }}{{ .Values.a.x.y }}",
        {"a": {"x": {"y": True}}, "b": {"y": True}},
    ),
    (
        "set, and set again from there",
        '{{ $_ := set .Values.a "x" .Values.b }}{{ $_ := set .Values.c "y" .Values.a.x }}{{ .Values.c.y.z }}',
        {"a": {"x": {"z": True}}, "b": {"z": True}, "c": {"y": {"z": True}}},
    ),
    ("merged into itself", "{{ $_ := merge .Values.a .Values.a }}{{ .Values.a.x }}", {"a": {"x": True}}),
    ("with must before it", "{{ mustToYaml .Values.a }}{{ (mustFirst .Values.b).x }}", {"a": "*", "b": {"*": {"x": True}}}),
    ("a part of a list", "{{ range slice .Values.a 1 }}{{ .x }}{{ end }}", {"a": {"*": {"x": True}}}),
    ("else of range", "{{ range .Values.a }}x{{ else }}{{ .Values.b }}{{ end }}", {"a": {"*": True}, "b": True}),
    ("else if", "{{ if .Values.a }}x{{ else if .Values.b }}{{ .Values.c }}{{ end }}", {"a": True, "b": True, "c": True}),
    ("else with", "{{ with .Values.a }}{{ .x }}{{ else with .Values.b }}{{ .y }}{{ end }}", {"a": {"x": True}, "b": {"y": True}}),
    ("whether the cluster knows it", "{{ if .Capabilities.APIVersions.Has .Values.a }}x{{ end }}", {"a": True}),
    (
        "up to the first that is found",
        "{{ range .Values.a }}{{ .x }}{{ if .y }}{{ break }}{{ end }}z{{ continue }}{{ end }}",
        {"a": {"*": {"x": True, "y": True}}},
    ),
    ("a block", '{{ block "b" .Values.a }}{{ .x }}{{ end }}', {"a": {"x": True}}),
    ("two values beside each other", '{{ printf "%s" .Values.a .Values.b }}', {"a": True, "b": True}),
    (
        "the last of several",
        "{{ (last (list .Values.a .Values.b)).x }}{{ (last .Values.c).y }}",
        {"b": {"x": True}, "c": {"*": {"y": True}}},
    ),
    ("a key in other letters", '{{ index .Values (lower "A") (printf "%s-%d" "b" 1) }}', {"a": {"b-1": True}}),
    (
        "a mapping of one's own, by one branch or another",
        '{{ $d := dict "k" .Values.a }}{{ if .Values.c }}{{ $d = dict "k" .Values.b }}{{ end }}{{ $d.k.x }}',
        {"a": {"x": True}, "b": {"x": True}, "c": True},
    ),
    (
        "a key of a mapping with a key that is not known",
        "{{ range keys (dict .Release.Name 1) }}{{ index $.Values . }}{{ end }}",
        {"*": True},
    ),
    ("keys that are known", '{{ range keys (dict "a" 1) }}{{ index $.Values . }}{{ end }}', {"a": True}),
    ("keys of values", "{{ range keys .Values.a | sortAlpha }}{{ . }}{{ end }}", {"a": {"*": True}}),
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
    (
        "that calls itself with a name that grows",
        '{{ include "t" (dict "p" "x" "v" .Values.a) }}',
        '{{ range .v }}{{ include "t" (dict "p" (printf "%s.%s" $.p "y") "v" .) }}{{ end }}',
        {"a": "*"},
    ),
    ("with white space that goes", '{{ index .Values (include "t" .) }}', '  {{- "a" -}}  ', {"a": True}),
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


def test_what_a_later_file_writes_an_earlier_one_reads(tmp_path: Path) -> None:
    """Helm renders files in an order of its own, so the order of the analysis decides nothing."""
    files = {"a.yaml": "{{ .Values.a.x.y }}", "b.yaml": '{{ $_ := set .Values.a "x" .Values.b }}'}
    assert followed(tmp_path, files).reads.tree() == {"a": {"x": {"y": True}}, "b": {"y": True}}


def test_every_way_to_hold_a_text_is_looked_into_by_tpl(tmp_path: Path) -> None:
    """Texts of the values that stand in a list or a mapping that a template makes, or below any key, and texts of the template itself."""
    template = """
        {{ range .Values.each }}{{ tpl .text $ }}{{ end }}
        {{ tpl (toYaml (dict "k" .Values.one)) . }}{{ tpl (toYaml (list .Values.two)) . }}{{ tpl (toYaml (append (list) .Values.three)) . }}
        {{ tpl "{{ .Values.e }}" . }}{{ tpl (quote .Values.four) . }}
    """
    named = {"one": "b", "two": "c", "three": "d", "four": "f"}
    values = {"each": {"x": {"text": "{{ .Values.a }}"}}} | {key: f"{{{{ .Values.{name} }}}}" for key, name in named.items()}
    tree = read_by(tmp_path, template, json.dumps(values))
    assert isinstance(tree, dict)
    assert {"a", "b", "c", "d", "e", "f"} <= tree.keys()


def test_notes_reach_nobody(tmp_path: Path) -> None:
    """NOTES.txt is printed to a terminal that Argo CD does not have, so what it alone reads is not read; a partial is not rendered."""
    assert followed(tmp_path, {"NOTES.txt": "{{ .Values.a }}", "_x.tpl": "{{ .Values.b }}"}).reads.tree() == {}


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
