"""The rooms depend on each other in one direction, without exceptions: charts use generators, policies use neither, crema calls all."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.external import ROOT, start

# What each room may import beside the standard library; a name allows everything below it.
_ALLOWED = {
    "generators": ("crema.generators", "cdk8s", "constructs", "grafana_foundation_sdk", "jsii", "promql_parser", "yaml"),
    "policies": ("crema.policies", "yaml", "ryaml", "jsonschema_rs"),
    "charts": ("charts", "crema.generators", "cdk8s", "constructs", "grafana_foundation_sdk"),
    "crema": ("crema", "charts", "click", "requests"),
}
# The judge reads bytes: it starts no program and asks no network.
_NEVER = {"policies": ("subprocess", "socket", "urllib", "http", "multiprocessing")}
# Of these only what works on text alone.
_HARMLESS = ("urllib.parse",)


def _files(room: str) -> list[Path]:
    # Below crema/ the two links to the other rooms are not followed.
    patterns = ("*.py", "pipeline/**/*.py") if room == "crema" else ("**/*.py",)
    return sorted(f for pattern in patterns for f in (ROOT / room).glob(pattern) if "__pycache__" not in f.parts)


def _imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, name.name) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: imports are absolute"
            yield node.lineno, node.module or ""


def _within(module: str, names: tuple[str, ...]) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in names)


def violations(room: str, file: str, source: str) -> list[str]:
    """Every import of a file that its room may not have."""
    found = []
    for line, module in _imports(ast.parse(source)):
        standard = module.split(".")[0] in sys.stdlib_module_names
        if module in _HARMLESS:
            continue
        if _within(module, _NEVER.get(room, ())) or not (standard or _within(module, _ALLOWED[room])):
            found.append(f"{file}:{line}: {room} may not import {module}")
    return found


@pytest.mark.parametrize("room", sorted(_ALLOWED))
def test_a_room_imports_only_what_it_may(room: str) -> None:
    """There are no ignores: an import that does not fit the picture moves, or the picture changes here."""
    files = _files(room)
    assert files
    assert [v for f in files for v in violations(room, f.relative_to(ROOT).as_posix(), f.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize(
    ("room", "source"),
    [
        ("policies", "import cdk8s"),
        ("policies", "from crema.generators import Spec"),
        ("policies", "def f():\n    import subprocess"),
        ("policies", "import policies.model"),
        ("policies", "from urllib import request"),
        ("policies", "import urllib.request"),
        ("generators", "from crema.policies.model import world"),
        ("generators", "import charts.order"),
        ("generators", "import crema.synth"),
        ("charts", "from crema.policies import model"),
        ("crema", "import generators"),
    ],
)
def test_a_forbidden_import_is_found(room: str, source: str) -> None:
    """The check can fail: each arrow drawn the wrong way is a violation."""
    assert len(violations(room, "x.py", source)) == 1


_MODULES = """
import sys
from click.testing import CliRunner
from crema.__main__ import crema
result = CliRunner().invoke(crema, sys.argv[1:])
ROOMS = {"policies", "generators", "cdk8s", "jsii", "requests"}
print(result.exit_code, sorted(m for m in sys.modules if m.split(".")[0] in ROOMS or m.count(".") == 1 and m.startswith("crema.")))
"""


@pytest.mark.parametrize(
    ("verb", "loaded"),
    [
        (["--help"], []),
        (["check", "dist"], ["crema.check", "crema.output", "crema.policies", "crema.project"]),
    ],
)
def test_a_verb_loads_its_own_rooms_alone(verb: list[str], loaded: list[str]) -> None:
    """`crema check` needs neither Node nor a client of the network, `--help` nothing; no package is called `policies` or `generators`."""
    done = start([sys.executable, "-c", _MODULES, *verb], cwd=ROOT)
    expected = ["crema.__main__", *loaded]
    assert done.stdout == f"0 {sorted(expected)}\n", done.stderr


def test_synthesis_loads_no_package_called_generators() -> None:
    """The import names are crema.generators and crema.policies, whatever lies in the current directory."""
    done = start([sys.executable, "-c", _MODULES, "synth", "--check"], cwd=ROOT)
    status, _, modules = done.stdout.partition(" ")
    assert status == "0", done.stdout + done.stderr
    names = ast.literal_eval(modules)
    assert "crema.generators" in names
    assert not [n for n in names if n.split(".")[0] in {"policies", "generators"}]


@pytest.mark.parametrize("missing", ["cdk8s", "constructs", "grafana_foundation_sdk", "jsii", "promql_parser"])
def test_synthesis_without_its_extra_says_what_to_install(missing: str) -> None:
    """Whoever installed the checker alone is told the command, and sees no traceback."""
    program = f"import sys; sys.modules[{missing!r}] = None; from crema.__main__ import main; main()"
    done = start([sys.executable, "-c", program, "synth"], cwd=ROOT)
    assert done.status == 2
    assert done.stderr == (f"error: the package {missing} is not installed; synthesis needs the extra: pip install 'crema[generators]'\n")
