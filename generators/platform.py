"""Every chart of a package, built for every environment; every mistake in them, listed once.

A chart file is any module of the package whose name does not begin with `_`; every cdk8s Chart subclass it defines is built with
`(scope, environment)`, except a base class: one that is abstract or whose name begins with `_`. So a new file is enough to add a chart.
An exception stops only the chart it happens in.
"""

import importlib
import pkgutil
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import cdk8s
from constructs import IConstruct, Node

from crema.generators.environment import EnvironmentSpec
from crema.generators.failure import in_a_sentence, mistake_of
from crema.generators.found import Found
from crema.generators.part import Part, StoppedByMistakes
from crema.generators.source import Line
from crema.generators.spec import Mistake, Note
from crema.generators.syntax import line_of_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """One object of one environment.

    Args:
        environment, app: where it goes: `dist/<environment>/<app>/`.
        body: the object as cdk8s gives it.
        file: the chart file. construct: the chart's class and the construct's path below it.
        line: the Python line that made it. exact: whether that line is known rather than the nearest that names it.

    """

    environment: str
    app: str
    body: dict[str, Any]
    file: Path
    construct: str
    line: Line
    exact: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """What the charts say. With a mistake in it, `objects` are only what could be built and nobody may publish them."""

    environments: tuple[str, ...]
    objects: tuple[Built, ...]
    mistakes: Found
    notes: tuple[Mistake, ...] = ()


@dataclass(frozen=True, slots=True)
class ChartFile:
    """A chart class and the file that defines it."""

    cls: type[cdk8s.Chart]
    file: Path

    def line_of(self, *ids: str) -> Line:
        """The line that names the deepest of these construct ids, else that of the class."""
        return Line(str(self.file), line_of_id(str(self.file), self.cls.__name__, list(ids)))


def render(package: str, environments: Sequence[EnvironmentSpec]) -> Rendered:
    """Build all charts of an importable package for each environment. Nothing is written."""
    names = tuple(label_of(e) for e in environments)
    mistakes, notes = Found(names), Found(names)
    objects: list[Built] = []
    right: list[EnvironmentSpec] = []
    for environment in environments:
        wrong = environment.mistakes()
        for mistake in wrong:
            mistakes.add(mistake)
        if not wrong:
            right.append(environment)
    charts = charts_of(package, mistakes)
    # A chart built for a wrong environment repeats that environment's mistakes; with no right one, that is still better than silence.
    for environment in right or environments:
        owners: dict[str, ChartFile] = {}
        for chart in charts:
            objects.extend(_build(chart, environment, owners, mistakes, notes))
    return Rendered(environments=names, objects=tuple(objects), mistakes=mistakes, notes=notes.listed())


def label_of(environment: EnvironmentSpec) -> str:
    """What mistakes call an environment, also one whose name is none."""
    return environment.name if isinstance(environment.name, str) else "?"


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


def _build(chart: ChartFile, environment: EnvironmentSpec, owners: dict[str, ChartFile], mistakes: Found, notes: Found) -> list[Built]:
    """One chart in an App of its own, so that two charts of one id do not hide each other's mistakes."""
    label = label_of(environment)
    app = cdk8s.App()
    objects: list[Built] = []
    found: list[Mistake] = []
    failed: BaseException | None = None
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        try:
            chart.cls(app, environment)  # type: ignore[arg-type]  # a platform's charts take their environment where cdk8s has the id
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - as above
            failed = error
    for warning in caught:
        if isinstance(warning.message, Note):
            notes.add(Mistake.at(warning.message.source.line_in(str(chart.file)), str(warning.message)), label)
        elif issubclass(warning.category, UserWarning):
            notes.add(Mistake(warning.filename, warning.lineno, str(warning.message)), label)
    for top in app.node.children:
        name = top.node.id
        owner = owners.setdefault(name, chart)
        if owner is not chart:
            taken = f"the chart's id {name!r} is that of {owner.cls.__name__} in {owner.file.name} as well; one app has one chart"
            found.append(Mistake.at(chart.line_of(name), f"{chart.cls.__name__}: {taken}"))
        for each in _walk(top, chart):
            try:
                found.extend(_mistakes(each))
                if isinstance(each.construct, cdk8s.ApiObject):
                    objects.append(
                        Built(
                            environment=label,
                            app=name,
                            body=each.construct.to_json(),
                            file=chart.file,
                            construct=each.path,
                            line=each.line,
                            exact=each.exact,
                        )
                    )
            except Exception as error:  # noqa: BLE001 - a construct may be anybody's, and what is set in it comes to light only here
                found.append(Mistake.at(each.line, f"{each.path}: {in_a_sentence(error)}"))
    if failed is not None and not (isinstance(failed, StoppedByMistakes) and found):
        found.append(mistake_of(failed, chart.line_of()))
    for mistake in found:
        mistakes.add(mistake, label)
    return objects


@dataclass(frozen=True, slots=True, kw_only=True)
class _Met:
    """A construct met on the way, with what costs a question to Node.js each time."""

    construct: IConstruct
    node: Node
    path: str
    line: Line
    exact: bool


def _walk(top: IConstruct, chart: ChartFile) -> Iterator[_Met]:
    """Every construct below `top`, with the line that made it: a part's own, else the nearest that names the construct's id."""
    parts: list[tuple[str, Line]] = []
    for construct in top.node.find_all():  # a construct before those inside it
        node = construct.node
        path = node.path
        ids = path.split("/")[1:]
        while parts and not path.startswith(parts[-1][0]):
            parts.pop()
        if isinstance(construct, Part):
            parts.append((path + "/", construct.source.line_in(str(chart.file))))
        line = parts[-1][1] if parts else chart.line_of(*ids)
        yield _Met(construct=construct, node=node, path="/".join([chart.cls.__name__, *ids]), line=line, exact=bool(parts))


def _mistakes(met: _Met) -> Iterator[Mistake]:
    if isinstance(met.construct, Part):
        yield from met.construct.mistakes
        return
    for text in met.node.validate():
        yield Mistake.at(met.line, text)
