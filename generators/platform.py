"""Every chart of a package, built for every environment; every mistake in them, listed once.

A chart file is any module of the package whose name does not begin with `_`; every cdk8s Chart subclass it defines is built with
`(scope, environment)`. So a new file is enough to add a chart. An exception stops only the file it happens in.
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
from constructs import IConstruct

from crema.generators.environment import EnvironmentSpec
from crema.generators.failure import mistake_of
from crema.generators.found import Found
from crema.generators.part import Part, StoppedByMistakes
from crema.generators.source import Line, line_naming
from crema.generators.spec import Mistake, Note


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


def render(package: str, environments: Sequence[EnvironmentSpec]) -> Rendered:
    """Build all charts of an importable package for each environment. Nothing is written."""
    names = tuple(e.name for e in environments)
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
        app = cdk8s.App()
        for chart in charts:
            objects.extend(_build(app, chart, environment, mistakes, notes))
    return Rendered(environments=names, objects=tuple(objects), mistakes=mistakes, notes=notes.listed())


def charts_of(package: str, mistakes: Found) -> list[ChartFile]:
    """The chart classes of the package in the order of their files; a file that cannot be imported is a mistake."""
    folder = Path(next(iter(importlib.import_module(package).__path__)))
    charts: list[ChartFile] = []
    for name in sorted(m.name for m in pkgutil.iter_modules([str(folder)]) if not m.name.startswith("_")):
        file = folder / f"{name}.py"
        try:
            module = importlib.import_module(f"{package}.{name}")
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a chart file is anybody's code, and stops only itself
            mistakes.add(mistake_of(error, file))
            continue
        charts.extend(ChartFile(cls, file) for cls in _chart_classes(module))
    return charts


def _chart_classes(module: ModuleType) -> Iterator[type[cdk8s.Chart]]:
    for value in vars(module).values():
        if isinstance(value, type) and issubclass(value, cdk8s.Chart) and value.__module__ == module.__name__:
            yield value


def _build(app: cdk8s.App, chart: ChartFile, environment: EnvironmentSpec, mistakes: Found, notes: Found) -> list[Built]:
    before = len(app.node.children)
    failed: BaseException | None = None
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        try:
            chart.cls(app, environment)  # type: ignore[arg-type]  # a platform's charts take their environment where cdk8s has the id
        except (Exception, SystemExit) as error:  # noqa: BLE001 - as above
            failed = error
    for warning in caught:
        if isinstance(warning.message, Note):
            notes.add(Mistake.at(warning.message.source.line_in(str(chart.file)), str(warning.message)), environment.name)
        elif issubclass(warning.category, UserWarning):
            notes.add(Mistake(warning.filename, warning.lineno, str(warning.message)), environment.name)
    objects: list[Built] = []
    found: list[Mistake] = []
    for top in app.node.children[before:]:
        for construct, line, exact in _walk(top, chart):
            found.extend(_mistakes(construct, line))
            if isinstance(construct, cdk8s.ApiObject):
                path = "/".join([chart.cls.__name__, *construct.node.path.split("/")[1:]])
                objects.append(
                    Built(
                        environment=environment.name,
                        app=top.node.id,
                        body=construct.to_json(),
                        file=chart.file,
                        construct=path,
                        line=line,
                        exact=exact,
                    )
                )
    if failed is not None and not (isinstance(failed, StoppedByMistakes) and found):
        found.append(mistake_of(failed, chart.file))
    for mistake in found:
        mistakes.add(mistake, environment.name)
    return objects


def _walk(top: IConstruct, chart: ChartFile) -> Iterator[tuple[IConstruct, Line, bool]]:
    """Every construct below `top`, with the line that made it: a part's own, else the nearest that names the construct's id."""
    parts: list[tuple[str, Line]] = []
    for construct in top.node.find_all():
        path = construct.node.path
        if isinstance(construct, Part):
            parts.append((path + "/", construct.spec.source.line_in(str(chart.file))))
        part = next((line for prefix, line in reversed(parts) if path.startswith(prefix) or path + "/" == prefix), None)
        yield construct, part or line_naming(str(chart.file), chart.cls.__name__, path.split("/")[1:]), part is not None


def _mistakes(construct: IConstruct, line: Line) -> Iterator[Mistake]:
    if isinstance(construct, Part):
        yield from construct.mistakes
        return
    for text in construct.node.validate():
        yield Mistake.at(line, text)
