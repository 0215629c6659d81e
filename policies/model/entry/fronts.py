"""Servers that know their own address: Argo CD and Grafana build links, cookies and redirects from it.

https://argo-cd.readthedocs.io/en/stable/operator-manual/argocd-cm-yaml/
https://grafana.com/docs/grafana/latest/setup-grafana/configure-grafana/#root_url
"""

import configparser
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from crema.policies.model.entry.argo_cd import CM, PARAMS, ArgoCD, installations
from crema.policies.model.entry.protocols import is_argo_cd, is_server
from crema.policies.model.manifest import Manifest
from crema.policies.model.node import Node
from crema.policies.model.pods import PodTemplate
from crema.policies.model.routes.every import routes
from crema.policies.model.routes.route import Route
from crema.policies.model.services import Ending, ending
from crema.policies.model.whole import whole
from crema.policies.model.world import World

ARGO_CD: Final = "Argo CD"
GRAFANA: Final = "Grafana"
_INI: Final = "grafana.ini"
_IN_CHART: Final = {"kube-prometheus-stack": ("grafana", _INI), "loki-stack": ("grafana", _INI), "grafana": (_INI,)}
_DEFAULT_ROOT: Final = "%(protocol)s://%(domain)s:%(http_port)s/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """One such server. url: what it takes for its address, empty where nobody says one. place: where that is said, or would be.

    serves: the path under which it answers. setting: what says the address, in words; `told`: somebody wrote it, it is no default.
    """

    who: str
    namespace: str
    url: str
    setting: str
    told: bool
    place: Node
    serves: str
    serves_place: Node
    serves_setting: str

    def __str__(self) -> str:
        """The server, as reports name it."""
        return f"{self.who} in namespace {self.namespace or '(none)'}"

    @property
    def host(self) -> str:
        """The host of its address."""
        return (urlsplit(self.url).hostname or "") if "://" in self.url else ""

    @property
    def path(self) -> str:
        """The path of its address, without a slash at its end; empty at the root."""
        return urlsplit(self.url).path.rstrip("/") if "://" in self.url else ""

    @property
    def port(self) -> int | None:
        """The port of its address, that of its scheme without one."""
        try:
            split = urlsplit(self.url)
            return split.port or {"http": 80, "https": 443}.get(split.scheme)
        except ValueError:
            return None


def fronts(world: World) -> tuple[Front, ...]:
    """Every Argo CD and every Grafana whose configuration is in the whole world."""
    return world.derived(_fronts)


def ways_to(world: World, front: Front) -> tuple[tuple[Route, Ending], ...]:
    """The routes of the whole world that lead to a server."""
    return world.derived(_ways).get((front.who, front.namespace), ())


def services_to(world: World, front: Front) -> tuple[Manifest, ...]:
    """The Services of the whole world that lead to a server."""
    return world.derived(_services).get((front.who, front.namespace), ())


def _services(world: World) -> dict[tuple[str, str], tuple[Manifest, ...]]:
    every = whole(world).world
    found: defaultdict[tuple[str, str], list[Manifest]] = defaultdict(list)
    for service in every.of("", "Service"):
        spec = service.root.get("spec")
        pods = every.pods(service.ref.namespace, spec.texts("selector")) if spec is not None else ()
        who = ARGO_CD if any(is_server(pod) for pod in pods) else GRAFANA if any(is_grafana(pod) for pod in pods) else ""
        if who:
            found[who, service.ref.namespace].append(service)
    return {key: tuple(services) for key, services in found.items()}


def _ways(world: World) -> dict[tuple[str, str], tuple[tuple[Route, Ending], ...]]:
    found: defaultdict[tuple[str, str], list[tuple[Route, Ending]]] = defaultdict(list)
    for route in routes(whole(world).world):
        way = ending(world, route.backend)
        who = ARGO_CD if is_argo_cd(way) else GRAFANA if any(is_grafana(pod) for pod in way.pods) else ""
        if who and not route.answered:
            found[who, route.backend.namespace].append((route, way))
    return {key: tuple(ways) for key, ways in found.items()}


def is_grafana(pod: PodTemplate) -> bool:
    """Whether a template is of Grafana."""
    if pod.labels.get("app.kubernetes.io/name") == "grafana":
        return True
    images = ((container.text("image") or "").partition(":")[0] for container in pod.spec.items("containers"))
    return any(image.endswith(("grafana/grafana", "grafana/grafana-oss", "grafana/grafana-enterprise")) for image in images)


def _fronts(world: World) -> tuple[Front, ...]:
    """Of two in one namespace, as somebody's directory may have them, each is of another environment, and nobody knows which routes are."""
    every = (*(_argo_cd(world, each) for each in installations(world)), *_grafanas(world))
    written = Counter((front.who, front.namespace) for front in every)
    return tuple(front for front in every if world.closed or written[front.who, front.namespace] == 1)


def _argo_cd(world: World, argo_cd: ArgoCD) -> Front:
    url, root = argo_cd.get(CM, "url"), argo_cd.get(PARAMS, "server.rootpath")
    started = _flag(world, argo_cd.namespace, "rootpath")
    serves = root.value if root is not None else started or ""
    told = url is not None and url.own
    return Front(
        who=ARGO_CD,
        namespace=argo_cd.namespace,
        url=url.value if url is not None else "",
        setting="url" if told else "url (the chart's default)",
        told=told,
        place=url.place if url is not None and told else argo_cd.near("global", "domain"),
        serves="/" + serves.strip("/"),
        serves_place=root.place if root is not None else argo_cd.near("configs", "params"),
        serves_setting="server.rootpath",
    )


def _flag(world: World, namespace: str, name: str) -> str | None:
    for pod in whole(world).world.derived(_servers).get(namespace, ()):
        for container in pod.spec.items("containers"):
            words = [str(word.value) for key in ("command", "args") for word in container.items(key)]
            for at, word in enumerate(words):
                flag, equals, value = word.partition("=")
                if flag == f"--{name}":
                    return value if equals else (words[at + 1] if at + 1 < len(words) else "")
    return None


def _servers(world: World) -> dict[str, list[PodTemplate]]:
    found: defaultdict[str, list[PodTemplate]] = defaultdict(list)
    for pod in world.pod_templates:
        if is_server(pod):
            found[pod.manifest.ref.namespace].append(pod)
    return found


def _grafanas(world: World) -> Iterator[Front]:
    """By their grafana.ini; by the variables of their pods where there is none."""
    every, seen = whole(world).world, set[str]()
    for manifest in every.of("", "ConfigMap"):
        data = manifest.body.get("data")
        text = manifest.root.get("data", _INI) if isinstance(data, dict) and _INI in data else None
        if text is not None and isinstance(text.value, str) and (server := _section(text.value)) is not None:
            seen.add(manifest.ref.namespace)
            yield _grafana(world, manifest, text, server)
    for pod in every.pod_templates:
        if is_grafana(pod) and pod.manifest.ref.namespace not in seen:
            variables = {key.lower().removeprefix("gf_server_"): node for key, node in _variables(pod)}
            if {"root_url", "domain"} & variables.keys():
                place = variables.get("root_url") or variables["domain"]
                yield _front(pod.manifest.ref.namespace, {key: str(node.value) for key, node in variables.items()}, place, place)


def _grafana(world: World, manifest: Manifest, text: Node, server: dict[str, str]) -> Front:
    release = whole(world).release(manifest)
    if release is None:
        return _front(manifest.ref.namespace, server, text, text)
    keys = (*_IN_CHART.get(release.chart, (_INI,)), "server")
    at = next((key for key in ("root_url", "domain") if release.values.has(*keys, key)), "")
    place = release.values.place(release.source, *keys, at) if at else release.source
    for depth in range(len(keys), 0, -1):
        if not at and release.values.has(*keys[:depth]):
            place = release.values.place(release.source, *keys[:depth])
            break
    sub = release.values.place(place, *keys, "serve_from_sub_path")
    return _front(manifest.ref.namespace, server, place, sub)


def _front(namespace: str, server: dict[str, str], place: Node, sub: Node) -> Front:
    domain = server.get("domain", "").strip("'\"")
    root = server.get("root_url", "").strip("'\"")
    scheme = server.get("protocol") or "http"
    told = bool(root or domain)
    url = (root or _DEFAULT_ROOT.replace(":%(http_port)s", "")).replace("%(protocol)s", scheme).replace("%(domain)s", domain)
    url = url.replace(":%(http_port)s", "") if told else ""
    path = urlsplit(url).path.rstrip("/") if "://" in url and "%(" not in url else ""
    under = server.get("serve_from_sub_path", "").lower() in {"true", "1", "yes", "on", "t"}
    return Front(
        who=GRAFANA,
        namespace=namespace,
        url=url if "%(" not in url and "$" not in url else "",
        setting="root_url" if root else "domain",
        told=told,
        place=place,
        serves=path if under and path else "/",
        serves_place=sub,
        serves_setting="serve_from_sub_path",
    )


def _section(text: str) -> dict[str, str] | None:
    """The section `server` of a grafana.ini; None for text that cannot be read."""
    parser = configparser.RawConfigParser(strict=False, allow_no_value=True, inline_comment_prefixes=(";",))
    try:
        parser.read_string(text if text.lstrip().startswith("[") else f"[DEFAULT]\n{text}")
    except configparser.Error:
        return None
    return {key: value or "" for key, value in parser.items("server")} if parser.has_section("server") else {}


def _variables(pod: PodTemplate) -> Iterator[tuple[str, Node]]:
    for container in pod.spec.items("containers"):
        for variable in container.items("env"):
            value = variable.get("value")
            if value is not None and (variable.text("name") or "").startswith("GF_SERVER_"):
                yield variable.text("name") or "", value
