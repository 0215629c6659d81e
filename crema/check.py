"""`crema check`: judge manifests by the policies."""

import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import click

from crema import __version__
from crema.output import deliver, destinations
from crema.policies.engine.finding import Severity
from crema.policies.engine.policy import Policy
from crema.policies.engine.run import run
from crema.policies.report.build import Question, build
from crema.policies.report.tools import tools
from crema.project import Project, choose, day_of, known_to, open_project, read_project, read_project_waivers


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--format", "formats", multiple=True, metavar="FORMAT[=FILE]", help="text, json, sarif, junit, github or markdown; repeatable."
)
@click.option("--rule", "rules", multiple=True, metavar="POLICY", help="Only this policy; repeatable.")
@click.option("--skip", "skipped", multiple=True, metavar="POLICY", help="Not this policy; repeatable.")
@click.option("--env", "environments", multiple=True, metavar="E", help="Only this environment; repeatable.")
@click.option("--fail-on", type=click.Choice(["error", "warning"]), help="The least severity that fails the run (default: warning).")
@click.option("--since", metavar="REF", help="Only findings that this git reference did not have.")
@click.option("--no-waivers", is_flag=True, help="As if there were no waivers.")
@click.option("--as-of", metavar="DATE", help="The day on which waivers are judged (default: today, UTC).")
@click.option("--strict", is_flag=True, help="Anything undecided or unchecked fails the run (exit 3).")
@click.option("--timings", is_flag=True, help="Say how long reading and each policy took.")
def check(
    paths: tuple[Path, ...],
    *,
    formats: tuple[str, ...],
    rules: tuple[str, ...],
    skipped: tuple[str, ...],
    environments: tuple[str, ...],
    fail_on: str | None,
    since: str | None,
    as_of: str | None,
    no_waivers: bool,
    strict: bool,
    timings: bool,
) -> None:
    """Judge the manifests under PATH (default: the directories of crema.toml or [tool.crema]).

    Exit codes: 0 clean, 1 findings, 2 wrong usage or configuration, 3 too little was checked, 4 a policy crashed.
    """
    to = destinations(formats)
    begun = time.perf_counter()
    project = open_project("check", paths)
    chosen, judge_waivers = choose(project, rules, skipped)
    day = day_of(as_of)
    waivers = () if no_waivers else read_project_waivers("check", project)
    begun_reading = time.perf_counter()
    reading = read_project(project, environments)
    read_in = time.perf_counter() - begun_reading
    done = run(reading, chosen, severities=dict(project.settings.severities), clock=time.perf_counter if timings else None)
    question = Question(
        version=__version__,
        as_of=day,
        fail_on=cast("Severity", fail_on) if fail_on else project.settings.fail_on,
        strict=strict or project.settings.strict,
        waivers=waivers,
        known=None if no_waivers else known_to(project, reading, [p.id for p in chosen], whole=project.whole and not environments),
        judge_waivers=judge_waivers,
        expect=project.settings.expect,
        expected_by=project.settings.file,
        since=None if since is None else _before(project, chosen, since, environments),
        tools=tools(__version__),
    )
    report = build(done, question)
    if timings:
        seconds = {"reading": read_in, **report.seconds, "everything": time.perf_counter() - begun}
        report = replace(report, seconds=seconds)
    deliver(report, to)
    sys.exit(report.exit_code)


def _before(project: Project, chosen: Sequence[Policy[Any]], since: str, environments: Sequence[str]) -> tuple[str, frozenset[str]]:
    from crema.since import before  # here, because it starts git: a run without it needs none

    return before(project, chosen, since, environments)
