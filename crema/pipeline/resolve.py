"""Digests for entries that have none: read from the registry that each environment pulls from, never made up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from crema.generators.lock_text import Lock, LockedImage
from crema.pipeline.builds import entries_of
from crema.pipeline.new_entries import environments_of
from crema.pipeline.place import Changes, Place
from crema.pipeline.registry import Registries
from crema.pipeline.stopped import Stopped


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """What registries said: the digest of each image that had none, and for each that still has none, why."""

    found: Mapping[tuple[str, str], LockedImage]
    left: tuple[str, ...]

    def changes(self, lock: Lock) -> Changes:
        """Those that the lock still has as they were when their registries were asked."""
        now = {key: lock.entries.get(key[0], {}).get(key[1]) for key in self.found}
        return {key: entry for key, entry in self.found.items() if now[key] == replace(entry, digest=None)}


def resolve(place: Place, lock: Lock, environments: Sequence[str], registries: Registries) -> Resolved:
    """Ask for every image of these environments (all where none is named) that was built and has no digest.

    Raises:
        Stopped: there is no such environment, or charts/environments.py cannot be read.

    """
    names = sorted(set(environments or lock.entries))
    wanted = {
        (name, service): entry
        for name in names
        for service, entry in sorted(entries_of(lock, place.shown(place.lock), name).items())
        if entry.digest is None and not entry.placeholder
    }
    hosts = {each.name: getattr(each, "registry", None) for each in environments_of(place)} if wanted else {}
    found: dict[tuple[str, str], LockedImage] = {}
    left: list[str] = []
    known: dict[tuple[str, str, str], str | Stopped] = {}
    for (name, service), entry in wanted.items():
        host = hosts.get(name)
        if not isinstance(host, str):
            left.append(f"{name}: {service}: charts/environments.py has no registry for {name}")
            continue
        key = (host, entry.repository, entry.tag)
        if key not in known:  # two environments may run one image
            known[key] = _asked(registries, f"{host}/{entry.repository}", entry.tag)
        answer = known[key]
        if isinstance(answer, Stopped):
            left.append(f"{name}: {service}: {answer}")
        else:
            found[name, service] = replace(entry, digest=answer)
    return Resolved(found=found, left=tuple(left))


def _asked(registries: Registries, image: str, tag: str) -> str | Stopped:
    try:
        return registries.digest_of(image, tag)
    except Stopped as error:
        return error
