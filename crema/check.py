"""`crema check`: judge manifests by the policies."""

import os
import sys
import tomllib
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path

import click

from crema.policies.engine.discover import BrokenPolicyFile, discover
from crema.policies.engine.run import USAGE, run
from crema.policies.model.read import read
from crema.policies.report.text import render


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What `[tool.crema]` in pyproject.toml says: where manifests are, and whether the house's own policies are on."""

    paths: tuple[Path, ...] = ()
    house: bool = False


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path(exists=True, path_type=Path))
def check(paths: tuple[Path, ...]) -> None:
    """Judge the manifests under PATH (default: `dist` of [tool.crema] in pyproject.toml).

    Exit codes: 0 clean, 1 findings, 2 wrong usage or configuration, 3 too little was checked, 4 a policy crashed.
    """
    try:
        settings = _settings(Path.cwd())
        policies = [policy for policy in discover() if policy.basis == "breaks" or settings.house]
    except (_WrongSettings, BrokenPolicyFile) as wrong:
        click.echo(f"crema check: {wrong}", err=True)
        sys.exit(USAGE)
    wanted = paths or settings.paths
    if not wanted:
        raise click.UsageError("no PATH given, and no pyproject.toml here or above says `[tool.crema] dist`.")
    for path in wanted:
        if not path.exists():
            raise click.UsageError(f"{path} ([tool.crema] dist) does not exist; `crema synth` makes it.")
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    report = run(read(wanted), policies)
    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    click.echo(render(report, colour=colour), nl=False, color=colour)
    sys.exit(report.exit_code())


class _WrongSettings(Exception):
    """pyproject.toml cannot be used."""


def _settings(start: Path) -> Settings:
    """The settings of the nearest pyproject.toml, from a directory upwards, that has `[tool.crema]`."""
    for folder in (start, *start.parents):
        file = folder / "pyproject.toml"
        if not file.is_file():
            continue
        try:
            tools = tomllib.loads(file.read_text(encoding="utf-8")).get("tool", {})
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as broken:
            raise _WrongSettings(f"{file}: {broken}") from None
        except OSError as broken:
            raise _WrongSettings(f"{file}: {broken.strerror}") from None
        if not isinstance(tools, dict):
            raise _WrongSettings(f"{file}: [tool] is not a table")
        if "crema" in tools:
            return _checked(tools["crema"], folder, file)
    return Settings()


def _checked(table: object, folder: Path, file: Path) -> Settings:
    if not isinstance(table, dict):
        raise _WrongSettings(f"{file}: [tool.crema] is not a table")
    unknown = sorted(set(table) - {"dist", "house"})
    if unknown:
        raise _WrongSettings(f"{file}: [tool.crema] knows dist and house, not {', '.join(unknown)}")
    dist, house = table.get("dist", "dist"), table.get("house", False)
    if not isinstance(dist, str) or not isinstance(house, bool):
        raise _WrongSettings(f"{file}: [tool.crema] dist must be text and house true or false")
    here = Path.cwd()
    path = folder / dist
    return Settings(paths=(path.relative_to(here) if path.is_relative_to(here) else path,), house=house)
