"""From what a policy said to places that can be opened: files, lines, and the Python that made them."""

from typing import Final

from crema.policies.engine.finding import Finding, Related
from crema.policies.model.manifest import Manifest
from crema.policies.model.read import line_in
from crema.policies.report.report import ManifestPlace, RelatedPlace, Resource, SourcePlace

_SECRET: Final = "Secret"


def resource(manifest: Manifest) -> Resource:
    """The object, with where it belongs."""
    ref = manifest.ref
    return Resource(
        api_version=manifest.api_version,
        kind=ref.kind,
        namespace=ref.namespace,
        name=ref.name,
        environment=manifest.environment,
        app=manifest.app,
        origin=manifest.origin,
    )


def manifest_place(manifest: Manifest, pointer: str = "", inner: str = "") -> ManifestPlace:
    """The line of a value in its file; the first where the file can no longer be read."""
    shown = pointer + (f"#{inner}" if inner else "")
    return ManifestPlace(file=manifest.file, line=line_in(manifest, pointer, inner) or 1, pointer=shown)


def source_place(place: Finding | Related) -> SourcePlace | None:
    """The line of Python; None for a manifest that is not ours. The text of a line with a secret is left out."""
    from crema.policies.model.source import source_of  # here, since it parses Python, of which a clean run needs none

    found = source_of(place.manifest, place.pointer, place.inner, place.hints)
    if found is None:
        return None
    veiled = place.manifest.ref.kind == _SECRET or (isinstance(place, Finding) and place.veiled)
    text = "" if veiled else found.text
    return SourcePlace(file=found.file, line=found.line, construct=found.construct, exact=found.exact, text=text)


def related_place(related: Related) -> RelatedPlace:
    """A related place, located."""
    return RelatedPlace(
        note=related.note,
        resource=resource(related.manifest),
        manifest=manifest_place(related.manifest, related.pointer, related.inner),
        source=source_place(related),
    )
