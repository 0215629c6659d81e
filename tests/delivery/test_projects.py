"""What a project permits, as our matcher and Argo CD's own functions decide it."""

import json
from pathlib import Path
from typing import Any, Final

import pytest

from crema.policies.engine.example import Example
from crema.policies.model.delivery.patterns import matches_glob, matches_name, normal_url
from crema.policies.model.delivery.projects import Project, projects
from crema.policies.model.manifest import Ref

_RECORDED: Final = json.loads((Path(__file__).parent / "recorded" / "projects.json").read_text(encoding="utf-8"))


def _project(spec: dict[str, Any]) -> Project:
    body = {"apiVersion": "argoproj.io/v1alpha1", "kind": "AppProject", "metadata": {"name": "p", "namespace": "argocd"}, "spec": spec}
    (project,) = projects(Example(name="one project", manifests=json.dumps(body)).world())
    return project


def _ours(case: dict[str, Any]) -> dict[str, Any]:
    """The same questions that the recording program asked, of our matcher."""
    project, glob, file = _project(case["spec"]), case.get("glob", ""), case.get("file", "")
    kind = Ref(group=case.get("group", ""), kind=case["kind"], namespace="", name=case["object"])
    return {
        "source": project.takes_repository(case["repo"]),
        "destination": project.takes_destination(case.get("server", ""), case.get("name", ""), case.get("namespace", "")),
        "kind": project.takes_kind(kind, namespaced=case["namespaced"]),
        "app": project.takes_applications_of(case.get("app_namespace", ""), "argocd"),
        "glob": matches_glob(glob, file),
        "name": matches_name(glob, file),
        "url": normal_url(case["repo"]),
    }


@pytest.mark.parametrize("recorded", _RECORDED["cases"])
def test_our_matcher_answers_as_argo_cd_does(recorded: dict[str, Any]) -> None:
    """Repositories, destinations, kinds, namespaces of Applications, globs and addresses: the recorded answers are ours."""
    assert _ours(recorded["case"]) == recorded["answers"]


@pytest.mark.parametrize("question", ["source", "destination", "kind", "app", "glob", "name"])
def test_the_recorded_cases_decide_each_question_both_ways(question: str) -> None:
    """A matcher that always says the same would be noticed."""
    assert {recorded["answers"][question] for recorded in _RECORDED["cases"]} == {True, False}


def test_a_list_that_is_empty_is_not_one_that_is_absent() -> None:
    """Without a list every kind of a namespace is permitted, with an empty one none; of the cluster's kinds none either way."""
    job, space = Ref(group="batch", kind="Job", namespace="", name="a"), Ref(group="", kind="Namespace", namespace="", name="a")
    assert _project({}).takes_kind(job, namespaced=True)
    assert not _project({"namespaceResourceWhitelist": []}).takes_kind(job, namespaced=True)
    assert not _project({}).takes_kind(space, namespaced=False)
    assert not _project({"clusterResourceWhitelist": []}).takes_kind(space, namespaced=False)
