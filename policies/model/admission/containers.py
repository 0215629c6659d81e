"""The containers of a pod, and what the server asks of each by itself."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from crema.policies.model.admission.forms import DNS_LABEL, misfit
from crema.policies.model.admission.refusal import Refusal, Refusals, Way, below, items, mapping, text, twice, wrong
from crema.policies.model.pods import CONTAINER_LISTS
from crema.policies.model.values import Json

Container = Mapping[str, Json]

_ONLY_SIDECARS: Final = ("lifecycle", "livenessProbe", "readinessProbe", "startupProbe")
_RESIZABLE: Final = frozenset({"cpu", "memory"})


def containers(spec: Mapping[str, Json]) -> Iterator[tuple[Way, Container]]:
    """Every container of a pod with the way to it: init, ordinary and ephemeral."""
    for key in CONTAINER_LISTS:
        for index, container in items(spec.get(key)):
            yield (key, index), container


def each(spec: Mapping[str, Json], judge: Callable[[Container], Iterable[Refusal]]) -> Refusals:
    """What a judge of one container refuses of all of them."""
    for way, container in containers(spec):
        yield from below(way, judge(container))


def shapes(spec: Mapping[str, Json]) -> Refusals:
    """Names of containers, and what init containers may have."""
    never = spec.get("restartPolicy") == "Never"
    for (kind, index), container in containers(spec):
        yield from below((kind, index), misfit(container, "name", DNS_LABEL, required=True))
        if container.get("image") == "":
            yield Refusal((kind, index, "image"), 'is ""; the name of an image is required')
        if kind == "initContainers":
            yield from below((kind, index), _init(container))
        yield from below((kind, index), _resizes(container, never=never))
        yield from below((kind, index), _restarts(container))


def duplicates(spec: Mapping[str, Json]) -> Refusals:
    """Two ports of one name in a container, and one port of the host for two containers."""
    hosts: dict[str, dict[str, Way]] = {}
    for way, container in containers(spec):
        names: dict[str, Way] = {}
        apart = hosts.setdefault("".join(map(str, way)) if way[0] == "initContainers" else str(way[0]), {})
        for index, port in items(container.get("ports")):
            here = (*way, "ports", index)
            name = text(port.get("name"))
            if name and name in names:
                yield Refusal((*here, "name"), twice(name, names[name]), "give each port of a container a name of its own")
            names.setdefault(name, (*here, "name"))
            host = port.get("hostPort")
            if host:
                key = f"{port.get('protocol') or 'TCP'} {port.get('hostIP') or ''} {host}"
                if key in apart:
                    yield Refusal((*here, "hostPort"), twice(host, apart[key]), "give each container a port of the host of its own")
                apart.setdefault(key, (*here, "hostPort"))


def _init(container: Container) -> Refusals:
    if container.get("restartPolicy") == "Always":
        return
    for field in _ONLY_SIDECARS:
        if container.get(field) is not None:
            fix = "give it restartPolicy: Always if it runs beside the containers; else leave the field out"
            yield Refusal(
                (field,), "is given, and this init container runs to its end: only one with restartPolicy Always may have it", fix
            )
    for index, one in items(container.get("resizePolicy")):
        if one.get("restartPolicy") == "RestartContainer":
            yield wrong(("resizePolicy", index, "restartPolicy"), "RestartContainer", "NotRequired in an init container that ends")


def _resizes(container: Container, *, never: bool) -> Refusals:
    seen: set[str] = set()
    for index, one in items(container.get("resizePolicy")):
        name, policy = text(one.get("resourceName")), one.get("restartPolicy")
        if name not in _RESIZABLE:
            yield wrong(("resizePolicy", index, "resourceName"), name, "cpu or memory")
        if name in seen:
            yield Refusal(("resizePolicy", index, "resourceName"), twice(name))
        seen.add(name)
        if policy not in ("NotRequired", "RestartContainer") and policy is not None:
            yield wrong(("resizePolicy", index, "restartPolicy"), policy, "NotRequired or RestartContainer")
        elif never and policy != "NotRequired":
            yield wrong(("resizePolicy", index, "restartPolicy"), policy, "NotRequired in a pod whose restartPolicy is Never")


def _restarts(container: Container) -> Refusals:
    policy, rules = container.get("restartPolicy"), container.get("restartPolicyRules")
    if policy is not None and policy not in ("Always", "Never", "OnFailure"):
        yield wrong("restartPolicy", policy, "Always, Never or OnFailure")
    if rules and policy is None:
        yield Refusal(("restartPolicyRules",), "is given without a restartPolicy of the container; one is required beside it")
    if isinstance(rules, list) and len(rules) > 20:
        yield Refusal(("restartPolicyRules",), f"has {len(rules)} rules; at most 20 are allowed")
    for index, rule in items(rules):
        if rule.get("action") not in ("Restart", "RestartAllContainers"):
            yield wrong(("restartPolicyRules", index, "action"), rule.get("action"), "Restart")
        if not mapping(rule.get("exitCodes")):
            yield Refusal(("restartPolicyRules", index), "has no exitCodes; they are required")
