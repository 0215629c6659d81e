"""The committed dist/ as Argo CD sees it: every file has one owner, which may apply it; nothing that data hangs on can be cascaded away."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cdk8s
import pytest
import yaml
from constructs import Construct
from hypothesis import given, settings
from hypothesis import strategies as st

from charts.back_end import BackEnd
from charts.bootstrap import BootstrapChart
from charts.environment import Environment
from charts.environments import ENVIRONMENTS, LOCAL
from charts.root import RootChart
from crema.generators.charts import ChartFile
from crema.generators.found import Found
from crema.generators.layout import File, lay_out
from crema.generators.platform import build
from tests.external import ROOT
from tests.locks import locked
from tests.strategies import service_names

_NAMES = [e.name for e in ENVIRONMENTS]


def _committed(environment: str) -> dict[str, dict[str, Any]]:
    """Each file of an environment, by its path below the project, with its object."""
    files = sorted((ROOT / "dist" / environment).rglob("*.yaml"))
    return {p.relative_to(ROOT).as_posix(): yaml.safe_load(p.read_text(encoding="utf-8")) for p in files}


def _applications(files: dict[str, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for path, body in files.items():
        if body.get("kind") == "Application" and ("/_root/" in path or path.endswith("/_bootstrap/root.yaml")):
            yield body


def owners(files: dict[str, dict[str, Any]]) -> dict[str, list[str]]:
    """For each file that Argo CD should apply, the Applications whose directory it is in."""
    of: defaultdict[str, list[str]] = defaultdict(list)
    for application in _applications(files):
        directory = application["spec"]["source"].get("path")
        for path in files:
            if directory and path.startswith(f"{directory}/"):
                of[path].append(application["metadata"]["name"])
    return {path: of[path] for path in files if "/_bootstrap/" not in path}


@pytest.mark.parametrize("environment", _NAMES)
def test_each_file_has_exactly_one_owner_and_each_application_something_to_apply(environment: str) -> None:
    """A file that no Application watches is never deployed; one that two watch is fought over; an empty directory prunes everything."""
    files = _committed(environment)
    assert {path: names for path, names in owners(files).items() if len(names) != 1} == {}
    directories = [a["spec"]["source"]["path"] for a in _applications(files) if "path" in a["spec"]["source"]]
    assert [d for d in directories if not any(path.startswith(f"{d}/") for path in files)] == []
    assert Counter(directories).most_common(1)[0][1] == 1


class _Service(cdk8s.Chart):
    """A back end of any name."""

    def __init__(self, scope: Construct, environment: Environment) -> None:
        name = type(self).__name__
        super().__init__(scope, name, namespace="shop")
        BackEnd(self, name, environment, root_path=f"/api/{name}")


def _built(names: list[str]) -> dict[str, File]:
    """The files of these services, with the real root and bootstrap."""
    here = Path(__file__)
    services: list[type[cdk8s.Chart]] = [type(name, (_Service,), {}) for name in names]
    classes: list[type[cdk8s.Chart]] = [RootChart, *services, BootstrapChart]
    charts = [ChartFile(cls, here) for cls in classes]
    mistakes = Found((LOCAL.name,))
    with locked(names, LOCAL.name):
        rendered = build(charts, [LOCAL], mistakes)
    files = lay_out(rendered.objects, ROOT, "dist", mistakes)
    assert mistakes.listed() == ()
    return files


@settings(max_examples=8, deadline=None)
@given(st.lists(service_names, min_size=1, max_size=4, unique=True))
def test_any_services_have_applications_that_own_each_file_once(names: list[str]) -> None:
    """Whatever they are called, in whatever order their charts come: one Application each, in the project of the shop."""
    files = {path: dict(file.built.body) for path, file in _built(names).items()}
    assert {path: found for path, found in owners(files).items() if len(found) != 1} == {}
    applied = {a["metadata"]["name"]: a["spec"]["project"] for a in _applications(files)}
    assert applied == {"root": "root", **dict.fromkeys(names, "shop")}


def test_a_file_without_an_owner_is_noticed() -> None:
    """The comparison above can fail: without its Application a service's files belong to nobody."""
    files = {path: dict(file.built.body) for path, file in _built(["tea"]).items()}
    del files["dist/local/_root/application-tea.yaml"]
    assert "dist/local/tea/service-tea.yaml" in [path for path, names in owners(files).items() if names == []]


def _permitted(project: dict[str, Any], key: str) -> set[tuple[str, str]]:
    return {(k["group"], k["kind"]) for k in project["spec"].get(key, ())}


@pytest.mark.parametrize("environment", _NAMES)
def test_each_project_permits_what_its_applications_hold(environment: str) -> None:
    """Repository, namespaces and kinds of every directory; Argo CD would refuse to sync the rest. Of shop, nothing more than that."""
    files = _committed(environment)
    projects = {body["metadata"]["name"]: body for body in files.values() if body.get("kind") == "AppProject"}
    needed: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for application in _applications(files):
        name = application["spec"]["project"]
        project, source = projects[name], application["spec"]["source"]
        destinations = {d["namespace"] for d in project["spec"]["destinations"]}
        assert source["repoURL"] in project["spec"]["sourceRepos"]
        # Argo CD refuses an Application whose own destination is none of these, whatever its objects say.
        assert application["spec"]["destination"].get("namespace") in destinations
        for path, body in files.items():
            if "path" not in source or not path.startswith(f"{source['path']}/"):
                continue
            kind = (body["apiVersion"].rpartition("/")[0] if "/" in body["apiVersion"] else "", body["kind"])
            namespace = body["metadata"].get("namespace")
            key = "namespaceResourceWhitelist" if namespace else "clusterResourceWhitelist"
            assert kind in _permitted(project, key), path
            assert namespace in {None, *destinations}, path
            needed[name].add(kind)
    assert _permitted(projects["shop"], "namespaceResourceWhitelist") == needed["shop"]
    assert [d["namespace"] for d in projects["shop"]["spec"]["destinations"]] == ["shop"]
    assert all(p["spec"]["destinations"] and "*" not in str(p["spec"]) for p in projects.values())


@pytest.mark.parametrize("environment", _NAMES)
def test_nothing_that_data_hangs_on_is_cascaded_away(environment: str) -> None:
    """What holds volumes, namespaces, credentials, definitions of kinds, or Argo CD itself has no finalizer and is not pruned unasked."""
    metadata = {a["metadata"]["name"]: a["metadata"] for a in _applications(_committed(environment))}
    keep = {
        name: (said.get("finalizers"), said.get("annotations", {}).get("argocd.argoproj.io/sync-options"))
        for name, said in metadata.items()
    }
    kept = {name for name, said in keep.items() if said == (None, "Prune=confirm")}
    stacks = {"argo-cd", "external-secrets", "kube-prometheus-stack", "loki", "tempo"}
    assert kept == {"mysql", "mysql-backup", "namespaces", "root", "secrets"} | stacks
    assert all(said[0] == ["resources-finalizer.argocd.argoproj.io/background"] for name, said in keep.items() if name not in kept)


@pytest.mark.parametrize("environment", _NAMES)
def test_every_application_has_the_repository_of_its_environment_or_an_exact_chart(environment: str) -> None:
    """A fork sets the repository in one place; a range of chart versions would change the platform without a commit."""
    settings_ = next(e for e in ENVIRONMENTS if e.name == environment)
    for application in _applications(_committed(environment)):
        source = application["spec"]["source"]
        if "chart" in source:
            assert source["targetRevision"].count(".") == 2
        else:
            assert (source["repoURL"], source["targetRevision"]) == (settings_.repository, settings_.revision)


@pytest.mark.parametrize("environment", _NAMES)
def test_argo_cd_asks_git_every_three_minutes_and_speaks_plain_http_behind_the_ingress(environment: str) -> None:
    """The very values of the bootstrap, and names of Services that the Ingress of Argo CD finds."""
    files = _committed(environment)
    values = files[f"dist/{environment}/_bootstrap/argo-cd-values.yaml"]
    source = files[f"dist/{environment}/_root/application-argo-cd.yaml"]["spec"]["source"]
    assert source["helm"] == {"releaseName": "argocd", "valuesObject": values}
    assert values["configs"]["cm"]["timeout.reconciliation"] == "180s"
    assert values["configs"]["cm"]["timeout.reconciliation.jitter"] == "0s"
    assert values["configs"]["params"] == {"server.insecure": True}
    ingress = files[f"dist/{environment}/entry/ingress-argocd.yaml"]["spec"]["rules"][0]
    assert ingress["host"] == values["global"]["domain"]
    assert ingress["http"]["paths"][0]["backend"]["service"] == {"name": "argocd-server", "port": {"number": 80}}
