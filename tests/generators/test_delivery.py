"""What Argo CD is told: Applications, projects, and what is applied when a cluster is made."""

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crema.generators import (
    ApplicationSpec,
    AppProjectSpec,
    ChartValuesSpec,
    DirectorySpec,
    HelmChartSpec,
    KindClusterSpec,
    RootApplicationSpec,
    app_project,
    application,
    bootstrap,
    kind_cluster,
)
from crema.policies.schemas.validate import validate
from tests.strategies import app_projects, applications, helm_charts, kind_clusters, repositories

_CHART = HelmChartSpec(repository="https://charts.example.com", chart="loki", version="1.2.3", release="loki")


def _application(spec: ApplicationSpec) -> dict[str, Any]:
    (made,) = application.build(spec)
    return made.as_dict()


@given(applications)
def test_an_application_is_valid_and_keeps_what_git_says(spec: ApplicationSpec) -> None:
    """Whatever its settings: prune, self-heal, and retries without end that take up a repaired commit."""
    body = _application(spec)
    assert spec.mistakes() == ()
    assert validate(body) == ()
    policy = body["spec"]["syncPolicy"]
    assert policy["automated"] == {"prune": True, "selfHeal": True}
    assert (policy["retry"]["limit"], policy["retry"]["refresh"]) == (-1, True)
    assert {"ServerSideApply=true", "FailOnSharedResource=true", "ApplyOutOfSyncOnly=true"} <= set(policy["syncOptions"])
    assert not any(option.startswith("CreateNamespace") for option in policy["syncOptions"])
    assert ("SkipDryRunOnMissingResource=true" in policy["syncOptions"]) == spec.custom_resources
    assert body["metadata"]["namespace"] == "argocd"
    assert body["spec"]["project"] == spec.project
    # Argo CD refuses an Application without one, whatever namespaces its objects name.
    assert body["spec"]["destination"] == {"server": spec.server, "namespace": spec.namespace}


@given(applications)
def test_what_must_outlive_its_application_does(spec: ApplicationSpec) -> None:
    """No finalizer, so deleting it deletes nothing; and the root Application asks before it prunes it. All others clean up behind them."""
    metadata = _application(spec)["metadata"]
    asked = metadata.get("annotations", {}).get("argocd.argoproj.io/sync-options")
    cascade = ["resources-finalizer.argocd.argoproj.io/background"]
    assert (metadata.get("finalizers"), asked) == ((None, "Prune=confirm") if spec.keep else (cascade, None))


@given(applications)
def test_a_directory_is_read_as_a_directory_and_a_chart_as_a_chart(spec: ApplicationSpec) -> None:
    """A directory's block is one that Argo CD does not take for empty; a chart has its release name and its values, and no path."""
    source = _application(spec)["spec"]["source"]
    if isinstance(spec.deploys, DirectorySpec):
        # Argo CD drops a block without recursion (ApplicationSourceDirectory.IsZero), and kustomize could wake up.
        assert source["directory"] == {"recurse": True, "include": "*.yaml"}
        assert (source["repoURL"], source["targetRevision"], source["path"]) == dataclasses.astuple(spec.deploys)[1:]
        assert "helm" not in source
    else:
        assert source["helm"]["releaseName"] == spec.deploys.release
        assert source["helm"].get("valuesObject", {}) == spec.deploys.values
        assert (source["chart"], source["targetRevision"]) == (spec.deploys.chart, spec.deploys.version)
        assert "path" not in source


@pytest.mark.parametrize(
    ("change", "required"),
    [
        ({"version": "88.*"}, "one exact version of a chart, such as 88.5.3"),
        ({"version": ">=1.0.0"}, "one exact version of a chart, such as 88.5.3"),
        ({"version": "1.2"}, "one exact version of a chart, such as 88.5.3"),
        ({"values": {"grafana": {"adminPassword": "hunter2"}}}, "without passwords and tokens: name an existing Secret instead"),
        ({"values": {"a": [{"api-token": "abc"}]}}, "without passwords and tokens: name an existing Secret instead"),
        ({"values": {"a": {1: 2}}}, "plain data (/a has a key of class int; keys are strings)"),
    ],
)
def test_a_chart_that_would_move_or_tell_is_a_mistake(change: dict[str, Any], required: str) -> None:
    """A range changes the platform without a commit; a password in values stands in git. Neither the message nor the log shows it."""
    (mistake,) = dataclasses.replace(_CHART, **change).mistakes()
    assert mistake.message.endswith(f"it must be {required}")
    assert "hunter2" not in mistake.message
    assert "abc" not in mistake.message


@pytest.mark.parametrize("values", [{"admin": {"passwordKey": "admin-password", "existingSecret": "x"}}, {"token": {"enabled": True}}])
def test_naming_what_holds_a_secret_is_no_secret(values: dict[str, Any]) -> None:
    """The name of a key, and a mapping that happens to be called token."""
    assert dataclasses.replace(_CHART, values=values).mistakes() == ()


@given(app_projects)
def test_a_project_permits_what_it_was_told_and_nothing_else(spec: AppProjectSpec) -> None:
    """Each list is there, sorted and without repetitions; without cluster-scoped kinds there is no such list, which permits none."""
    (made,) = app_project.build(spec)
    body = made.as_dict()
    assert validate(body) == ()
    said = body["spec"]
    assert said["sourceRepos"] == sorted(set(spec.repositories))
    assert {(d["server"], d["namespace"]) for d in said["destinations"]} == {(application.IN_CLUSTER, n) for n in spec.namespaces}
    for key, kinds in (("namespaceResourceWhitelist", spec.namespaced_kinds), ("clusterResourceWhitelist", spec.cluster_kinds)):
        wanted = sorted({(group, kind) for group, listed in kinds.items() for kind in listed})
        assert [(k["group"], k["kind"]) for k in said.get(key, [])] == wanted
    assert said.get("clusterResourceWhitelist") != []
    # An Application that is applied before its project is invalid until the next refresh.
    assert int(body["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"]) < 0


@pytest.mark.parametrize("name", ["repositories", "namespaces", "namespaced_kinds"])
def test_a_project_that_permits_nothing_is_a_mistake(name: str) -> None:
    """Argo CD would take one empty list for nothing and another for everything."""
    spec = AppProjectSpec(
        name="p", description="d", repositories=("https://a.b",), namespaces=("n",), namespaced_kinds={"": ("ConfigMap",)}
    )
    (mistake,) = dataclasses.replace(spec, **{name: type(getattr(spec, name))()}).mistakes()
    assert f"{name} is " in mistake.message
    assert mistake.message.endswith("it must be what this project permits: at least one")


@given(repositories)
def test_the_root_may_only_make_applications_and_projects(repository: str) -> None:
    """In the namespace of Argo CD; deleting it deletes none of them."""
    project, root = bootstrap.build_root(RootApplicationSpec(repository=repository, revision="main", path="dist/local"))
    assert (project.name, root.name) == ("project-root.yaml", "root.yaml")
    assert (validate(project.body), validate(root.body)) == ((), ())
    said = project.body["spec"]
    assert [k["kind"] for k in said["namespaceResourceWhitelist"]] == ["AppProject", "Application"]
    assert [d["namespace"] for d in said["destinations"]] == ["argocd"]
    assert "clusterResourceWhitelist" not in said
    assert root.body["spec"]["source"]["path"] == "dist/local/_root"
    assert root.body["spec"]["project"] == project.body["metadata"]["name"]
    assert "finalizers" not in root.body["metadata"]


@given(helm_charts)
def test_the_file_of_values_has_the_values_of_the_chart(chart: HelmChartSpec) -> None:
    """The very ones; a file without values is a mistake."""
    spec = ChartValuesSpec(name="x-values.yaml", chart=chart)
    assert [(d.name, d.body) for d in bootstrap.build_values(spec)] == [("x-values.yaml", chart.values)]
    assert bool(spec.mistakes()) == (not chart.values)


@given(kind_clusters)
def test_a_kind_cluster_has_the_ports_and_the_image_it_was_given(spec: KindClusterSpec) -> None:
    """One node, each port of the host once, in order."""
    (document,) = kind_cluster.build(spec)
    (node,) = document.body["nodes"]
    mapped = [(m["hostPort"], m["containerPort"]) for m in node.get("extraPortMappings", [])]
    assert mapped == sorted(spec.ports.items())
    assert (document.name, document.body["name"], node["image"]) == ("kind.yaml", spec.name, spec.image)
    assert document.body["networking"]["podSubnet"] == spec.pod_subnet


@given(st.integers(1, 65535))
def test_two_ways_into_one_port_of_a_node_are_a_mistake(port: int) -> None:
    """Docker would fail only when the cluster is made."""
    image = "kindest/node:v1.36.4@sha256:" + "a" * 64
    (mistake,) = KindClusterSpec(name="k", image=image, ports={1: port, 2: port}).mistakes()
    assert mistake.message.endswith("it must be without a port of the node twice")


@pytest.mark.parametrize("image", ["kindest/node:v1.36.4", "kindest/node@sha256:" + "a" * 64, "node:v1.36.4@sha256:" + "a" * 64])
def test_a_node_image_that_could_change_is_a_mistake(image: str) -> None:
    """A tag of kind's is pushed again for each release of kind; without the tag nobody sees the version."""
    (mistake,) = KindClusterSpec(name="k", image=image, ports={}).mistakes()
    assert "an image of a kind release with its digest" in mistake.message
