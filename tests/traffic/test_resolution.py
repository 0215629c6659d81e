"""Which route gets a request: what the model says is what a real nginx does, configured as ingress-nginx configures it.

The translator in `controller` decides what the controller decides (servers, locations and their order, rewrites); nginx decides the rest.
"""

from __future__ import annotations

import http.client
import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from crema.policies.engine.example import Example
from crema.policies.model.routes.resolve import Table, tables
from crema.policies.model.routes.route import Route
from tests.external import running, server
from tests.traffic.controller import NOBODY, Claim, configuration, name_of

HOSTS = ("coffee.test", "*.test", "*.coffee.test", "a.coffee.test", "")
ASKED_HOSTS = ("coffee.test", "a.coffee.test", "b.coffee.test", "tea.test", "a.tea.test", "elsewhere.example")
PLAIN = ("/", "/api", "/api/", "/API", "/api/order", "/api/order/", "/api/orders", "/api/order/menu", "/a.c", "/v1")
REGEXES = ("/api/(order|menu)", "/api(/|$)(.*)", "/v[0-9]+", "/api/.*/menu", "/.*", "/api/[a-z]{5}$", "/(menu|api)/order$")
TARGETS = ("/", "/$2", "/api", "/api/order", "/x/$1")
ASKED = (
    *("/", "/api", "/api/", "/API", "/Api/Order", "/apis", "/api/order", "/api/order/", "/api/orders", "/api/order/menu"),
    *("/api/order/menu/1", "/api/menu", "/api/menus", "/abc", "/a.c", "/a.c/d", "/v1", "/v2", "/v12/x", "/menu/order", "/x", "/order"),
)


@st.composite
def ingresses(draw: st.DrawFn) -> tuple[Claim, ...]:
    """The paths of one to four Ingresses; none claims a path of a type that another has at that host."""
    taken: set[tuple[str, str, bool]] = set()
    claims: list[Claim] = []
    for number in range(draw(st.integers(1, 4))):
        target = draw(st.sampled_from(("", "", "", *TARGETS)))
        use_regex = draw(st.sampled_from((False, False, True)))
        for host in draw(st.lists(st.sampled_from(HOSTS), min_size=1, max_size=2, unique=True)):
            for path in draw(st.lists(st.sampled_from((*PLAIN, *REGEXES)), min_size=1, max_size=4, unique=True)):
                kind = draw(st.sampled_from(("Exact", "Prefix", "ImplementationSpecific"))) if path in PLAIN else "ImplementationSpecific"
                claimed = (host, path if kind == "Exact" else path.rstrip("/"), kind == "Exact")
                if claimed not in taken:
                    taken.add(claimed)
                    claims.append(Claim(ingress=f"i{number}", host=host, path=path, kind=kind, target=target, use_regex=use_regex))
    return tuple(claims)


class Sets(list[tuple[Claim, ...]]):
    """Many sets, of which only the number is worth printing."""

    def __repr__(self) -> str:
        """How many there are."""
        return f"{len(self)} sets"


def manifests(claims: tuple[Claim, ...]) -> str:
    """The Ingresses as a person would write them, each with a rule for each of its hosts."""
    bodies = []
    for name in dict.fromkeys(claim.ingress for claim in claims):
        own = [claim for claim in claims if claim.ingress == name]
        annotations = {"nginx.ingress.kubernetes.io/use-regex": "true"} if own[0].use_regex else {}
        annotations |= {"nginx.ingress.kubernetes.io/rewrite-target": own[0].target} if own[0].target else {}
        service = {"service": {"name": name, "port": {"number": 80}}}
        rules = [
            {"host": host, "http": {"paths": [{"path": c.path, "pathType": c.kind, "backend": service} for c in own if c.host == host]}}
            for host in dict.fromkeys(claim.host for claim in own)
        ]
        bodies.append(
            {
                "apiVersion": "networking.k8s.io/v1",
                "kind": "Ingress",
                "metadata": {"name": name, "namespace": "shop", "annotations": annotations},
                "spec": {"ingressClassName": "nginx", "rules": rules},
            }
        )
    return yaml.safe_dump_all(bodies)


def table_of(claims: tuple[Claim, ...]) -> Table:
    """The model of one set."""
    (table,) = tables(Example(name="", manifests=manifests(claims)).world())
    return table


def expected(route: Route | None, asked: str) -> str:
    """What the server behind would say back: the path's name and the path that arrives."""
    if route is None:
        return NOBODY
    path: str | None = asked
    for rewrite in route.rewrites:
        path = None if path is None else rewrite.change(path)
    claim = Claim(ingress=route.backend.name, host="", path=route.written, kind=route.kind)
    return f"{name_of(claim)} {path}"


class Connection(http.client.HTTPConnection):
    """HTTP over a socket of the file system."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=20)
        self._path = path

    def connect(self) -> None:
        """Connect to the file."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.connect(str(self._path))

    def said(self, host: str, path: str) -> str:
        """What comes back for a path of a host, a redirect to the same path with a slash followed."""
        self.request("GET", path, headers={"Host": host})
        answer = self.getresponse()
        body = answer.read().decode()
        if answer.status == 301:
            assert (answer.getheader("Location") or "").endswith(f"{path}/")
            return self.said(host, f"{path}/")
        name, _, arrived = body.rpartition(" ")
        return NOBODY if name == NOBODY else f"{name} {arrived}"


@pytest.fixture
def directory() -> Iterator[Path]:
    """A directory with a short name: that of a socket has an end at a hundred letters."""
    with tempfile.TemporaryDirectory(prefix="nginx") as made:
        yield Path(made)


@pytest.mark.engine
@settings(
    max_examples=8,
    derandomize=True,
    phases=[Phase.generate],  # the message names the one set that differs: there is nothing to shrink
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(ingresses(), min_size=20, max_size=40).map(Sets))
def test_a_request_goes_where_nginx_sends_it(directory: Path, sets: Sets) -> None:
    """For every host and path, the route of the model is the location that nginx takes, and its rewrites give the path that arrives."""
    program = server("nginx", package="nginx")
    for old in directory.iterdir():
        if old.is_socket():
            old.unlink()
    conf = directory / "nginx.conf"
    conf.write_text(configuration(sets, directory), encoding="utf-8")
    user = ["-g", "user root;"] if os.getuid() == 0 else []
    command: list[str | Path] = [program, "-p", directory, "-e", "stderr", "-c", conf, *user]
    with running(command, ready=(directory / "pid").exists, log=directory / "log", cwd=directory):
        for number, claims in enumerate(sets):
            table, connection = table_of(claims), Connection(directory / str(number))
            for host in ASKED_HOSTS:
                for path in ASKED:
                    route = table.resolve(host, path)
                    said = connection.said(host, path)
                    wanted = expected(route, f"{path}/" if _is_redirected(said, path) else path)
                    assert said == wanted, f"{host}{path} of {claims}"
            connection.close()


def _is_redirected(said: str, path: str) -> bool:
    return said.endswith(f" {path}/")
