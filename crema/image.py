"""`crema image`: which image of each service each environment runs, and how that moves."""

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from crema.generators.lock_text import Lock, LockedImage
    from crema.pipeline.place import Changes

# What the extra `images` brings; checking manifests needs none of it.
_EXTRA = frozenset({"cdk8s", "constructs", "grafana_foundation_sdk", "jsii", "promql_parser", "requests"})
_ENVIRONMENT = click.option("--env", "environment", metavar="E", required=True, help="The environment.")


def ends_in_sentences(verb: Callable[..., None]) -> Callable[..., None]:
    """A verb whose mistakes are sentences on standard error and an exit code."""

    @wraps(verb)
    def run(*given: Any, **named: Any) -> None:
        try:
            from crema.pipeline.stopped import Stopped
        except ModuleNotFoundError as missing:
            _without(missing)
        try:
            verb(*given, **named)
        except Stopped as stopped:
            for message in stopped.messages:
                click.echo(f"error: {message}", err=True)
            sys.exit(stopped.code)
        except ModuleNotFoundError as missing:
            _without(missing)

    return run


def _without(missing: ModuleNotFoundError) -> None:
    package = str(missing.name).partition(".")[0]
    if package not in _EXTRA:
        raise missing
    click.echo(f"error: the package {package} is not installed; moving images needs the extra: pip install 'crema[images]'", err=True)
    sys.exit(2)


@click.group()
def image() -> None:
    """Which image of each service each environment runs: charts/images.lock.yaml, read and moved.

    Moving one changes the lock alone; `crema synth` then carries it into dist/. `publish` does all of it, up to the commit.
    """


@image.command("set")
@click.argument("images", nargs=-1, required=True, metavar="SERVICE=TAG@DIGEST...")
@_ENVIRONMENT
@click.option("--source-sha", metavar="SHA", help="The commit they were built from.")
@click.option("--run", metavar="URL", help="The build.")
@ends_in_sentences
def set_(images: tuple[str, ...], environment: str, source_sha: str | None, run: str | None) -> None:
    """Move services to images, all of them or none. Without @DIGEST the digest is null, until `resolve` reads it.

    Exit codes: 0 moved, 2 something is wrong with what was given or with the lock, or nothing would change; nothing is then written.
    """
    from crema.pipeline.builds import moves, of_arguments
    from crema.pipeline.place import Place
    from crema.pipeline.stopped import Stopped

    place = Place.around(Path.cwd())
    given = of_arguments(images, source_sha, run)

    def decide(lock: "Lock") -> "Changes":
        found = moves(lock, place.shown(place.lock), environment, given.builds, given.wrong)
        if not found:
            raise Stopped(f"nothing would change: {environment} has these images already")
        return {(environment, move.service): move.new for move in found}

    _tell(*place.change(decide))


@image.command()
@click.argument("services", nargs=-1, required=True, metavar="SERVICE...")
@click.option(
    "--env",
    "environments",
    multiple=True,
    metavar="E",
    help="Only in this one; repeatable (default: all).",
)
@click.option("--repository", metavar="NAME", help="Of the registry (default: the one that the other services are in).")
@ends_in_sentences
def add(services: tuple[str, ...], environments: tuple[str, ...], repository: str | None) -> None:
    """Note a placeholder for new services, so that their charts can be synthesised before an image is built.

    Exit codes: 0 noted, 2 something is wrong with what was given or with the lock; nothing is then written.
    """
    from crema.pipeline.new_entries import placeholders
    from crema.pipeline.place import Place

    place = Place.around(Path.cwd())
    _tell(*place.change(lambda lock: placeholders(place, lock, services, environments, repository)))


@image.command()
@click.option("--env", "environment", metavar="E", help="One environment instead of all.")
@click.option("--json", "as_json", is_flag=True, help="As JSON: environment, service, and the fields of the entry.")
@ends_in_sentences
def show(environment: str | None, *, as_json: bool) -> None:
    """Say which image each service runs, what it was built from and where.

    Exit codes: 0, or 2 when the lock is broken or has no such environment.
    """
    from crema.pipeline.builds import entries_of
    from crema.pipeline.place import Place

    place = Place.around(Path.cwd())
    lock = place.read()
    names = sorted(lock.entries) if environment is None else [environment]
    shown = {name: entries_of(lock, place.shown(place.lock), name) for name in names}
    if as_json:
        click.echo(json.dumps({name: {s: asdict(entry) for s, entry in sorted(found.items())} for name, found in shown.items()}, indent=2))
        return
    for name, found in shown.items():
        click.echo(f"{name}:")
        width = max(map(len, found), default=0)
        for service, entry in sorted(found.items()):
            origin = f"  from {entry.source_sha[:12]}" if entry.source_sha else ""
            run = f"  {entry.run}" if entry.run else ""
            said = "  placeholder: nothing has been built yet" if entry.placeholder else ""
            click.echo(f"  {service:{width}}  {_short(entry)}{origin}{run}{said}")


@image.command()
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@click.argument("services", nargs=-1, metavar="[SERVICE]...")
@ends_in_sentences
def promote(source: str, target: str, services: tuple[str, ...]) -> None:
    """Let the environment TO run what FROM runs: these services, or all that have been built.

    Exit codes: 0 moved, 2 something is wrong with what was given or with the lock, or nothing would change; nothing is then written.
    """
    from crema.pipeline.new_entries import promoted
    from crema.pipeline.place import Place

    place = Place.around(Path.cwd())

    lock, changes = place.change(lambda lock: promoted(lock, place.shown(place.lock), source, target, services))
    _tell(lock, changes)
    for service in services or sorted(lock.entries[source]):
        if lock.entries[source][service].placeholder:
            click.echo(f"{target}: {service} stays; nothing has been built for {source} yet")


@image.command()
@click.argument("services", nargs=-1, required=True, metavar="SERVICE...")
@_ENVIRONMENT
@ends_in_sentences
def rollback(services: tuple[str, ...], environment: str) -> None:
    """Move services back to the image each ran before, as the history of the lock in git says; again, and it is the one before that.

    Exit codes: 0 moved, 2 something is wrong with what was given or with the lock, or nothing is known; nothing is then written.
    """
    from crema.pipeline.git import Git
    from crema.pipeline.new_entries import rolled_back
    from crema.pipeline.place import Place

    place = Place.around(Path.cwd())
    git = Git.around(place.root)

    _tell(*place.change(lambda lock: rolled_back(place, git, lock, environment, services)))


@image.command()
@click.argument("services", nargs=-1, metavar="[SERVICE]...")
@_ENVIRONMENT
@click.option("--load/--no-load", default=True, show_default=True, help="Put them into the nodes of the environment's kind cluster.")
@ends_in_sentences
def build(services: tuple[str, ...], environment: str, *, load: bool) -> None:
    """Build images on this machine, without a registry, under the names that dist/ has: a laptop needs no cloud. Takes docker and kind.

    Exit codes: 0 built, 1 docker or kind failed, 2 something is wrong with what was given, the lock or this machine.
    """
    from crema.pipeline.local_images import build_here
    from crema.pipeline.place import Place

    build_here(Place.around(Path.cwd()), environment, services, load=load, say=click.echo)


@image.command()
@click.option("--env", "environments", multiple=True, metavar="E", help="Only in this one; repeatable (default: all).")
@ends_in_sentences
def resolve(environments: tuple[str, ...]) -> None:
    """Write the digest of each image that was built and has none, as its registry says; with the credentials that Docker has.

    Exit codes: 0 every image has one, 1 for some no registry said one, 2 something is wrong with what was given or with the lock.
    """
    from crema.pipeline.place import Place
    from crema.pipeline.registry import Registries
    from crema.pipeline.resolve import resolve as ask

    place = Place.around(Path.cwd())
    resolved = ask(place, place.read(), environments, Registries())
    lock, changes = place.change(resolved.changes)
    if changes:
        _tell(lock, changes)
    for why in resolved.left:
        click.echo(why, err=True)
    click.echo(f"{len(changes)} resolved · {len(resolved.left)} without a digest")
    sys.exit(1 if resolved.left else 0)


@image.command()
@click.option(
    "--images",
    "images",
    required=True,
    metavar="PATH",
    type=click.Path(exists=True, path_type=Path),
    help="What was built: a file or a directory.",
)
@_ENVIRONMENT
@click.option("--remote", default="origin", show_default=True, metavar="NAME", help="Of this clone.")
@click.option("--branch", default="main", show_default=True, metavar="NAME", help="That Argo CD watches.")
@click.option(
    "--mode", type=click.Choice(["pr", "push"]), default="pr", show_default=True, help="Open a pull request, or push to the branch."
)
@click.option("--again", is_flag=True, help="Also move back to what something newer has replaced.")
@click.option("--tries", type=click.IntRange(1), default=100, show_default=True, help="How often at most, when others are faster.")
@click.option(
    "--timeout", type=click.IntRange(1), default=1800, show_default=True, metavar="SECONDS", help="After which no further try begins."
)
@ends_in_sentences
def publish(images: Path, environment: str, remote: str, branch: str, mode: str, *, again: bool, tries: int, timeout: int) -> None:
    """Move services to what was built, up to the commit: the lock, dist/, `crema check`, one commit on BRANCH or a pull request.

    PATH has JSON: {service, tag, digest, source_sha, run}, a list of them, or, as a directory, files with either. The work tree and the
    branches of this clone are left alone. When BRANCH moves meanwhile, all of it is done again on what it is then.

    Exit codes: 0 done, or all of it was there already, 1 a policy has a finding, or others were faster for too long, 2 something is wrong
    with what was given, with the branch or with what the remote permits, 3 nothing was built.
    """
    from crema.pipeline.builds import of_files
    from crema.pipeline.outcome import tell
    from crema.pipeline.place import Place
    from crema.pipeline.publish import Target, published
    from crema.pipeline.step import Request
    from crema.pipeline.trying import Patience

    place = Place.around(Path.cwd())
    request = Request(builds=of_files(images), environment=environment, again=again)
    patience = Patience(tries=tries, seconds=timeout)
    target = Target(remote=remote, branch=branch, mode=mode)
    tell(place, request, published(target, place, request, patience, lambda text: click.echo(text, err=True)))


def _tell(lock: "Lock", changes: "Changes") -> None:
    for (environment, service), new in sorted(changes.items()):
        old = lock.entries.get(environment, {}).get(service)
        click.echo(f"{environment}: {service}: {_short(old) if old else 'nothing'} → {_short(new)}")
    click.echo("`crema synth` carries it into dist/")


def _short(entry: "LockedImage") -> str:
    """An image as a person reads it: a digest by its beginning."""
    return entry.tag + (f"@{entry.digest[:19]}…" if entry.digest else "")
