"""Names and other metadata, as far as they have forms that a schema does not say.

https://github.com/kubernetes/apimachinery/blob/master/pkg/api/validation/objectmeta.go
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

from crema.policies.model.admission.forms import DNS_LABEL, DNS_SUBDOMAIN, PATH_SEGMENT, QUALIFIED, Form, is_qualified
from crema.policies.model.admission.labels import labels
from crema.policies.model.admission.refusal import Refusal, Refusals, below, items, mapping, number, shown, text, texts, wrong
from crema.policies.model.values import Json

_STANDARD_FINALIZERS: Final = frozenset({"kubernetes", "orphan", "foregroundDeletion"})
_STRICT: Final = frozenset(
    {"", "apps", "autoscaling", "batch", "discovery.k8s.io", "networking.k8s.io", "rbac.authorization.k8s.io", "scheduling.k8s.io"}
    | {"storage.k8s.io"}
)
"""The API groups whose finalizers need a domain; elsewhere the server only warns."""
_ANNOTATIONS: Final = 256 * 1024
_RBAC: Final = "rbac.authorization.k8s.io"
_HASH: Final = 11
"""A hyphen and ten characters, which a StatefulSet adds to its name for a label of its pods."""
_SECURITY: Final = "pod-security.kubernetes.io/"
_VERSION: Final = re.compile(r"latest|v1\.(?:0|[1-9][0-9]*)")
_TIME: Final = 11
"""A hyphen and ten digits, which a CronJob adds to its name for each Job."""


def metadata(group: str, kind: str, body: Mapping[str, Json]) -> Refusals:
    """What is wrong with the metadata of an object."""
    meta = mapping(body.get("metadata"))
    yield from below("metadata", _name(group, kind, meta, body))
    yield from below("metadata", common(meta, strict=group in _STRICT))
    if (group, kind) == ("", "Namespace"):
        yield from below(("metadata", "labels"), _pod_security(mapping(meta.get("labels"))))


def common(meta: Mapping[str, Json], *, strict: bool = False) -> Refusals:
    """What is wrong with metadata whatever the kind: annotations that are too long, keys, finalizers, owners."""
    given = mapping(meta.get("annotations"))
    size = sum(len(key) + len(value.encode()) for key, value in given.items() if isinstance(value, str))
    if size > _ANNOTATIONS:
        largest = max(given, key=lambda key: len(str(given[key])))
        yield Refusal(("annotations",), f"has {size} bytes; at most {_ANNOTATIONS} are allowed (the largest is {largest})")
    for field in ("annotations", "labels"):
        for key in mapping(meta.get(field)):
            if len(key) > DNS_LABEL.longest and len(key.rpartition("/")[0]) > DNS_SUBDOMAIN.longest:
                yield Refusal((field, key), f"has a key whose prefix has {len(key.rpartition('/')[0])} characters; at most 253 are allowed")
    for index, one in texts(meta.get("finalizers")):
        if not is_qualified(one) or (strict and "/" not in one and one not in _STANDARD_FINALIZERS):
            yield wrong(("finalizers", index), one, "a name with a domain such as example.com/guard")
    for index, owner in items(meta.get("ownerReferences")):
        for field in ("apiVersion", "kind", "name", "uid"):
            if owner.get(field) == "":
                yield Refusal(("ownerReferences", index, field), "is empty; an owner is named by apiVersion, kind, name and uid")


def template_metadata(meta: Mapping[str, Json]) -> Refusals:
    """What is wrong with the metadata of a template; its name and namespace say nothing."""
    yield from below("labels", labels(meta.get("labels")))
    yield from common({key: meta.get(key) for key in ("annotations", "labels")})
    for key in mapping(meta.get("annotations")):
        if not is_qualified(key.lower()):
            yield Refusal(("annotations", key), f"has the key {shown(key)}; {QUALIFIED.words} is required")


def _name(group: str, kind: str, meta: Mapping[str, Json], body: Mapping[str, Json]) -> Refusals:
    name, prefix = text(meta.get("name")), text(meta.get("generateName"))
    form = _FORMS.get((group, kind), PATH_SEGMENT if group == _RBAC else None)
    if name and form is not None and not form.fits(name):
        yield wrong("name", name, form.words)
    if prefix:
        full = prefix.removesuffix("-") + "a"
        for wanted in (form or DNS_SUBDOMAIN,):
            if not wanted.fits(full[:60]):
                yield wrong("generateName", prefix, f"the beginning of a name: {wanted.words.rstrip(',')}")
    for judge in (_LONGEST.get((group, kind)),):
        if judge is not None and name:
            yield from judge(name, body)


def _pod_security(given: Mapping[str, Json]) -> Refusals:
    """https://kubernetes.io/docs/concepts/security/pod-security-admission/#pod-security-admission-labels-for-namespaces"""
    for mode in ("enforce", "audit", "warn"):
        level, version = given.get(f"{_SECURITY}{mode}"), given.get(f"{_SECURITY}{mode}-version")
        if isinstance(level, str) and level not in ("privileged", "baseline", "restricted"):
            yield wrong(f"{_SECURITY}{mode}", level, "privileged, baseline or restricted")
        if isinstance(version, str) and not _VERSION.fullmatch(version):
            yield wrong(f"{_SECURITY}{mode}-version", version, "latest or a version such as v1.36")


def _too_long(name: str, most: int, why: str) -> Refusals:
    if len(name) > most:
        yield Refusal(("name",), f"has {len(name)} characters ({shown(name)}); at most {most} are allowed: {why}", "give it a shorter name")


def _cron_job(name: str, body: Mapping[str, Json]) -> Refusals:
    del body
    yield from _too_long(name, DNS_LABEL.longest - _TIME, "each Job gets a hyphen and ten digits more")


def _stateful_set(name: str, body: Mapping[str, Json]) -> Refusals:
    del body
    if len(name) <= DNS_LABEL.longest:
        yield from _too_long(name, DNS_LABEL.longest - _HASH, "its pods carry the name and a hash in the label controller-revision-hash")


def _job(name: str, body: Mapping[str, Json]) -> Refusals:
    spec = mapping(body.get("spec"))
    yield from _too_long(name, DNS_LABEL.longest, "its pods carry the name in the label batch.kubernetes.io/job-name")
    completions = number(spec.get("completions")) or 0
    if spec.get("completionMode") == "Indexed" and completions > 0 and len(name) <= DNS_LABEL.longest:
        host = f"{name}-{completions - 1}"
        if not DNS_LABEL.fits(host):
            yield Refusal(("name",), f'is "{name}"; its pods have hostnames such as {host}, and {DNS_LABEL.words} is required of them')


_FORMS: Final[Mapping[tuple[str, str], Form]] = {
    ("", "Namespace"): DNS_LABEL,
    ("", "Service"): DNS_LABEL,
    ("apps", "StatefulSet"): DNS_LABEL,
    ("discovery.k8s.io", "EndpointSlice"): DNS_SUBDOMAIN,
}
_LONGEST: Final[Mapping[tuple[str, str], Callable[[str, Mapping[str, Json]], Refusals]]] = {
    ("batch", "CronJob"): _cron_job,
    ("batch", "Job"): _job,
    ("apps", "StatefulSet"): _stateful_set,
}
