"""The policy entry-controller-resolves-cluster-names."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import urlsplit

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome, Related
from crema.policies.engine.policy import Policy
from crema.policies.model.entry.controllers import Controller, class_of, controllers
from crema.policies.model.entry.places import place_of
from crema.policies.model.manifest import Ref
from crema.policies.model.node import Node
from crema.policies.model.whole import whole
from crema.policies.model.world import World

_OF_THE_NODE: Final = frozenset({"ClusterFirst", "Default"})
_URLS: Final = tuple(f"nginx.ingress.kubernetes.io/{name}" for name in ("auth-url", "mirror-target", "global-rate-limit-memcached-host"))
_OF_CLUSTER: Final = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)?\.svc(\.cluster\.local)?\.?|[a-z0-9-]+\.[a-z0-9-]+")


def _nginx(settings: str, url: str = "http://auth.shop.svc.cluster.local:4180/check") -> str:
    return f"""
    apiVersion: apps/v1
    kind: DaemonSet
    metadata: {{name: nginx, namespace: ingress}}
    spec:
      template: {{spec: {{{settings} containers: [{{name: nginx, image: 'registry.k8s.io/ingress-nginx/controller:v1.15.1'}}]}}}}
    ---
    apiVersion: networking.k8s.io/v1
    kind: IngressClass
    metadata: {{name: nginx}}
    spec: {{controller: k8s.io/ingress-nginx}}
    ---
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata: {{name: shop, namespace: shop, annotations: {{nginx.ingress.kubernetes.io/auth-url: '{url}'}}}}
    spec: {{ingressClassName: nginx}}
    ---
    apiVersion: v1
    kind: Service
    metadata: {{name: auth, namespace: shop}}
    """


class ControllerResolvesClusterNames(Policy[Controller]):
    """A controller in the network of its node that has to find a Service by name asks the DNS of the cluster.

    Why: with hostNetwork, dnsPolicy ClusterFirst (the default) means the resolver of the node, which knows no Service: every request
    that the controller has to authorise by such a URL ends in 500.
    Fix: set dnsPolicy to ClusterFirstWithHostNet.
    Source: https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/#pod-s-dns-policy

    Ingresses themselves need no names: the controller reads addresses from the API server. Where nothing needs a name it is told as
    information, in a whole environment only.
    """

    id = "entry-controller-resolves-cluster-names"
    basis = "breaks"
    allowed = (
        Example(name="the DNS of the cluster", manifests=_nginx("hostNetwork: true, dnsPolicy: ClusterFirstWithHostNet,")),
        Example(name="the network of pods", manifests=_nginx("")),
        Example(name="a name outside the cluster", manifests=_nginx("hostNetwork: true,", "https://login.example.com/check")),
        Example(
            name="a resolver of its own", manifests=_nginx("hostNetwork: true, dnsPolicy: None, dnsConfig: {nameservers: [10.96.0.10]},")
        ),
    )
    denied = (
        Denied(
            name="the resolver of the node, and an Ingress that asks a Service",
            manifests=_nginx("hostNetwork: true,"),
            at="DaemonSet/ingress/nginx",
            pointer="/spec/template/spec/hostNetwork",
            message="DaemonSet/ingress/nginx asks the resolver of its node (hostNetwork, dnsPolicy ClusterFirst), which does not know "
            "auth.shop.svc.cluster.local, the host in auth-url of Ingress/shop/shop",
        ),
        Denied(
            name="nothing that needs a name yet",
            manifests=_nginx("hostNetwork: true, dnsPolicy: Default,", "https://login.example.com/check"),
            closed=True,
            at="DaemonSet/ingress/nginx",
            pointer="/spec/template/spec/dnsPolicy",
            message="DaemonSet/ingress/nginx asks the resolver of its node (hostNetwork, dnsPolicy Default), which knows no Service: "
            "the first Ingress that names one (auth-url, ExternalName) ends in 500",
        ),
    )

    def targets(self, world: World) -> Iterable[Controller]:
        """Every controller in the network of its node."""
        return (each for each in controllers(world) if each.pod.spec.get("hostNetwork") is not None and each.pod.spec.flag("hostNetwork"))

    def judge(self, world: World, target: Controller) -> Iterator[Outcome]:
        """Its resolver, and the names that its Ingresses give it."""
        spec = target.pod.spec
        policy = spec.text("dnsPolicy") or "ClusterFirst"
        if policy not in _OF_THE_NODE:
            return
        place = place_of(world, spec.get("dnsPolicy") or spec.get("hostNetwork") or spec, "dnsPolicy")
        asks = f"{target} asks the resolver of its node (hostNetwork, dnsPolicy {policy}), which"
        needs = [node for name in target.classes for node in world.derived(_asked).get(name, ())]
        for node in needs:
            host = urlsplit(str(node.value)).hostname
            related = (Related(manifest=node.manifest, pointer=node.pointer, note="needs the name"),)
            message = f"{asks} does not know {host}, the host in {node.key.rpartition('/')[2]} of {node.manifest}"
            yield self.finding(
                place, message, related=related, path=(str(node.manifest), str(target), f"{host} is not found"), subject=str(node.manifest)
            )
        if not needs and world.closed:
            message = f"{asks} knows no Service: the first Ingress that names one (auth-url, ExternalName) ends in 500"
            yield self.finding(place, message, severity="info")


def _asked(world: World) -> dict[str, list[Node]]:
    """The URLs of Ingresses that name a Service, by class."""
    every = whole(world).world
    found: defaultdict[str, list[Node]] = defaultdict(list)
    for ingress in every.of("networking.k8s.io", "Ingress"):
        notes = ingress.root.get("metadata", "annotations")
        for key in _URLS if notes is not None else ():
            url = notes.get(key) if notes is not None else None
            host = urlsplit(str(url.value)).hostname or "" if url is not None else ""
            if url is not None and _OF_CLUSTER.fullmatch(host) and (".svc" in host or _is_service(every, host)):
                found[class_of(world, ingress)].append(url)
    return found


def _is_service(world: World, host: str) -> bool:
    name, _, namespace = host.partition(".")
    return world.get(Ref(group="", kind="Service", namespace=namespace, name=name)) is not None
