"""No report shows what a Secret holds, whatever shape it has and however it is broken."""

import json
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from click.testing import CliRunner
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from crema.check import check
from crema.policies.report.formats import FORMATS

MARK = "hunter2"
_SHOWN = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])

WORDS = st.sampled_from(["", "password", "a/b", "tls.crt", "kind", "name", "x" * 70])
VALUES = st.one_of(
    st.just(MARK),
    st.just(f"{MARK}: on"),
    st.just(f"$({MARK})"),
    st.just(f"{MARK}\n---\n{MARK}"),
    st.just(f"${{{MARK}}}"),
    st.sampled_from(["eWVz", None, True, 12, 1.5]),
)
SHAPES: st.SearchStrategy[Any] = st.recursive(
    VALUES, lambda below: st.one_of(st.lists(below, max_size=3), st.dictionaries(WORDS, below, max_size=3)), max_leaves=8
)


@st.composite
def secrets(draw: st.DrawFn) -> dict[str, Any]:
    """A Secret, with values in every place that may hold one, of right and of wrong shapes."""
    held: dict[str, Any] = {"apiVersion": "v1", "kind": "Secret"}
    metadata: dict[str, Any] = {"name": "db", "namespace": "shop"}
    if draw(st.booleans()):
        last = json.dumps({"kind": "Secret", "data": {"password": MARK}})
        metadata["annotations"] = {"kubectl.kubernetes.io/last-applied-configuration": draw(st.sampled_from([last, [last], {"a": last}]))}
    held["metadata"] = metadata
    for field in draw(st.sets(st.sampled_from(["data", "stringData", "immutable", "value", "spec", "type"]), min_size=1)):
        held[field] = draw(SHAPES)
    return held


TEXTS = st.one_of(
    st.builds(lambda body: yaml.safe_dump(body, sort_keys=False), secrets()),
    st.builds(json.dumps, secrets()),
    st.builds(lambda body: yaml.safe_dump({"apiVersion": "v1", "kind": "List", "items": [body]}), secrets()),
    st.builds(lambda body, cut: yaml.safe_dump(body, sort_keys=False)[:-cut], secrets(), st.integers(1, 30)),
    st.builds(lambda body: yaml.safe_dump(body, sort_keys=False).replace("kind: Secret", "kind: Secre"), secrets()),
    st.builds(lambda body: yaml.safe_dump(body, sort_keys=False).replace("kind:", "Kind:"), secrets()),
    st.builds(lambda body: yaml.safe_dump(body, sort_keys=False) + f"stringData: {{a: {MARK}, a: {MARK}}}\n", secrets()),
    st.builds(lambda body: yaml.safe_dump(body, sort_keys=False) + f"data:\n\t{MARK}: {MARK}\n", secrets()),
    st.builds(lambda body: yaml.safe_dump(body, sort_keys=False) + f"x: !{MARK} {MARK}\ny: *{MARK}\n", secrets()),
)


def outputs(text: str, name: str) -> str:
    """Everything that every rendering of a run over a file says."""
    Path(name).write_text(text, encoding="utf-8", errors="surrogatepass")
    assert isinstance(check, click.Command)
    said = ""
    for form in FORMATS:
        result = CliRunner().invoke(check, ["m", "--format", form, "--strict"])
        assert result.exit_code in {0, 1, 3}, f"{form} ended with {result.exit_code}"
        said += result.output
    return said


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("m").mkdir()


@_SHOWN
@given(text=TEXTS)
@example(text=f"apiVersion: v1\nkind: Secret\nmetadata: {{name: db}}\nstringData:\n  password: {MARK}\n  password: {MARK}2\n")
@example(text=f"apiVersion: v1\nkind: Secret\nmetadata: {{name: db}}\ntype: [{MARK}]\ndata: {MARK}\n")
@example(text=f"kind: Secret\nmetadata: {{name: db}}\nstringData:\n  password: {MARK}\n")
@example(text=f"apiVersion: v1\nkind: Secret\nmetadata: {{name: db}}\nstringData:\n  password: 0{MARK}\n  token: 0o17\n  {MARK}\n")
def test_no_rendering_shows_a_value_of_a_secret(text: str) -> None:
    """Findings, what could not be read, what stayed unchecked: none of them quotes it."""
    assert MARK not in outputs(text, "m/secret.yaml")


@_SHOWN
@given(text=TEXTS)
def test_nor_does_one_in_a_json_file(text: str) -> None:
    """A file with this ending is JSON, or is said not to be, without what is in it."""
    Path("m/secret.yaml").unlink(missing_ok=True)
    assert MARK not in outputs(text, "m/secret.json")


def test_the_mark_would_be_found() -> None:
    """In an object that holds no secrets a wrong value is quoted, so the search can fail."""
    assert MARK in outputs(f"apiVersion: v1\nkind: Service\nmetadata: {{name: a}}\nspec: {{ports: {MARK}}}\n", "m/service.yaml")
