"""The charts of a package: found by their files, so that a new file is enough to add one.

A chart file is any module of the package whose name does not begin with `_`; every cdk8s Chart subclass it defines is built with
`(scope, environment)`, except a base class: one that is abstract or whose name begins with `_`. A chart whose constructor takes `others`
is built after those and is given what they made.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import cdk8s
from constructs import Construct

from crema.generators.environment import EnvironmentSpec
from crema.generators.failure import mistake_of
from crema.generators.found import Found
from crema.generators.others import Others
from crema.generators.source import Line
from crema.generators.syntax import line_of_id

_OTHERS = "others"


@dataclass(frozen=True, slots=True)
class ChartFile:
    """A chart class and the file that defines it."""

    cls: type[cdk8s.Chart]
    file: Path

    def line_of(self, *ids: str) -> Line:
        """The line that names the deepest of these construct ids, else that of the class."""
        return Line(str(self.file), line_of_id(str(self.file), self.cls.__name__, list(ids)))

    @property
    def takes_others(self) -> bool:
        """Whether it is built last, from what the other charts made."""
        return _OTHERS in inspect.signature(self.cls.__init__).parameters

    def build(self, scope: Construct, environment: EnvironmentSpec, others: Others) -> None:
        """Make the chart in `scope`."""
        rest = {_OTHERS: others} if self.takes_others else {}
        self.cls(scope, environment, **rest)  # type: ignore[arg-type]  # a platform's charts take their environment where cdk8s has the id


def charts_of(package: str, mistakes: Found) -> list[ChartFile]:
    """The chart classes of the package in the order of their files; a file that cannot be imported is a mistake."""
    folder = Path(next(iter(importlib.import_module(package).__path__)))
    charts: list[ChartFile] = []
    for found in sorted(pkgutil.iter_modules([str(folder)]), key=lambda m: m.name):
        if found.name.startswith("_"):
            continue
        file = folder / found.name / "__init__.py" if found.ispkg else folder / f"{found.name}.py"
        try:
            module = importlib.import_module(f"{package}.{found.name}")
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - a chart file is anybody's code, and stops only itself
            mistakes.add(mistake_of(error, Line(str(file), 1)))
            continue
        charts.extend(ChartFile(cls, file) for cls in _chart_classes(module))
    return charts


def _chart_classes(module: ModuleType) -> Iterator[type[cdk8s.Chart]]:
    """The charts that a module defines, each once, however many names it has."""
    for value in dict.fromkeys(v for v in vars(module).values() if isinstance(v, type)):
        if issubclass(value, cdk8s.Chart) and value.__module__ == module.__name__ and not _is_base(value):
            yield value


def _is_base(chart: type[cdk8s.Chart]) -> bool:
    members = {name: member for cls in reversed(chart.__mro__) for name, member in vars(cls).items()}
    return chart.__name__.startswith("_") or any(getattr(m, "__isabstractmethod__", False) for m in members.values())
