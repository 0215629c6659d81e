"""A mistake names the line that a person edits, however the value got into the spec."""

import sys
from pathlib import Path

import pytest

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

class Maker:
    def __init__(self, chart, port):
        WebService(chart, "w", WebServiceSpec(name="w", image="w:1", health="/h",
            port=port))
"""
)
_CHART = (
    _HEAD
    + """
from PACKAGE.shared import BASE, KEYWORDS, PORT, Maker, service

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
    ]
