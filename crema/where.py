"""`crema where`: from an object, or a value in it, to the manifest's line and the line of Python that made it."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from crema.policies.engine.finding import Related
from crema.policies.engine.nearest import nearest
from crema.policies.model.manifest import Manifest
from crema.policies.model.node import Node
from crema.policies.model.pointer import NoSuchPlace, resolve
from crema.policies.model.read import Reading
from crema.policies.report.locate import manifest_place, source_place
from crema.policies.report.report import CLEAN
from crema.policies.report.text import escaped
from crema.project import open_project, read_project


@click.command()
@click.argument("place", metavar="KIND/NAMESPACE/NAME[:/POINTER]")
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path(exists=True, path_type=Path))
@click.option("--env", "environments", multiple=True, metavar="E", help="Only this environment; repeatable.")
def where(place: str, paths: tuple[Path, ...], environments: tuple[str, ...]) -> None:
    """Say where an object is written, and which line of Python made it: KIND/NAMESPACE/NAME, or KIND/NAME without a namespace.

    A pointer may use positions (/spec/ports/0/port) or keys (/spec/ports[name=http]/port); after # it goes on inside YAML
    that is text of the manifest.

    Exit codes: 0 found, 2 there is no such object or place.
    """
    ref, colon, pointer = place.partition(":/")
    project = open_project("where", paths)
    reading = read_project(project, environments)
    found = [manifest for manifest in _every(reading) if str(manifest).lower() == ref.lower()]
    if not found:
        raise click.UsageError(f"{ref}: there is no such object here{nearest(ref, _near(ref, reading))}")
    for manifest in found:
        try:
            node = resolve(manifest, f"/{pointer}" if colon else "")
        except NoSuchPlace as wrong:
            raise click.UsageError(f"{place}: {wrong}.") from None
        click.echo(escaped(_line(manifest, node)))
    sys.exit(CLEAN)


def _line(manifest: Manifest, node: Node) -> str:
    at = manifest_place(manifest, node.pointer, node.inner or "")
    source = source_place(Related(manifest=manifest, pointer=node.pointer, inner=node.inner or "", note=""))
    environment = f"{manifest.environment}: " if manifest.environment else ""
    if source is None:
        return f"{environment}{at.file}:{at.line}"
    nearly = "" if source.exact else " (the nearest line that names it)"
    return f"{environment}{at.file}:{at.line}  {source.file}:{source.line}{nearly}  {source.text}".rstrip()


def _every(reading: Reading) -> Iterator[Manifest]:
    for world in reading.worlds:
        yield from world.manifests
        if world.repository:
            yield from world.documents


def _near(ref: str, reading: Reading) -> list[str]:
    """The objects that a misspelt ref may mean: those of its kind, or of its name, and all of them where there are few."""
    every = {str(manifest) for manifest in _every(reading)}
    kind, name = ref.partition("/")[0].lower(), ref.rpartition("/")[2].lower()
    alike = [one for one in every if one.partition("/")[0].lower() == kind or one.rpartition("/")[2].lower() == name]
    return alike or (sorted(every) if len(every) <= 10 else [])
