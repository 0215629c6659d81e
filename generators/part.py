"""The construct behind every generator: it turns a spec into ApiObjects of whichever chart it stands in."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar, Generic, TypeVar, get_type_hints

import cdk8s
import jsii
from constructs import Construct, IValidation

from crema.generators.manifest import Document, Fact, Manifest
from crema.generators.source import caller
from crema.generators.spec import Mistake, Spec, shown_value, with_article

S = TypeVar("S", bound=Spec)
Output = Manifest | Document | Fact


class StoppedByMistakes(Exception):
    """Raised when code asks a part with mistakes for its objects; the mistakes themselves are what is reported."""


@jsii.implements(IValidation)
class _Validation:
    """Lets a plain cdk8s App report our mistakes as well: `app.synth()` asks every construct."""

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        self._mistakes = mistakes

    def validate(self) -> list[str]:
        return [f"{m.file}:{m.line}: {m.message}" for m in self._mistakes]


class Part(Construct, Generic[S]):
    """A construct made from a spec. With a mistake in the spec it makes nothing, so that the rest of the chart is still built.

    Its manifests become ApiObjects; `documents` and `facts` are what else it made, which cdk8s does not know.
    """

    directory: ClassVar[str] = ""
    """Where its files go below the environment, when that is not the chart's own directory."""

    def __init__(self, scope: Construct, id: str, spec: S, build: Callable[[S], tuple[Output, ...]]) -> None:
        """Validate the spec, build what it stands for and add each manifest as an ApiObject."""
        super().__init__(scope, id)
        self.spec = spec
        self.source = caller()
        wanted = get_type_hints(build).get("spec", Spec)
        if isinstance(spec, wanted):
            self.source = spec.source
            self.mistakes: tuple[Mistake, ...] = spec.mistakes()
        else:
            what = f"{type(self).__name__} {id!r}: spec is {shown_value(spec)}; it must be {with_article(wanted.__name__)}"
            self.mistakes = (Mistake.at(self.source.line, what),)
        self.documents: tuple[Document, ...] = ()
        self.facts: tuple[Fact, ...] = ()
        self._objects: list[cdk8s.ApiObject] = []
        if self.mistakes:
            self.node.add_validation(_Validation(self.mistakes))
            return
        made = build(spec)
        manifests = [m for m in made if isinstance(m, Manifest)]
        self.documents = tuple(m for m in made if isinstance(m, Document))
        self.facts = tuple(self._in_its_namespace(m) for m in made if isinstance(m, Fact))
        kinds = Counter(m.kind for m in manifests)
        for manifest in manifests:
            own_id = manifest.kind.lower() if kinds[manifest.kind] == 1 else f"{manifest.kind.lower()}-{manifest.name}"
            self._objects.append(add_object(self, own_id, manifest))

    def _in_its_namespace(self, fact: Fact) -> Fact:
        """A fact about something in the chart's namespace, named with it."""
        return replace(fact, key=f"{cdk8s.Chart.of(self).namespace}/{fact.key}", namespaced=False) if fact.namespaced else fact

    @property
    def objects(self) -> tuple[cdk8s.ApiObject, ...]:
        """The ApiObjects made here, for dependencies and JSON patches of one's own."""
        if self.mistakes:
            raise StoppedByMistakes
        return tuple(self._objects)

    def object(self, kind: str, name: str | None = None) -> cdk8s.ApiObject:
        """The one ApiObject of that kind (and name); KeyError names what there is."""
        found = [o for o in self.objects if o.kind == kind and name in {None, o.name}]
        if len(found) != 1:
            there = ", ".join(f"{o.kind}/{o.name}" for o in self.objects)
            raise KeyError(f"{self.node.path} has {len(found)} objects of kind {kind}{f' named {name}' if name else ''}; it makes {there}")
        return found[0]


def add_object(scope: Construct, id: str, manifest: Manifest) -> cdk8s.ApiObject:
    """Add one manifest to the construct tree as an ApiObject.

    The Python ApiObject takes no body, so each top-level field goes in by one JSON patch.
    """
    metadata = cdk8s.ApiObjectMetadata(
        name=manifest.name,
        namespace=manifest.namespace,
        labels=dict(manifest.labels) or None,
        annotations=dict(manifest.annotations) or None,
        finalizers=list(manifest.finalizers) or None,
    )
    added = cdk8s.ApiObject(scope, id, api_version=manifest.api_version, kind=manifest.kind, metadata=metadata)
    if manifest.body:
        added.add_json_patch(*(cdk8s.JsonPatch.add(f"/{key}", value) for key, value in manifest.body.items()))
    return added
