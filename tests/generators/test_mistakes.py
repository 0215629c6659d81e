"""Every mistake is listed in one run, with the line a person edits; nothing is written and nobody sees a traceback."""

import pytest

from tests.generators.conftest import Project

_HEAD = """
import cdk8s
from crema.generators import *
"""


def test_every_mistake_of_every_file_is_listed_at_once(project: Project) -> None:
    """Wrong values, an unknown keyword, an exception, a file that does not parse: one run names them all."""
    project.write(
        "values.py",
        _HEAD
        + """
class A(cdk8s.Chart):
    def __init__(self, scope, environment):
        super().__init__(scope, "a", namespace="shop")
        WebService(self, "w", WebServiceSpec(
            name="Bad_Name",
            image="registry.example.com/w:1",
            port=0,
            health="health",
            resources=ResourcesSpec(
                cpu="1 core",
                memory="2Gi",
            ),
        ))
        PrometheusRule(self, "r", PrometheusRuleSpec(name="r", groups=(RuleGroupSpec(name="g", rules=(
            AlertSpec(alert="X", expr="up", summary="s", description="d",
                      severity="critcal"),
        )),)))
""",
    )
    project.write(
        "keyword.py",
        _HEAD
        + """
class B(cdk8s.Chart):
    def __init__(self, scope, environment):
        super().__init__(scope, "b")
        Namespace(self, "first", NamespaceSpec(name="-first"))
        Namespace(self, "second", NamespaceSpec(name="second", podsecurity="restricted"))
""",
    )
    project.write("raises.py", _HEAD + "class C(cdk8s.Chart):\n    def __init__(self, scope, environment):\n        1 / 0\n")
    project.write("syntax.py", "def x(:\n")
    project.write("missing.py", "import cdk8s\nimport no_such_module\n")
    project.write("exits.py", _HEAD + "class D(cdk8s.Chart):\n    def __init__(self, scope, environment):\n        raise SystemExit(0)\n")

    done = project.synth()

    assert done.status == 2
    assert [line.split("; it must be")[0] for line in done.errors] == [
        "charts/exits.py:5: it ends the program (SystemExit); a chart only describes, and raises nothing to stop",
        "charts/keyword.py:7: Namespace '-first': name is '-first'",
        "charts/keyword.py:8: TypeError: NamespaceSpec.__init__() got an unexpected keyword argument 'podsecurity'"
        "; did you mean pod_security?",
        "charts/missing.py:2: ModuleNotFoundError: No module named 'no_such_module'",
        "charts/raises.py:5: ZeroDivisionError: division by zero",
        "charts/syntax.py:1: SyntaxError: invalid syntax",
        "charts/values.py:8: WebService 'Bad_Name': name is 'Bad_Name'",
        "charts/values.py:10: WebService 'Bad_Name': port is 0",
        "charts/values.py:11: WebService 'Bad_Name': health is 'health'",
        "charts/values.py:13: Resources '1 core': cpu is '1 core'",
        "charts/values.py:14: Resources '1 core': memory is '2Gi'",
        "charts/values.py:19: Alert 'X': severity is 'critcal'",
    ]
    assert done.err.endswith("12 mistakes; dist/ is untouched\n")
    assert "Traceback" not in done.err
    assert "did you mean critical?" in done.err
    assert not project.dist.exists()


def test_a_wrong_chart_leaves_dist_as_it_was(project: Project) -> None:
    """Not one byte of an earlier publish changes, in any environment."""
    project.chart("one")
    assert project.synth().status == 0
    before = project.tree()
    project.chart("one", value="2")
    project.write("two.py", "1 / 0\n")
    assert project.synth().status == 2
    assert project.tree() == before


def test_the_line_is_that_of_the_author_and_not_of_a_helper(project: Project) -> None:
    """A helper that passes its arguments on does not hide who gave them; what the helper says itself is the helper's line."""
    project.write(
        "shared.py",
        _HEAD
        + """
def service(chart, name, port, root="/"):
    WebService(chart, name, WebServiceSpec(
        name=name,
        image="registry.example.com/w:1",
        port=port,
        root_path=f"{root}",
        health="fixed",
    ))
""",
    )
    project.write(
        "one.py",
        _HEAD
        + """
from PACKAGE.shared import service

class One(cdk8s.Chart):
    def __init__(self, scope, environment):
        super().__init__(scope, "one", namespace="shop")
        service(
            self,
            "w",
            port=70000,
            root="api")
""",
    )
    assert [line.split("; it must be")[0] for line in project.synth().errors] == [
        "charts/one.py:12: WebService 'w': port is 70000",
        "charts/one.py:13: WebService 'w': root_path is 'api'",
        "charts/shared.py:10: WebService 'w': health is 'fixed'",
    ]


def test_what_only_one_environment_has_is_said(project: Project) -> None:
    """A mistake in both environments is listed once; one of a single environment names it."""
    project.write(
        "environments.py",
        "from crema.generators import EnvironmentSpec\nENVIRONMENTS = (EnvironmentSpec(name='local'), EnvironmentSpec(name='eks'))\n",
    )
    project.write(
        "one.py",
        _HEAD
        + """
class One(cdk8s.Chart):
    def __init__(self, scope, environment):
        super().__init__(scope, "one")
        Namespace(self, "both", NamespaceSpec(name="Both"))
        if environment.name == "eks":
            Namespace(self, "eks", NamespaceSpec(name="Eks"))
""",
    )
    errors = project.synth().errors
    assert [(line.split(":")[1], line.endswith(" [eks]")) for line in errors] == [("7", False), ("9", True)]


def test_mistakes_of_an_environment_do_not_hide_those_of_charts(project: Project) -> None:
    """Both are listed in one run."""
    project.write("environments.py", "from crema.generators import EnvironmentSpec\nENVIRONMENTS = (EnvironmentSpec(name='Local'),)\n")
    project.write(
        "one.py",
        _HEAD
        + "class One(cdk8s.Chart):\n    def __init__(self, scope, environment):\n"
        + "        super().__init__(scope, 'one')\n        Namespace(self, 'n', NamespaceSpec(name='N'))\n",
    )
    assert [line.split(":")[0] for line in project.synth().errors] == ["charts/environments.py", "charts/one.py"]


def test_what_could_be_a_secret_is_not_shown(project: Project) -> None:
    """A password written where the name of a Secret belongs does not reach the log."""
    project.write(
        "one.py",
        _HEAD
        + """
class One(cdk8s.Chart):
    def __init__(self, scope, environment):
        super().__init__(scope, "one", namespace="shop")
        MySQL(self, "db", MySQLSpec(name="db", image="m:1", database="d", user="u", storage="1Gi",
            password="hunter2", root_password="hunter3"))
        WebService(self, "w", WebServiceSpec(name="w", image="w:1", port=8000, health="/h",
            secret_env={"DB_PASSWORD": "hunter4"}, env={"API_TOKEN": 12345}))
""",
    )
    done = project.synth()
    assert len(done.errors) == 4
    assert "hunter" not in done.err
    assert "12345" not in done.err


def test_two_owners_of_one_object_are_named(project: Project) -> None:
    """The second maker of an object is told of the first, with both lines."""
    project.chart("one", objects=("a",))
    project.chart("two", objects=("a",))
    assert project.synth().errors == [
        "charts/two.py:5: TwoChart/a: ConfigMap/shop/a is made by charts/one.py:5 (OneChart/a) as well; one object has one owner"
    ]


def test_an_object_without_a_name_is_a_mistake(project: Project) -> None:
    """A user's own ApiObject may ask the API server for a name; Argo CD could never find that object again."""
    project.write(
        "one.py",
        _HEAD
        + """
class One(cdk8s.Chart):
    def __init__(self, scope, environment):
        super().__init__(scope, "one")
        made = cdk8s.ApiObject(self, "job", api_version="batch/v1", kind="Job", metadata={"name": "x"})
        made.add_json_patch(cdk8s.JsonPatch.remove("/metadata/name"))
""",
    )
    assert project.synth().errors == [
        "charts/one.py:7: One/job: the Job has no metadata.name; give it one (Argo CD cannot track a generated name)"
    ]


def test_an_environment_without_objects_is_a_mistake(project: Project) -> None:
    """Publishing nothing would delete everything."""
    project.chart("one")
    assert project.synth().status == 0
    (project.root / project.package / "one.py").unlink()
    done = project.synth()
    assert (done.status, done.errors) == (2, ["charts/environments.py:1: no chart makes any object for local"])
    assert len(project.tree()) == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("ENVIRONMENTS = ()\n", "environments.py:1: ENVIRONMENTS must be a tuple of EnvironmentSpec with at least one element"),
        ("import nope\n", "environments.py:1: ModuleNotFoundError: No module named 'nope'"),
        ("X = 1\n", "environments.py:1: AttributeError: "),
        (
            "from crema.generators import EnvironmentSpec as E\nENVIRONMENTS = (E(name='a'), E(name='a'))\n",
            "environments.py:1: ENVIRONMENTS has a name twice: a, a",
        ),
    ],
)
def test_wrong_environments_are_a_mistake(project: Project, text: str, message: str) -> None:
    """Without environments nothing can be built, and the file to mend is named."""
    project.write("environments.py", text)
    done = project.synth()
    assert done.status == 2
    assert message in done.err


def test_an_unknown_environment_names_the_nearest(project: Project) -> None:
    """`--env lcoal` is a usage error."""
    done = project.synth(only="lcoal")
    assert (done.status, done.errors) == (2, ["there is no environment 'lcoal'; did you mean local?"])


def test_a_plain_cdk8s_app_reports_mistakes_as_well(project: Project) -> None:
    """The constructs work in anyone's own App: its `synth` lists what is wrong with their specs."""
    import cdk8s

    from crema.generators import Namespace, NamespaceSpec

    app = cdk8s.App(outdir=str(project.root / "out"))
    Namespace(cdk8s.Chart(app, "mine"), "n", NamespaceSpec(name="Wrong"))
    with pytest.raises(RuntimeError, match="name is 'Wrong'; it must be a DNS label"):
        app.synth()
