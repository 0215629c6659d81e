"""Values of any shape: the policies on admission say something of them or nothing, and never break."""

import random
from collections.abc import Iterator
from typing import Any, Final

import pytest

from crema.policies.engine.discover import Catalog
from crema.policies.model.manifest import Manifest, ref_of
from crema.policies.model.node import UnknownShape
from crema.policies.model.world import world_of
from tests.admission.cases import Body, bases, replaced

_CATALOG = Catalog()
_POLICIES = [_CATALOG[name] for name in _CATALOG if name.startswith("admission-")]
_SHAPES: Final[tuple[Any, ...]] = (None, True, 5, -1.5, "x", "", [], {}, [1], ["a"], {"a": 1}, [[]], [{}], {"a": {}}, [None])
_TRIED: Final = 2
_WHOLE: Final = ("admission-versions-are-served", "admission-quota-admits-the-pods")
"""These read Applications and what their charts bring, whose readers say of a shape that they do not know it."""


def _bodies(body: Body, draw: random.Random) -> Iterator[Body]:
    for put in replaced(body).values():
        yield from map(put, draw.sample(_SHAPES, _TRIED))


@pytest.mark.parametrize(("file", "base"), [(file, base) for file in ("bases.yaml", "custom.yaml") for base in bases(file)])
def test_no_shape_breaks_a_policy(file: str, base: str) -> None:
    """At each place of each object a value of another shape is put; what the schema then says is not the question here."""
    draw = random.Random(base)
    for body in _bodies(bases(file)[base], draw):
        manifest = Manifest(ref=ref_of(body), api_version=str(body["apiVersion"]), body=body, file="case.yaml")
        world = world_of([manifest])
        for policy in _POLICIES:
            try:
                tuple(policy.check(world))
            except UnknownShape:
                assert policy.id in _WHOLE, f"{policy.id} cannot read {body}"
