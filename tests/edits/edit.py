"""What an edit is, and how one is made in a world: one object (or one document of the bootstrap) is another, or gone."""

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Any, Final

from crema.policies.model.documents import read_documents
from crema.policies.model.manifest import Manifest, ref_of
from crema.policies.model.world import World

Body = dict[str, Any]


class Removed(Enum):
    """The answer of an edit that takes the object away."""

    REMOVED = "removed"


REMOVED: Final = Removed.REMOVED


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One edit of one object, as a person might make it by mistake.

    kinds: of the objects that it may be made in; a document of the bootstrap by the name of its file (`kind.yaml`, `facts.yaml`). change:
    changes a body in place and says whether there was anything to change; REMOVED takes the object away. environments: where to try it.
    said: what a finding's message must contain. everywhere: the policy finds it in each object that it can be made in, not only in one.
    """

    name: str
    kinds: tuple[str, ...]
    change: Callable[[Body], bool | Removed]
    environments: tuple[str, ...] = ("local", "eks")
    said: str = ""
    everywhere: bool = False

    def worlds(self, world: World) -> Iterator[tuple[Manifest, World]]:
        """Every world that this edit makes of one, with the object as it was."""
        for manifest in world.manifests:
            if manifest.ref.kind in self.kinds and (edited := self._edited(manifest)) is not None:
                yield manifest, replace(world, manifests=_instead(world.manifests, manifest, edited))
        for document in world.documents:
            name = document.ref.name.rpartition("/")[2]
            if name in self.kinds and (edited := self._edited(document)) is not None:
                facts = edited[0].body if name == "facts.yaml" and edited else world.facts
                yield document, replace(world, documents=_instead(world.documents, document, edited), facts=facts)

    def _edited(self, manifest: Manifest) -> tuple[Manifest, ...] | None:
        """The object after the edit, none if it is gone; None where the edit finds nothing to change."""
        body = copy.deepcopy(manifest.body)
        try:
            changed = self.change(body)
        except (KeyError, IndexError, TypeError, AttributeError) as error:
            raise AssertionError(f"{self.name}: it cannot be tried on {manifest}: {error!r}") from error
        if changed is REMOVED:
            return ()
        if not changed:
            return None
        if body == manifest.body:
            raise AssertionError(f"{self.name}: it says that it changed {manifest}, and did not")
        return (replace(manifest, body=body, ref=ref_of(body) if manifest.ref.kind else manifest.ref),)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextEdit:
    """One edit of the text of an object's file: for what only the text can say (a key given twice). The rest is as in Edit."""

    name: str
    kinds: tuple[str, ...]
    change: Callable[[str], str]
    environments: tuple[str, ...] = ("local", "eks")
    said: str = ""
    everywhere: bool = False

    def worlds(self, world: World) -> Iterator[tuple[Manifest, World]]:
        """Every world that this edit makes of one, with the object as it was."""
        for manifest in world.manifests:
            if manifest.ref.kind in self.kinds:
                text = Path(manifest.file).read_text(encoding="utf-8")
                (document,) = read_documents(self.change(text)) if self.change(text) != text else (None,)
                if document is not None and isinstance(document.body, dict):
                    edited = replace(manifest, body=document.body, doubts=document.doubts)
                    yield manifest, replace(world, manifests=_instead(world.manifests, manifest, (edited,)))


def _instead(manifests: tuple[Manifest, ...], one: Manifest, others: tuple[Manifest, ...]) -> tuple[Manifest, ...]:
    return tuple(each for manifest in manifests for each in (others if manifest is one else (manifest,)))
