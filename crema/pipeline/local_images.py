"""Images without a registry: built on this machine and put into the nodes of a kind cluster, under the very names that dist/ has."""

import shutil
import subprocess
from collections.abc import Callable, Sequence

from crema.pipeline.builds import entries_of
from crema.pipeline.matrix import Job, jobs
from crema.pipeline.new_entries import environments_of
from crema.pipeline.place import Place
from crema.pipeline.stopped import DIFFERENT, Stopped
from crema.policies.engine.nearest import nearest


def build_here(place: Place, environment: str, services: Sequence[str], *, load: bool, say: Callable[[str], None]) -> None:
    """Build the images of these services, all where none is named, and load them into the environment's kind cluster.

    Raises:
        Stopped: a service or environment is unknown, an image has a digest (only a registry has that one), a program is missing or fails.

    """
    known = {job.service: job for job in jobs(place, environment)}
    entries = entries_of(place.read(), place.shown(place.lock), environment)
    wrong = [f"there is no services/{name}/Dockerfile{nearest(name, known)}" for name in services if name not in known]
    chosen = [known[name] for name in sorted(set(services or known)) if name in known]
    for job in chosen:
        if entries[job.service].digest is not None:
            wrong.append(f"{job.service} runs {entries[job.service].image}, which is pulled: what is built here has another digest")
    cluster = _cluster(place, environment) if load else ""
    wrong += [
        f"{program} is not on PATH; install it" for program in ("docker", *(["kind"] if load else [])) if shutil.which(program) is None
    ]
    if wrong:
        raise Stopped.for_all(wrong)
    references = []
    for job in chosen:
        reference = entries[job.service].reference(job.registry)
        say(f"{job.service}: build {reference}")
        _run(_command(job, reference), place)
        references.append(reference)
    if load:
        say(f"load {len(references)} into the kind cluster {cluster}")
        _run(["kind", "load", "docker-image", "--name", cluster, *references], place)


def _command(job: Job, reference: str) -> list[str]:
    arguments = [word for line in job.build_args.splitlines() for word in ("--build-arg", line)]
    return ["docker", "build", "--file", job.dockerfile, *arguments, "--tag", reference, job.context]


def _cluster(place: Place, environment: str) -> str:
    found = next(e for e in environments_of(place) if e.name == environment)
    name = getattr(getattr(found, "kind", None), "name", None)
    if not isinstance(name, str):
        raise Stopped(f"{environment} has no kind cluster in charts/environments.py; --no-load builds the images alone")
    return name


def _run(command: Sequence[str], place: Place) -> None:
    """With the program's own words on the terminal: it takes minutes."""
    status = subprocess.run(command, cwd=place.root, check=False).returncode
    if status != 0:
        raise Stopped(f"{' '.join(command[:2])} ended with {status}; what it says is above", code=DIFFERENT)
