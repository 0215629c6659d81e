"""The policy entry-load-balancer-gets-an-address."""

from collections.abc import Iterable, Iterator
from typing import Final

from crema.policies.engine.example import Denied, Example, Pinned
from crema.policies.engine.finding import Outcome, Related
from crema.policies.engine.policy import Policy
from crema.policies.model.entry.balancers import has_balancer, is_kind
from crema.policies.model.entry.controllers import Controller, controllers
from crema.policies.model.entry.doors import doors, services_of
from crema.policies.model.entry.places import place_of
from crema.policies.model.manifest import Manifest, Ref
from crema.policies.model.whole import whole
from crema.policies.model.world import World

_BALANCED: Final = "LoadBalancer"
_KIND: Final = {"kind.yaml": "{apiVersion: kind.x-k8s.io/v1alpha4, kind: Cluster}"}


def _nginx(kind: str, arguments: str = "--publish-service=$(POD_NAMESPACE)/nginx", more: str = "") -> str:
    return f"""
    apiVersion: v1
    kind: Service
    metadata: {{name: nginx, namespace: ingress}}
    spec: {{type: {kind}, selector: {{app: nginx}}, ports: [{{port: 80}}]{more}}}
    ---
    apiVersion: apps/v1
    kind: DaemonSet
    metadata: {{name: nginx, namespace: ingress}}
    spec:
      template:
        spec: {{containers: [{{name: nginx, image: registry.k8s.io/ingress-nginx/controller, args: ['{arguments}']}}]}}
    ---
    apiVersion: networking.k8s.io/v1
    kind: IngressClass
    metadata: {{name: nginx}}
    spec: {{controller: k8s.io/ingress-nginx}}
    ---
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata: {{name: shop, namespace: shop}}
    spec: {{ingressClassName: nginx}}
    """


_METALLB: Final = """
    ---
    apiVersion: metallb.io/v1beta1
    kind: IPAddressPool
    metadata: {name: docker, namespace: metallb-system}
    spec: {addresses: [172.18.255.200-172.18.255.250]}
"""


class LoadBalancerGetsAnAddress(Policy[Manifest]):
    """On a cluster of kind no Service waits for a load balancer that is not there, and no controller for the address of one.

    Why: kind has no load balancer. The Service stays pending, Argo CD shows its Application as Progressing for ever; a controller that
    publishes the Service's address publishes none, so every Ingress stays Progressing too, and syncs that wait for health never end.
    Fix: make it ClusterIP or NodePort and turn publishService off (the controller then gives the node's own address).
    Source: https://kind.sigs.k8s.io/docs/user/loadbalancer/
    """

    id = "entry-load-balancer-gets-an-address"
    severity = "warning"
    basis = "breaks"
    allowed = (
        Example(
            name="no Service of that type", manifests=_nginx("ClusterIP", "--report-node-internal-ip-address"), documents=_KIND, closed=True
        ),
        Example(name="MetalLB is here", manifests=_nginx("LoadBalancer") + _METALLB, documents=_KIND, closed=True),
        Example(
            name="a prerequisite gives addresses",
            manifests=_nginx("LoadBalancer"),
            documents=_KIND,
            facts={"prerequisites": {"cloud-provider-kind": {"provides": "addresses for Services of type LoadBalancer"}}},
            closed=True,
        ),
        Example(name="an address of its own", manifests=_nginx("LoadBalancer", more=", externalIPs: [10.0.0.1]"), documents=_KIND),
        Example(name="another cluster than one of kind", manifests=_nginx("LoadBalancer"), closed=True),
    )
    denied = (
        Denied(
            name="the controller's Service, which it publishes",
            manifests=_nginx("LoadBalancer"),
            documents=_KIND,
            closed=True,
            at="Service/ingress/nginx",
            pointer="/spec/type",
            message="Service/ingress/nginx is of type LoadBalancer, and a cluster of kind has nothing that gives it an address; "
            "DaemonSet/ingress/nginx publishes that address (--publish-service), so its 1 Ingress never gets one",
        ),
        Denied(
            name="a Service that is published by nobody, and one that is not there",
            manifests=_nginx("LoadBalancer", "--publish-service=ingress/gone").replace("DaemonSet", "Deployment"),
            documents=_KIND,
            closed=True,
            at="Service/ingress/nginx",
            pointer="/spec/type",
            message="Service/ingress/nginx is of type LoadBalancer, and a cluster of kind has nothing that gives it an address",
            also=(
                Pinned(
                    at="Deployment/ingress/nginx",
                    pointer="/spec/template/spec/containers/0/args/0",
                    message="Deployment/ingress/nginx publishes the address of Service ingress/gone, which does not exist, "
                    "so its 1 Ingress never gets one",
                ),
            ),
        ),
    )

    def targets(self, world: World) -> Iterable[Manifest]:
        """Every Service and every controller of a cluster of kind."""
        if is_kind(world):
            yield from whole(world).world.of("", "Service")
            yield from (controller.pod.manifest for controller in controllers(world))

    def judge(self, world: World, target: Manifest) -> Iterator[Outcome]:
        """A Service that waits, with the controller that publishes it; a controller that publishes none."""
        if target.ref.kind == "Service":
            spec = target.root.get("spec")
            if spec is not None and _waits(target) and not has_balancer(world) and (world.closed or target in world.derived(_bypassed)):
                message = f"{target} is of type {_BALANCED}, and a cluster of kind has nothing that gives it an address"
                publisher = world.derived(_publishers).get(target.ref)
                related: tuple[Related, ...] = ()
                if publisher is not None:
                    message += f"; {publisher} publishes that address (--publish-service), so {_ingresses(world, publisher)} never gets one"
                    related = (Related(manifest=publisher.pod.manifest, pointer=publisher.pod.spec.pointer, note="publishes it"),)
                yield self.finding(place_of(world, spec.get("type") or spec, "service"), message, related=related)
            return
        controller = world.derived(_by_manifest)[target]
        published = _published(controller)
        if published is not None and whole(world).world.get(published) is None and world.closed and not whole(world).unknown:
            message = f"{controller} publishes the address of Service {published.namespace}/{published.name}, which does not exist, "
            message += f"so {_ingresses(world, controller)} never gets one"
            place = next(node for node in controller.arguments() if "publish-service" in str(node.value))
            yield self.finding(place_of(world, place, "publish"), message)


def _bypassed(world: World) -> frozenset[Manifest]:
    """Services of controllers that are reached on ports of their node: in somebody's directory that tells of no load balancer."""
    doors_in = [door for door in doors(world) if door.arriving]
    return frozenset(service for door in doors_in for service in services_of(world, door.controller))


def _waits(service: Manifest) -> bool:
    spec = service.root.get("spec")
    if spec is None or spec.text("type") != _BALANCED:
        return False
    return not spec.items("externalIPs") and spec.get("loadBalancerClass") is None


def _published(controller: Controller) -> Ref | None:
    """The Service whose address a controller gives to its Ingresses."""
    told = controller.argument("publish-service") or controller.argument("providers.kubernetesingress.ingressendpoint.publishedservice")
    if not told or controller.argument("publish-status-address"):
        return None
    namespace, _, name = told.replace("$(POD_NAMESPACE)", controller.pod.manifest.ref.namespace).rpartition("/")
    return Ref(group="", kind="Service", namespace=namespace, name=name)


def _publishers(world: World) -> dict[Ref, Controller]:
    return {published: controller for controller in controllers(world) if (published := _published(controller)) is not None}


def _by_manifest(world: World) -> dict[Manifest, Controller]:
    return {controller.pod.manifest: controller for controller in controllers(world)}


def _ingresses(world: World, controller: Controller) -> str:
    count = sum(world.derived(_counted).get(name, 0) for name in controller.classes)
    return f"its {count} Ingress" if count == 1 else f"each of its {count} Ingresses" if count else "every Ingress of its class"


def _counted(world: World) -> dict[str, int]:
    """How many Ingresses each class has."""
    found: dict[str, int] = {}
    for ingress in whole(world).world.of("networking.k8s.io", "Ingress"):
        name = ingress.root.text("spec", "ingressClassName") or ""
        found[name] = found.get(name, 0) + 1
    return found
