"""What a controller speaks to a back end, and what the back end speaks: plain HTTP or TLS.

https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/#backend-protocol
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from crema.policies.model.entry.argo_cd import PARAMS, argo_cd_in, is_written
from crema.policies.model.entry.controllers import controller_of, family_of
from crema.policies.model.manifest import Manifest, Ref
from crema.policies.model.node import Node
from crema.policies.model.pods import PodTemplate
from crema.policies.model.routes.route import Route
from crema.policies.model.services import Ending, ending
from crema.policies.model.whole import whole
from crema.policies.model.world import World

Protocol = Literal["", "HTTP", "TLS"]

_NGINX: Final = "nginx.ingress.kubernetes.io"
_TLS_TO_BACKEND: Final = {"HTTPS": "TLS", "GRPCS": "TLS", "HTTP": "HTTP", "GRPC": "HTTP", "AUTO_HTTP": "", "FCGI": ""}
_OF_NGINX_INC: Final = frozenset({"nginx.org", "nginx.com"})
_ALB: Final = "alb.ingress.kubernetes.io/backend-protocol"
_YES: Final = frozenset({"1", "t", "T", "TRUE", "true", "True"})
_PROBES: Final = ("readinessProbe", "livenessProbe", "startupProbe")
_TLS_NUMBERS: Final = frozenset({443, 8443})
_PLAIN_NAMES: Final = frozenset({"http", "web"})
_PLAIN_NUMBERS: Final = frozenset({80, 8000, 8080})


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """What is spoken, what says so, and where. passes: the client's own TLS goes through unopened. weak: only numbers of ports say it."""

    protocol: Protocol
    why: str
    place: Node | None = None
    passes: bool = False
    weak: bool = False


UNKNOWN: Final = Spoken(protocol="", why="")


def spoken_to(world: World, route: Route) -> Spoken:
    """What the controller of a route speaks to its back end."""
    if route.answered:
        return UNKNOWN
    match route.manifest.ref.kind:
        case "Ingress":
            return _by_ingress(world, route)
        case "HTTPRoute":
            return _by_http_route(world, route)
        case "IngressRoute":
            return _by_ingress_route(world, route)
        case _:
            return UNKNOWN


def _by_ingress(world: World, route: Route) -> Spoken:
    ingress, notes = route.manifest, route.manifest.root.get("metadata", "annotations")
    noted = {key.partition("/")[0] for key in notes.mapping()} if notes is not None else set[str]()
    family = family_of(world, ingress) or route.family or ("ingress-nginx" if _NGINX in noted else "")
    family = "nginx-inc" if family == "ingress-nginx" and noted & _OF_NGINX_INC else family
    service = _service(world, route)
    match family:
        case "ingress-nginx":
            return _nginx(world, ingress, notes)
        case "alb":
            asked = _noted(service, "alb.ingress.kubernetes.io/backend-protocol") or _noted(
                ingress, "alb.ingress.kubernetes.io/backend-protocol"
            )
            return _asked(asked, {"HTTPS": "TLS", "HTTP": "HTTP"})
        case "traefik":
            return _traefik(world, route, service)
        case _:
            return UNKNOWN


def _nginx(world: World, ingress: Manifest, notes: Node | None) -> Spoken:
    passing = notes.get(f"{_NGINX}/ssl-passthrough") if notes is not None else None
    if passing is not None and str(passing.value) in _YES:
        controller = controller_of(world, ingress)
        if controller is None:
            return UNKNOWN
        if controller.argument("enable-ssl-passthrough") in _YES:
            return Spoken(protocol="TLS", why=f"{passing.key} is {passing.value}", place=passing, passes=True)
        asked = _asked(_noted(ingress, f"{_NGINX}/backend-protocol"), _TLS_TO_BACKEND)
        why = f"{asked.why}, and ssl-passthrough does nothing: {controller} runs without --enable-ssl-passthrough"
        return Spoken(protocol=asked.protocol, why=why, place=asked.place or passing)
    return _asked(_noted(ingress, f"{_NGINX}/backend-protocol"), _TLS_TO_BACKEND)


def _asked(asked: Node | None, known: dict[str, str]) -> Spoken:
    """What an annotation asks for; without one, and with a word that the controller does not know, it is plain HTTP."""
    if asked is None:
        return Spoken(protocol="HTTP", why="no annotation asks for TLS")
    protocol = known.get(str(asked.value).strip().upper(), "HTTP")
    spoken: Protocol = "TLS" if protocol == "TLS" else "HTTP" if protocol == "HTTP" else ""
    return Spoken(protocol=spoken, why=f"{asked.key.rpartition('/')[2]} is {asked.value}", place=asked)


def _traefik(world: World, route: Route, service: Manifest | None) -> Spoken:
    scheme = _noted(service, "traefik.ingress.kubernetes.io/service.serversscheme")
    if scheme is not None:
        return _asked(scheme, {"HTTPS": "TLS", "HTTP": "HTTP", "H2C": "HTTP"})
    port = ending(world, route.backend).port
    return _by_port(port)


def _by_port(port: Node | None) -> Spoken:
    """Traefik speaks TLS to port 443 and to one whose name begins with https, and plain HTTP to every other."""
    if port is None:
        return UNKNOWN
    number, name = port.get("port"), port.text("name") or ""
    if (number is not None and number.value == 443) or name.startswith("https"):
        return Spoken(protocol="TLS", why="Traefik speaks TLS to port 443 and to ports named https")
    return Spoken(protocol="HTTP", why="Traefik speaks plain HTTP to a port that is neither 443 nor named https")


def _by_http_route(world: World, route: Route) -> Spoken:
    port = ending(world, route.backend).port
    asked = whole(world).world.derived(_backend_tls).get((route.backend.namespace, route.backend.name))
    if asked is not None:
        sections = {section for section in asked if section}
        here = not sections or (port is not None and port.text("name") in sections)
        return Spoken(protocol="TLS", why="a BackendTLSPolicy says so") if here and world.closed else UNKNOWN
    if port is None or port.get("appProtocol") is not None or not world.closed:
        return UNKNOWN
    return Spoken(protocol="HTTP", why="no BackendTLSPolicy asks for TLS")


def _backend_tls(world: World) -> dict[tuple[str, str], list[str]]:
    """The Services that a BackendTLSPolicy speaks of, with the names of the ports; an empty one is all of them."""
    found: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for manifest in world.of("gateway.networking.k8s.io", "BackendTLSPolicy"):
        for target in manifest.root.items("spec", "targetRefs"):
            found[manifest.ref.namespace, target.text("name") or ""].append(target.text("sectionName") or "")
    return found


def _by_ingress_route(world: World, route: Route) -> Spoken:
    named = next((each for each in route.node.items("services") if each.text("name") == route.backend.name), None)
    scheme = named.get("scheme") if named is not None else None
    if scheme is not None:
        return _asked(scheme, {"HTTPS": "TLS", "HTTP": "HTTP", "H2C": "HTTP"})
    return _by_port(ending(world, route.backend).port) if named is not None else UNKNOWN


def _service(world: World, route: Route) -> Manifest | None:
    return whole(world).world.get(Ref(group="", kind="Service", namespace=route.backend.namespace, name=route.backend.name))


def _noted(manifest: Manifest | None, key: str) -> Node | None:
    return None if manifest is None else manifest.root.get("metadata", "annotations", key)


def is_argo_cd(way: Ending) -> bool:
    """Whether requests end at Argo CD's server."""
    return any(is_server(pod) for pod in way.pods) or (not way.pods and way.backend.name == "argocd-server")


def is_server(pod: PodTemplate) -> bool:
    """Whether a template is of Argo CD's server."""
    if pod.labels.get("app.kubernetes.io/name") == "argocd-server":
        return True
    return any(str(word.value).rpartition("/")[2] == "argocd-server" for each in pod.spec.items("containers") for word in _words(each))


def _words(container: Node) -> Iterator[Node]:
    yield from container.items("command")
    yield from container.items("args")


def spoken_by(world: World, way: Ending) -> Spoken:
    """What the containers at the end of a way speak; nothing where nothing says it, or two things say the contrary."""
    if is_argo_cd(way):
        return _by_argo_cd(world, way)
    said = {spoken.protocol: spoken for spoken in _evidence(way) if spoken.protocol}
    return next(iter(said.values())) if len(said) == 1 else UNKNOWN


def _by_argo_cd(world: World, way: Ending) -> Spoken:
    """Both of its ports lead to one: TLS, and redirects of plain HTTP to TLS, unless it is told to be insecure."""
    for pod in (pod for pod in way.pods if is_server(pod)):
        for container in pod.spec.items("containers"):
            told = next((word for word in _words(container) if str(word.value).partition("=")[0] == "--insecure"), None)
            if told is not None:
                off = str(told.value).partition("=")[2].lower() in {"false", "0", "f"}
                return Spoken(protocol="TLS" if off else "HTTP", why=f"it is started with {told.value}", place=told)
            for variable in container.items("env"):
                if variable.text("name") == "ARGOCD_SERVER_INSECURE" and (value := variable.get("value")) is not None:
                    return _insecure(str(value.value), "ARGOCD_SERVER_INSECURE", value)
    argo_cd = argo_cd_in(world, way.backend.namespace)
    setting = argo_cd.get(PARAMS, "server.insecure") if argo_cd is not None else None
    if setting is not None:
        return _insecure(setting.value, "server.insecure", setting.place)
    patched = is_written(world, PARAMS) or is_written(world, "argocd-server")
    known = argo_cd is not None and argo_cd.release is not None and not argo_cd.release.unread
    if patched or not (known or way.pods or (argo_cd is not None and (PARAMS in {name for name, _ in argo_cd.settings}))):
        return UNKNOWN
    return Spoken(protocol="TLS", why="server.insecure is not set")


def _insecure(value: str, key: str, place: Node) -> Spoken:
    return Spoken(protocol="HTTP" if value.lower() == "true" else "TLS", why=f"{key} is {value}", place=place)


def _evidence(way: Ending) -> Iterator[Spoken]:
    """What a port's own names, its number and the probes of its container say that it speaks."""
    service, port = way.service, way.port
    written = port.get("port") if port is not None else None
    number = written.value if written is not None else None
    name = ((port.text("name") or "") if port is not None else "").lower()
    declared = ((port.text("appProtocol") or "") if port is not None else "").lower()
    where = f"port {number} of Service {service.ref.namespace}/{service.ref.name}" if service is not None else ""
    inside = {(each.text("name") or "").lower() for each in _ports(way)}
    if declared in {"https", "http"}:
        yield Spoken(protocol="TLS" if declared == "https" else "HTTP", why=f"the appProtocol of {where} is {declared}", place=port)
    tls = name.startswith("https") or number in _TLS_NUMBERS
    if tls and (way.number in _TLS_NUMBERS or any(each.startswith("https") for each in inside)):
        yield Spoken(protocol="TLS", why=f"{where} leads to {_named(way)}", place=port)
    plain = name in _PLAIN_NAMES or number in _PLAIN_NUMBERS
    if plain and way.number in _PLAIN_NUMBERS and not any(each.startswith("https") for each in inside):
        weak = name not in _PLAIN_NAMES and not inside & _PLAIN_NAMES
        yield Spoken(protocol="HTTP", why=f"{where} leads to {_named(way)}", place=port, weak=weak)
    yield from _probes(way)


def _named(way: Ending) -> str:
    names = sorted({each.text("name") or "" for each in _ports(way)} - {""})
    return f"container port {way.number}" + (f" ({', '.join(names)})" if names else "")


def _ports(way: Ending) -> Iterator[Node]:
    for container in way.containers:
        for port in container.items("ports"):
            number = port.get("containerPort")
            if number is not None and number.value == way.number:
                yield port


def _probes(way: Ending) -> Iterator[Spoken]:
    """A kubelet asks a port in the protocol that it speaks."""
    names = {each.text("name") or "" for each in _ports(way)}
    for container in way.containers:
        for key in _PROBES:
            asked = container.get(key, "httpGet")
            port = asked.get("port") if asked is not None else None
            if asked is not None and port is not None and (port.value == way.number or port.value in names - {""}):
                scheme = (asked.text("scheme") or "HTTP").upper()
                why = f"its {key} asks port {port.value} over {scheme}"
                yield Spoken(protocol="TLS" if scheme == "HTTPS" else "HTTP", why=why, place=asked)
