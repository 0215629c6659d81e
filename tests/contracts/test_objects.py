"""Contracts say what the charts really render: every object, with equal fields, and none more."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from crema.policies.contracts.contract import contract_for
from crema.policies.model.manifest import ref_of
from tests.contracts.releases import release_of
from tests.external import ROOT
from tools.charts.spoken import spoken

RECORDED = Path(__file__).parent / "recorded"
CHARTS = sorted(file.stem for file in RECORDED.glob("*.json"))


@cache
def recorded(chart: str) -> dict[str, Any]:
    """The record of a chart."""
    found: dict[str, Any] = json.loads((RECORDED / f"{chart}.json").read_text(encoding="utf-8"))
    for body in found["objects"]:
        for holder, key in ((body["metadata"], "labels"), (body, "data")):
            if key in holder:
                holder[key] = found["shared"][holder[key]]
    return found


def named(bodies: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Objects by their refs; two with one ref are a mistake."""
    refs = [str(ref_of(body)) + (f" ({ref_of(body).group})" if ref_of(body).group else "") for body in bodies]
    assert sorted(refs) == sorted(set(refs))
    return dict(zip(refs, bodies, strict=True))


def leaves(value: Any, path: str = "") -> Iterator[str]:
    """Every value that holds no other, with the keys that lead to it; what a list holds is without its place."""
    if isinstance(value, dict) and value:
        for key, below in value.items():
            yield from leaves(below, f"{path}/{key}")
    elif isinstance(value, list) and value:
        for below in value:
            yield from leaves(below, f"{path}[]")
    else:
        yield f"{path}={value!r}"


def differences(chart: str, case: dict[str, Any]) -> list[str]:
    """What a contract says otherwise than a record."""
    about, contract = recorded(chart), contract_for(chart)
    assert contract is not None
    release = release_of(chart, about["version"], name=case["release"], namespace=case["namespace"], values=case["values"])
    brought = list(contract.rendered(release))
    found = named([spoken(body, "no namespace", chart) for body in brought])
    real = named([about["objects"][number] for number in case["objects"]])
    said = [f"+ {ref}: the chart does not render it" for ref in sorted(found.keys() - real.keys())]
    said += [f"- {ref}: the contract does not say it" for ref in sorted(real.keys() - found.keys())]
    for ref in sorted(found.keys() & real.keys()):
        ours, theirs = list(leaves(found[ref])), list(leaves(real[ref]))
        if found[ref] != real[ref]:
            said += [f"+ {ref}{leaf}" for leaf in ours if leaf not in theirs] + [f"- {ref}{leaf}" for leaf in theirs if leaf not in ours]
            said += [f"! {ref}: in another order"] if sorted(ours) == sorted(theirs) else []
    for body, heard in zip(brought, found.values(), strict=True):
        known = set(leaves(heard))
        said += [f"~ {ref_of(body)}{leaf}: nothing compares it" for leaf in leaves(body) if leaf not in known]
    return said


@pytest.mark.parametrize(("chart", "case"), [(chart, case["name"]) for chart in CHARTS for case in recorded(chart)["cases"]])
def test_a_contract_says_what_the_chart_renders(chart: str, case: str) -> None:
    """Under every recorded case, in both directions, and it says nothing that the record does not hold."""
    (row,) = (one for one in recorded(chart)["cases"] if one["name"] == case)
    assert differences(chart, row) == []


def test_the_defaults_are_packaged() -> None:
    """A wheel without them would know no chart."""
    assert '"crema.policies.contracts.defaults" = ["*.json"]' in (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
