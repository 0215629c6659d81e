"""`crema map` draws what is there: from each URL to pods and database, from each commit to Applications; and what is broken, as broken."""

import json
import re
from collections import defaultdict
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crema.policies.model.map.drawing import Drawing, Point, Step
from crema.policies.model.map.paths import drawing_of
from crema.policies.model.routes.every import routes
from crema.policies.report.mermaid import mermaid
from tests.external import ROOT
from tests.policies.projects import run_crema, write
from tests.random_platforms import Platform, platforms

_TEXTS = st.text(max_size=12) | st.sampled_from(['"', "]", "end", "-->", "|", "<b>", "#quot;", "`x`", "\n", "subgraph"])


def _reached(drawing: Drawing, start: str) -> set[str]:
    """Every point that whole steps lead to."""
    following: defaultdict[str, list[str]] = defaultdict(list)
    for step in drawing.steps:
        if not step.broken:
            following[step.start].append(step.end)
    met = [start]
    for point in met:
        met += [end for end in following[point] if end not in met]
    return {*met}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(platforms())
def test_every_url_of_a_platform_is_drawn_down_to_its_pods_and_every_application_from_its_commit(platform: Platform) -> None:
    """Nothing is left out, and nothing of a right platform is drawn as broken."""
    world = platform.world
    drawing = drawing_of(world)
    assert [step for step in drawing.steps if step.broken] == []
    assert {point.id for point in drawing.points if point.kind == "URL"} == {route.url for route in routes(world)}
    for route in routes(world):
        assert f"Deployment/{route.backend.namespace}/{route.backend.name}" in _reached(drawing, route.url)
    (commit,) = [point.id for point in drawing.points if point.kind == "commit"]
    assert {str(one) for one in world.of("argoproj.io", "Application")} <= _reached(drawing, commit)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(platforms())
def test_the_database_is_drawn_behind_whoever_names_it(platform: Platform) -> None:
    """Down to the volume that keeps its data."""
    world = platform.world
    drawing = drawing_of(world)
    for pod in world.pod_templates:
        if pod.manifest.ref.kind == "Deployment" and any(True for _ in pod.environment("DB_HOST")):
            namespace = pod.manifest.ref.namespace
            assert {f"StatefulSet/{namespace}/db", f"PersistentVolumeClaim/{namespace}/db-data"} <= _reached(drawing, str(pod.manifest))


_POINTS = st.lists(
    st.builds(
        Point,
        id=st.text(),
        kind=st.sampled_from(["URL", "missing", "Service", "other"]),
        text=st.lists(_TEXTS, min_size=1, max_size=2).map(tuple),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda point: point.id,
)


@given(st.data(), st.lists(_POINTS, min_size=1, max_size=2))
def test_no_name_breaks_out_of_its_place_in_mermaid(data: st.DataObject, drawn: list[list[Point]]) -> None:
    """Whatever things are called, every line is a point, a step between points that are there, or the frame of a part."""
    drawings = []
    for number, points in enumerate(drawn):
        ids = st.sampled_from([point.id for point in points])
        drawn_steps = st.builds(Step, path=st.sampled_from(["traffic", "delivery"]), start=ids, end=ids, text=_TEXTS, broken=_TEXTS)
        steps = tuple(data.draw(st.lists(drawn_steps, max_size=4)))
        drawings.append(Drawing(environment=data.draw(_TEXTS) + str(number), points=tuple(points), steps=steps))
    lines = mermaid(drawings).splitlines()
    inside = r'"[^"\n|<>`]*(?:<br/>[^"\n|<>`]*)*"'
    point = re.compile(
        rf"\s+(?P<name>\w+)(?:\(\[{inside}\]\)|\({inside}\)|\[\({inside}\)\]|\{{\{{{inside}\}}\}}|\[{inside}\])(?::::missing)?"
    )
    step = re.compile(rf"\s+(?P<start>\w+) (?:-->|-\.->)(?:\|{inside}\|)? (?P<end>\w+)")
    frame = re.compile(rf"flowchart LR|\s+subgraph \w+\[{inside}\]|\s+end|\s+classDef missing stroke:#c00,stroke-dasharray:4")
    names = [found["name"] for line in lines if (found := point.fullmatch(line)) and not frame.fullmatch(line)]
    assert len(names) == len(set(names)) == sum(len(points) for points in drawn)
    ends = [found for line in lines if (found := step.fullmatch(line))]
    assert {name for found in ends for name in (found["start"], found["end"])} <= set(names)
    assert len(ends) == sum(len(drawing.steps) for drawing in drawings)
    assert all(point.fullmatch(line) or step.fullmatch(line) or frame.fullmatch(line) for line in lines)


def test_the_readme_shows_the_platform_as_it_is() -> None:
    """If this is red: put what `crema map --env local` prints into the README."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert readme.partition("```mermaid\n")[2].partition("```")[0] == run_crema("map", "--env", "local").stdout


def _json(*arguments: str) -> Any:
    done = run_crema("map", "--format", "json", *arguments)
    assert done.exit_code == 0
    return json.loads(done.stdout)


def test_json_has_every_environment_with_the_files_of_its_objects() -> None:
    """For other programs."""
    drawn = _json()
    assert [one["environment"] for one in drawn["environments"]] == ["eks", "local"]
    local = drawn["environments"][1]
    files = {point["id"]: point["file"] for point in local["points"]}
    assert files["Deployment/shop/order"] == "dist/local/order/deployment-order.yaml"
    assert {"path": "traffic", "from": "Deployment/shop/order", "to": "Service shop/mysql:3306", "by": "DB_HOST", "broken": None} in local[
        "steps"
    ]
    assert all(step["broken"] is None for one in drawn["environments"] for step in one["steps"])
    ids = set(files)
    assert all(step["from"] in ids and step["to"] in ids for step in local["steps"])


_BROKEN = """\
apiVersion: v1
kind: Service
metadata: {name: order, namespace: shop}
spec: {selector: {app: ordr}, ports: [{port: 80}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: order, namespace: shop}
spec:
  selector: {matchLabels: {app: order}}
  template:
    metadata: {labels: {app: order}}
    spec: {containers: [{name: order, image: order:1, ports: [{containerPort: 8000}]}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: order, namespace: shop}
spec:
  rules:
    - host: coffee.test
      http: {paths: [{path: /api/order, pathType: Prefix, backend: {service: {name: order, port: {number: 80}}}}]}
"""


@pytest.mark.usefixtures("elsewhere")
def test_what_is_broken_is_drawn_as_broken_and_says_why() -> None:
    """A dotted line from the Service to nothing."""
    write("m/all.yaml", _BROKEN)
    done = run_crema("map", "m")
    assert done.exit_code == 0
    assert '-.->|"its selector matches no pods"|' in done.stdout
    assert 'n2{{"nothing"}}:::missing' in done.stdout


@pytest.mark.usefixtures("elsewhere")
def test_where_there_is_nothing_to_draw_it_says_so() -> None:
    """An empty picture would look like a platform without paths."""
    write("m/all.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n")
    done = run_crema("map", "m")
    assert (done.exit_code, done.stdout) == (3, "")
    assert "nothing to draw" in done.stderr


@pytest.fixture
def elsewhere(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A working directory of one's own."""
    monkeypatch.chdir(tmp_path)
