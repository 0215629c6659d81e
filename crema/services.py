"""`crema services`: what is built here, and everything that building it needs. The matrix of the workflow is this and nothing else."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from crema.image import ends_in_sentences


@click.command()
@click.option("--env", "environment", metavar="E", help="The environment whose registry the images go to (default: the first one).")
@click.option("--json", "as_json", is_flag=True, help="On one line, for the matrix of a workflow.")
@ends_in_sentences
def services(environment: str | None, *, as_json: bool) -> None:
    """List the services whose sources are in services/: those with a Dockerfile.

    Exit codes: 0, 2 when a service here has no entry in the lock of images, a base image is not in services/bases.env, or the lock
    is broken, 3 when nothing is built here.
    """
    from crema.pipeline.matrix import jobs
    from crema.pipeline.place import Place

    found = jobs(Place.around(Path.cwd()), environment)
    if as_json:
        click.echo(json.dumps([asdict(job) for job in found], separators=(",", ":")))
        return
    width = max(len(job.service) for job in found)
    for job in found:
        click.echo(f"{job.service:{width}}  {job.dockerfile} → {job.registry}/{job.repository}:{job.service}-COMMIT")
