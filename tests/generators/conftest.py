"""A project of its own for each test: charts written inline, in a package nobody else has imported."""

import itertools
import shutil
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from crema.generators.app import synthesise
from tests.external import system

if TYPE_CHECKING:
    from tests.database import Database, Pods

_NUMBERS = itertools.count()

ENVIRONMENTS = """
from crema.generators import EnvironmentSpec
ENVIRONMENTS = (EnvironmentSpec(name="local"),)
"""
# A chart with one ConfigMap whose data is the given value.
CHART = """
import cdk8s
from crema.generators import Manifest
from crema.generators.part import add_object

class {name}Chart(cdk8s.Chart):
    def __init__(self, scope, environment):
        super().__init__(scope, "{app}", namespace="shop")
        for name in {objects}:
            add_object(self, name, Manifest(api_version="v1", kind="ConfigMap", name=name, body={{"data": {{"value": "{value}"}}}}))
"""


@dataclass(frozen=True, slots=True)
class Result:
    """How a synthesis ended and what it said."""

    status: int
    out: str
    err: str

    @property
    def errors(self) -> list[str]:
        """The mistakes it listed, without their prefix."""
        return [line.removeprefix("error: ") for line in self.err.splitlines() if line.startswith("error: ")]


@dataclass(frozen=True, slots=True)
class Project:
    """A directory with charts; `synth` publishes or checks it in this process."""

    root: Path
    package: str
    capsys: pytest.CaptureFixture[str]

    @property
    def dist(self) -> Path:
        """Its generated tree."""
        return self.root / "dist"

    def write(self, name: str, text: str) -> Path:
        """Write one chart file (or any file of the package)."""
        file = self.root / self.package / name
        file.write_text(textwrap.dedent(text).lstrip("\n").replace("PACKAGE", self.package), encoding="utf-8")
        return file

    def chart(self, app: str = "one", objects: tuple[str, ...] = ("a", "b"), value: str = "1") -> Path:
        """Write a chart with ConfigMaps of these names."""
        return self.write(f"{app}.py", CHART.format(name=app.capitalize(), app=app, objects=objects, value=value))

    def synth(self, *, check: bool = False, only: str | None = None) -> Result:
        """Synthesise with freshly imported charts."""
        for name in [m for m in sys.modules if m.split(".")[0] == self.package]:
            del sys.modules[name]
        shutil.rmtree(self.root / self.package / "__pycache__", ignore_errors=True)
        self.capsys.readouterr()
        status = synthesise(self.root, package=self.package, check=check, only=only)
        said = self.capsys.readouterr()
        return Result(status, said.out, said.err.replace(f"{self.package}/", "charts/"))

    def tree(self) -> dict[str, bytes]:
        """Every file below dist/ with its bytes."""
        return {p.relative_to(self.root).as_posix(): p.read_bytes() for p in sorted(self.dist.rglob("*")) if p.is_file()}

    def git(self, *arguments: str) -> None:
        """Run git in the project."""
        done = system("git", "-c", "user.name=t", "-c", "user.email=t@example.com", *arguments, cwd=self.root)
        assert done.status == 0, done.stderr

    def commit(self) -> None:
        """Commit everything but what publishing remembers, as in a fresh clone."""
        if not (self.root / ".git").exists():
            self.git("init", "-q")
            (self.root / ".gitignore").write_text(".crema/\n__pycache__/\n", encoding="utf-8")
        self.git("add", "-A")
        self.git("commit", "-qm", "state")

    def forget(self) -> None:
        """Lose what publishing remembers, as a fresh clone has."""
        shutil.rmtree(self.root / ".crema")


@pytest.fixture
def project(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Project]:
    """An empty project with one environment, `local`."""
    made = Project(tmp_path, f"charts_{next(_NUMBERS)}", capsys)
    (tmp_path / made.package).mkdir()
    made.write("__init__.py", "")
    made.write("environments.py", ENVIRONMENTS)
    yield made
    sys.path.remove(str(tmp_path)) if str(tmp_path) in sys.path else None


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Database"]:
    """One database server for all tests; where there is none they are not run."""
    from tests.database import serving

    with serving(tmp_path_factory.mktemp("db")) as served:
        yield served


@pytest.fixture
def pods(database: "Database", tmp_path: Path) -> "Pods":
    """The shop's database as it is first made, with rows that are not easy to carry, and an empty volume for its dumps."""
    from tests.database import ROWS, Pods

    database.reset()
    database.app(ROWS)
    return Pods.made_in(tmp_path, database)
