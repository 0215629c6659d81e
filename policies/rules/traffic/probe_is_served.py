"""The policy traffic-probe-is-served."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from difflib import SequenceMatcher
from typing import Final

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome
from crema.policies.engine.nearest import nearest
from crema.policies.engine.policy import Policy
from crema.policies.model.facts import fact
from crema.policies.model.node import Node
from crema.policies.model.pods import PodTemplate
from crema.policies.model.probes import Probe, declared, probes
from crema.policies.model.rewrites.rewrite import is_under
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
          containers:
            - name: order
              ports: [{name: http, containerPort: 8000}]
              env: [{name: ROOT_PATH, value: /api/order}]
              livenessProbe: {httpGet: {path: /api/order/health, port: http}}
              readinessProbe: {ASKS}
"""
_POINTER = "/spec/template/spec/containers/0/readinessProbe"
_FACTS: Mapping[str, object] = {"services": {"shop/order": {"port": 8000, "serves": "/api/order", "health": "/api/order/health"}}}
_NEAR: Final = 0.75


def _shop(asks: str) -> str:
    return _SHOP.replace("ASKS", asks)


def _denied(name: str, asks: str, pointer: str, message: str, *, facts: bool = False, closed: bool = True) -> Denied:
    return Denied(
        name=name,
        manifests=_shop(asks),
        at="Deployment/shop/order",
        pointer=_POINTER + pointer,
        message=f"readinessProbe of container order {message}",
        facts=dict(_FACTS) if facts else {},
        closed=closed,
    )


class ProbeIsServed(Policy[Probe]):
    """A probe asks a port that its container has and a path that the program there serves.

    Why: a probe that nobody answers keeps the pod out of its Service, or restarts it for ever; the roll-out never ends.
    Fix: ask the port by the name that the container gives it, and a path that the program serves.
    Source: https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/

    What is served is said by a fact (`services`: `port`, `serves`, `health`) about a Service of the pod, else by the variable ROOT_PATH. A
    container may listen on a port that it does not declare: in somebody's directory a number that it does not declare is left undecided.
    """

    id = "traffic-probe-is-served"
    basis = "breaks"
    allowed = (
        Example(name="the port by its name", manifests=_shop("httpGet: {path: /api/order/health, port: http}"), closed=True),
        Example(name="the port by its number", manifests=_shop("tcpSocket: {port: 8000}"), closed=True),
        Example(
            name="the path that a fact gives, with arguments",
            manifests=_shop("httpGet: {path: '/api/order/health?deep=1', port: 8000}"),
            facts=dict(_FACTS),
            closed=True,
        ),
        Example(name="a port for management, in somebody's directory", manifests=_shop("httpGet: {path: /api/order/live, port: 9000}")),
        Example(
            name="a variable that means something else, since every probe asks elsewhere",
            manifests=_shop("httpGet: {path: /health, port: http}").replace("path: /api/order/health", "path: /health"),
        ),
    )
    denied = (
        _denied(
            "a name that the container does not have",
            "httpGet: {path: /api/order/health, port: web}",
            "/httpGet/port",
            "asks port web, which it does not have; it has http (8000)",
            closed=False,
        ),
        _denied(
            "a number that the container does not have",
            "tcpSocket: {port: 80}",
            "/tcpSocket/port",
            "asks port 80, which it does not have; it has http (8000)",
        ),
        _denied(
            "a path beside what is served",
            "httpGet: {path: /health, port: http}",
            "/httpGet/path",
            "asks for /health; the program serves /api/order (ROOT_PATH)",
        ),
        _denied(
            "no path at all",
            "httpGet: {port: http}",
            "/httpGet",
            "asks for /; the program serves /api/order (fact services.shop/order.serves)",
            facts=True,
        ),
        _denied(
            "a misspelt path",
            "httpGet: {path: /api/order/healthz, port: http}",
            "/httpGet/path",
            "asks for /api/order/healthz; the program answers /api/order/health (fact services.shop/order.health)",
            facts=True,
        ),
        _denied(
            "the scheme of another probe of the same port",
            "httpGet: {path: /api/order/health, port: http, scheme: HTTPS}",
            "/httpGet/scheme",
            "speaks HTTPS to port 8000, to which livenessProbe speaks HTTP",
        ),
    )

    def targets(self, world: World) -> Iterable[Probe]:
        """Every probe, and every handler that asks for a URL."""
        return probes(world)

    def judge(self, world: World, target: Probe) -> Iterator[Outcome]:
        """Its port, its path and its scheme."""
        about = f"{target.name} of container {target.container.text('name') or ''}"
        path = (f"kubelet asks {target.pod.manifest}", about)
        if target.port is not None and (wrong := _wrong_port(world, target)):
            if wrong.startswith("?"):
                yield self.undecided(target.pod.manifest, f"whether a program listens on port {target.port.value} of {target}")
            else:
                yield self.finding(target.port, f"{about} asks port {target.port.value}, {wrong}", path=path)
            return
        if target.asks != "httpGet" or target.node.text("host") is not None:
            return
        place: Node = target.node.get("path") or target.node
        for name, prefix, health, number in _said(world, target.pod):
            if number is not None and target.number != number:
                continue
            if not is_under(target.path, prefix):
                message = f"{about} asks for {target.path}; the program serves {prefix} ({name}serves)"
                yield self.finding(place, message, path=path, fix=f"ask for {health}" if health else "")
                return
            if health and target.path != health and SequenceMatcher(None, target.path, health).ratio() > _NEAR and prefix != target.path:
                message = f"{about} asks for {target.path}; the program answers {health} ({name}health)"
                yield self.finding(place, message, path=path, fix=f"ask for {health}")
                return
        if not _said(world, target.pod) and (prefix := _variable(world, target)) and not is_under(target.path, prefix):
            yield self.finding(place, f"{about} asks for {target.path}; the program serves {prefix} ({ROOT_PATH})", path=path)
            return
        other = next((each for each in _beside(world, target) if each.asks == "httpGet" and each.scheme != target.scheme), None)
        if other is not None and target.scheme == "HTTPS" and not any(name == "https" for name, _ in declared(target.container)):
            message = f"{about} speaks HTTPS to port {target.number}, to which {other.name} speaks HTTP"
            yield self.finding(target.node.get("scheme") or target.node, message, path=path)


def _wrong_port(world: World, target: Probe) -> str:
    """What is wrong with the port, behind `?` where that cannot be said for sure; empty for a right one."""
    own = declared(target.container)
    written = target.port.value if target.port is not None else None
    if isinstance(written, str) and not written.isdecimal():
        if any(name == written for name, _ in own):
            return ""
        names = [name for name, _ in own if name]
        hint = nearest(written, names) if names else ""
        return "which it does not have" + (hint if "did you mean" in hint else _has(own))
    known = own + [port for container in target.pod.containers() for port in declared(container)]
    if not known or any(number == target.number for _, number in known):
        return ""
    said = {number for _, _, _, number in _said(world, target.pod)}
    if target.number in said:
        return ""
    return f"which it does not have{_has(own)}" if own and (world.closed or said - {None}) else "?"


def _has(own: list[tuple[str, int]]) -> str:
    return "; it has " + ", ".join(f"{name} ({number})" if name else str(number) for name, number in own) if own else "; it declares none"


def _beside(world: World, target: Probe) -> list[Probe]:
    """The other probes of the same container and port."""
    found = world.derived(_by_container).get((id(target.pod.manifest), target.container.pointer), [])
    return [each for each in found if each is not target and each.number == target.number]


def _variable(world: World, target: Probe) -> str:
    """The prefix that ROOT_PATH says, if it means that: in somebody's directory another probe has to ask below it."""
    values = [
        value for each in target.container.items("env") if each.text("name") == ROOT_PATH and (value := each.get("value")) is not None
    ]
    prefix = str(values[0].value).rstrip("/") if len(values) == 1 else ""
    if not prefix.startswith(ROOT):
        return ""
    beside = world.derived(_by_container).get((id(target.pod.manifest), target.container.pointer), [])
    return prefix if world.closed or any(each.asks == "httpGet" and is_under(each.path, prefix) for each in beside) else ""


def _by_container(world: World) -> Mapping[tuple[int, str], list[Probe]]:
    found: defaultdict[tuple[int, str], list[Probe]] = defaultdict(list)
    for probe in probes(world):
        found[id(probe.pod.manifest), probe.container.pointer].append(probe)
    return dict(found)


def _said(world: World, pod: PodTemplate) -> list[tuple[str, str, str, int | None]]:
    """What facts say of the Services of a pod: the fact's name, the prefix, the path of health or nothing, and the port."""
    return world.derived(_by_pod).get((id(pod.manifest), pod.spec.pointer), [])


def _by_pod(world: World) -> Mapping[tuple[int, str], list[tuple[str, str, str, int | None]]]:
    found: defaultdict[tuple[int, str], list[tuple[str, str, str, int | None]]] = defaultdict(list)
    for manifest in world.of("", "Service"):
        said = fact(world.facts, "services", f"{manifest.ref.namespace}/{manifest.ref.name}")
        if isinstance(said, Mapping):
            prefix = str(said.get("serves", ROOT)).rstrip("/") or ROOT
            port = said.get("port")
            row = (
                f"fact services.{manifest.ref.namespace}/{manifest.ref.name}.",
                prefix,
                str(said.get("health") or ""),
                port if isinstance(port, int) else None,
            )
            for pod in world.pods(manifest.ref.namespace, manifest.root.texts("spec", "selector")):
                found[id(pod.manifest), pod.spec.pointer].append(row)
    return dict(found)
