"""The way of requests: from a port of the host and a URL to the pods that serve it, from these to whom they call, and to their volumes."""

from collections import defaultdict
from typing import Final

from crema.policies.model.calls.call import Call, calls
from crema.policies.model.entry.controllers import controller_of
from crema.policies.model.entry.entries import entries
from crema.policies.model.manifest import Manifest, Ref
from crema.policies.model.map.drawing import Sketch
from crema.policies.model.pods import PodTemplate
from crema.policies.model.routes.every import routes
from crema.policies.model.routes.route import Route
from crema.policies.model.services import Ending, ending
from crema.policies.model.whole import whole
from crema.policies.model.world import World

_BROKEN: Final = {
    "service": "there is no such Service",
    "port": "the Service has no such port",
    "selector": "its selector matches no pods",
    "target": "no container listens on its target port",
}
_TARGETS: Final = frozenset({"selector", "target"})


def draw_requests(world: World, sketch: Sketch) -> None:
    """Add every way in and every route, in the order of URLs (the longer path of a host first), and every call of what they reach."""
    for entry in entries(world):
        for controller in entry.controllers:
            host = sketch.point(entry.hops[0], "port")
            sketch.step("entry", host, sketch.object(controller.pod.manifest), entry.hops[1])
    for route in sorted(routes(world), key=lambda route: (route.host, -len(route.path), route.path)):
        if not route.answered:
            _route(world, sketch, route)
    called: defaultdict[str, list[Call]] = defaultdict(list)
    for call in calls(world):
        if call.pod is not None:
            called[str(call.pod.manifest)].append(call)
    met = 0
    while met < len(sketch.points):
        point = [*sketch.points.values()][met]
        for call in called.pop(point.id, ()):
            _ending(world, sketch, point.id, call.ending, by=call.key)
        met += 1


def _route(world: World, sketch: Sketch, route: Route) -> None:
    url, by = route.hops
    start = sketch.point(url, "URL")
    controller = controller_of(world, route.manifest) if route.manifest.ref.kind == "Ingress" else None
    if controller is not None and str(controller.pod.manifest) in sketch.points:
        sketch.step("entry", str(controller.pod.manifest), start)
    _ending(world, sketch, start, ending(world, route.backend), by=by)


def _ending(world: World, sketch: Sketch, start: str, way: Ending, *, by: str) -> None:
    """Add the way from a point through a Service to its pods; a broken one ends where it breaks."""
    shown = way.hops[0] if way.hops else str(way.backend)
    end = sketch.point(shown, "missing" if way.service is None and not way.arrives else "Service", manifest=way.service)
    why = _BROKEN.get(way.broken, "")
    sketch.step("traffic", start, end, by, broken="" if way.broken in _TARGETS else why)
    if way.broken in _TARGETS:
        sketch.step("traffic", end, sketch.point(f"nothing behind {shown}", "missing", "nothing"), broken=why)
        return
    for pod in {id(pod): pod for pod in way.pods}.values():
        sketch.step("traffic", end, sketch.object(pod.manifest), f":{way.number}" if way.number else "")
        _volumes(world, sketch, pod)


def _volumes(world: World, sketch: Sketch, pod: PodTemplate) -> None:
    """The claims of a pod: those that it names, and those that its StatefulSet has templates for."""
    owner = pod.manifest
    for volume in pod.spec.items("volumes"):
        name = volume.text("persistentVolumeClaim", "claimName") if volume.get("persistentVolumeClaim") is not None else None
        if name is None:
            continue
        ref = Ref(group="", kind="PersistentVolumeClaim", namespace=owner.ref.namespace, name=name)
        claim = whole(world).world.get(ref)
        missing = sketch.point(str(ref), "missing", f"{ref.kind} {ref.namespace}/{name}") if claim is None else ""
        end = missing if claim is None else sketch.object(claim)
        sketch.step("traffic", str(owner.ref), end, "keeps data in", broken="there is no such claim" if claim is None else "")
    for name in _templates(owner):
        shown = f"PersistentVolumeClaim {owner.ref.namespace}/{name}-{owner.ref.name}-0"
        sketch.step("traffic", str(owner.ref), sketch.point(shown, "PersistentVolumeClaim", manifest=owner), "keeps data in")


def _templates(owner: Manifest) -> list[str]:
    templates = owner.root.items("spec", "volumeClaimTemplates") if owner.ref.kind == "StatefulSet" else ()
    return [template.text("metadata", "name") or "" for template in templates]
