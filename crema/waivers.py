"""`crema waivers`: the recorded exceptions, what they cover, and how they are added and removed."""

import sys
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import click

from crema.policies.engine.finding import Finding
from crema.policies.engine.fingerprint import fingerprints, keyed_pointer
from crema.policies.engine.run import Run, run
from crema.policies.engine.waiver_file import NotByMachine, added, without
from crema.policies.engine.waivers import MAX_DAYS, Known, Waiver, is_spent, sort_out
from crema.policies.report.report import CLEAN, CRASHED, FINDINGS, TOO_LITTLE, USAGE
from crema.policies.report.text import escaped
from crema.project import Project, day_of, fail, known_to, open_project, read_project, read_project_waivers
from crema.whole_file import write_whole

_SHORTEST = 6
_DEFAULT_DAYS = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """The project, what its policies say, and its waivers on a day."""

    project: Project
    done: Run
    waivers: tuple[Waiver, ...]
    known: Known
    day: date

    @property
    def file(self) -> Path:
        """The file of waivers."""
        file = self.project.settings.waivers
        if file is None:
            raise click.UsageError("there is no crema.toml and no [tool.crema] here or above; waivers belong to a project.")
        return file

    def covered(self, waiver: Waiver) -> list[Finding]:
        """The findings that a waiver names."""
        return [finding for finding in self.done.findings if waiver.speaks_of(finding)]


@click.group(invoke_without_command=True)
@click.option("--as-of", metavar="DATE", help="The day on which waivers are judged (default: today, UTC).")
@click.pass_context
def waivers(context: click.Context, as_of: str | None) -> None:
    """List the waivers: what each covers, until when, whose it is and why.

    Exit codes: 0 all are in force and needed, 1 one has ended, is not needed or names something unknown, 2 wrong usage,
    configuration or file, 3 too little could be read to say so, 4 a policy crashed.
    """
    if context.invoked_subcommand is not None:
        context.obj = as_of
        return
    state = _state(as_of)
    _, about = sort_out(state.done.findings, state.waivers, state.known, state.day)
    for waiver in state.waivers:
        number = len(state.covered(waiver))
        left = (waiver.expires - state.day).days
        until = f"until {waiver.expires} ({left} days)" if left >= 0 else f"ended on {waiver.expires}"
        where = f" in {waiver.environment}" if waiver.environment else ""
        at = f" {waiver.pointer}" if waiver.pointer else ""
        click.echo(escaped(f"{waiver.policy}  {waiver.ref}{at}{where}  {until}  {number} covered  {waiver.owner}: {waiver.reason}"))
    for finding in about:
        click.echo(escaped(f"{finding.severity}[{finding.policy}]: {finding.message}; {finding.fix}"))
    click.echo(f"{len(state.waivers)} {'waiver' if len(state.waivers) == 1 else 'waivers'} · {len(about)} to look at")
    sys.exit(_exit(state.done) or (FINDINGS if about else CLEAN))


@waivers.command()
@click.argument("fingerprint")
@click.option("--reason", required=True, help="Why this may be so for a while.")
@click.option("--owner", required=True, help="Who answers for it.")
@click.option("--expires", metavar="DATE", help=f"The last day (default: {_DEFAULT_DAYS} days from now; at most {MAX_DAYS}).")
@click.option("--everywhere", is_flag=True, help="In every environment, not only in the finding's own.")
@click.pass_context
def add(context: click.Context, fingerprint: str, reason: str, owner: str, expires: str | None, *, everywhere: bool) -> None:
    """Record an exception to the finding with a FINGERPRINT (`crema check --format json` prints them; its beginning is enough).

    Exit codes: 0 recorded, 2 there is no such finding, nobody may waive it, or the file cannot be edited.
    """
    state = _state(context.obj)
    finding = _named(state, fingerprint)
    policy = state.known.policies[finding.policy]
    if not policy.waivable:
        raise click.UsageError(f"nobody may waive {policy.id}: {policy.section('fix')}")
    if any(waiver.speaks_of(finding) and waiver.holds_on(state.day) for waiver in state.waivers):
        raise click.UsageError(f"{finding.policy} for {finding.manifest} is waived already.")
    last = state.day + timedelta(days=MAX_DAYS)
    end = day_of(expires) if expires is not None else state.day + timedelta(days=_DEFAULT_DAYS)
    if not state.day <= end <= last:
        raise click.UsageError(f"--expires {end}: it must be between {state.day} and {last}.")
    if not reason.strip() or not owner.strip():
        raise click.UsageError("--reason and --owner must say something.")
    text = state.file.read_text(encoding="utf-8") if state.file.exists() else ""
    try:
        new = added(
            text,
            policy=finding.policy,
            ref=str(finding.manifest),
            pointer=keyed_pointer(finding.manifest, finding.pointer, finding.inner),
            environment="" if everywhere else finding.manifest.environment,
            reason=reason,
            owner=owner,
            expires=end,
        )
    except NotByMachine as refused:
        fail("waivers add", [f"{state.file}: {refused}; add the waiver by hand"])
    _replace(state.file, new)
    click.echo(escaped(f"waived until {end}: {finding.policy} for {finding.manifest}"))


@waivers.command()
@click.pass_context
def prune(context: click.Context) -> None:
    """Remove the waivers that have ended or that nothing needs. Everything else in the file stays as it is.

    Exit codes: 0 done, 2 the file cannot be edited, 3 too little could be read to know, 4 a policy crashed.
    """
    state = _state(context.obj)
    if _exit(state.done):
        fail_with = "a policy crashed" if state.done.crashed else "something could not be read"
        click.echo(f"crema waivers prune: {fail_with}, so it is not known what is needed; nothing was removed", err=True)
        sys.exit(_exit(state.done))
    spent = [
        position
        for position, waiver in enumerate(state.waivers)
        if is_spent(waiver, state.known, state.day, needed=bool(state.covered(waiver)))
    ]
    if spent:
        try:
            _replace(state.file, without(state.file.read_text(encoding="utf-8"), spent))
        except NotByMachine as refused:
            fail("waivers prune", [f"{state.file}: {refused}; remove them by hand"])
    for position in spent:
        click.echo(escaped(f"removed: {state.waivers[position]}"))
    click.echo(f"{len(spent)} removed · {len(state.waivers) - len(spent)} kept")


def _state(as_of: str | None) -> _State:
    project = open_project("waivers", ())
    reading = read_project(project)
    done = run(reading, project.on, severities=dict(project.settings.severities))
    recorded = read_project_waivers("waivers", project)
    known = known_to(project, reading, [policy.id for policy in project.on], whole=project.whole)
    return _State(project=project, done=done, waivers=recorded, known=known, day=day_of(as_of))


def _named(state: _State, fingerprint: str) -> Finding:
    if len(fingerprint) < _SHORTEST:
        raise click.UsageError(f"{fingerprint}: at least {_SHORTEST} characters of a fingerprint are needed.")
    found = [finding for finding, print_ in fingerprints(state.done.findings) if print_.startswith(fingerprint.lower())]
    if len(found) != 1:
        why = "no finding has" if not found else f"{len(found)} findings have"
        raise click.UsageError(f"{why} a fingerprint that begins with {fingerprint}; `crema check --format json` prints them.")
    return found[0]


def _exit(done: Run) -> int:
    """What keeps a run from being believed: a crash, or something that could not be read."""
    return CRASHED if done.crashed else TOO_LITTLE if done.unreadable or done.empty else CLEAN


def _replace(file: Path, text: str) -> None:
    """Write the whole of it, or end with exit 2 and leave it as it was."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, text)
    except OSError as broken:
        click.echo(f"crema waivers: {file} cannot be written: {broken.strerror}", err=True)
        sys.exit(USAGE)
