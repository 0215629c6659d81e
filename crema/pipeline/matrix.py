"""The jobs of the matrix that builds images: one for each service whose sources are here."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from crema.generators.lock_text import NAME
from crema.pipeline.builds import entries_of
from crema.pipeline.ecr import region_of
from crema.pipeline.new_entries import environments_of
from crema.pipeline.place import Place
from crema.pipeline.stopped import TOO_LITTLE, Stopped
from crema.policies.engine.nearest import nearest

CONTEXT: Final = "services"
BASES: Final = "services/bases.env"
_BASE: Final = re.compile(r"(?P<name>[A-Z][A-Z0-9_]*)=(?P<image>\S+)")
_FROM: Final = re.compile(r"^[ \t]*FROM[ \t]+(?:--\S+[ \t]+)*\$\{?(?P<name>[A-Za-z_][A-Za-z0-9_]*)\}?", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What one leg of the matrix builds and where it goes; the tag is the service's name, a dash and the commit.

    Args:
        service: its name.
        context: of the build, below the root. dockerfile: its file.
        build_args: the base images it asks for, a line each, as `docker build --build-arg` takes them.
        registry, repository: where the image is pushed to. region: of the registry, where it is Amazon's, else "".

    """

    service: str
    context: str
    dockerfile: str
    build_args: str
    registry: str
    region: str
    repository: str


def jobs(place: Place, environment: str | None) -> tuple[Job, ...]:
    """Sorted by service.

    Raises:
        Stopped: with everything that is wrong: a service without an entry in the lock, a base that the list has not. Code 3 where
            nothing is built.

    """
    known = {e.name: e for e in environments_of(place)}
    name = next(iter(known), "") if environment is None else environment
    if name not in known:
        raise Stopped(f"there is no environment {name!r} in charts/environments.py{nearest(name, known)}")
    registry = getattr(known[name], "registry", None)
    if not isinstance(registry, str):
        raise Stopped(f"the environment {name} of charts/environments.py has no registry, which says where images are pushed to")
    entries = entries_of(place.read(), place.shown(place.lock), name)
    bases = _bases(place.root / BASES)
    found: list[Job] = []
    wrong: list[str] = []
    for service in place.built_here():
        dockerfile = f"{CONTEXT}/{service}/Dockerfile"
        if not NAME.fullmatch(service):
            wrong.append(f"{dockerfile}: {service!r} is no name of a service; names are lower-case letters, digits and '-'")
        elif service not in entries:
            wrong.append(f"{dockerfile}: {service} has no image for {name} in {place.shown(place.lock)}; run `crema image add {service}`")
        asked = sorted(set(_FROM.findall((place.root / dockerfile).read_text(encoding="utf-8"))))
        wrong.extend(f"{dockerfile}: {BASES} has no {base}{nearest(base, bases)}" for base in asked if base not in bases)
        if not wrong:
            found.append(
                Job(
                    service=service,
                    context=CONTEXT,
                    dockerfile=dockerfile,
                    build_args="\n".join(f"{base}={bases[base]}" for base in asked),
                    registry=registry,
                    region=region_of(registry) or "",
                    repository=entries[service].repository,
                )
            )
    if wrong:
        raise Stopped.for_all(wrong)
    if not found:
        raise Stopped(f"there is no {CONTEXT}/<name>/Dockerfile: nothing is built here", code=TOO_LITTLE)
    return tuple(found)


def _bases(file: Path) -> Mapping[str, str]:
    """The list of base images: `NAME=image` lines, and comments."""
    if not file.is_file():
        return {}
    found: dict[str, str] = {}
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        match = _BASE.fullmatch(text)
        if match is None:
            raise Stopped(f"{BASES}:{number}: {text!r} must be NAME=image")
        if match["name"] in found:
            raise Stopped(f"{BASES}:{number}: {match['name']} is there twice")
        found[match["name"]] = match["image"]
    return found
