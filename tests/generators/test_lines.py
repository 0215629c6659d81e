"""A mistake names the line that a person edits, however the value got into the spec."""

import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest

import crema.generators
from tests.generators.conftest import Project

_HEAD = """
import dataclasses
import functools

import cdk8s
from crema.generators import *
"""
_SHARED = (
    _HEAD
    + """
PORT = 0
KEYWORDS = {"port": 0}
BASE = WebServiceSpec(
    name="w", image="w:1", port=8000,
    health="bad",
)

def service(chart, name, port=8000, *, health="h", **more):
    WebService(chart, name, WebServiceSpec(name=name, image="w:1", port=port,
        health=health, **more))

def spaces(chart, name="N_", **more):
    Namespace(chart, name, NamespaceSpec(name=name, **more))
    return chart

def renamed(chart, *, number):
    WebService(chart, "w", WebServiceSpec(name="w", image="w:1", health="/h", port=number))

def handing_on(chart, **more):
    renamed(chart, **more)

@dataclasses.dataclass
class Settings:
    source: str
    spec: object = None
    def __post_init__(self):
        self.spec = NamespaceSpec(**{"name": self.source})

class Maker:
    def __init__(self, chart, port):
        WebService(chart, "w", WebServiceSpec(name="w", image="w:1", health="/h",
            port=port))
"""
)
_CHART = (
    _HEAD
    + """
from PACKAGE.shared import *

class One(cdk8s.Chart):
    def __init__(self, scope, environment):
        super().__init__(scope, "one", namespace="shop")
"""
)
# The statement begins on line 12 of one.py.
_CASES = {
    "a constant of another module": (
        'WebService(self, "w", WebServiceSpec(name="w", image="w:1", health="/",\n    port=PORT))',
        "one.py:13",
    ),
    "keywords of another module": ('WebService(self, "w", WebServiceSpec(name="w", image="w:1", health="/h", **KEYWORDS))', "one.py:12"),
    "a positional argument of a helper": ('service(\n    self,\n    "w",\n    0,\n    health="/h")', "one.py:15"),
    "a keyword a helper hands on": ('service(self, "w", health="/h",\n    replicas=0)', "one.py:13"),
    "a helper's default": ('service(self, "w")', "shared.py:14"),
    "a helper that is a class": ("Maker(\n    self,\n    0)", "one.py:14"),
    "a list that hides positions": ('service(*[self, "w", 0], health="/h")', "one.py:12"),
    "a changed copy": ('WebService(self, "w", dataclasses.replace(BASE, health="/h",\n    port=0))', "one.py:13"),
    "the original of a copy": ('WebService(self, "w", dataclasses.replace(BASE, port=8080))', "shared.py:11"),
    "a partial": (
        'make = functools.partial(WebServiceSpec, name="w",\n    port=0)\nWebService(self, "w", make(image="w:1", health="/h"))',
        "one.py:13",
    ),
    "a call of a partial": (
        'make = functools.partial(WebServiceSpec, name="w")\nWebService(self, "w", make(image="w:1", health="/h",\n    port=0))',
        "one.py:14",
    ),
    "a loop": (
        'for n in "w":\n    WebService(self, n, WebServiceSpec(name=n, image="w:1", health="/",\n        port=len(n)))',
        "one.py:14",
    ),
    "a comprehension": (
        'specs = [WebServiceSpec(name=n, image="w:1", health="/h",\n    port=0) for n in "w"]\nWebService(self, "w", specs[0])',
        "one.py:13",
    ),
    "a lambda": (
        'make = lambda *, port: WebServiceSpec(name="w", image="w:1", health="/h", port=port)\nWebService(self, "w", make(\n    port=0))',
        "one.py:14",
    ),
    "the second of two specs on one line": (
        'PrometheusRule(self, "r", PrometheusRuleSpec(name="r", groups=(RuleGroupSpec(\n    name="",\n    rules=()),)))',
        "one.py:13",
    ),
    "the outer of two specs on one line": (
        'PrometheusRule(self, "r", PrometheusRuleSpec(groups=(RuleGroupSpec(name="g", rules=()),),\n    name="R"))',
        "one.py:13",
    ),
    "a key of a mapping": (
        'WebService(self, "w", WebServiceSpec(name="w", image="w:1", port=8000, health="/h", env={\n    "A": "",\n    "B-C": ""}))',
        "one.py:14",
    ),
    "a value of a mapping": (
        'WebService(self, "w", WebServiceSpec(name="w", image="w:1", port=8000, health="/h", env={\n    "A": "",\n    "B": True}))',
        "one.py:14",
    ),
    "an element of a tuple": (
        'WebService(self, "w", WebServiceSpec(name="w", image="w:1", port=8000, health="/h", admit_cidrs=(\n    "10.0.0.0/8",\n    "10")))',
        "one.py:14",
    ),
    "a helper's positional default": ("spaces(self)", "shared.py:18"),
    "a default beside a call that hides positions": ("print(*[], spaces(self))", "shared.py:18"),
    "a positional argument behind hidden ones": ('spaces(*[self, "N_"],\n    **{})', "one.py:12"),
    "a hidden argument beside another call's positions": ('print(spaces(\n    *[self, "N_"]),\n    1)', "one.py:12"),
    "a name hidden before a position": ('service(*[self, "N_"],\n    8000, health="/h")', "one.py:12"),
    "a default beside hidden keywords": ('service(self, "w", **{"health": "h"})', "one.py:12"),
    "a call that continues a line": (
        'import crema.generators as generators\nmade = (generators\n    .WebServiceSpec(name="w", image="w:1", health="/h",\n'
        '        port=0))\nWebService(self, "w", made)',
        "one.py:15",
    ),
    "a helper called inside a helper": ('spaces(\n    spaces(self, name="N_"),\n    name="m")', "one.py:13"),
    "an argument that has another name further out": ("handing_on(self,\n    number=0)", "one.py:13"),
    "a copy with another spec beside it": (
        'WebService(self, "w", dataclasses.replace(BASE, health="/h", secret_env={"A": SecretKeySpec(name="s",\n'
        '    key="k")},\n    name="W_"))',
        "one.py:14",
    ),
    "a copy of what is no spec": ('Namespace(self, "n", dataclasses.replace(\n    Settings("a"), source="N_").spec)', "shared.py:33"),
    "one partial among those of other classes": (
        '(lambda cls, name: None)(WebServiceSpec, name="m"); other = functools.partial(NamespaceSpec, name="m")\n'
        'make = functools.partial(WebServiceSpec,\n    name="W_")\n'
        'WebService(self, "w", make(image="w:1", port=8000, health="/h"))',
        "one.py:14",
    ),
    "two partials of one class": (
        'a = functools.partial(NamespaceSpec, name="N_")\nb = functools.partial(NamespaceSpec, name="b")\nNamespace(self, "n", a())',
        "one.py:14",
    ),
    "a spec of another part": ('WebService(\n    self, "w", NamespaceSpec(name="w"))', "one.py:12"),
}


@pytest.mark.parametrize("case", _CASES)
def test_the_line_to_edit_is_named(project: Project, case: str) -> None:
    """One mistake, one line: that of the value, else of the call that gave it."""
    statement, place = _CASES[case]
    project.write("shared.py", _SHARED)
    project.write("one.py", _CHART + "".join(f"        {line}\n" for line in statement.split("\n")))
    errors = project.synth().errors
    assert [":".join(error.split(":")[:2]) for error in errors] == [f"charts/{place}"], errors


def test_only_frames_that_say_nothing_are_left_out() -> None:
    """Code installed beside the standard library, or in a directory whose name begins like ours, is somebody's."""
    package = Path(str(crema.generators.__file__)).parent
    standard = Path(sysconfig.get_path("stdlib"))
    text = "from crema.generators import NamespaceSpec\nspec = NamespaceSpec(name='n')\n"
    for folder, left_out in (
        (package, True),
        (Path(f"{package}-of-ours"), False),
        (standard, True),
        (standard / "site-packages", False),
        (Path(f"{standard}-of-ours"), False),
    ):
        made: dict[str, Any] = {}
        exec(compile(text, str(folder / "mine.py"), "exec"), made)
        assert (made["spec"].source.line.file != str(folder / "mine.py")) == left_out


@pytest.mark.parametrize("name", ["text.txt", "<made>", "a\x00b", "nowhere/at_all.py"])
def test_a_spec_from_text_that_is_no_python_file_has_its_line(tmp_path: Path, name: str) -> None:
    """A template, a console, a file that is gone: the line that Python knows is all there is."""
    (tmp_path / "text.txt").write_text("not python (\n", encoding="utf-8")
    made: dict[str, Any] = {}
    text = "from crema.generators import NamespaceSpec\nspec = NamespaceSpec(\n    name='N')\n"
    try:
        exec(compile(text, name if name.startswith("<") else str(tmp_path / name), "exec"), made)
    except ValueError:
        assert "\x00" in name
        return
    (mistake,) = made["spec"].mistakes()
    assert mistake.line == 2


def test_a_changed_file_is_read_again(project: Project) -> None:
    """One process that synthesises twice names the lines of what is there now."""
    for blank in ("", "\n\n"):
        project.write(
            "one.py",
            _HEAD
            + "class One(cdk8s.Chart):\n    def __init__(self, scope, environment):\n        super().__init__(scope, 'one')\n"
            + f"        Namespace(self, 'n', NamespaceSpec({blank}\n            name='N'))\n",
        )
        assert project.synth().errors[0].startswith(f"charts/one.py:{10 + len(blank)}: ")


def test_a_project_may_lie_anywhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A directory that is named like a library of ours hides no line."""
    for number, folder in enumerate(("jsii", "a b é", "generators")):
        root = tmp_path / folder / "p"
        project = Project(root, f"elsewhere_{number}", capsys)
        (root / project.package).mkdir(parents=True)
        project.write("environments.py", "from crema.generators import EnvironmentSpec\nENVIRONMENTS = (EnvironmentSpec(name='local'),)\n")
        project.write(
            "one.py",
            _HEAD
            + "class One(cdk8s.Chart):\n    def __init__(self, scope, environment):\n        super().__init__(scope, 'one')\n"
            + "        Namespace(self, 'n', NamespaceSpec(name='N'))\n",
        )
        assert project.synth().errors[0].startswith("charts/one.py:9: Namespace 'N'")
        sys.path.remove(str(root))


def test_an_object_without_a_spec_is_at_the_line_that_names_it(project: Project) -> None:
    """Of somebody's own construct: the call that is given its id, else the nearest id around it, else the class."""
    project.write(
        "one.py",
        """
        import cdk8s
        from constructs import Construct
        X = "x"
        class Other: pass
        class One(cdk8s.Chart):
            def __init__(self, scope, environment):
                super().__init__(scope, "one")
                self.made(
                    "a")
                self.made(name="b")
                inner = Construct(self, "inner")
                self.make(inner, "c" + X)
                self.make(
                    inner, "deep")
                self.make(self, "d" + X)
            def made(self, name):
                self.make(self, name)
            def make(self, scope, name):
                made = cdk8s.ApiObject(scope, name, api_version="v1", kind="Job", metadata={"name": "x"})
                made.add_json_patch(cdk8s.JsonPatch.remove("/metadata/name"))
        """,
    )
    assert [error.split(": the Job")[0] for error in project.synth().errors] == [
        "charts/one.py:5: One/dx",
        "charts/one.py:8: One/a",
        "charts/one.py:10: One/b",
        "charts/one.py:11: One/inner/cx",
        "charts/one.py:13: One/inner/deep",
    ]
