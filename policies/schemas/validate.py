"""Judge one object against the schema of its kind."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from jsonschema_rs import Draft7Validator, ValidationError, ValidationErrorKind

from crema.policies.schemas.catalog import NoSchema, Schema, kubernetes_versions, whole_object
from crema.policies.schemas.explain import explain
from crema.policies.schemas.violation import Violation

#: Kinds that hold secret values: nothing below their top-level fields is shown.
_SECRET_KINDS: Final = frozenset({"Secret", "SecretList"})


@dataclass(frozen=True, slots=True, kw_only=True)
class KindSchema:
    """The compiled schema of one kind in one API version."""

    schema: Schema
    validator: Draft7Validator
    hides: bool

    def violations(self, body: Mapping[str, Any]) -> tuple[Violation, ...]:
        """Every violation, sorted by place; none if the object is valid.

        A missing field that a misspelt one beside it stands for is not said twice.
        """
        if self.validator.is_valid(body):
            return ()
        said = [one for error in _useful(self.validator.iter_errors(body)) for one in explain(error, self.schema, hides=self.hides)]
        misspelt = {(one.mapping, one.suggests) for one in said if one.suggests}
        return tuple(sorted({one.violation for one in said if not one.misses or (one.mapping, one.misses) not in misspelt}))


def compiled(schema: Schema, *, hides: bool = False) -> KindSchema:
    """A schema, ready to judge."""
    return KindSchema(schema=schema, validator=Draft7Validator(schema, validate_formats=True, offline=True), hides=hides)


@cache
def schema_in(file: Path) -> KindSchema:
    """The schema of one file, compiled at first use."""
    return compiled(json.loads(file.read_text(encoding="utf-8")))


@cache
def schema_for(api_version: str, kind: str, kubernetes_version: str) -> KindSchema | NoSchema:
    """The schema of one kind, compiled at first use, or why there is none."""
    schema = whole_object(api_version, kind, kubernetes_version)
    if isinstance(schema, NoSchema):
        return schema
    return compiled(schema, hides=kind in _SECRET_KINDS)


def validate(body: Mapping[str, Any], kubernetes_version: str | None = None) -> tuple[Violation, ...] | NoSchema:
    """The violations of one object, or why it was not judged. Without a version, the newest Kubernetes known counts."""
    version = kubernetes_version or kubernetes_versions()[-1]
    named = {key: body.get(key) for key in ("apiVersion", "kind")}
    missing = [
        Violation(pointer="", message=f"{key} is missing; it says which schema holds", value="a mapping")
        for key, value in named.items()
        if not isinstance(value, str) or not value
    ]
    if missing:
        return tuple(missing)
    found = schema_for(str(named["apiVersion"]), str(named["kind"]), version)
    return found if isinstance(found, NoSchema) else found.violations(body)


def _useful(errors: Iterator[ValidationError]) -> Iterator[ValidationError]:
    """The errors themselves; for a choice between schemas, those of the alternative that the value comes closest to."""
    for error in errors:
        if isinstance(error.kind, ValidationErrorKind.AnyOf | ValidationErrorKind.OneOfNotValid):
            closest = max(error.kind.context, key=_closeness, default=[])
            yield from _useful(iter(closest)) if _closeness(closest) > (0, 0) else [error]
        else:
            yield error


def _closeness(errors: list[ValidationError]) -> tuple[int, int]:
    """How deep the first error lies, then how few there are. An error at the very top is not close."""
    return (min((len(error.instance_path) for error in errors), default=0), -len(errors))
