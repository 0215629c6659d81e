"""Environment variables of containers, and where their values come from."""

import re
from collections.abc import Mapping
from typing import Final

from crema.policies.model.admission.containers import Container, containers, each
from crema.policies.model.admission.forms import CONFIG_KEY, DNS_LABEL, DNS_SUBDOMAIN, QUALIFIED, VARIABLE, is_qualified, misfit
from crema.policies.model.admission.quantity import quantity
from crema.policies.model.admission.refusal import Refusal, Refusals, below, items, lacks, mapping, text, wrong
from crema.policies.model.values import Json

_SOURCES: Final = ("fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef")
_OF_VARIABLES: Final = (
    *("metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName"),
    *("status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"),
)
OF_FILES: Final = ("metadata.name", "metadata.namespace", "metadata.labels", "metadata.annotations", "metadata.uid")
_RESOURCES: Final = tuple(f"{kind}.{name}" for kind in ("limits", "requests") for name in ("cpu", "memory", "ephemeral-storage"))
_SUBSCRIPT: Final = re.compile(r"(metadata\.(?:labels|annotations))\['(.*)'\]")
_DIVISORS: Final = frozenset(quantity(f"1{suffix}") for suffix in ("", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"))


def variables(spec: Mapping[str, Json]) -> Refusals:
    """What is wrong with the environment of a pod's containers."""
    yield from each(spec, _env)
    yield from each(spec, _env_from)
    empty = {text(one.get("name")): one.get("emptyDir") is not None for _, one in items(spec.get("volumes"))}
    for way, container in containers(spec):
        for index, one in items(container.get("env")):
            file = mapping(mapping(one.get("valueFrom")).get("fileKeyRef"))
            name = text(file.get("volumeName"))
            if name and not empty.get(name):
                said = "another kind than emptyDir" if name in empty else "missing"
                way_there = (*way, "env", index, "valueFrom", "fileKeyRef", "volumeName")
                yield Refusal(way_there, f"names the volume {name}, which is {said}; an emptyDir is required")


def field_ref(ref: Mapping[str, Json], fields: tuple[str, ...]) -> Refusals:
    """What is wrong with a reference to a field of the pod."""
    path = ref.get("fieldPath")
    if ref.get("apiVersion") not in (None, "", "v1"):
        yield wrong("apiVersion", ref.get("apiVersion"), "v1")
    if not isinstance(path, str):
        return
    if found := _SUBSCRIPT.fullmatch(path):
        key = found[2].lower() if found[1].endswith("annotations") else found[2]
        if not is_qualified(key):
            yield wrong("fieldPath", path, f"in its brackets {QUALIFIED.words}")
    elif path not in fields and not (path == "spec.host" and "spec.nodeName" in fields):
        some = ", ".join((*fields, "metadata.labels['…']", "metadata.annotations['…']"))
        yield wrong("fieldPath", path, f"one of {some}")


def resource_ref(ref: Mapping[str, Json], *, of_file: bool) -> Refusals:
    """What is wrong with a reference to a request or a limit of a container."""
    name = ref.get("resource")
    if of_file and not ref.get("containerName"):
        yield lacks("containerName", "a file names the container whose resources it shows")
    if isinstance(name, str) and name not in _RESOURCES and not name.startswith(("limits.hugepages-", "requests.hugepages-")):
        yield wrong("resource", name, f"one of {', '.join(_RESOURCES)}")
    divisor = quantity(ref.get("divisor"))
    if divisor and isinstance(name, str):
        cpu = name.endswith(".cpu")
        if (cpu and divisor not in (quantity("1m"), quantity("1"))) or (not cpu and divisor not in _DIVISORS):
            yield wrong("divisor", ref.get("divisor"), "1 or 1m for cpu" if cpu else "1, 1k, 1Ki, 1M, 1Mi and so on")


def _env(container: Container) -> Refusals:
    for index, one in items(container.get("env")):
        name, source = one.get("name"), one.get("valueFrom")
        if name is None or name == "":
            yield lacks("name", way=("env", index))
        elif isinstance(name, str) and not VARIABLE.fits(name):
            yield wrong(("env", index, "name"), name, VARIABLE.words)
        if source is not None:
            yield from below(("env", index), _value_from(one, mapping(source)))


def _value_from(one: Mapping[str, Json], source: Mapping[str, Json]) -> Refusals:
    given = [kind for kind in _SOURCES if source.get(kind) is not None]
    if not given:
        yield Refusal(("valueFrom",), f"has no source; exactly one of {', '.join(_SOURCES[:4])} is required")
    if given and one.get("value"):
        yield Refusal(
            ("valueFrom",), f"stands beside the value of {one.get('name')}; only one of both is allowed", "leave value or valueFrom out"
        )
    for surplus in given[1:]:
        yield Refusal(("valueFrom", surplus), f"stands beside {given[0]}; exactly one source is required")
    for kind in given:
        ref = mapping(source.get(kind))
        if kind == "fieldRef":
            yield from below(("valueFrom", kind), field_ref(ref, _OF_VARIABLES))
        elif kind == "resourceFieldRef":
            yield from below(("valueFrom", kind), resource_ref(ref, of_file=False))
        elif kind == "fileKeyRef":
            yield from below(("valueFrom", kind), _file_key(ref))
        else:
            yield from below(("valueFrom", kind), misfit(ref, "name", DNS_SUBDOMAIN, required=True))
            yield from below(("valueFrom", kind), misfit(ref, "key", CONFIG_KEY, required=True))


def _file_key(ref: Mapping[str, Json]) -> Refusals:
    yield from misfit(ref, "key", VARIABLE, required=True)
    yield from misfit(ref, "volumeName", DNS_LABEL, required=True)
    if ".." in text(ref.get("path")).split("/"):
        yield wrong("path", ref.get("path"), "a path without ..")
    elif not ref.get("path"):
        yield lacks("path")


def _env_from(container: Container) -> Refusals:
    for index, one in items(container.get("envFrom")):
        prefix = text(one.get("prefix"))
        if prefix and not VARIABLE.fits(prefix):
            yield wrong(("envFrom", index, "prefix"), prefix, VARIABLE.words)
        given = [kind for kind in ("configMapRef", "secretRef") if one.get(kind) is not None]
        if len(given) != 1:
            yield Refusal(
                ("envFrom", index), f"has {'both' if given else 'neither'} of configMapRef and secretRef; exactly one is required"
            )
        for kind in given:
            yield from below(("envFrom", index, kind), misfit(mapping(one.get(kind)), "name", DNS_SUBDOMAIN, required=True))
