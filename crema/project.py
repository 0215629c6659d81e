"""What every verb that judges has in common: the configuration, the policies, the manifests, the waivers."""

import sys
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NoReturn

import click

from crema.policies.engine.discover import BrokenPolicyFile, Catalog
from crema.policies.engine.nearest import nearest
from crema.policies.engine.policy import Policy
from crema.policies.engine.settings import Settings, WrongSettings, find_settings
from crema.policies.engine.waivers import BrokenWaivers, Known, Waiver, WaiversAreHonest, read_waivers
from crema.policies.model.documents import Unreadable
from crema.policies.model.environments import Setting
from crema.policies.model.read import Reading, read, read_document
from crema.policies.report.report import USAGE

LAW = WaiversAreHonest.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A configuration and every policy there is, configured by it. `paths`: what is judged; `asked`: whether a person named them."""

    settings: Settings
    policies: Catalog
    paths: tuple[Path, ...]
    asked: bool

    @property
    def on(self) -> tuple[Policy[Any], ...]:
        """The policies that are on: house policies where the configuration says so."""
        return self.on_without(())

    def on_without(self, skipped: Collection[str]) -> tuple[Policy[Any], ...]:
        """The same without some, which are not even loaded."""
        left = (self.policies[name] for name in self.policies if name not in skipped)
        return tuple(policy for policy in left if policy.basis == "breaks" or self.settings.house)

    @property
    def whole(self) -> bool:
        """Whether all that the project has is judged."""
        wanted = {path.resolve() for path in self.settings.directories}
        return not self.asked or (bool(wanted) and wanted <= {path.resolve() for path in self.paths})


def open_project(verb: str, paths: Sequence[Path], *, need_paths: bool = True) -> Project:
    """The project of the given paths, or of the working directory. A mistake in it ends the program with exit 2, all of it said."""
    try:
        policies = Catalog()
        settings = find_settings(_start(paths), policies)
    except (WrongSettings, BrokenPolicyFile) as wrong:
        fail(verb, str(wrong).splitlines())
    wanted = tuple(paths) or tuple(_relative(path) for path in settings.directories)
    if not wanted and need_paths:
        raise click.UsageError(
            "no PATH given, and neither a crema.toml nor [tool.crema] of a pyproject.toml, here or above, says `dist` or `directories`."
        )
    for path in wanted:
        if not path.exists() and need_paths:
            how = "`crema synth` makes it" if (settings.folder / "charts").is_dir() else "name one that does"
            raise click.UsageError(f"{path} (directory of {settings.file}) does not exist; {how}.")
    return Project(settings=settings, policies=policies.with_parameters(settings.parameters), paths=wanted, asked=bool(paths))


def read_project(project: Project, environments: Sequence[str] = (), *, checked: bool = True) -> Reading:
    """The manifests of a project. An unknown environment is a usage error with the nearest name, unless it may be absent."""
    settings = project.settings
    otherwise = Setting(name="", path=Path(), kubernetes=settings.kubernetes, facts=settings.facts)
    repository = settings.repository if project.whole or _holds(project.paths, settings.folder) else ()
    reading = read(
        project.paths,
        environments=[_shown(setting) for setting in settings.environments],
        otherwise=otherwise,
        repository=[_relative(path) for path in repository],
        only=environments,
    )
    for name in environments if checked else ():
        if name not in reading.names:
            raise click.UsageError(f"there is no environment {name} here{nearest(name, reading.names)}")
    return reading


def read_project_waivers(verb: str, project: Project) -> tuple[Waiver, ...]:
    """The waivers of a project; none without a file. A broken file ends the program with exit 2, all of it said."""
    file = project.settings.waivers
    if file is None or not file.exists():
        return ()
    try:
        document = read_document(_relative(file))
        return () if document is None else read_waivers(document)
    except BrokenWaivers as wrong:
        fail(verb, wrong.messages)
    except Unreadable as broken:
        fail(verb, [f"{_relative(file)}:{broken.line}: {broken.why}"])


def known_to(project: Project, reading: Reading, ran: Iterable[str], *, whole: bool) -> Known:
    """What waivers may name."""
    refs = {
        world.environment: frozenset(str(manifest) for manifest in (*world.manifests, *(world.documents if world.repository else ())))
        for world in reading.worlds
    }
    return Known(policies=project.policies, ran=frozenset(ran), refs=refs, whole=whole)


def choose(project: Project, rules: Sequence[str], skipped: Sequence[str]) -> tuple[tuple[Policy[Any], ...], bool]:
    """The policies that run, and whether waivers are judged too. A policy asked for by name runs whatever the configuration says."""
    names = {*project.policies, LAW}
    for option, given in (("--rule", rules), ("--skip", skipped)):
        for name in given:
            if name not in names:
                raise click.UsageError(f"{option} {name}: there is no such policy{nearest(name, names)}")
    wanted = [name for name in project.policies if name in rules and name not in skipped]
    try:
        left = tuple(project.policies[name] for name in wanted) if rules else project.on_without(skipped)
    except BrokenPolicyFile as broken:
        fail("check", [str(broken)])
    judged = (not rules or LAW in rules) and LAW not in skipped
    if not left and not judged:
        raise click.UsageError("no policy is left to run; a run without one would prove nothing.")
    return left, judged


def day_of(text: str | None) -> date:
    """The day that --as-of says, or today (UTC)."""
    if text is None:
        return datetime.now(tz=UTC).date()
    try:
        return date.fromisoformat(text[:10] if "T" in text else text)
    except ValueError:
        raise click.UsageError(f"--as-of {text}: a date such as 2026-01-31 is required.") from None


def fail(verb: str, messages: Iterable[str]) -> NoReturn:
    """Say what is wrong and end with exit 2."""
    for message in messages:
        click.echo(f"crema {verb}: {message}", err=True)
    sys.exit(USAGE)


def _start(paths: Sequence[Path]) -> Path:
    """Where the search for a configuration begins: at what is judged, so that a directory elsewhere has its own."""
    if not paths:
        return Path.cwd()
    folders = [path.absolute() if path.is_dir() else path.absolute().parent for path in paths]
    first = folders[0]
    return next(folder for folder in (first, *first.parents) if all(one.is_relative_to(folder) for one in folders))


def _holds(paths: Iterable[Path], folder: Path) -> bool:
    return any(folder.resolve().is_relative_to(path.resolve()) for path in paths)


def _relative(path: Path) -> Path:
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _shown(setting: Setting) -> Setting:
    return replace(setting, path=_relative(setting.path))
