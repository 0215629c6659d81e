"""The policy traffic-path-is-accepted."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.entry.controllers import controller_of
from crema.policies.model.node import Node
from crema.policies.model.rewrites.rewrite import literal_prefix
from crema.policies.model.routes.annotations import ALB, NGINX, TRAEFIK, flag, text
from crema.policies.model.routes.classes import reader_of
from crema.policies.model.routes.locations import Host
from crema.policies.model.routes.nginx_settings import setting
from crema.policies.model.routes.resolve import tables
from crema.policies.model.world import World

_INGRESS = """
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata: {name: order, namespace: shop, annotations: {ANNOTATIONS}}
    spec:
      ingressClassName: CLASS
      rules:
        - host: coffee.test
          http: {paths: [{path: 'PATH', pathType: KIND, backend: {service: {name: order, port: {number: 80}}}}]}
"""
_USE_REGEX = f'{NGINX}/use-regex: "true"'
_PLAIN: Final = re.compile(r"(?i)/[a-z0-9._\-/]*")
_MARKS: Final = frozenset("()[]{}*+?^$|\\")
_VERSION: Final = re.compile(r":v?(\d+)\.(\d+)")
_STRICT: Final = (1, 12)
_REGEX: Final = "ImplementationSpecific"


def _ingress(path: str, kind: str, annotations: str = "", reader: str = "nginx") -> str:
    return _INGRESS.replace("PATH", path).replace("KIND", kind).replace("ANNOTATIONS", annotations).replace("CLASS", reader)


def _denied(name: str, manifests: str, message: str, *, pointer: str = "/spec/rules/0/http/paths/0/path") -> Denied:
    return Denied(name=name, manifests=manifests, at="Ingress/shop/order", pointer=pointer, message=message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """A path of an Ingress, as it is written; host, and the server that ingress-nginx makes of it."""

    node: Node
    host: str
    written: str
    kind: str
    server: Host | None

    def __str__(self) -> str:
        """The path, as reports name it."""
        return f"{self.node.manifest} path {self.written}"


class PathIsAccepted(Policy[Path]):
    """The path of an Ingress is one that its controller takes, with that path type, and a regex is one that it reads as a regex.

    Why: ingress-nginx refuses a regex under Prefix or Exact, and takes one for text where nothing makes it a regex: then no request
    matches. The AWS controller refuses the whole group of Ingresses for one wildcard under Prefix, and Traefik takes a regex for text.
    Fix: write the path without special characters, or as a regex in the way the controller reads one.
    Source: https://kubernetes.github.io/ingress-nginx/user-guide/ingress-path-matching/
    https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/spec/

    ingress-nginx: `strict-validate-path-type`, on from 1.12. The load balancer takes a path without a type, and one that is
    ImplementationSpecific, as it stands: `/api` is that path alone.
    """

    id = "traffic-path-is-accepted"
    basis = "breaks"
    allowed = (
        Example(name="a regex that is read as one", manifests=_ingress("/api/order(/|$)(.*)", "ImplementationSpecific", _USE_REGEX)),
        Example(
            name="a rewrite makes a regex of it too",
            manifests=_ingress("/api/order(/|$)(.*)", "ImplementationSpecific", f"{NGINX}/rewrite-target: /$2"),
        ),
        Example(name="every plain character", manifests=_ingress("/API/v1.0/some_path-1/", "Exact")),
        Example(name="a wildcard of the load balancer", manifests=_ingress("/api/order*", "ImplementationSpecific", reader="alb")),
        Example(
            name="a regex of Traefik that is said to be one",
            manifests=_ingress("/api/(a|b)", "ImplementationSpecific", f"{TRAEFIK}/router.pathmatcher: PathRegexp", reader="traefik"),
        ),
        Example(name="a controller that nobody knows", manifests=_ingress("/api/*", "Prefix", reader="mine")),
    )
    denied = (
        _denied(
            "a regex under Prefix",
            _ingress("/api/order(/|$)(.*)", "Prefix", _USE_REGEX),
            "ingress-nginx refuses Ingress shop/order: path /api/order(/|$)(.*) has type Prefix, which takes letters, digits and . _ - / "
            "only",
        ),
        _denied(
            "a regex that nothing makes one",
            _ingress("/api/order(/|$)(.*)", "ImplementationSpecific"),
            "requests to http://coffee.test/api/order end at Ingress shop/order: nothing on coffee.test makes ingress-nginx read "
            "/api/order(/|$)(.*) as a regex, so that it takes only that text",
        ),
        _denied(
            "use-regex that says false",
            _ingress("/api/.*", "ImplementationSpecific", f'{NGINX}/use-regex: "false"'),
            "requests to http://coffee.test/api end at Ingress shop/order: nothing on coffee.test makes ingress-nginx read /api/.* as a "
            "regex, so that it takes only that text",
        ),
        _denied(
            "a regex that is none",
            _ingress("/api/(order", "ImplementationSpecific", _USE_REGEX),
            "ingress-nginx cannot use path /api/(order of Ingress shop/order: it is no regex (missing ), unterminated subpattern)",
        ),
        _denied(
            "a wildcard of the load balancer under Prefix",
            _ingress("/api/order/*", "Prefix", reader="alb"),
            "the AWS load balancer controller refuses Ingress shop/order: path /api/order/* has type Prefix, which takes no wildcards",
        ),
        _denied(
            "a path of the load balancer that is that path alone",
            _ingress("/api/order", "ImplementationSpecific", reader="alb"),
            "requests below http://coffee.test/api/order end at the load balancer: a path of type ImplementationSpecific is that path "
            "alone",
            pointer="/spec/rules/0/http/paths/0/pathType",
        ),
        _denied(
            "a regex that Traefik takes for text",
            _ingress("/api/order(/|$)(.*)", "ImplementationSpecific", reader="traefik"),
            "requests to http://coffee.test/api/order end at Ingress shop/order: Traefik takes /api/order(/|$)(.*) for text, not for a "
            "regex",
        ),
    )

    def targets(self, world: World) -> Iterable[Path]:
        """Every path of every Ingress."""
        servers = world.derived(_servers)
        for manifest in world.of("networking.k8s.io", "Ingress"):
            for rule in manifest.root.items("spec", "rules"):
                host = rule.text("host") or ""
                for node in rule.items("http", "paths"):
                    written, kind = node.text("path") or "/", node.text("pathType") or ""
                    yield Path(node=node, host=host, written=written, kind=kind, server=servers.get((manifest.ref.namespace, node.pointer,
                               manifest.ref.name)))  # fmt: skip

    def judge(self, world: World, target: Path) -> Iterator[Outcome]:
        """As the controller of the class reads it."""
        reader = reader_of(world, target.node.manifest)
        if reader == "nginx":
            yield from self._nginx(world, target)
        elif reader == "alb":
            yield from self._alb(target)
        elif reader == "traefik" and not _MARKS.isdisjoint(target.written):
            matcher = text(target.node.manifest, TRAEFIK, "router.pathmatcher")
            if matcher != "PathRegexp" or target.kind in {"Prefix", "Exact"}:
                yield self._ends(target, f"Traefik takes {target.written} for text, not for a regex")

    def _nginx(self, world: World, target: Path) -> Iterator[Outcome]:
        ref, plain = target.node.manifest.ref, _PLAIN.fullmatch(target.written) is not None
        if target.kind != _REGEX and not plain:
            if _is_strict(world, target):
                only = f"has type {target.kind or 'Prefix'}, which takes letters, digits and . _ - / only"
                message = f"ingress-nginx refuses Ingress {ref.namespace}/{ref.name}: path {target.written} {only}"
                fix = f"give the path the type {_REGEX}" if not _MARKS.isdisjoint(target.written) else ""
                yield self.finding(_place(target), message, path=_hops(target), fix=fix)
                return
        elif _MARKS.isdisjoint(target.written):
            return
        if target.server is not None and not target.server.by_regex:
            why = f"nothing on {target.host or 'this host'} makes ingress-nginx read {target.written} as a regex"
            yield self._ends(target, f"{why}, so that it takes only that text", fix=f'add the annotation {NGINX}/use-regex: "true"')
        elif target.server is not None and (broken := _broken(target.written)):
            message = f"ingress-nginx cannot use path {target.written} of Ingress {ref.namespace}/{ref.name}: it is no regex ({broken})"
            yield self.finding(_place(target), message, path=_hops(target))

    def _alb(self, target: Path) -> Iterator[Outcome]:
        ref = target.node.manifest.ref
        has_wildcards = "*" in target.written or "?" in target.written
        by_regex = flag(target.node.manifest, ALB, "use-regex-path-match")
        if target.kind in {"Prefix", "Exact"} and has_wildcards:
            only = f"has type {target.kind}, which takes no wildcards"
            message = f"the AWS load balancer controller refuses Ingress {ref.namespace}/{ref.name}: path {target.written} {only}"
            fix = f"write {target.written.rstrip('*').rstrip('/') or '/'}" if target.kind == "Prefix" else ""
            yield self.finding(_place(target), message, path=_hops(target), fix=fix)
        elif target.kind not in {"Prefix", "Exact"} and not has_wildcards and not by_regex and _MARKS.isdisjoint(target.written):
            if "." in target.written.rpartition("/")[2] or target.node.get("path") is None:
                return
            place = target.node.get("pathType") or target.node.get("path") or target.node
            why = f"a path of type {target.kind or _REGEX} is that path alone"
            message = f"requests below {_url(target, target.written)} end at the load balancer: {why}"
            yield self.finding(place, message, path=_hops(target), fix="give the path the type Prefix (or Exact, where it is meant alone)")

    def _ends(self, target: Path, why: str, fix: str = "") -> Outcome:
        ref = target.node.manifest.ref
        shown = _url(target, literal_prefix(target.written) or "/")
        message = f"requests to {shown} end at Ingress {ref.namespace}/{ref.name}: {why}"
        return self.finding(_place(target), message, path=_hops(target), fix=fix)


def _place(target: Path) -> Node:
    return target.node.get("path") or target.node


def _url(target: Path, path: str) -> str:
    return f"http://{target.host}{path}" if target.host else path


def _hops(target: Path) -> tuple[str, ...]:
    ref = target.node.manifest.ref
    return _url(target, target.written), f"Ingress {ref.namespace}/{ref.name}"


def _broken(path: str) -> str:
    """Why a path is no regex, for what nginx and Python read alike."""
    try:
        re.compile(path)
    except re.error as error:
        said = error.msg
        alike = ("unterminated", "unbalanced", "nothing to repeat", "missing", "bad character range")
        return said if any(word in said for word in alike) and "(?" not in path and "[[" not in path else ""
    return ""


def _is_strict(world: World, target: Path) -> bool:
    """Whether the controller checks paths, as it does from 1.12 on if it is not told otherwise."""
    controller = controller_of(world, target.node.manifest)
    if controller is None:
        return True
    image = next((container.text("image") or "" for container in controller.pod.spec.items("containers")), "")
    version = _VERSION.search(image)
    old = version is not None and (int(version[1]), int(version[2])) < _STRICT
    return not old and setting(world, controller, "strict-validate-path-type") != "false"


def _servers(world: World) -> Mapping[tuple[str, str, str], Host]:
    """What ingress-nginx makes of the host of each path."""
    found: dict[tuple[str, str, str], Host] = {}
    for table in tables(world):
        if table.reader == "nginx":
            for route in table.routes:
                for host in route.hosts or (route.host,):
                    ref = route.manifest.ref
                    found[ref.namespace, route.node.pointer, ref.name] = table.hosts[host.lower()]
    return found
