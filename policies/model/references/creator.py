"""A creator: what makes an object that others refer to, with the keys that it gets."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from crema.policies.model.manifest import Manifest, Ref
from crema.policies.model.node import UnknownShape
from crema.policies.model.references.reference import said

EVERYWHERE: Final = "*"
"""The namespace of what is copied into all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Creator:
    """What makes an object. manifest: who makes it, None for facts and what Kubernetes makes by itself. keys: what it will hold,
    None where nothing here says it. hops: the way to the value's origin in words, without the object itself.
    """

    ref: Ref
    manifest: Manifest | None
    keys: frozenset[str] | None = None
    hops: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Who makes it: the first hop, or the object itself."""
        return self.hops[0] if self.hops else said(self.ref)


def secret(namespace: str, name: str) -> Ref:
    """The ref of a Secret."""
    return Ref(group="", kind="Secret", namespace=namespace, name=name)


def each(manifests: Iterable[Manifest], make: Callable[[Manifest], Iterator[Creator]]) -> Iterator[Creator]:
    """What every manifest makes. One that holds a shape that is not known makes what could be read before that: whoever judges that
    object says what is wrong with it, and the others' creations are not lost by it.
    """
    for manifest in manifests:
        made = make(manifest)
        while True:
            try:
                one = next(made, None)
            except UnknownShape:
                break
            if one is None:
                break
            yield one
