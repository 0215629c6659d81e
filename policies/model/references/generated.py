"""ExternalSecrets whose values a generator makes: each refresh makes another value, and nothing remembers the old one.

https://external-secrets.io/latest/guides/generator/
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from crema.policies.model.manifest import Manifest, Ref
from crema.policies.model.node import Node, UnknownShape
from crema.policies.model.references.creator import secret
from crema.policies.model.references.duration import seconds
from crema.policies.model.references.external import Generated, external_secret, generated_by
from crema.policies.model.references.reference import EXTERNAL
from crema.policies.model.world import World

_HOURLY: Final = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FromGenerator:
    """One ExternalSecret and one generator of it. ref: the Secret. place: where it says how often, or its `spec` where it does not.
    every: the seconds between two values, None for a value that is made once, or when the ExternalSecret changes (`on_change`).
    """

    manifest: Manifest
    ref: Ref
    generator: Generated
    reference: Node
    place: Node
    written: str
    every: float | None
    on_change: bool

    def __str__(self) -> str:
        """The ExternalSecret, as reports write it."""
        return str(self.manifest)


def from_generators(world: World) -> Iterator[FromGenerator]:
    """Every ExternalSecret with its generators."""
    return world.once(_from_generators)


def by_secret(world: World) -> dict[Ref, tuple[FromGenerator, ...]]:
    """The same by the Secret that is made."""
    return world.derived(_by_secret)


def _by_secret(world: World) -> dict[Ref, tuple[FromGenerator, ...]]:
    found: dict[Ref, tuple[FromGenerator, ...]] = {}
    for one in from_generators(world):
        found[one.ref] = (*found.get(one.ref, ()), one)
    return found


def _from_generators(world: World) -> Iterator[FromGenerator]:
    for manifest in world.of(EXTERNAL, "ExternalSecret"):
        try:
            yield from _of(world, manifest)
        except UnknownShape:
            # Said by the policy that reads every ExternalSecret's source.
            continue


def _of(world: World, manifest: Manifest) -> Iterator[FromGenerator]:
    spec = external_secret(manifest)
    if spec is None:
        return
    policy = spec.text("refreshPolicy") or "Periodic"
    written = spec.text("refreshInterval") or ""
    every: float | None = seconds(written) if written else _HOURLY
    place = spec.get("refreshPolicy") if policy != "Periodic" else spec.get("refreshInterval")
    name = spec.text("target", "name") or manifest.ref.name
    for entry in (*spec.items("data"), *spec.items("dataFrom")):
        reference = entry.get("sourceRef", "generatorRef")
        if reference is not None:
            yield FromGenerator(
                manifest=manifest,
                ref=secret(manifest.ref.namespace, name),
                generator=generated_by(world, reference, manifest.ref.namespace),
                reference=reference,
                place=place or spec,
                written=policy if policy != "Periodic" else written or "1h, the default",
                every=every or None if policy == "Periodic" else None,
                on_change=policy == "OnChange",
            )
