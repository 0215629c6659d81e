"""Why a violation in somebody's directory may be none: something else fills in, adds or knows what is missing or unknown here."""

from __future__ import annotations

from crema.policies.model.manifest import Manifest
from crema.policies.model.steps import value_at
from crema.policies.model.templates import is_placeholder
from crema.policies.model.world import World
from crema.policies.schemas.catalog import custom_groups
from crema.policies.schemas.violation import Violation


def patches(world: World) -> frozenset[Manifest]:
    """The patches of a world, to ask whether a manifest is one."""
    return frozenset(world.patches)


def why_unsure(world: World, target: Manifest, violation: Violation, *, patch: bool) -> str:
    """Why a violation in somebody's directory may be none; empty when it is one. It quotes no value."""
    value, key = value_at(target.body, violation.pointer), violation.pointer.rpartition("/")[2]
    if is_sealed(target):
        return "it is encrypted by SOPS: what is applied comes out of it, without the field sops"
    if patch and (violation.field or key.startswith("$") or value is None or violation.pointer.startswith("/metadata/name")):
        return "a patch"
    if violation.field and _kustomize_adds(world, target, f"{violation.pointer}/{violation.field}"):
        return f"kustomize adds {violation.pointer}/{violation.field}"
    if not violation.field and (is_placeholder(value) or is_placeholder(key)):
        return f"{violation.pointer} holds a placeholder, which something fills in before the object is applied"
    if violation.unheard_of and target.ref.group in custom_groups():
        return f"{violation.pointer} is unknown to the version of {target.ref.group} here; another version may have it"
    return ""


def is_sealed(target: Manifest) -> bool:
    """Whether SOPS has encrypted values of an object. https://getsops.io/docs/#encrypting-using-age"""
    sops = target.body.get("sops")
    return isinstance(sops, dict) and "mac" in sops


def _kustomize_adds(world: World, target: Manifest, pointer: str) -> bool:
    """Whether a field that an object lacks is a selector that comes with labels, or is in a patch of that object."""
    if pointer == "/spec/selector" and target.file in world.given_selectors:
        return True
    named = (target.ref.group, target.ref.kind, target.ref.name)
    return any(value_at(patch.body, pointer) is not None for patch in world.derived(_patches_by_name).get(named, ()))


def _patches_by_name(world: World) -> dict[tuple[str, str, str], list[Manifest]]:
    found: dict[tuple[str, str, str], list[Manifest]] = {}
    for patch in world.patches:
        found.setdefault((patch.ref.group, patch.ref.kind, patch.ref.name), []).append(patch)
    return found
