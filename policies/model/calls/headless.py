"""Where a call to a headless Service ends: its name gives the addresses of pods, so the port that is asked is the pods' own.

https://kubernetes.io/docs/concepts/services-networking/service/#headless-services
"""

from dataclasses import replace

from crema.policies.model.calls.host import Named
from crema.policies.model.manifest import Ref
from crema.policies.model.node import Node
from crema.policies.model.pods import PodTemplate
from crema.policies.model.services import Ending, ending
from crema.policies.model.whole import whole
from crema.policies.model.world import World


def direct_ending(world: World, names: Named, port: int | None) -> Ending | None:
    """The ending of a call to a headless Service with a selector; None for every other Service."""
    every = whole(world).world
    service = every.get(Ref(group="", kind="Service", namespace=names.namespace, name=names.service))
    spec = service.root.get("spec") if service is not None else None
    if spec is None or service is None or spec.text("clusterIP") != "None" or not spec.texts("selector"):
        return None
    backend = names.backend(port)
    pods = every.pods(names.namespace, spec.texts("selector"))
    if not pods:
        return replace(ending(world, names.backend(None)), backend=backend)
    if port is None:
        return Ending(backend=backend, service=service, pods=pods, broken="", hops=(str(backend),))
    found = [(pod, container) for pod in pods for container in pod.containers() if _listens(container, port)]
    hops = (f"{backend} (headless)", *dict.fromkeys(f"{pod.manifest} container {one.text('name')}:{port}" for pod, one in found))
    if found:
        to, containers = tuple(pod for pod, _ in found), tuple(one for _, one in found)
        return Ending(backend=backend, service=service, pods=to, number=port, containers=containers, broken="", hops=hops)
    declared = any(True for pod in pods for container in pod.containers() for _ in container.items("ports"))
    broken = "target" if declared and all(_declares(pod) for pod in pods) else "unknown"
    return Ending(
        backend=backend,
        service=service,
        pods=pods,
        number=port,
        broken="target" if broken == "target" else "unknown",
        hops=(*hops, str(pods[0].manifest)),
    )


def _listens(container: Node, port: int) -> bool:
    return any((number := one.get("containerPort")) is not None and number.value == port for one in container.items("ports"))


def _declares(pod: PodTemplate) -> bool:
    return any(True for container in pod.containers() for _ in container.items("ports"))
