"""The policy traffic-selector-captures-only-its-own."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome, Related
from crema.policies.engine.policy import Policy
from crema.policies.model.alternatives import together
from crema.policies.model.manifest import Manifest
from crema.policies.model.pods import PodTemplate
from crema.policies.model.probes import declared
from crema.policies.model.served import ROOT_PATH
from crema.policies.model.whole import whole
from crema.policies.model.world import World

_NAMES: Final = ("app.kubernetes.io/name", "app", "k8s-app")
_JOBS: Final = frozenset({"Job", "CronJob"})
_SHOP = """
    apiVersion: v1
    kind: Service
    metadata: {name: order, namespace: shop}
    spec: {selector: {SELECTED}, ports: [{port: 80, targetPort: 8000}]}
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: order, namespace: shop}
    spec:
      template:
        metadata: {labels: {app: order, tier: api, track: stable}}
        spec: {containers: [{name: order, ports: [{containerPort: 8000}]}]}
    ---
    apiVersion: KIND
    metadata: {name: other, namespace: WHERE}
    spec:
      template:
        metadata: {labels: {LABELS}}
        spec: {containers: [{name: other, OTHER}]}
"""


def _shop(selected: str, labels: str, kind: str = "apps/v1\n    kind: Deployment", where: str = "shop", port: int = 8000) -> str:
    text = _SHOP.replace("SELECTED", selected).replace("LABELS", labels).replace("KIND", kind).replace("WHERE", where)
    return text.replace("OTHER", f"ports: [{{containerPort: {port}}}]" if port else "image: other:1")


class SelectorCapturesOnlyItsOwn(Policy[Manifest]):
    """The selector of a Service takes the pods of one application, and none that another one or a job brings.

    Why: each connection goes to any of the pods that are selected: a part of the requests is answered by the wrong program, or by none.
    Fix: select by a label that only the pods of this application have.
    Source: https://kubernetes.io/docs/concepts/services-networking/service/#defining-a-service

    Pods are of one application when they carry the same name (`app.kubernetes.io/name`, `app`): several workloads may share it, such as
    a canary. A job's pods, and pods without the port that the Service leads to, belong to it in no case.
    """

    id = "traffic-selector-captures-only-its-own"
    basis = "breaks"
    allowed = (
        Example(name="a selector of one application", manifests=_shop("app: order", "app: billing, tier: api")),
        Example(name="a canary of the same application", manifests=_shop("app: order", "app: order, track: canary")),
        Example(name="the same label in another namespace", manifests=_shop("tier: api", "app: billing, tier: api", where="other")),
    )
    denied = (
        Denied(
            name="a label that two applications have",
            manifests=_shop("tier: api", "app: billing, tier: api"),
            at="Service/shop/order",
            pointer="/spec/selector",
            message="the selector tier=api of Service shop/order takes the pods of two applications: order (Deployment/shop/order) and "
            "billing (Deployment/shop/other)",
        ),
        Denied(
            name="a job with the labels of the application",
            manifests=_shop("app: order", "app: order", kind="batch/v1\n    kind: Job", port=0),
            at="Service/shop/order",
            pointer="/spec/selector",
            message="the selector app=order of Service shop/order takes the pods of Job/shop/other too, which serve nothing",
        ),
        Denied(
            name="pods of the same name that do not have the port",
            manifests=_shop("app: order", "app: order", port=9000),
            at="Service/shop/order",
            pointer="/spec/selector",
            message="the selector app=order of Service shop/order takes the pods of Deployment/shop/other too, which have no port 8000",
        ),
        Denied(
            name="pods of the same name that serve another prefix",
            manifests=_shop("app: order", "app: order")
            .replace("name: order, ports", "name: order, env: [{name: ROOT_PATH, value: /api/order}], ports")
            .replace("name: other, ports", "name: other, env: [{name: ROOT_PATH, value: /api/billing}], ports"),
            at="Service/shop/order",
            pointer="/spec/selector",
            message="the selector app=order of Service shop/order takes pods that serve two prefixes: /api/order (Deployment/shop/order) "
            "and /api/billing (Deployment/shop/other)",
        ),
    )

    def targets(self, world: World) -> Iterable[Manifest]:
        """Every Service with a selector."""
        return (one for one in world.of("", "Service") if one.root.texts("spec", "selector"))

    def judge(self, world: World, target: Manifest) -> Iterator[Outcome]:
        """Compare the workloads whose pods it takes: by kind, by name, by port."""
        selector = target.root.texts("spec", "selector")
        pods = [pod for pod in whole(world).world.pods(target.ref.namespace, selector) if together(world, target, pod.manifest)]
        if len({pod.manifest.ref for pod in pods}) < 2:
            return
        written = ",".join(f"{key}={value}" for key, value in sorted(selector.items()))
        said = f"the selector {written} of Service {target.ref.namespace}/{target.ref.name} takes"
        place = target.root.get("spec", "selector") or target.root
        lasting = [pod for pod in pods if pod.manifest.ref.kind not in _JOBS]
        passing = next((pod for pod in pods if pod.manifest.ref.kind in _JOBS), None)
        if lasting and passing is not None:
            yield self.finding(place, f"{said} the pods of {passing.manifest} too, which serve nothing", related=_related([passing]))
            return
        first = min(lasting, key=lambda pod: (pod.manifest.ref.name != target.ref.name, pod.manifest.ref.name), default=None)
        if first is None:
            return
        named = next((key for key in _NAMES if first.labels.get(key)), "")
        told: tuple[tuple[str, Callable[[PodTemplate], str]], ...] = (
            ("the pods of two applications", lambda pod: pod.labels.get(named, "")),
            ("pods that serve two prefixes", _prefix),
        )
        alike = target.root.text("spec", "clusterIP") == "None"  # names of single pods, for those that look for each other
        for what, of in told[alike:]:
            own = of(first)
            other = next((pod for pod in lasting if own and of(pod) not in {"", own}), None)
            if other is not None:
                both = f"{own} ({first.manifest}) and {of(other)} ({other.manifest})"
                yield self.finding(place, f"{said} {what}: {both}", related=_related([first, other]))
                return
        port = next(iter(target.root.items("spec", "ports")), None)
        asked = (port.get("targetPort") or port.get("port")) if port is not None else None
        # Pods that lack a port of that name are no end points of it; a number is asked for wherever it is.
        number = asked is not None and str(asked.value).isdecimal()
        without = [pod for pod in lasting if asked is not None and not _has(pod, str(asked.value))]
        if asked is not None and number and without and len(without) < len(lasting) and all(_declares(pod) for pod in without):
            message = f"{said} the pods of {without[0].manifest} too, which have no port {asked.value}"
            yield self.finding(place, message, related=_related(without[:1]))


def _prefix(pod: PodTemplate) -> str:
    values = {str(value.value).rstrip("/") for variable in pod.environment(ROOT_PATH) if (value := variable.get("value")) is not None}
    return values.pop() if len(values) == 1 else ""


def _has(pod: PodTemplate, port: str) -> bool:
    return any(port in {name, str(number)} for container in pod.containers() for name, number in declared(container))


def _declares(pod: PodTemplate) -> bool:
    return any(declared(container) for container in pod.containers())


def _related(pods: list[PodTemplate]) -> list[Related]:
    return [Related(manifest=pod.manifest, pointer=pod.spec.pointer, note="its pods are selected") for pod in pods]
