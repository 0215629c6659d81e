"""ExternalSecrets: what the operator's webhook refuses beside the schema.

https://github.com/external-secrets/external-secrets/blob/main/apis/externalsecrets/v1/externalsecret_validator.go
"""

from collections.abc import Mapping
from typing import Final

from crema.policies.model.admission.refusal import Refusal, Refusals, below, items, mapping, text, twice, wrong
from crema.policies.model.admission.schedules import DURATION
from crema.policies.model.values import Json

_NOT_OWNED: Final = ("Merge", "None")
_KINDS: Final = ("extract", "find")
_REPLACED: Final = "Retain"


def external_secret(spec: Mapping[str, Json]) -> Refusals:
    """What is wrong with the specification of an ExternalSecret."""
    target = mapping(spec.get("target"))
    made, deleted = target.get("creationPolicy"), target.get("deletionPolicy")
    if deleted == "Delete" and made in _NOT_OWNED:
        said = f"is Delete, and creationPolicy is {made}: the operator deletes only a Secret that it owns"
        yield Refusal(("target", "deletionPolicy"), said, "write creationPolicy: Owner, or deletionPolicy: Retain")
    if deleted == "Merge" and made == "None":
        said = "is Merge, and creationPolicy is None: there is no Secret to merge with"
        yield Refusal(("target", "deletionPolicy"), said, "write another creationPolicy, or deletionPolicy: Retain")
    if not spec.get("data") and not spec.get("dataFrom"):
        yield Refusal((), "has neither data nor dataFrom; one of both is required", "say which keys of the store it takes")
    interval = spec.get("refreshInterval")
    if isinstance(interval, str) and interval and not DURATION.fullmatch(interval):
        yield wrong("refreshInterval", interval, "a duration such as 30s, 15m or 1h (there are no days)")
    for index, one in items(spec.get("dataFrom")):
        yield from below(("dataFrom", index), _source(one))
    if (deleted or _REPLACED) == _REPLACED:
        seen: set[str] = set()
        for index, one in items(spec.get("data")):
            key = text(one.get("secretKey"))
            if key and key in seen:
                yield Refusal(("data", index, "secretKey"), twice(key), "give each entry a key of its own")
            seen.add(key)


def _source(one: Mapping[str, Json]) -> Refusals:
    ref = mapping(one.get("sourceRef"))
    given = [kind for kind in _KINDS if one.get(kind) is not None]
    if ref.get("generatorRef") is not None:
        given.append("sourceRef")
    if len(given) > 1:
        yield Refusal(
            (given[-1],), f"stands beside {given[0]}; only one of extract, find and a generator is allowed", "make two items of them"
        )
    elif not given and one.get("sourceRef") is None:
        yield Refusal((), "has no extract, no find and no sourceRef; one of them is required")
    elif one.get("sourceRef") is not None and ref.get("generatorRef") is None and ref.get("storeRef") is None:
        yield Refusal(("sourceRef",), "has neither generatorRef nor storeRef; one of both is required")
