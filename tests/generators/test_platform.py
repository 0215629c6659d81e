"""Charts are found by their files, and whatever a chart holds is published."""

from tests.generators.conftest import Project


def test_a_new_file_is_a_new_app_and_nothing_else_changes(project: Project) -> None:
    """Adding a chart is adding a file: the other files of dist/ keep their bytes."""
    project.chart("one")
    project.synth()
    before = project.tree()
    project.chart("two", objects=("c",))
    assert project.synth().status == 0
    assert {k: v for k, v in project.tree().items() if k in before} == before
    assert set(project.tree()) - set(before) == {"dist/local/two/configmap-c.yaml"}


def test_anybodys_constructs_are_published_like_ours(project: Project) -> None:
    """An ApiObject, an Include and a cdk8s-plus construct in a chart, nested or not, each give their files."""
    (project.root / "given.yaml").write_text(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: from-include}\ndata: {port: '80'}\n---\n"
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: 'system:Reader'}\nrules: []\n"
    )
    project.write(
        "mine.py",
        f"""
        import cdk8s
        import cdk8s_plus_33 as kplus
        from constructs import Construct
        class Mine(cdk8s.Chart):
            def __init__(self, scope, environment):
                super().__init__(scope, "mine", namespace="shop")
                inner = Construct(self, "inner")
                cdk8s.ApiObject(inner, "object", api_version="v1", kind="ConfigMap", metadata={{"name": "own"}})
                cdk8s.Include(self, "include", url={str(project.root / "given.yaml")!r})
                kplus.ConfigMap(self, "plus", metadata={{"name": "plus"}}, data={{"a": "1"}})
        """,
    )
    done = project.synth()
    assert done.status == 0, done.err
    assert sorted(path.removeprefix("dist/local/mine/") for path in project.tree()) == [
        "clusterrole-system%3a%52eader.yaml",
        "configmap-from-include.yaml",
        "configmap-own.yaml",
        "configmap-plus.yaml",
    ]
    headers = {content.split(b"\n")[0].split(b" ")[4] for content in project.tree().values()}
    assert b"Mine/inner/object." in headers


def test_a_json_patch_of_the_author_wins(project: Project) -> None:
    """A part gives its ApiObjects, and what is done to them is in dist/."""
    project.write(
        "mine.py",
        """
        import cdk8s
        from crema.generators import *
        class Mine(cdk8s.Chart):
            def __init__(self, scope, environment):
                super().__init__(scope, "mine", namespace="shop")
                part = WebService(self, "w", WebServiceSpec(name="w", image="w:1", port=8000, health="/h"))
                part.object("Service").add_json_patch(cdk8s.JsonPatch.replace("/spec/ports/0/port", 8080))
        """,
    )
    assert project.synth().status == 0
    assert b"- name: http\n    port: 8080\n" in project.tree()["dist/local/mine/service-w.yaml"]


def test_validations_of_other_constructs_are_listed(project: Project) -> None:
    """What a construct of somebody else finds wrong with itself stops publishing too."""
    project.write(
        "mine.py",
        """
        import cdk8s
        import cdk8s_plus_33 as kplus
        class Mine(cdk8s.Chart):
            def __init__(self, scope, environment):
                super().__init__(scope, "mine")
                kplus.Ingress(self, "empty", metadata={"name": "empty"})
        """,
    )
    done = project.synth()
    assert done.status == 2
    assert done.errors[0].startswith("charts/mine.py:6: ")
    assert "ingress" in done.errors[0].lower()


def test_one_objects_two_charts_and_the_same_file_in_two_namespaces(project: Project) -> None:
    """Two objects that want one file are named instead of one being lost."""
    project.write(
        "mine.py",
        """
        import cdk8s
        class Mine(cdk8s.Chart):
            def __init__(self, scope, environment):
                super().__init__(scope, "mine")
                for space in ("a", "b"):
                    cdk8s.ApiObject(self, space, api_version="v1", kind="ConfigMap", metadata={"name": "same", "namespace": space})
        """,
    )
    done = project.synth()
    assert done.status == 2
    assert "Mine/b: ConfigMap/b/same wants the same file as ConfigMap/a/same" in done.errors[0]
