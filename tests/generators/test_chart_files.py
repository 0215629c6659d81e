"""Whatever a chart file does, it harms only itself, and what is wrong with it is said with its line."""

import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from crema.generators.app import main
from tests.generators.conftest import Project

HEAD = "import cdk8s\nfrom crema.generators import *\n"
_CLASS = (
    "class {cls}(cdk8s.Chart):\n    def __init__(self, scope, environment):\n        super().__init__(scope, {id!r}, namespace='shop')\n"
)


def chart(body: str, cls: str = "One", id: str = "one") -> str:
    """A chart file with one class and these statements in it."""
    return HEAD + _CLASS.format(cls=cls, id=id) + "".join(f"        {line}\n" for line in body.split("\n"))


RIGHT = "Namespace(self, 'n', NamespaceSpec(name='n'))"
WRONG = "Namespace(self, 'n', NamespaceSpec(name='N'))"
NAME_OF_N = "Namespace 'N': name is 'N'; it must be a DNS label"


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (chart("raise SystemExit"), 6, "it ends the program (SystemExit); a chart only describes"),
        (HEAD + "raise SystemExit\n", 3, "it ends the program (SystemExit)"),
        (chart("raise GeneratorExit"), 6, "GeneratorExit"),
        (HEAD + "raise BaseException('a\\nb')\n", 3, "BaseException: a"),
        (chart("raise KeyError"), 6, "KeyError"),
        (chart("raise ValueError('x' * 400)"), 6, "ValueError: " + "x" * 287 + "…"),
        (chart("raise ValueError('a\\nb')"), 6, "ValueError: a"),
        (chart("class Bad(Exception):\n    def __str__(self): raise OSError\nraise Bad"), 8, "Bad"),
        (chart("compile('x(', '<text>', 'exec')"), 6, "SyntaxError: '(' was never closed"),
        (chart("raise SyntaxError('s', (1, 2, 'x', 3))"), 6, "SyntaxError: s"),
        ("x = 1\ny = (\n", 2, "SyntaxError: '(' was never closed"),
        ("x = '\udce9'\n", 1, "SyntaxError: (unicode error)"),
        ("x = 1\x00\n", 1, "source code string cannot contain null bytes"),
        (
            chart("Namespace(self, 'n', NamespaceSpec(zzz=1))"),
            6,
            "keyword argument 'zzz'; NamespaceSpec takes name, pod_security",
        ),
        (chart("Namespace(self, 'n', NamespaceSpec('n'))"), 6, "TypeError: NamespaceSpec.__init__() takes 1 positional argument"),
        (
            chart("Namespace(self, 'n', NamespaceSpec())"),
            6,
            "TypeError: NamespaceSpec.__init__() missing 1 required keyword",
        ),
        (chart("Namespace(self, 'n', None)"), 6, "Namespace 'n': spec is None; it must be a NamespaceSpec"),
        (chart("Namespace(self, 'n', {'name': 'n'})"), 6, "Namespace 'n': spec is {'name': 'n'}; it must be a NamespaceSpec"),
        (chart("Namespace(self, 'n', CallSpec(app='a', port=1))"), 6, "Namespace 'n': spec is a CallSpec; it must be a NamespaceSpec"),
        (chart(RIGHT, id="My App"), 5, "One: the chart's id 'My App' is the name of its directory"),
        (
            HEAD + "class Base(cdk8s.Chart):\n    def __init__(self, scope, id, environment): ...\n",
            3,
            "TypeError: Base.__init__() m",
        ),
        (
            chart("made = cdk8s.ApiObject(\n    self, 'o', api_version='v1', kind='A', metadata={'name': 'o'})")
            + "        made.add_json_patch(cdk8s.JsonPatch.remove('/a/b'))\n",
            6,
            "One/o: RuntimeError: Error: Failed serializing construct",
        ),
        (
            chart("made = cdk8s.ApiObject(self, 'o', api_version='v1', kind='A', metadata={'name': 'o'})")
            + "        made.add_json_patch(cdk8s.JsonPatch.remove('/kind'))\n",
            6,
            "One/o: the object has no kind; Kubernetes needs one",
        ),
    ],
)
def test_what_a_file_does_is_said_with_its_line_and_stops_only_it(project: Project, text: str, line: int, said: str) -> None:
    """The mistakes of another file are listed in the same run, and nothing is written."""
    (project.root / project.package / "bad.py").write_bytes(text.encode("utf-8", "surrogateescape"))
    project.write("other.py", chart(WRONG, "Other", "other"))
    done = project.synth()
    assert done.status == 2
    assert [error.split(": ")[0] for error in done.errors] == [f"charts/bad.py:{line}", "charts/other.py:6"]
    assert said in done.errors[0]
    assert len(done.errors[0]) < 400
    assert not project.dist.exists()


def test_what_is_said_before_an_exception_is_listed_too(project: Project) -> None:
    """Mistakes of the same chart, and of another chart in the same file."""
    project.write("one.py", chart(f"{WRONG}\n1 / 0") + _CLASS.format(cls="Two", id="two") + f"        {WRONG}\n")
    assert [error.split(" ")[0] for error in project.synth().errors] == ["charts/one.py:6:", "charts/one.py:7:", "charts/one.py:11:"]


def test_asking_a_wrong_part_for_its_objects_adds_no_mistake(project: Project) -> None:
    """The spec's mistakes are what is wrong; that its objects are missing follows from them. Elsewhere the exception is a mistake."""
    project.write("one.py", chart("Namespace(self, 'n', NamespaceSpec(name='N')).object('Namespace')"))
    project.write("two.py", chart("from crema.generators.part import StoppedByMistakes\nraise StoppedByMistakes", "Two", "two"))
    assert [error.split(";")[0] for error in project.synth().errors] == [
        f"charts/one.py:6: {NAME_OF_N}".split(";")[0],
        "charts/two.py:7: StoppedByMistakes",
    ]


def test_a_chart_is_built_once_whatever_names_it(project: Project) -> None:
    """An alias, an import into another file, a base class that is abstract or begins with `_`, a file that begins with `_`."""
    base = "class _Base(cdk8s.Chart): ...\nimport abc\nclass Abstract(cdk8s.Chart):\n    @abc.abstractmethod\n    def part(self): ...\n"
    project.write("_shared.py", HEAD + "1 / 0\n")
    project.write("one.py", chart(RIGHT) + "Alias = One\nvalue = cdk8s.Chart.is_chart\n" + base)
    project.write("two.py", "from PACKAGE.one import One, Alias\n")
    project.write("three.py", "from PACKAGE.one import Abstract\n" + chart(RIGHT, "Three", "three").replace("cdk8s.Chart", "Abstract")
                  .replace("'n'))", "'m'))").replace("namespace='shop'", "") + "    def part(self): ...\n")  # fmt: skip
    done = project.synth()
    assert done.status == 0, done.err
    assert sorted(project.tree()) == ["dist/local/one/namespace-n.yaml", "dist/local/three/namespace-m.yaml"]


def test_two_charts_of_one_id_are_a_mistake_that_hides_no_other(project: Project) -> None:
    """A file that was copied and not renamed inside: said at the id, beside the copy's own mistakes."""
    project.write("one.py", chart(RIGHT))
    project.write("two.py", chart(WRONG, "Two", "one"))
    assert [error.split("; ")[0] for error in project.synth().errors] == [
        "charts/two.py:5: Two: the chart's id 'one' is that of One in one.py as well",
        "charts/two.py:6: Namespace 'N': name is 'N'",
    ]


def test_a_package_is_a_chart_file_as_well(project: Project) -> None:
    """A chart with files of its own may be a package; a nested chart belongs to the app around it."""
    (project.root / project.package / "mine").mkdir()
    project.write("mine/__init__.py", chart("inner = cdk8s.Chart(self, 'inner')\nNamespace(inner, 'n', NamespaceSpec(name='n'))"))
    assert project.synth().status == 0
    assert (
        project.tree()["dist/local/one/namespace-n.yaml"]
        .decode()
        .startswith(f"# Generated from {project.package}/mine/__init__.py One/inner/n/namespace. Do not edit.\n")
    )
    project.write("mine/__init__.py", "import nope\n")
    assert project.synth().errors == ["charts/mine/__init__.py:1: ModuleNotFoundError: No module named 'nope'"]


def test_a_chart_may_print_and_change_the_directory(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """dist/ is that of the project, wherever a chart goes."""
    monkeypatch.chdir(project.root)
    project.write("one.py", chart(f"import os\nprint('hello')\nos.chdir('/')\n{RIGHT}"))
    done = project.synth()
    assert (done.status, done.out.split("\n")[0]) == (0, "hello")
    assert list(project.tree()) == ["dist/local/one/namespace-n.yaml"]


def test_charts_without_objects_may_stand_beside_others(project: Project) -> None:
    """An app that has nothing in this environment is no mistake."""
    project.write("one.py", chart("pass"))
    project.write("two.py", chart(RIGHT, "Two", "two"))
    assert project.synth().status == 0


def test_every_generator_publishes_what_it_builds(project: Project) -> None:
    """Several objects of one kind have ids of their own, by which a chart's author finds them."""
    project.write(
        "one.py",
        chart(
            "secret = SecretKeySpec(name='db', key='password')\n"
            "root = SecretKeySpec(name='db', key='root')\n"
            "db = MySQL(self, 'db', MySQLSpec(name='db', image='m:1', database='d', user='u', storage='1Gi', password=secret,\n"
            "    root_password=root))\n"
            "db.object('Service', 'db-headless').add_json_patch(cdk8s.JsonPatch.add('/metadata/labels/x', 'z'))\n"
            "try:\n    db.object('Service')\n"
            "except KeyError as error:\n    assert 'has 2 objects of kind Service; it makes StatefulSet/db, Service/db' in str(error)\n"
            "NetworkPolicies(self, 'edges', NetworkPoliciesSpec(name='a', port=1))\n"
            "IngressRoute(self, 'r', IngressRouteSpec(name='r', controller=NginxSpec(), host='a.b', path='/', service='a'))\n"
            "GrafanaDatasources(self, 'g', GrafanaDatasourcesSpec(name='g', datasources=()))\n"
            "PrometheusRule(self, 'p', PrometheusRuleSpec(name='p', groups=()))"
        ),
    )
    done = project.synth()
    assert done.status == 0, done.err
    assert b"One/db/service-db-headless. " in project.tree()["dist/local/one/service-db-headless.yaml"]
    assert b"    x: z\n" in project.tree()["dist/local/one/service-db-headless.yaml"]
    assert b"x: z" not in project.tree()["dist/local/one/service-db.yaml"]
    assert b"One/db/statefulset. " in project.tree()["dist/local/one/statefulset-db.yaml"]


def test_warnings_of_a_chart_are_notes(project: Project) -> None:
    """Each is shown once with its line, also where every environment and every run gives it; other categories are not the author's."""
    names = ", ".join(f"E(name='{name}')" for name in "ab")
    project.write("environments.py", f"from crema.generators import EnvironmentSpec as E\nENVIRONMENTS = ({names})\n")
    project.write("one.py", chart(f"import warnings\nwarnings.warn('careful')\nwarnings.warn('old', DeprecationWarning)\n{RIGHT}"))
    for _ in range(2):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            done = project.synth()
        assert done.status == 0
        assert done.err == "note: charts/one.py:7: careful\n"


def test_a_broken_image_lock_is_a_mistake_of_the_lock(project: Project) -> None:
    """Every chart that asks for an image meets it; it is listed once, with the line of the lock."""
    project.write("images.lock.yaml", "local:\n  order: 1\n")
    ask = "from pathlib import Path\nfrom crema.generators.image_lock import locked_image\n"
    ask += "locked_image(Path(__file__).parent / 'images.lock.yaml', 'local', 'order')"
    project.write("one.py", chart(ask))
    project.write("two.py", chart(ask, "Two", "two"))
    assert project.synth().errors == ["charts/images.lock.yaml:2: images.lock.yaml: local/order must be a mapping"]


@pytest.fixture
def charts(project: Project, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty directory `charts` of a project that is the current one, where Python knows no package of that name yet."""
    monkeypatch.chdir(project.root)
    folder = project.root / "charts"
    folder.mkdir()
    for name in [m for m in sys.modules if m.split(".")[0] == "charts"]:
        monkeypatch.delitem(sys.modules, name)
    yield folder
    for name in [m for m in sys.modules if m.split(".")[0] == "charts"]:
        del sys.modules[name]


def test_the_cdk8s_app_makes_the_directory_it_is_told(
    charts: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The cdk8s command line fails without it."""
    monkeypatch.setenv("CDK8S_OUTDIR", "out/put")
    (charts / "__init__.py").touch()
    (charts / "environments.py").write_text("ENVIRONMENTS = ()\n")
    assert main() == 2
    assert "charts/environments.py:1: ENVIRONMENTS must be" in capsys.readouterr().err
    assert Path("out/put").is_dir()


def test_charts_of_another_project_are_not_taken_for_these(charts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Python prefers a package with an `__init__.py`, however late it stands on its path: here, that of this repository."""
    (charts / "environments.py").write_text("ENVIRONMENTS = ()\n")
    assert main() == 2
    said = capsys.readouterr().err
    assert said.startswith("error: charts/environments.py:1: Python finds another package charts, ")
    assert "give this one an __init__.py\n" in said
    assert not Path("dist").exists()


@pytest.mark.parametrize("text", [chart("raise KeyboardInterrupt"), HEAD + "raise KeyboardInterrupt\n"])
@pytest.mark.parametrize("name", ["one.py", "environments.py"])
def test_ctrl_c_is_no_mistake_of_a_chart(project: Project, name: str, text: str) -> None:
    """It stops the run at once, and nothing is written."""
    project.write("one.py", chart(RIGHT))
    project.write(name, text if name == "one.py" else "raise KeyboardInterrupt\n")
    with pytest.raises(KeyboardInterrupt):
        project.synth()
    assert not project.dist.exists()
