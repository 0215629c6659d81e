"""The policy traffic-url-port-is-served."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome, Related
from crema.policies.engine.policy import Policy
from crema.policies.model.calls.call import Call, calls
from crema.policies.model.calls.engines import usual_port
from crema.policies.model.node import Node
from crema.policies.model.operated import makes
from crema.policies.model.whole import whole
from crema.policies.model.world import World

_SHOP = """
    apiVersion: v1
    kind: Service
    metadata: {name: billing, namespace: shop}
    spec: {selector: {app: billing}, ports: [{name: http, port: 80, targetPort: TARGET}]}
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: billing, namespace: shop}
    spec:
      template:
        metadata: {labels: {app: billing}}
        spec: {containers: [{name: billing, image: IMAGE, ports: [{containerPort: 8000, name: web}]}]}
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
              env: [{name: NAME, value: 'VALUE'}]
"""


def _calls(value: str, *, name: str = "BILLING_URL", target: str = "8000", image: str = "billing:1") -> str:
    return _SHOP.replace("NAME", name).replace("VALUE", value).replace("TARGET", target).replace("IMAGE", image)


def _denied(name: str, manifests: str, message: str) -> Denied:
    return Denied(
        name=name,
        manifests=manifests,
        at="Deployment/shop/order",
        pointer="/spec/template/spec/containers/0/env/0/value",
        message=message,
    )


class UrlPortIsServed(Policy[Call]):
    """The port in a URL, an address or beside a host variable is one that the Service has, and it ends at a container that listens.

    Why: a Service answers on its own ports only; on any other one the call hangs until it times out.
    Fix: write the port of the Service (none where it is the scheme's own), or repair the Service.
    Source: https://kubernetes.io/docs/concepts/services-networking/service/#defining-a-service

    Without a port a client asks for that of the scheme (http 80, https 443, mysql 3306); a client of a database, for the database's own. A
    headless Service gives the addresses of pods, so there the containers' ports count.
    """

    id = "traffic-url-port-is-served"
    basis = "breaks"
    allowed = (
        Example(name="the scheme's own port", manifests=_calls("http://billing")),
        Example(name="a port by its name", manifests=_calls("http://billing:80", target="web")),
        Example(
            name="a Service that leads nowhere itself, which is said once, of the Service",
            manifests=_calls("http://billing").replace("selector: {app: billing}", "selector: {app: bills}"),
            closed=True,
        ),
        Example(
            name="the container's port, of a headless Service",
            manifests=_calls("http://billing:8000").replace("{selector", "{clusterIP: None, selector"),
        ),
        Example(name="a host variable alone says no port", manifests=_calls("billing", name="BILLING_HOST")),
    )
    denied = (
        _denied(
            name="the container's port instead of the Service's",
            manifests=_calls("http://billing:8000"),
            message="BILLING_URL is http://billing:8000, and Service shop/billing has no port 8000, only 80",
        ),
        _denied(
            name="no port, so that it is the scheme's",
            manifests=_calls("https://billing/api"),
            message="BILLING_URL is https://billing/api, which asks for port 443, and Service shop/billing has no port 443, only 80",
        ),
        _denied(
            name="the Service's port, of a headless Service",
            manifests=_calls("http://billing").replace("{selector", "{clusterIP: None, selector"),
            message="BILLING_URL is http://billing, which asks for port 80, and headless Service shop/billing gives the addresses of pods, "
            "which listen on 8000",
        ),
        _denied(
            name="a database on another port than its clients ask for",
            manifests=_calls("billing", name="DB_HOST", image="mysql:8.4"),
            message="DB_HOST is billing, clients of mysql ask for port 3306 where no other is given, and Service shop/billing has no port "
            "3306, only 80",
        ),
    )

    def targets(self, world: World) -> Iterable[Call]:
        """Every call to a Service that is here."""
        return (call for call in calls(world) if call.ending.service is not None and not call.names.wrong)

    def judge(self, world: World, target: Call) -> Iterator[Outcome]:
        """Follow the call to a container."""
        ending = target.ending
        node, service = target.node, str(ending.service).replace("/", " ", 1)
        said = _said(target)
        is_written = ending.service is not None and whole(world).release(ending.service) is None
        if ending.broken in {"selector", "target"} and ending.port is not None and is_written:
            # traffic-service-reaches-a-container says it once, of the Service, and not of each who calls it.
            return
        if ending.broken == "port":
            if not world.closed and not target.address.written and not target.path and target.key.startswith("-"):
                yield self.undecided(target.manifest, f"whether {target.caller} adds a port to {target.address.text}")
                return
            listed = ", ".join(_ports(ending.service.root if ending.service is not None else None))
            message = f"{said}, and {service} has no port {target.port}, only {listed}"
        elif ending.broken == "selector":
            selector = ending.service.root.texts("spec", "selector") if ending.service is not None else {}
            if makes(world, target.names.namespace, selector):
                return
            shown = ", ".join(f"{key}={value}" for key, value in sorted(selector.items()))
            message = f"{said}, and {service} selects {shown}, which no pod is labelled"
        elif ending.broken == "target" and ending.port is None:
            listens = sorted({str(number) for pod in ending.pods for number in _listens(pod.spec)})
            message = f"{said}, and headless {service} gives the addresses of pods, which listen on {', '.join(listens)}"
        elif ending.broken == "target" and ending.port is not None:
            to = ending.port.get("targetPort") or ending.port.get("port")
            shown = "" if to is None else str(to.value)
            message = f"{said}, and port {_number(ending.port)} of {service} leads to {shown}, on which no container of its pods listens"
        else:
            yield from self._usual(world, target, service)
            return
        yield self.finding(node, message, path=target.hops, related=_related(target), subject=target.address.text, hints=(target.key,))

    def _usual(self, world: World, target: Call, service: str) -> Iterator[Outcome]:
        """A host without a port: clients of a database know its usual one."""
        ending = target.ending
        known = usual_port(ending.pods) if target.port is None and target.pod is not None and "HOST" in target.key.upper() else None
        if known is None or ending.service is None or ending.service.root.text("spec", "clusterIP") == "None":
            return
        program, number = known
        listed = _ports(ending.service.root)
        if str(number) not in listed and (world.closed or ending.broken == ""):
            said = f"{target.key} is {target.address.text}, clients of {program} ask for port {number} where no other is given"
            message = f"{said}, and {service} has no port {number}, only {', '.join(listed)}"
            yield self.finding(target.node, message, path=target.hops, related=_related(target), subject=target.address.text)


def _said(call: Call) -> str:
    said = call.said
    if call.address.written or call.port is None or call.ending.broken not in {"port", "target"} or call.ending.port is not None:
        return said
    return f"{said}, which asks for port {call.port}"


def _ports(root: Node | None) -> list[str]:
    ports = root.items("spec", "ports") if root is not None else ()
    return [str(number.value) for port in ports if (number := port.get("port")) is not None]


def _number(port: Node) -> str:
    number = port.get("port")
    return "" if number is None else str(number.value)


def _listens(spec: Node) -> list[object]:
    ports = (port for container in spec.items("containers") for port in container.items("ports"))
    return [number.value for port in ports if (number := port.get("containerPort")) is not None]


def _related(call: Call) -> tuple[Related, ...]:
    service = call.ending.service
    if service is None or service.origin == "rendered":
        return ()
    node = call.ending.port
    return (Related(manifest=service, pointer=node.pointer if node is not None else "/spec", note="the Service that is called"),)
