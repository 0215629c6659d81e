"""Environments and charts together: whose mistake it is, in which environment, and what each leaves on record."""

import json

import pytest

from tests.generators.conftest import Project
from tests.generators.test_chart_files import HEAD, NAME_OF_N, RIGHT, WRONG, chart

_ENVIRONMENT = "from crema.generators import *\nfrom dataclasses import dataclass\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ENVIRONMENTS = [EnvironmentSpec(name='local')]\n", ["environments.py:1: ENVIRONMENTS must be a tuple of EnvironmentSpec"]),
        ("ENVIRONMENTS = (EnvironmentSpec,)\n", ["environments.py:1: ENVIRONMENTS must be a tuple of EnvironmentSpec"]),
        ("raise SystemExit\n", ["environments.py:3: it ends the program (SystemExit)"]),
        ("raise BaseException\n", ["environments.py:3: BaseException"]),
        ("x = (\n", ["environments.py:3: SyntaxError: '(' was never closed"]),
        (
            "ENVIRONMENTS = (EnvironmentSpec(name=[]), EnvironmentSpec(name={}))\n",
            ["environments.py:3: Environment: name is []", "environments.py:3: Environment: name is {}", f"one.py:6: {NAME_OF_N}"],
        ),
        (
            "@dataclass(frozen=True, slots=True, kw_only=True)\nclass Mine(EnvironmentSpec):\n    where: 'Nowhere'\n"
            "ENVIRONMENTS = (Mine(name='a', where=1),)\n",
            ["environments.py:6: Mine 'a': its annotations cannot be read: name 'Nowhere' is not defined", f"one.py:6: {NAME_OF_N}"],
        ),
        (
            "@dataclass(frozen=True, slots=True, kw_only=True)\nclass Ours(EnvironmentSpec):\n    domain: str\n"
            "ENVIRONMENTS = (Ours(name='a', domian=''),)\n",
            ["environments.py:6: TypeError: Ours.__init__() got an unexpected keyword argument 'domian'; did you mean domain?"],
        ),
        (
            "ENVIRONMENTS = (EnvironmentSpec(name='a'), EnvironmentSpec(name='B'))\n",
            ["environments.py:3: Environment 'B'", f"one.py:6: {NAME_OF_N}"],
        ),
    ],
)
def test_broken_environments_are_mistakes_beside_those_of_the_charts(project: Project, text: str, said: list[str]) -> None:
    """What can still be built is built; an environment that is wrong does not repeat the mistakes of a right one."""
    project.write("environments.py", _ENVIRONMENT + text)
    project.write("one.py", chart(WRONG))
    done = project.synth()
    assert done.status == 2
    assert len(done.errors) == len(said), done.errors
    for error, expected in zip(done.errors, said, strict=True):
        assert error.startswith(f"charts/{expected}")


def test_a_chart_is_not_judged_by_a_wrong_environment(project: Project) -> None:
    """What a wrong setting leads to in a chart is that setting's mistake, said once."""
    settings = "from crema.generators import EnvironmentSpec as E\nENVIRONMENTS = (E(name='local'), E(name='Wrong'))\n"
    project.write("environments.py", settings)
    project.write("one.py", chart("Namespace(self, 'n', NamespaceSpec(name=environment.name))"))
    assert [error.split(": ")[0] for error in project.synth().errors] == ["charts/environments.py:2"]


def test_where_only_some_environments_are_wrong_they_are_named_in_order(project: Project) -> None:
    """Three environments, two of them wrong."""
    names = ", ".join(f"E(name='{name}')" for name in ("c", "a", "b"))
    project.write("environments.py", f"from crema.generators import EnvironmentSpec as E\nENVIRONMENTS = ({names})\n")
    project.write("one.py", chart(f"if environment.name != 'b':\n    {WRONG}\nelse:\n    {RIGHT}"))
    (error,) = project.synth().errors
    assert error.endswith(" [a, c]")


def test_provenance_is_exact_or_absent(project: Project) -> None:
    """A part made by a helper is at the chart's own line; an object that nobody recorded has no entry; other scopes are kept."""
    names = ", ".join(f"E(name='{name}')" for name in "ab")
    project.write("environments.py", f"from crema.generators import EnvironmentSpec as E\nENVIRONMENTS = ({names})\n")
    project.write("shared.py", HEAD + "def space(chart, name):\n    Namespace(chart, name, NamespaceSpec(name=name))\n")
    raw = "cdk8s.ApiObject(self, 'o', api_version='v1', kind='ConfigMap', metadata={'name': 'o'})"
    project.write("one.py", chart(f"from PACKAGE.shared import space\nspace(self, 'n')\n{raw}\nspace(self, 'm')"))
    assert project.synth().status == 0

    def recorded() -> dict[str, int]:
        text = (project.root / ".crema" / "provenance.json").read_text()
        return {path: entry["line"] for path, entry in json.loads(text)["manifests"].items()}

    both = {f"dist/{e}/one/namespace-{n}.yaml": line for e in "ab" for n, line in (("m", 9), ("n", 7))}
    assert recorded() == both
    project.write("one.py", chart("from PACKAGE.shared import space\n\nspace(self, 'n')"))
    assert project.synth(only="b").status == 0
    assert recorded() == {k: v for k, v in both.items() if "/a/" in k} | {"dist/b/one/namespace-n.yaml": 8}


def test_a_part_inside_a_part_is_at_its_own_line(project: Project) -> None:
    """And what comes after it in the outer part is again the outer part's."""
    body = "outer = Namespace(self, 'n', NamespaceSpec(name='n'))\nNamespace(outer, 'm', NamespaceSpec(name='m'))"
    raw = "\ncdk8s.ApiObject(outer, 'z', api_version='v1', kind='Z', metadata={'name': 'z'})"
    project.write("one.py", chart(body + raw))
    assert project.synth().status == 0
    manifests = json.loads((project.root / ".crema" / "provenance.json").read_text())["manifests"]
    lines = {path.rpartition("/")[2]: entry["line"] for path, entry in manifests.items()}
    assert lines == {"namespace-n.yaml": 6, "namespace-m.yaml": 7, "z-z.yaml": 6}


def test_a_spec_that_several_charts_share_is_at_its_own_line(project: Project) -> None:
    """A constant of another file: that is the line to edit, and no line of whoever imports it."""
    project.write("shared.py", HEAD + "\nSPEC = NamespaceSpec(name='n')\n")
    project.write("one.py", "from PACKAGE.shared import SPEC\n" + chart("Namespace(self, 'n', SPEC)"))
    assert project.synth().status == 0
    (entry,) = json.loads((project.root / ".crema" / "provenance.json").read_text())["manifests"].values()
    assert (entry["source"], entry["line"]) == (f"{project.package}/shared.py", 4)
