"""Entries of the lock that come from elsewhere than a build: a placeholder, another environment, the past."""

import importlib
import sys
from collections.abc import Iterable, Sequence

from crema.generators.environment import EnvironmentSpec
from crema.generators.lock_text import NAME, REPOSITORY, Lock, LockedImage
from crema.pipeline.builds import entries_of
from crema.pipeline.git import Git
from crema.pipeline.history import path_of_lock, previous
from crema.pipeline.place import Changes, Place
from crema.pipeline.stopped import Stopped
from crema.policies.engine.nearest import nearest


def placeholders(place: Place, lock: Lock, services: Iterable[str], environments: Sequence[str], repository: str | None) -> Changes:
    """An entry for each new service in each environment.

    Raises:
        Stopped: a name is none, an environment is unknown, a service is there already, or its repository cannot be told.

    """
    wrong: list[str] = []
    found: dict[tuple[str, str], LockedImage] = {}
    known = {e.name for e in environments_of(place)} | set(lock.entries)
    if repository is not None and not REPOSITORY.fullmatch(repository):
        raise Stopped(f"--repository {repository!r} must be the name of a repository such as coffee_machine")
    for environment in sorted(set(environments or known)):
        if environment not in known:
            wrong.append(f"there is no environment {environment!r}{nearest(environment, known)}")
            continue
        entries = lock.entries.get(environment, {})
        used = {entry.repository for entry in (entries or {s: e for o in lock.entries.values() for s, e in o.items()}).values()}
        for service in services:
            where = repository or (min(used) if len(used) == 1 else None)
            if not NAME.fullmatch(service):
                wrong.append(f"{service!r} is no name of a service; names are lower-case letters, digits and '-'")
            elif service in entries:
                wrong.append(f"{service} has an entry in {environment} already: {entries[service].image}")
            elif where is None:
                wrong.append(f"{service}: the services of {environment} are in {len(used)} repositories; say --repository NAME")
            else:
                found[environment, service] = LockedImage(repository=where, tag=f"{service}-placeholder", placeholder=True)
    if wrong:
        raise Stopped.for_all(sorted(set(wrong)))
    return found


def promoted(lock: Lock, shown: str, source: str, target: str, services: Sequence[str]) -> Changes:
    """What moves from one environment to another: what has been built.

    Raises:
        Stopped: an environment or a service is unknown, a service asked for was never built, or nothing would change.

    """
    have, gets = entries_of(lock, shown, source), entries_of(lock, shown, target)
    if source == target:
        raise Stopped(f"{source} is promoted to itself; name two environments")
    wrong = [f"{source} has no service {s!r}{nearest(s, have)}" for s in services if s not in have]
    wrong += [f"{s} is named twice" for s in set(services) if services.count(s) > 1]
    wrong += [f"{s} has never been built for {source}; there is nothing to promote" for s in services if s in have and have[s].placeholder]
    wrong += [
        f"{target} has no service {s!r}; `crema image add {s} --env {target}` first"
        for s in services or have
        if s in have and s not in gets
    ]
    if wrong:
        raise Stopped.for_all(sorted(wrong))
    asked = sorted(services or have)
    found = {(target, s): have[s] for s in asked if not have[s].placeholder and have[s] != gets[s]}
    if not found:
        raise Stopped(f"nothing would change: {target} runs what {source} runs")
    return found


def rolled_back(place: Place, git: Git, lock: Lock, environment: str, services: Sequence[str]) -> Changes:
    """The entry before the present one of each service.

    Raises:
        Stopped: the environment or a service is unknown, or one has no past.

    """
    entries = entries_of(lock, place.shown(place.lock), environment)
    wrong = [f"{environment} has no service {s!r}{nearest(s, entries)}" for s in services if s not in entries]
    found: dict[tuple[str, str], LockedImage] = {}
    for service in services:
        if service not in entries:
            continue
        if (environment, service) in found:
            wrong.append(f"{service} is named twice")
        try:
            found[environment, service] = previous(git, path_of_lock(place, git), environment, service, entries[service])
        except Stopped as stopped:
            wrong.extend(stopped.messages)
    if wrong:
        raise Stopped.for_all(sorted(set(wrong)))
    return found


def environments_of(place: Place) -> tuple[EnvironmentSpec, ...]:
    """The environments that the platform's charts are built for.

    Raises:
        Stopped: charts/environments.py cannot be imported.

    """
    if str(place.root) not in sys.path:
        sys.path.insert(0, str(place.root))
    try:
        found = importlib.import_module("charts.environments").ENVIRONMENTS
    except Exception as error:  # noqa: BLE001 - it is anybody's code
        raise Stopped(f"charts/environments.py cannot be read: {type(error).__name__}: {error}; `crema synth` says where") from None
    return tuple(e for e in found if isinstance(e, EnvironmentSpec))
