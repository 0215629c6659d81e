"""Which Service a host names, as a pod's resolver finds it.

https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/
"""

import re
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

from crema.policies.model.helm import releases
from crema.policies.model.manifest import Ref
from crema.policies.model.routes.route import Backend
from crema.policies.model.whole import whole
from crema.policies.model.world import World

_WORDS: Final = """
    academy agency app arpa art biz blog build business cafe cat center chat cloud club coffee com community company consulting dev
    digital directory domains download edu email energy engineering events example expert express finance fun fund gmbh gov group
    health help host hosting house inc info int internal international invalid jobs lab lan legal life limited link live local
    localdomain localhost ltd management market marketing media mil mobi money museum name net network new news ninja one onion online
    org page partners photos pro pub report review rocks run sale school science security services shop site social software solutions
    space store studio systems team tech technology test tips today tools top training travel university ventures video vip watch
    website wiki work works world wtf xyz zone
"""
_TOP: Final = frozenset(_WORDS.split())
"""What ends the names of other networks; two letters are a country's. A namespace of the same name comes first."""
_LABEL: Final = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """The Service that a host names. sure: the host has a form that only names in a cluster have. pod: that of a StatefulSet, before a
    headless Service. wrong: why no name of this form is ever found, or empty.
    """

    namespace: str
    service: str
    sure: bool = False
    pod: str = ""
    wrong: str = ""

    def backend(self, port: int | None) -> Backend:
        """The Service with a port."""
        return Backend(namespace=self.namespace, name=self.service, port="" if port is None else str(port))


def named(world: World, host: str, namespace: str) -> Named | None:  # noqa: PLR0911 - one return for each form of a name
    """The Service that a host means to a pod of a namespace; None for what is no name in the cluster, or the API server's."""
    labels = host.removesuffix(".").split(".")
    if (
        _is_address(host)
        or labels[0] == "localhost"
        or not all(map(_LABEL.fullmatch, labels))
        or labels[:2] in _API
        or labels == ["kubernetes"]
    ):
        return None
    if "svc" in labels[1:4]:
        return _of_cluster(labels)
    if labels[-2:] == ["cluster", "local"] and "pod" not in labels:
        return Named(namespace=namespace, service=labels[0], sure=True, wrong="names of Services end in svc.cluster.local")
    spaces = world.derived(_spaces)
    match labels:
        case [service]:
            return Named(namespace=namespace, service=service)
        case [pod, service] if _is_pod(world, pod, namespace, service):
            return Named(namespace=namespace, service=service, pod=pod, sure=True)
        case [service, space] if space in spaces:
            return Named(namespace=space, service=service, sure=True)
        case [service, space] if world.closed and space not in _TOP and len(space) > 2:
            return Named(namespace=space, service=service, sure=True)
        case [pod, service, space] if space in spaces and _is_pod(world, pod, space, service):
            return Named(namespace=space, service=service, pod=pod, sure=True)
    return None


_API: Final = (["kubernetes", "default"],)


def _of_cluster(labels: list[str]) -> Named:
    at = labels.index("svc", 1)
    if at == 1:
        return Named(namespace="svc", service=labels[0], sure=True, wrong=f"a namespace is missing between {labels[0]} and svc")
    if at == 2:
        return Named(namespace=labels[1], service=labels[0], sure=True)
    return Named(namespace=labels[2], service=labels[1], pod=labels[0], sure=True)


def _is_pod(world: World, pod: str, namespace: str, service: str) -> bool:
    """Whether a name is that of a pod of a StatefulSet before its headless Service."""
    found = whole(world).world.get(Ref(group="", kind="Service", namespace=namespace, name=service))
    return found is not None and bool(re.search(r"-\d+$", pod)) and found.root.text("spec", "clusterIP") == "None"


def _spaces(world: World) -> frozenset[str]:
    """Every namespace that something here is in."""
    every = whole(world).world
    found = {manifest.ref.namespace for manifest in every.manifests} | {manifest.ref.name for manifest in every.of("", "Namespace")}
    return frozenset((found | {release.namespace for release in releases(world)} | {"kube-system"}) - {""})


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
