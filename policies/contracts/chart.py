"""A chart as a release installs it: its names, and its values, those of the user over those that it comes with.

Mappings are merged, lists and everything else replace what the chart has, null removes it.
Source: https://helm.sh/docs/chart_template_guide/values_files/
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from crema.policies.model.helm import Release
from crema.policies.model.values import Json

_HERE: Final = Path(__file__).parent / "defaults"
_NUMBER: Final = re.compile(r"-?\d+")
_VERSION: Final = re.compile(r"v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:[-+].*)?")
_LONGEST: Final = 63
_CALL: Final = re.compile(r'\{\{-? *(?:(?:include|template) "[a-z-]+\.)?(?P<what>[.\w]+)"?(?: [.$])? *-?\}\}')


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Chart:
    """One chart of a release: its own, or a sub-chart of that. What has another shape than a template needs counts as not there.

    `version` is that of the chart that is installed, whatever sub-chart this is.
    """

    name: str
    release: str
    namespace: str
    version: tuple[int, ...]
    values: dict[str, Json]

    def at(self, *keys: str) -> Any:
        """The value at a chain of keys; None where there is none."""
        here: Any = self.values
        for key in keys:
            if not isinstance(here, dict) or key not in here:
                return None
            here = here[key]
        return here

    def on(self, *keys: str) -> bool:
        """The value as a template's `if` takes it: the text "false" is true."""
        return bool(self.at(*keys))

    def text(self, *keys: str) -> str:
        """The value as a template prints it; nothing where there is none."""
        return printed(self.at(*keys))

    def number(self, *keys: str) -> Any:
        """The value as YAML reads what a template prints: digits are a number."""
        return read(self.at(*keys))

    def mapping(self, *keys: str) -> dict[str, Any]:
        """The mapping at a chain of keys."""
        found = self.at(*keys)
        return dict(found) if isinstance(found, dict) else {}

    def texts(self, *keys: str) -> dict[str, str]:
        """The mapping at a chain of keys, each value as it is printed."""
        return {key: printed(value) for key, value in self.mapping(*keys).items()}

    def items(self, *keys: str) -> list[Any]:
        """The list at a chain of keys."""
        found = self.at(*keys)
        return list(found) if isinstance(found, list) else []

    def part(self, key: str, name: str = "") -> "Chart":
        """A sub-chart by the key of its values, with its name where that is another. What is `global` reaches it."""
        own = self.mapping(key)
        shared = over(_mapping(own.get("global")), self.mapping("global"))
        return replace(self, name=name or key, values=own | {"global": shared})

    def fit(self, name: str, longest: int = _LONGEST) -> str:
        """A name as `trunc 63 | trimSuffix "-"` leaves it."""
        return name[:longest].removesuffix("-")

    @property
    def short(self) -> str:
        """The chart's name, or `nameOverride`."""
        return self.fit(self.text("nameOverride") or self.name)

    @property
    def fullname(self) -> str:
        """`fullnameOverride`, or the release's name with the chart's behind it unless it holds that already."""
        if self.on("fullnameOverride"):
            return self.fit(self.text("fullnameOverride"))
        name = self.text("nameOverride") or self.name
        return self.fit(self.release if name in self.release else f"{self.release}-{name}")

    def filled(self, value: Json) -> Any:
        """A value whose texts a template goes through once more, as far as they name the release and the chart."""
        if isinstance(value, dict):
            return {key: self.filled(below) for key, below in value.items()}
        if isinstance(value, list):
            return [self.filled(below) for below in value]
        return self._named(value) if isinstance(value, str) and "{{" in value else value

    def _named(self, text: str) -> str:
        return _CALL.sub(lambda call: _SAID[call["what"]](self) if call["what"] in _SAID else call[0], text)

    def account(self, *keys: str, fullname: str = "") -> str:
        """The name of a ServiceAccount whose values stand at a chain of keys."""
        return self.text(*keys, "name") or ((fullname or self.fullname) if self.on(*keys, "create") else "default")


_SAID: Final[dict[str, Callable[[Chart], str]]] = {
    ".Release.Name": lambda chart: chart.release,
    ".Release.Namespace": lambda chart: chart.namespace,
    "name": lambda chart: chart.short,
    "fullname": lambda chart: chart.fullname,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A custom resource definition that a chart brings. `bytes`: its size as compact JSON."""

    name: str
    kind: str
    scope: str
    versions: tuple[str, ...]
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Defaults:
    """What a chart says by itself."""

    version: str
    values: Mapping[str, Json]
    definitions: tuple[Definition, ...]


@lru_cache(maxsize=32)
def defaults(chart: str) -> Defaults:
    """What was recorded of a chart; a contract whose chart was not recorded is a mistake."""
    recorded: dict[str, Any] = json.loads((_HERE / f"{chart}.json").read_text(encoding="utf-8"))
    definitions = tuple(
        Definition(name=name, kind=kind, scope=scope, versions=tuple(versions), bytes=size)
        for name, kind, scope, versions, size in recorded["definitions"]
    )
    return Defaults(version=recorded["version"], values=recorded["values"], definitions=definitions)


def chart_of(release: Release) -> Chart:
    """The chart that a release installs."""
    values = over(defaults(release.chart).values, release.values.merged)
    return Chart(
        name=release.chart, release=release.name, namespace=release.namespace, version=version_of(release.version) or (), values=values
    )


def version_of(text: str) -> tuple[int, ...] | None:
    """A version as `targetRevision` writes it; None where it is a range."""
    parts = _VERSION.fullmatch(text)
    return None if parts is None else tuple(int(part or 0) for part in parts.groups())


def printed(value: Json) -> str:
    """A value as a template prints it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None or isinstance(value, dict | list) else str(value)


def read(value: Json) -> Any:
    """A value as YAML reads what a template prints of it without quotes, as far as whole numbers go."""
    return int(value) if isinstance(value, str) and _NUMBER.fullmatch(value) else value


def over(below: Mapping[str, Json], above: Mapping[str, Json]) -> dict[str, Json]:
    """Values over other values, as Helm lays them: null takes out what is below, and stays where nothing is."""
    merged = {**below, **above}
    for key, value in above.items():
        under = below.get(key)
        if value is None and key in below:
            del merged[key]
        elif isinstance(value, dict) and isinstance(under, dict):
            merged[key] = over(under, value)
    return merged


def _mapping(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}


def unsaid(*switches: tuple[str, ...]) -> Callable[[Release], str]:
    """The gap of a contract that says nothing of what some switches bring: the first of them that is on."""

    def gap(release: Release) -> str:
        asked = [".".join(keys) for keys in switches if chart_of(release).on(*keys)]
        return f"{asked[0]} is on, and what it brings is not in the contract" if asked else ""

    return gap
