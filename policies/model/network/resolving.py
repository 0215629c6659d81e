"""Who resolves names, and the pods that answer: DNS is a connection that nobody writes down."""

from collections.abc import Iterator
from dataclasses import dataclass

from crema.policies.model.calls.call import Call, calls
from crema.policies.model.manifest import Ref
from crema.policies.model.network.end import End, end_of, space_of
from crema.policies.model.network.selector import Labels
from crema.policies.model.whole import whole
from crema.policies.model.world import World

_SPACE = "kube-system"
_SERVICE = Ref(group="", kind="Service", namespace=_SPACE, name="kube-dns")
_LABELS = {"k8s-app": "kube-dns"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Resolving:
    """A pod that has to resolve a name. call: the first of its calls by name."""

    caller: End
    call: Call

    def __str__(self) -> str:
        """The pod."""
        return str(self.caller)


def resolving(world: World) -> Iterator[Resolving]:
    """Every pod here that calls a Service by its name."""
    seen: set[int] = set()
    for call in calls(world):
        if call.pod is not None and call.ending.service is not None and id(call.pod) not in seen:
            seen.add(id(call.pod))
            yield Resolving(caller=end_of(world, call.pod), call=call)


def servers(world: World) -> tuple[End, ...]:
    """The cluster's DNS: the pods behind the Service kube-dns, else what every cluster has: pods of kube-system with its usual label."""
    return world.derived(_servers)


def _servers(world: World) -> tuple[End, ...]:
    every = whole(world).world
    service = every.get(_SERVICE)
    pods = every.pods(_SPACE, service.root.texts("spec", "selector")) if service is not None else ()
    if pods:
        return tuple(end_of(world, pod) for pod in pods)
    labels = Labels(carried=_LABELS, open=not world.closed)
    return (
        End(name="the cluster's DNS (k8s-app=kube-dns in kube-system)", namespace=_SPACE, labels=labels, space=space_of(world, _SPACE)),
    )
