"""The merge by which our tests read the chart's defaults is Helm's."""

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from crema.policies.contracts.kube_prometheus_stack_alerts import ALERTMANAGER
from tests.alerts.merge import merged
from tests.external import run

_KEYS = st.sampled_from(["a", "b", "global", "route", "receivers", "receiver", "routes", "group_by", "resolve_timeout", "templates"])
_SCALARS = st.booleans() | st.integers(-9, 9) | st.sampled_from(["", "null", "5m", "on", "~"])


def _maps(scalars: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(_KEYS, inner, max_size=3), max_leaves=8)
    return st.dictionaries(_KEYS, values, max_size=4)


# A null says something in a person's values alone; the chart's have none here.
_DEFAULTS = st.just(ALERTMANAGER) | _maps(_SCALARS)
_OWN = _maps(_SCALARS | st.none())
_TEMPLATE = """\
{{- range $name, $value := .Values.all }}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ $name | quote }}}
data: {merged: {{ $value | toJson | quote }}}
{{- end }}
"""


def helm(defaults: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """What a chart's template sees under each name, by `helm template`."""
    with tempfile.TemporaryDirectory() as folder:
        chart = Path(folder, "chart")
        (chart / "templates").mkdir(parents=True)
        (chart / "Chart.yaml").write_text("{apiVersion: v2, name: chart, version: 0.1.0}\n", encoding="utf-8")
        (chart / "templates" / "all.yaml").write_text(_TEMPLATE, encoding="utf-8")
        (chart / "values.yaml").write_text(json.dumps({"all": defaults}), encoding="utf-8")
        Path(folder, "own.yaml").write_text(json.dumps({"all": own}), encoding="utf-8")
        done = run("helm", "template", "release", "chart", "-f", "own.yaml", cwd=Path(folder))
    assert done.status == 0, done.stderr
    objects = [body for body in yaml.safe_load_all(done.stdout) if body]
    return {body["metadata"]["name"]: json.loads(body["data"]["merged"]) for body in objects}


@pytest.mark.engine
@given(st.lists(st.tuples(_DEFAULTS, _OWN), min_size=1, max_size=6))
@settings(max_examples=25)
def test_values_are_merged_as_helm_merges_them(pairs: list[tuple[dict[str, Any], dict[str, Any]]]) -> None:
    """For any defaults, the chart's own among them, and anything that a person writes over them."""
    names = [f"case-{number}" for number in range(len(pairs))]
    seen = helm(
        {name: defaults for name, (defaults, _) in zip(names, pairs, strict=True)}, dict(zip(names, (o for _, o in pairs), strict=True))
    )
    assert seen == {name: merged(defaults, own) for name, (defaults, own) in zip(names, pairs, strict=True)}
