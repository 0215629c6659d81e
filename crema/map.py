"""`crema map`: the paths that policies prove, drawn from the manifests."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from crema.policies.model.map.drawing import Drawing, Point
from crema.policies.model.map.paths import drawing_of
from crema.policies.report.mermaid import mermaid
from crema.policies.report.report import CLEAN
from crema.policies.report.text import escaped
from crema.project import open_project, read_project

SCHEMA = "crema-map/v1"


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path(exists=True, path_type=Path))
@click.option("--env", "environments", multiple=True, metavar="E", help="Only this environment; repeatable.")
@click.option("--format", "form", type=click.Choice(["mermaid", "json"]), default="mermaid", show_default=True, help="How it is written.")
def map(paths: tuple[Path, ...], environments: tuple[str, ...], form: str) -> None:
    """Draw the paths: from each port and URL to its pods and database, from each commit to its Applications.

    PATH: manifests (default: the directories of crema.toml or [tool.crema]). What is broken is drawn with a dotted line and says why.

    Exit codes: 0 drawn, 2 wrong usage or configuration, 3 nothing that could be drawn.
    """
    project = open_project("map", paths)
    reading = read_project(project, environments)
    for document in reading.unreadable:
        click.echo(escaped(f"{document.file}:{document.line}: {document.why}; it is not in the drawing"), err=True)
    drawings = [drawing_of(world) for world in reading.worlds if not world.repository]
    drawn = [drawing for drawing in drawings if drawing.steps]
    if not drawn:
        click.echo("nothing to draw: no route, no call and no Application is here", err=True)
        sys.exit(3)
    click.echo(mermaid(drawn) if form == "mermaid" else json.dumps(_json(drawn), indent=2, ensure_ascii=False) + "\n", nl=False)
    sys.exit(CLEAN)


def _json(drawings: list[Drawing]) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "environments": [
            {
                "environment": drawing.environment,
                "points": [_point(point) for point in drawing.points],
                "steps": [
                    {"path": step.path, "from": step.start, "to": step.end, "by": step.text, "broken": step.broken or None}
                    for step in drawing.steps
                ],
            }
            for drawing in drawings
        ],
    }


def _point(point: Point) -> dict[str, Any]:
    manifest = point.manifest
    return {"id": point.id, "kind": point.kind, "text": " ".join(point.text), "file": manifest.file if manifest is not None else None}
