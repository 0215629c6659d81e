"""Helm itself agrees with the analysis: what is called unread changes nothing, what is called read changes something."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.external import run
from tests.keys.charts import followed
from tests.keys.test_charts import SUB
from tests.keys.test_templates import READ
from tools.charts.reads import Tree

# A function of nobody; a key below one of which the tree only says that it is open; what takes nothing but true and false, or lists.
_NOT_RENDERED = {
    "a function that nobody here knows",
    "printed as it is, and below",
    "everything",
    "ternary",
    "a list as texts",
    "set in the values for any of several",
}
# It takes a second item to see what the first one sets; a mapping that nobody looks at; a value that another always stands over.
_UNSEEN = {"a variable that the end of a loop sets", "set in a mapping that others hold", "set under a key that is not known"}
_WRAPPED = '{{{{ define "case" }}}}{}{{{{ end }}}}'
_MANIFEST = 'kind: Text\ntext: {{ include "case" . | quote }}\n'
CASES = {name: {"_case.tpl": _WRAPPED.format(template), "shop.yaml": _MANIFEST} for name, template, _ in READ if name not in _NOT_RENDERED}
SUB_CHART = SUB | {
    "charts/db/values.yaml": "{text: '{{ .Values.size }}'}",
    "charts/db/templates/db.yaml": "kind: Text\ntext: {{ .Values.size }}{{ .Values.global.class }}{{ tpl .Values.text . }}\n",
    "shop.yaml": 'kind: Text\ntext: {{ include "name" .Subcharts.store }}{{ .Values.global.host }}\n',
}


def values_of(tree: Tree, said: str) -> Any:
    """Values with every key of a tree, each saying where it is; what takes any key is a list where its items have keys."""
    if not isinstance(tree, dict):
        return {"shop": said} if tree == "*" else said
    if set(tree) == {"*"} and isinstance(tree["*"], dict):
        return [values_of(tree["*"], f"{said}.0")]
    return {("shop" if key == "*" else key): values_of(below, f"{said}.{key}") for key, below in tree.items()}


def without(value: Any, texts: set[str]) -> Any:
    """The same values without some of their texts, and without the mappings and lists that then are empty."""
    if isinstance(value, dict):
        return {key: kept for key, below in value.items() if (kept := without(below, texts))}
    if isinstance(value, list):
        return [kept for below in value if (kept := without(below, texts))]
    return None if value in texts else value


def texts_of(value: Any) -> set[str]:
    """Every text of values."""
    if isinstance(value, str):
        return {value}
    return {text for below in (value.values() if isinstance(value, dict) else value) for text in texts_of(below)}


def with_more(tree: Tree, value: Any) -> Iterator[Any]:
    """The same values with one key more in a mapping that takes no other, for each such mapping."""
    if not isinstance(tree, dict) or not isinstance(value, dict | list):
        return
    if isinstance(value, dict) and "*" not in tree:
        yield {**value, "unread": "x"}
    for key, below in value.items() if isinstance(value, dict) else enumerate(value):
        for other in with_more(tree.get(str(key), tree.get("*", True)), below):
            yield {**value, key: other} if isinstance(value, dict) else [*value[:key], other, *value[key + 1 :]]


def rendered(folder: Path, values: Any) -> str:
    """What Helm prints of a chart under these values, or its error."""
    done = run("helm", "template", "shop", folder, "--values", "-", stdin=json.dumps(values))
    return done.stdout if done.status == 0 else done.stderr


@pytest.mark.engine
@pytest.mark.parametrize("files", [*CASES.values(), SUB_CHART], ids=[*CASES, "a sub-chart"])
def test_an_unread_key_changes_nothing(tmp_path: Path, files: dict[str, str]) -> None:
    """Under values that have every key, no other key in any closed mapping changes what Helm renders."""
    tree = followed(tmp_path, {"values.yaml": "{}", **files}).reads.tree()
    values = values_of(tree, "v")
    whole = rendered(tmp_path, values)
    assert "kind: Text" in whole
    assert [more for more in with_more(tree, values) if rendered(tmp_path, more) != whole] == []


@pytest.mark.engine
@pytest.mark.parametrize("name", sorted(CASES.keys() - _UNSEEN))
def test_a_key_that_is_read_changes_something(tmp_path: Path, name: str) -> None:
    """Whether it is there or not, beside all others, one of them or none."""
    values = values_of(followed(tmp_path, {"values.yaml": "{}", **CASES[name]}).reads.tree(), "v")
    silent = []
    for text in sorted(texts_of(values)):
        others = texts_of(values) - {text}
        gone = [set(), others, *({other} for other in sorted(others))]
        if all(rendered(tmp_path, without(values, some)) == rendered(tmp_path, without(values, {*some, text})) for some in gone):
            silent.append(text)
    assert silent == []
