"""Which paths the pods behind a Service serve, as far as their own manifests say."""

from dataclasses import dataclass
from typing import Final

from crema.policies.model.facts import fact
from crema.policies.model.manifest import Ref
from crema.policies.model.pods import PodTemplate
from crema.policies.model.rewrites.rewrite import is_under
from crema.policies.model.routes.route import Backend
from crema.policies.model.whole import whole
from crema.policies.model.world import World

ROOT_PATH: Final = "ROOT_PATH"
ROOT: Final = "/"
_PROBES: Final = ("startupProbe", "readinessProbe", "livenessProbe")


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """The pods behind a Service and the prefix that they serve; `prefix` is empty when nothing here says one, and `/`
    when they are said to serve without one. `probed`: the paths that their probes ask for.
    """

    pods: tuple[PodTemplate, ...]
    prefix: str
    probed: tuple[str, ...] = ()


def served_by(world: World, backend: Backend) -> Served:
    """The prefix that a fact says; without one, the variable ROOT_PATH of the pods that the Service selects.

    A probe that asks for a path outside it says that the variable means something else there: then nothing is known.
    """
    service = world.get(Ref(group="", kind="Service", namespace=backend.namespace, name=backend.name))
    spec = service.root.get("spec") if service is not None else None
    pods = world.pods(backend.namespace, spec.texts("selector")) if spec is not None else ()
    probed = tuple(path for pod in pods for path in _probed(pod))
    said = fact(world.facts, "services", f"{backend.namespace}/{backend.name}", "serves")
    if isinstance(said, str):
        return Served(pods=pods, prefix=said.rstrip("/") or ROOT, probed=probed)
    prefixes = {
        str(value.value).rstrip("/") or ROOT
        for pod in pods
        for variable in pod.environment(ROOT_PATH)
        if (value := variable.get("value")) is not None
    }
    prefix = prefixes.pop() if len(prefixes) == 1 else ""
    confirmed = all(is_under(path, prefix) for path in probed)
    return Served(pods=pods, prefix=prefix if confirmed else "", probed=probed)


def serving(world: World, backend: Backend) -> Served:
    """The same of the whole world, worked out once for each Service."""
    every = whole(world).world
    known = every.derived(_known)
    key = (backend.namespace, backend.name)
    if key not in known:
        known[key] = served_by(every, backend)
    return known[key]


def _known(_world: World) -> dict[tuple[str, str], Served]:
    return {}


def _probed(pod: PodTemplate) -> list[str]:
    """The paths that the probes of ordinary containers ask for."""
    asked = (container.text(probe, "httpGet", "path") for container in pod.spec.items("containers") for probe in _PROBES)
    return [path.partition("?")[0] for path in asked if path]
