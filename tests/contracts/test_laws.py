"""What holds of every contract, whatever a release is called and wherever it goes."""

import json
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crema.policies.contracts.chart import chart_of, over
from crema.policies.contracts.contract import contract_for
from crema.policies.model.manifest import ref_of
from tests.contracts.releases import release_of
from tests.contracts.test_objects import CHARTS, recorded
from tests.keys.test_lists import CHARTS as KEYED
from tests.keys.test_lists import closed_of

NAMES = st.from_regex(r"zq[b-df-hj-np-tv-z]{4}", fullmatch=True)
"""Names that stand in no other word."""


def first(chart: str) -> dict[str, Any]:
    """The first recorded case of a chart: its defaults, or the least that it takes."""
    found: dict[str, Any] = recorded(chart)["cases"][0]
    return found


def objects(chart: str, *, name: str = "", namespace: str = "", values: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """What a chart brings, by default as its first case has it."""
    case, contract = first(chart), contract_for(chart)
    assert contract is not None
    given_values = case["values"] if values is None else values
    version = recorded(chart)["version"]
    release = release_of(chart, version, name=name or case["release"], namespace=namespace or case["namespace"], values=given_values)
    return list(contract.objects(release))


@cache
def usual(chart: str) -> str:
    """The same as text."""
    return json.dumps(objects(chart))


def put(below: Any, keys: tuple[str, ...], value: Any) -> Any:
    """Values in which one is set."""
    if not keys:
        return value
    return (below if isinstance(below, dict) else {}) | {keys[0]: put((below or {}).get(keys[0]), keys[1:], value)}


@pytest.mark.parametrize("chart", CHARTS)
@settings(max_examples=8)
@given(one=NAMES, other=NAMES)
def test_a_release_name_moves_only_names(chart: str, one: str, other: str) -> None:
    """Two releases that differ in their name differ in nothing else."""
    assert json.dumps(objects(chart, name=one)).replace(one, other) == json.dumps(objects(chart, name=other))


@pytest.mark.parametrize("chart", CHARTS)
@settings(max_examples=8)
@given(one=NAMES, other=NAMES)
def test_a_namespace_moves_only_namespaces(chart: str, one: str, other: str) -> None:
    """Two releases that differ in their namespace differ in nothing else, and nothing goes where nobody sent it."""
    found = objects(chart, namespace=one)
    assert json.dumps(found).replace(one, other) == json.dumps(objects(chart, namespace=other))
    assert {ref_of(body).namespace for body in found} <= {one, "", "kube-system"}


@pytest.mark.parametrize("chart", sorted(set(CHARTS) - {"gateway-helm"}))
@settings(max_examples=8)
@given(one=NAMES, other=NAMES)
def test_a_full_name_moves_only_names(chart: str, one: str, other: str) -> None:
    """Two releases that differ in `fullnameOverride` differ in nothing else, and it changes something."""
    values = first(chart)["values"]
    found = json.dumps(objects(chart, values=values | {"fullnameOverride": one}))
    assert one in found
    assert found.replace(one, other) == json.dumps(objects(chart, values=values | {"fullnameOverride": other}))


@pytest.mark.parametrize("chart", sorted(set(CHARTS) & set(KEYED)))
@settings(max_examples=30)
@given(data=st.data())
def test_a_value_that_no_template_reads_changes_nothing(chart: str, data: st.DataObject) -> None:
    """A misspelt key beside keys that the chart has: the objects are the same."""
    values = first(chart)["values"]
    known = chart_of(release_of(chart, recorded(chart)["version"], name="x", namespace="y", values=values))
    places = sorted({keys[:-1] for keys, _ in closed_of(chart) if known.mapping(*keys[:-1]) or len(keys) == 1})
    place = data.draw(st.sampled_from(places))
    value = data.draw(st.sampled_from([True, "x", 7, ["x"], {"x": "y"}]))
    assert json.dumps(objects(chart, values=put(values, (*place, "zq-unread"), value))) == usual(chart)


@given(user=st.lists(st.integers(), max_size=3), default=st.lists(st.integers(), max_size=3))
def test_a_list_replaces_the_list_of_the_chart(user: list[int], default: list[int]) -> None:
    """Helm joins no lists: what the user gives stands alone."""
    below: dict[str, Any] = {"a": {"b": default, "c": 1}}
    above: dict[str, Any] = {"a": {"b": user}}
    assert over(below, above) == {"a": {"b": user, "c": 1}}


@pytest.mark.parametrize(
    ("below", "above", "merged"),
    [
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 3}}, {"a": {"b": 3, "c": 2}}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": None}}, {"a": {"c": 2}}),
        ({"a": {"b": 1}}, {"a": None}, {}),
        ({"a": 1}, {"a": {"b": 2}}, {"a": {"b": 2}}),
        ({"a": {"b": 1}}, {"a": "text"}, {"a": "text"}),
        ({}, {"a": None}, {"a": None}),
    ],
)
def test_values_of_the_user_stand_over_those_of_the_chart(below: Any, above: Any, merged: Any) -> None:
    """Mappings are merged, null removes, everything else replaces."""
    assert over(below, above) == merged
