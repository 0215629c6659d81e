"""Files that ConfigMaps, Secrets and the pod's own fields become in a volume: their paths, and their modes."""

from collections.abc import Mapping
from typing import Final

from crema.policies.model.admission.forms import DNS_SUBDOMAIN, misfit
from crema.policies.model.admission.refusal import Refusal, Refusals, Way, below, items, lacks, mapping, number, text, twice, wrong
from crema.policies.model.admission.variables import OF_FILES, field_ref, resource_ref
from crema.policies.model.values import Json

_KINDS: Final = ("secret", "configMap", "downwardAPI", "serviceAccountToken", "clusterTrustBundle", "podCertificate")


def files(source: Mapping[str, Json]) -> Refusals:
    """What is wrong with the items of a volume that is a ConfigMap, a Secret or the pod's own fields; modes have a policy of their own."""
    for index, item in items(source.get("items")):
        yield from below(("items", index), _item(item))


def projected(source: Mapping[str, Json]) -> Refusals:
    """What is wrong with the sources of a projected volume, and paths that two of them write."""
    paths: dict[str, Way] = {}
    for index, one in items(source.get("sources")):
        given = [kind for kind in _KINDS if one.get(kind) is not None]
        for surplus in given[1:]:
            yield Refusal(("sources", index, surplus), f"stands beside {given[0]}; each source has exactly one kind")
        for kind in given:
            here, part = ("sources", index, kind), mapping(one.get(kind))
            yield from below(here, _part(kind, part))
            for place, item in items(part.get("items")) if kind != "serviceAccountToken" else ():
                path = text(item.get("path"))
                if path and path in paths:
                    yield Refusal((*here, "items", place, "path"), twice(path), "give each file a path of its own")
                paths.setdefault(path, here)


def _part(kind: str, part: Mapping[str, Json]) -> Refusals:
    if kind in ("secret", "configMap"):
        if not part.get("name"):
            yield lacks("name")
        yield from files(part)
    elif kind == "downwardAPI":
        yield from files(part)
    elif kind == "serviceAccountToken":
        seconds = number(part.get("expirationSeconds"))
        if seconds is not None and not 600 <= seconds <= 1 << 32:
            yield wrong("expirationSeconds", seconds, "600 (ten minutes) or more")
        yield from _path(part, "path")
    elif kind == "clusterTrustBundle":
        yield from _path(part, "path")
        named, signed = part.get("name"), part.get("signerName")
        if (named is None) == (signed is None):
            yield Refusal((), f"has {'neither' if named is None else 'both'} of name and signerName; exactly one is required")
        if named is not None and ":" not in text(named):
            yield from misfit(part, "name", DNS_SUBDOMAIN, required=True)
        if named is not None and part.get("labelSelector") is not None:
            yield Refusal(("labelSelector",), "stands beside name; it is allowed only beside signerName")


def _item(item: Mapping[str, Json]) -> Refusals:
    if item.get("key") == "":
        yield wrong("key", "", "a key")
    yield from _path(item, "path")
    if "key" in item:
        return
    field, resource = item.get("fieldRef"), item.get("resourceFieldRef")
    if field is not None and resource is not None:
        yield Refusal(("resourceFieldRef",), "stands beside fieldRef; exactly one of both is required")
    elif field is None and resource is None:
        yield Refusal((), "has neither fieldRef nor resourceFieldRef; exactly one is required")
    if field is not None:
        yield from below("fieldRef", field_ref(mapping(field), OF_FILES))
    elif resource is not None:
        yield from below("resourceFieldRef", resource_ref(mapping(resource), of_file=True))


def _path(item: Mapping[str, Json], key: str) -> Refusals:
    path = item.get(key)
    if path == "":
        yield wrong(key, "", "a path")
    elif isinstance(path, str) and (path.startswith(("/", "..")) or ".." in path.split("/")):
        yield wrong(key, path, "a relative path without ..")
