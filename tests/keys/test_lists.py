"""The recorded lists: every key of a list is accepted, every misspelling of a closed key is found."""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crema.policies.contracts.contract import contract_for
from crema.policies.contracts.keys.unread import Keys, Tree, key_list, name_of, unread, unread_path
from crema.policies.model.manifest import Manifest, Ref
from crema.policies.model.node import Node
from tests.external import ROOT
from tools.charts.reads import settled
from tools.charts.record import layout

FOLDER = ROOT / "policies" / "contracts" / "keys"
CHARTS = sorted(path.stem for path in FOLDER.glob("*.json"))
PLATFORM = ["alloy", "argo-cd", "external-secrets", "ingress-nginx", "kube-prometheus-stack", "loki", "promtail", "tempo", "traefik"]


def tree_of(chart: str) -> Tree:
    """The keys of a chart."""
    found = key_list(chart)
    assert found is not None
    return found.tree


def top(values: Any) -> Node:
    """Values as an Application holds them."""
    ref = Ref(group="argoproj.io", kind="Application", namespace="argocd", name="x")
    manifest = Manifest(ref=ref, api_version="argoproj.io/v1alpha1", body={}, file="x.yaml", index=0, environment="x")
    return Node(manifest=manifest, value=values, pointer="/v")


def values_of(tree: Tree, *, listed: bool) -> Any:
    """Values that have every key of a tree; what any key takes is a mapping or, `listed`, a list."""
    if tree is True:
        return "one"
    if not isinstance(tree, dict):
        return {"any": [{"thing": 1}]}
    if listed and set(tree) == {"*"}:
        return [values_of(tree["*"], listed=listed)]
    return {("own" if key == "*" else key): values_of(below, listed=listed) for key, below in tree.items()}


def ends(tree: Tree, keys: Keys = ()) -> Iterator[Keys]:
    """The keys that lead to every end of a tree."""
    if isinstance(tree, dict):
        for key, below in tree.items():
            yield from ends(below, (*keys, "own" if key == "*" else key))
    else:
        yield keys


def closed(tree: Tree, keys: Keys = ()) -> Iterator[tuple[Keys, tuple[str, ...]]]:
    """Each key of a mapping that takes no other, with those beside it."""
    if isinstance(tree, dict):
        for key, below in tree.items():
            step = (*keys, "own" if key == "*" else key)
            if "*" not in tree:
                yield step, tuple(tree)
            yield from closed(below, step)


@cache
def closed_of(chart: str) -> list[tuple[Keys, tuple[str, ...]]]:
    """The closed keys of a chart."""
    return list(closed(tree_of(chart)))


def nested(keys: Keys, value: Any) -> Any:
    """A value below a chain of keys."""
    for key in reversed(keys):
        value = {key: value}
    return value


@st.composite
def misspelt(draw: st.DrawFn) -> tuple[str, Keys]:
    """A chart, and a closed key of it with a letter doubled, dropped or turned into another case."""
    chart = draw(st.sampled_from(CHARTS))
    keys, beside = draw(st.sampled_from(closed_of(chart)))
    *above, name = keys
    at = draw(st.integers(0, len(name) - 1))
    wrong = draw(
        st.sampled_from([name[:at] + name[at] + name[at:], name[:at] + name[at + 1 :], name[:at] + name[at].swapcase() + name[at + 1 :]])
    )
    return chart, (*above, wrong if wrong and wrong not in beside else f"{name}zz")


def test_there_is_a_list_of_every_chart_of_the_platform() -> None:
    """What is on disk is what the platform may install."""
    assert CHARTS == PLATFORM


@pytest.mark.parametrize("chart", CHARTS)
def test_a_list_says_what_it_was_recorded_from(chart: str) -> None:
    """Chart, version, day, repository and commit; the version is one that the contract of the chart covers."""
    body = json.loads((FOLDER / f"{chart}.json").read_text(encoding="utf-8"))
    contract = contract_for(chart)
    assert body["chart"] == chart
    assert contract is not None
    assert contract.covers(body["version"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", body["recorded"])
    assert re.fullmatch(r"[\w-]+/[\w-]+", body["source"]["repository"])
    assert re.fullmatch(r"[0-9a-f]{40}", body["source"]["commit"] or "0" * 40)


@pytest.mark.parametrize("chart", CHARTS)
def test_a_list_is_in_its_one_form(chart: str) -> None:
    """The file is what the tool writes, byte for byte: keys sorted, nothing said twice."""
    text = (FOLDER / f"{chart}.json").read_text(encoding="utf-8")
    body = json.loads(text)
    assert settled(body["keys"]) == body["keys"]
    assert text == layout(body)
    assert list(body["keys"]) == sorted(body["keys"])


@pytest.mark.parametrize("listed", [False, True])
@pytest.mark.parametrize("chart", CHARTS)
def test_every_key_of_a_list_is_accepted(chart: str, listed: bool) -> None:
    """As values and as parameters, whether what takes any key is written as a mapping or as a list."""
    tree = tree_of(chart)
    found = list(ends(tree))
    assert found
    assert [lost.name for lost in unread(tree, top(values_of(tree, listed=listed)))] == []
    assert [lost.name for keys in found if (lost := unread_path(tree, keys, top(1)))] == []


@given(misspelt())
def test_every_misspelling_of_a_closed_key_is_found(case: tuple[str, Keys]) -> None:
    """At its own place and nowhere else, with what it stands beside; as a parameter too."""
    chart, keys = case
    tree = tree_of(chart)
    (lost,) = unread(tree, top(nested(keys, {"below": 1})))
    assert lost.keys == keys
    assert lost.node.pointer == "/v/" + "/".join(key.replace("~", "~0").replace("/", "~1") for key in keys)
    also = unread_path(tree, (*keys, "below"), top(1))
    assert also is not None
    assert (also.keys, also.hint) == (lost.keys, lost.hint)


@given(st.sampled_from(CHARTS).flatmap(lambda chart: st.tuples(st.just(chart), st.sampled_from(closed_of(chart)))))
def test_a_key_with_one_letter_doubled_is_named(case: tuple[str, tuple[Keys, tuple[str, ...]]]) -> None:
    """The hint names a key beside it, which is the key itself unless one beside it is as near."""
    chart, (keys, beside) = case
    wrong = keys[-1][0] + keys[-1]
    if wrong in beside or len(wrong) < 4:
        return
    (lost,) = unread(tree_of(chart), top(nested((*keys[:-1], wrong), 1)))
    assert lost.nearest[:-1] == keys[:-1]
    assert lost.nearest[-1] in beside
    assert lost.hint == f"did you mean {name_of(lost.nearest)}?"


@pytest.mark.parametrize("chart", CHARTS)
def test_a_key_taken_away_is_missed(chart: str) -> None:
    """The canary: without any one of its first keys a list refuses the values that have it."""
    tree = tree_of(chart)
    assert isinstance(tree, dict)
    for key, below in tree.items():
        without = {name: other for name, other in tree.items() if name != key}
        assert [lost.keys for lost in unread(without, top(values_of({key: below}, listed=False)))] == [(key,)]


UNREAD: list[tuple[str, Any, list[tuple[Keys, str]]]] = [
    ("one mapping is one finding", {"gone": {"a": 1, "b": {"c": 2}}}, [(("gone",), "read there: list, map, open, value")]),
    ("null takes a default away, and has to name it too", {"vlaue": None}, [(("vlaue",), "did you mean value?")]),
    ("a mapping below one value", {"value": {"a": 1}}, [(("value", "a"), "value is one value")]),
    ("a list where one value is read", {"value": [{"a": 1}]}, []),
    ("an item of a list", {"list": [{"name": 1}, {"nmae": 2}]}, [(("list", "1", "nmae"), "did you mean list.1.name?")]),
    ("anything below what is open", {"open": {"a": {"b": [1]}}}, []),
    ("at the wrong depth", {"inner": 1}, [(("inner",), "did you mean map.deep.inner?")]),
    ("a dot in a key", {"map": {"http.prot": 1}}, [(("map", "http.prot"), r"did you mean map.http\.port?")]),
    ("what a text names itself", {"mine": {"a": 1}, "open": ["{{ .Values.mine.a }}"]}, []),
    ("what a text of a sub-chart names itself", {"map": {"own": 1, "http.port": "{{ .Values.own | quote }}"}}, []),
    (
        "what a text names, and something else",
        {"mine": 1, "open": "{{ .Values.other }}"},
        [(("mine",), "read there: list, map, open, value")],
    ),
    ("a name without an action", {"mine": 1, "open": ".Values.mine"}, [(("mine",), "read there: list, map, open, value")]),
]
TREE: Tree = {"value": True, "open": "*", "list": {"*": {"name": True}}, "map": {"http.port": True, "deep": {"inner": True}}}


@pytest.mark.parametrize(("values", "found"), [pytest.param(values, found, id=name) for name, values, found in UNREAD])
def test_what_is_lost(values: Any, found: list[tuple[Keys, str]]) -> None:
    """The uppermost key that no template reads, with what was meant."""
    assert [(lost.keys, lost.hint) for lost in unread(TREE, top(values))] == found


@pytest.mark.parametrize(
    ("keys", "lost"),
    [
        (("list", "0", "name"), None),
        (("value", "0"), None),
        (("open", "a", "b"), None),
        (("list", "0", "nmae", "x"), ("list", "0", "nmae")),
        (("value", "a"), ("value", "a")),
        (("map", "http", "port"), ("map", "http")),
    ],
)
def test_what_a_parameter_loses(keys: Keys, lost: Keys | None) -> None:
    """A parameter is judged key by key; a dot that is not escaped parts a key in two."""
    found = unread_path(TREE, keys, top(1))
    assert (found.keys if found else None) == lost
