"""Charts that are about all the others, and files that have names of their own."""

import pytest
import yaml

from crema.generators.others import app_of
from crema.policies.schemas.catalog import load
from tests.generators.conftest import Project

_LAST = """
import cdk8s
from crema.generators import Manifest
from crema.generators.manifest import Document, Fact
from crema.generators.part import Part
from crema.generators.spec import Spec

class Parts(Part[Spec]):
    directory = "_bootstrap"

class Last(cdk8s.Chart):
    def __init__(self, scope, environment, others):
        super().__init__(scope, "{id}")
        said = {{
            app.name: [
                sorted(app.namespaces),
                sorted(app.cluster_kinds),
                sorted(app.namespaced_kinds),
                app.holds_data,
                app.custom_resources,
            ]
            for app in others.apps
        }}
        facts = [[f.section, f.key, f.body["v"]] for f in others.facts]
        Parts(self, "said", Spec(), lambda spec: (Document(name="said.yaml", body={{"apps": said, "facts": facts}}),))
"""
_APP = """
import cdk8s
from crema.generators import Manifest, Namespace, NamespaceSpec
from crema.generators.manifest import Fact
from crema.generators.part import Part, add_object
from crema.generators.spec import Spec

def build(spec):
    return (
        Fact(section="b", key="{app}", body={{"v": 1}}),
        Fact(section="a", key="{app}", body={{"v": 2}}),
        Manifest(api_version="{version}", kind="{kind}", name="x", namespace={namespace!r}),
    )

class {cls}Chart(cdk8s.Chart):
    def __init__(self, scope, environment):
        super().__init__(scope, "{app}")
        Part(self, "part", Spec(), build)
"""


def _app(project: Project, app: str, version: str, kind: str, namespace: str | None) -> None:
    text = _APP.format(app=app, cls=app.capitalize(), version=version, kind=kind, namespace=namespace)
    project.write(f"{app}.py", text)


def test_a_chart_that_takes_others_is_given_what_they_made_in_a_fixed_order(project: Project) -> None:
    """Also where its file comes first: names, namespaces, kinds, whether Argo CD must keep something, and facts, all sorted."""
    project.write("a_first.py", _LAST.format(id="_bootstrap"))
    _app(project, "two", "monitoring.coreos.com/v1", "PrometheusRule", "monitoring")
    _app(project, "one", "rbac.authorization.k8s.io/v1", "ClusterRole", None)
    project.write(
        "three.py",
        """
        import cdk8s
        from crema.generators import Namespace, NamespaceSpec
        class Three(cdk8s.Chart):
            def __init__(self, scope, environment):
                super().__init__(scope, "three")
                Namespace(self, "n", NamespaceSpec(name="n", holds_data=True))
        """,
    )
    done = project.synth()
    assert done.status == 0, done.err
    text = project.tree()["dist/local/_bootstrap/said.yaml"].decode()
    assert text.splitlines()[0] == f"# Generated from {project.package}/a_first.py Last/said. Do not edit."
    said = yaml.safe_load(text)
    assert said == {
        "apps": {
            "one": [[], [["rbac.authorization.k8s.io", "ClusterRole"]], [], False, False],
            "three": [[], [["", "Namespace"]], [], True, False],
            "two": [["monitoring"], [], [["monitoring.coreos.com", "PrometheusRule"]], False, True],
        },
        "facts": [["a", "one", 2], ["a", "two", 2], ["b", "one", 1], ["b", "two", 1]],
    }


def test_a_chart_that_takes_others_may_not_be_one_of_them(project: Project) -> None:
    """Its directory would be one that no Application owns."""
    project.write("last.py", _LAST.format(id="last"))
    project.chart("one")
    done = project.synth()
    assert done.status == 2
    assert done.errors == [
        "charts/last.py:12: Last: it takes `others` and so is no app of theirs; give it an id that begins with '_' instead of 'last'"
    ]


def test_two_documents_of_one_name_are_a_mistake(project: Project) -> None:
    """One of them would be lost."""
    for name in ("x", "y"):
        project.write(f"{name}.py", _LAST.format(id=f"_{name}"))
    project.chart("one")
    done = project.synth()
    assert done.status == 2
    assert [error.partition(": ")[2] for error in done.errors] == [
        "Last/said: said.yaml is made by charts/x.py:24 (Last/said) as well; one object has one owner"
    ]


def test_a_document_that_yaml_cannot_hold_is_a_mistake_with_its_line(project: Project) -> None:
    """As an object that YAML cannot hold."""
    project.write("x.py", _LAST.format(id="_x").replace('"apps": said', '"apps": 1e999'))
    project.chart("one")
    done = project.synth()
    assert done.errors == ["charts/x.py:24: Last/said: said.yaml: /apps is inf; a number must be finite"]


def test_every_kind_of_kubernetes_itself_is_built_in() -> None:
    """Nothing else has to define it: the API groups are those of the published definitions."""
    builtin = load("kubernetes-1.36")
    assert builtin is not None
    assert len(builtin.groups) > 20
    versions = [kind.partition(" ")[0] for kind in builtin.kinds]
    assert [v for v in versions if app_of("a", [{"apiVersion": v, "kind": "X", "metadata": {"name": "x"}}]).custom_resources] == []


@pytest.mark.parametrize("group", ["monitoring.coreos.com", "gateway.networking.k8s.io", "snapshot.storage.k8s.io", "metrics.k8s.io"])
def test_a_group_that_something_must_define_first_is_custom_wherever_its_name_ends(group: str) -> None:
    """Without its definition a dry run would block the whole sync, so the Application must skip that."""
    assert app_of("a", [{"apiVersion": f"{group}/v1", "kind": "X", "metadata": {"name": "x"}}]).custom_resources
