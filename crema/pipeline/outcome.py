"""What became of a request, for a person, for the summary of a job and for the steps after it."""

import os
from pathlib import Path

import click

from crema.pipeline.place import Place
from crema.pipeline.publish import Published
from crema.pipeline.step import Request


def tell(place: Place, request: Request, done: Published) -> None:
    """Print it; on a runner also into the job's summary and outputs (`commit`, `url`, `services`)."""
    step = done.step
    lines = [f"{request.environment}: {move.service}: {move.old.image} → {move.new.image}" for move in step.moved]
    lines += [f"{request.environment}: {why}" for why in step.left]
    built = {build.service for build in request.builds}
    lines += [
        f"{request.environment}: {service} was not built; it stays as it is" for service in place.built_here() if service not in built
    ]
    lines += done.notes
    last = f"{len(step.moved)} moved by {step.commit[:12]}" if step.commit else "nothing to move"
    last += f" · {done.url}" if done.url else ""
    for line in (*lines, last):
        click.echo(line)
    _append("GITHUB_STEP_SUMMARY", "### Images\n\n" + "".join(f"- {line}\n" for line in (*lines, last)))
    names = ",".join(move.service for move in step.moved)
    _append("GITHUB_OUTPUT", f"commit={step.commit or ''}\nurl={done.url}\nservices={names}\n")


def _append(variable: str, text: str) -> None:
    """To a file that a runner names. https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands"""
    file = os.environ.get(variable)
    if file:
        with Path(file).open("a", encoding="utf-8") as opened:
            opened.write(text)
