"""The policy traffic-root-path-is-what-is-said."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.facts import fact
from crema.policies.model.manifest import Manifest
from crema.policies.model.node import Node
from crema.policies.model.served import ROOT, ROOT_PATH
from crema.policies.model.world import World

_SHOP = """
    apiVersion: v1
    kind: Service
    metadata: {name: order, namespace: shop}
    spec: {selector: {app: order}, ports: [{port: 80, targetPort: 8000}]}
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: order, namespace: shop}
    spec:
      template:
        metadata: {labels: {app: order}}
        spec:
          containers: [{name: order, ports: [{containerPort: 8000}], env: [{name: ROOT_PATH, value: 'VALUE'}]}]
"""
_FACTS: Mapping[str, object] = {"services": {"shop/order": {"port": 8000, "serves": "/api/order"}}}


def _shop(value: str) -> str:
    return _SHOP.replace("VALUE", value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """The variable ROOT_PATH of a pod of a Service, or the container that has none, and the prefix that the fact about the Service says."""

    service: Manifest
    node: Node
    said: str
    missing: bool = False

    def __str__(self) -> str:
        """The pod and the variable, as reports name them."""
        return f"{ROOT_PATH} of {self.node.manifest}"


class RootPathIsWhatIsSaid(Policy[Variable]):
    """The prefix that a pod is told to serve, by its variable ROOT_PATH, is the one that the fact about its Service says.

    Why: the program mounts all of its paths under ROOT_PATH; routes, probes and other services ask for what is said, and get 404s.
    Fix: set ROOT_PATH to the prefix of the routes, or change the fact and everything that asks for it.
    Source: https://fastapi.tiangolo.com/advanced/behind-a-proxy/
    """

    id = "traffic-root-path-is-what-is-said"
    basis = "breaks"
    allowed = (
        Example(name="the same prefix", manifests=_shop("/api/order"), facts=dict(_FACTS), closed=True),
        Example(name="a slash at its end", manifests=_shop("/api/order/"), facts=dict(_FACTS), closed=True),
        Example(name="no fact", manifests=_shop("/api/orders"), closed=True),
        Example(
            name="no variable, where no program takes its prefix from one",
            manifests=_shop("").replace("ROOT_PATH", "OTHER"),
            facts=dict(_FACTS),
            closed=True,
        ),
    )
    denied = (
        Denied(
            name="another prefix",
            manifests=_shop("/api/orders"),
            facts=dict(_FACTS),
            closed=True,
            at="Deployment/shop/order",
            pointer="/spec/template/spec/containers/0/env/0/value",
            message="ROOT_PATH is /api/orders, so that the program serves that; fact services.shop/order.serves says /api/order",
        ),
        Denied(
            name="an empty prefix",
            manifests=_shop(""),
            facts=dict(_FACTS),
            closed=True,
            at="Deployment/shop/order",
            pointer="/spec/template/spec/containers/0/env/0/value",
            message="ROOT_PATH is empty, so that the program serves /; fact services.shop/order.serves says /api/order",
        ),
        Denied(
            name="no variable, where another program takes its prefix from one",
            manifests=_shop("/api/order").replace("ROOT_PATH", "OTHER") + "    ---" + _shop("/api/billing").replace("order", "billing"),
            facts={"services": {f"shop/{name}": {"port": 8000, "serves": f"/api/{name}"} for name in ("order", "billing")}},
            closed=True,
            at="Deployment/shop/order",
            pointer="/spec/template/spec/containers/0/env",
            message="ROOT_PATH is not set, so that the program serves /; fact services.shop/order.serves says /api/order",
        ),
    )

    def targets(self, world: World) -> Iterable[Variable]:
        """The variable of every pod of a Service that a fact speaks of."""
        for manifest in world.of("", "Service"):
            said = fact(world.facts, "services", f"{manifest.ref.namespace}/{manifest.ref.name}", "serves")
            if isinstance(said, str):
                for pod in world.pods(manifest.ref.namespace, manifest.root.texts("spec", "selector")):
                    variables = tuple(pod.environment(ROOT_PATH))
                    for variable in variables:
                        yield Variable(service=manifest, node=variable, said=said)
                    containers = pod.spec.items("containers")
                    plain = len(containers) == 1 and not containers[0].items("envFrom")
                    if not variables and plain and world.closed and said.strip("/"):
                        yield Variable(service=manifest, node=containers[0], said=said, missing=True)

    def judge(self, world: World, target: Variable) -> Iterator[Outcome]:
        """Compare the two."""
        ref = target.service.ref
        if target.missing:
            if world.derived(_mounts):
                place = target.node.get("env") or target.node
                message = (
                    f"{ROOT_PATH} is not set, so that the program serves {ROOT}; fact services.{ref.namespace}/{ref.name}.serves says "
                )
                path = (f"Service {ref.namespace}/{ref.name}", f"{target.node.manifest} serves {ROOT}")
                yield self.finding(place, f"{message}{target.said}", path=path, fix=f"set {ROOT_PATH} to {target.said}")
            return
        value = target.node.get("value")
        if value is None:
            return
        written, said = str(value.value).rstrip("/"), target.said.rstrip("/")
        if written != said:
            serves = f"{written}, so that the program serves that" if written else f"empty, so that the program serves {ROOT}"
            message = f"{ROOT_PATH} is {serves}; fact services.{ref.namespace}/{ref.name}.serves says {target.said}"
            path = (f"Service {ref.namespace}/{ref.name}", f"{target.node.manifest} serves {written or ROOT}")
            yield self.finding(value, message, path=path, hints=(ROOT_PATH,))


def _mounts(world: World) -> bool:
    """Whether programs here take their prefix from the variable: one at least has the prefix that is said of it."""
    return any(
        str(value.value).rstrip("/") == one.said.rstrip("/")
        for one in RootPathIsWhatIsSaid().targets(world)
        if isinstance(one, Variable) and not one.missing and (value := one.node.get("value")) is not None
    )
