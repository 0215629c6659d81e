"""Every chart of a package, built for every environment; every mistake in them, listed once.

An exception stops only the chart it happens in.
"""

import warnings
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cdk8s
from constructs import IConstruct, Node

from crema.generators.charts import ChartFile, charts_of
from crema.generators.environment import EnvironmentSpec
from crema.generators.failure import in_a_sentence, mistake_of
from crema.generators.found import Found
from crema.generators.manifest import Fact, is_object
from crema.generators.others import Others, app_of
from crema.generators.part import Part, StoppedByMistakes
from crema.generators.source import Line
from crema.generators.spec import Mistake, Note

# Directories of an environment that no Application of the platform owns.
_NO_APP = "_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """One object of one environment, or one document of its bootstrap.

    Args:
        environment, app: where it goes: `dist/<environment>/<app>/`.
        body: the object as cdk8s gives it.
        document: the name of its file, for what has one; an object's file is named after it.
        file: the chart file. construct: the chart's class and the construct's path below it.
        line: the Python line that made it. exact: whether that line is known rather than the nearest that names it.

    """

    environment: str
    app: str
    body: Mapping[str, Any]
    document: str = ""
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


def render(package: str, environments: Sequence[EnvironmentSpec]) -> Rendered:
    """Build all charts of an importable package for each environment. Nothing is written."""
    mistakes = Found(tuple(label_of(e) for e in environments))
    return build(charts_of(package, mistakes), environments, mistakes)


def build(charts: Sequence[ChartFile], environments: Sequence[EnvironmentSpec], mistakes: Found) -> Rendered:
    """Build these charts for each environment; what is wrong is added to `mistakes`."""
    notes = Found(mistakes.environments)
    objects: list[Built] = []
    right: list[EnvironmentSpec] = []
    for environment in environments:
        wrong = environment.mistakes()
        for mistake in wrong:
            mistakes.add(mistake)
        if not wrong:
            right.append(environment)
    # A chart built for a wrong environment repeats that environment's mistakes; with no right one, that is still better than silence.
    for environment in right or environments:
        building = _Building(environment, mistakes, notes)
        for chart in charts:
            if not chart.takes_others:
                building.add(chart, Others())
        others = building.others()
        for chart in charts:
            if chart.takes_others:
                building.add(chart, others)
        objects.extend(building.objects)
    return Rendered(environments=mistakes.environments, objects=tuple(objects), mistakes=mistakes, notes=notes.listed())


def label_of(environment: EnvironmentSpec) -> str:
    """What mistakes call an environment, also one whose name is none."""
    return environment.name if isinstance(environment.name, str) else "?"


class _Building:
    """The charts of one environment while they are being built."""

    def __init__(self, environment: EnvironmentSpec, mistakes: Found, notes: Found) -> None:
        self.objects: list[Built] = []
        self._environment, self._label = environment, label_of(environment)
        self._mistakes, self._notes = mistakes, notes
        self._facts: list[Fact] = []
        self._owners: dict[str, ChartFile] = {}

    def others(self) -> Others:
        """What has been made so far, for the charts that come last."""
        bodies: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for built in self.objects:
            if not built.app.startswith(_NO_APP) and is_object(built.body):
                bodies[built.app].append(built.body)
        apps = tuple(app_of(name, bodies[name]) for name in sorted(bodies))
        return Others(apps=apps, facts=tuple(sorted(self._facts, key=lambda f: (f.section, f.key))))

    def add(self, chart: ChartFile, others: Others) -> None:
        """Build one chart in an App of its own, so that two charts of one id do not hide each other's mistakes."""
        app = cdk8s.App()
        failed: BaseException | None = None
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", UserWarning)
            try:
                chart.build(app, self._environment, others)
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # noqa: BLE001 - a chart file is anybody's code, and stops only itself
                failed = error
        for warning in caught:
            if isinstance(warning.message, Note):
                self._notes.add(Mistake.at(warning.message.source.line_in(str(chart.file)), str(warning.message)), self._label)
            elif issubclass(warning.category, UserWarning):
                self._notes.add(Mistake(warning.filename, warning.lineno, str(warning.message)), self._label)
        found = [mistake for top in app.node.children for mistake in self._collect(top, chart)]
        if failed is not None and not (isinstance(failed, StoppedByMistakes) and found):
            found.append(mistake_of(failed, chart.line_of()))
        for mistake in found:
            self._mistakes.add(mistake, self._label)

    def _collect(self, top: IConstruct, chart: ChartFile) -> list[Mistake]:
        """Take what a chart made; what is wrong with it is returned."""
        name, found = top.node.id, []
        owner = self._owners.setdefault(name, chart)
        if owner is not chart:
            taken = f"the chart's id {name!r} is that of {owner.cls.__name__} in {owner.file.name} as well; one app has one chart"
            found.append(Mistake.at(chart.line_of(name), f"{chart.cls.__name__}: {taken}"))
        if chart.takes_others and not name.startswith(_NO_APP):
            late = f"it takes `others` and so is no app of theirs; give it an id that begins with {_NO_APP!r} instead of {name!r}"
            found.append(Mistake.at(chart.line_of(name), f"{chart.cls.__name__}: {late}"))
        for each in _walk(top, chart):
            try:
                found.extend(_mistakes(each))
                if isinstance(each.construct, cdk8s.ApiObject):
                    self._take(each, chart, name, each.construct.to_json())
                elif isinstance(each.construct, Part):
                    self._facts.extend(each.construct.facts)
                    for document in each.construct.documents:
                        self._take(each, chart, name, document.body, document.name)
            except Exception as error:  # noqa: BLE001 - a construct may be anybody's, and what is set in it comes to light only here
                found.append(Mistake.at(each.line, f"{each.path}: {in_a_sentence(error)}"))
        return found

    def _take(self, met: "_Met", chart: ChartFile, name: str, body: Mapping[str, Any], document: str = "") -> None:
        self.objects.append(
            Built(
                environment=self._label,
                app=met.directory or name,
                body=body,
                document=document,
                file=chart.file,
                construct=met.path,
                line=met.line,
                exact=met.exact,
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Met:
    """A construct met on the way, with what costs a question to Node.js each time."""

    construct: IConstruct
    node: Node
    path: str
    line: Line
    exact: bool
    directory: str


def _walk(top: IConstruct, chart: ChartFile) -> Iterator[_Met]:
    """Every construct below `top`, with the line that made it: a part's own, else the nearest that names the construct's id."""
    parts: list[tuple[str, Line, str]] = []
    for construct in top.node.find_all():  # a construct before those inside it
        node = construct.node
        path = node.path
        ids = path.split("/")[1:]
        while parts and not path.startswith(parts[-1][0]):
            parts.pop()
        if isinstance(construct, Part):
            parts.append((path + "/", construct.source.line_in(str(chart.file)), construct.directory))
        line = parts[-1][1] if parts else chart.line_of(*ids)
        yield _Met(
            construct=construct,
            node=node,
            path="/".join([chart.cls.__name__, *ids]),
            line=line,
            exact=bool(parts),
            directory=parts[-1][2] if parts else "",
        )


def _mistakes(met: _Met) -> Iterator[Mistake]:
    if isinstance(met.construct, Part):
        yield from met.construct.mistakes
        return
    for text in met.node.validate():
        yield Mistake.at(met.line, text)
