"""The whole shop on this machine: database, back ends, page and ingress, each as dist/local and its image have it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from charts.back_end import TRACES_URL
from tests.database import Database, free_port, installed
from tests.external import running
from tests.services import cluster, images
from tests.services.collector import Collector, collecting
from tests.services.web_servers import frontend_conf, ingress_conf, nginx

# Whatever a shell, a URL, an option file, SQL or Latin-1 could take for something else.
PASSWORD = """it's a "pass\\word" ☕ é $(echo) `echo` %s %(x)s #;: &|<>*?~!@/{}"""
BACK_ENDS = ("order", "inventory", "billing")
_SHIM = Path(__file__).parent / "shim"


@dataclass(slots=True)
class Shop:
    """What runs, and how to end and begin it.

    Args:
        directory: of its own. database: its server. collector: what receives its spans. ports: each app's, and the ingress's.
        client: a person's browser, which calls the host of the ingress.

    """

    directory: Path
    database: Database
    collector: Collector
    ports: dict[str, int]
    client: httpx.Client
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _stacks: dict[str, ExitStack] = field(default_factory=dict)

    def begin(self, name: str, context: Any) -> None:
        """Enter a context and keep it by a name until `end`."""
        stack = ExitStack()
        self.processes[name] = stack.enter_context(context)
        self._stacks[name] = stack

    def end(self, name: str) -> int:
        """End what was begun by this name, as a pod ends; its exit code."""
        self._stacks.pop(name).close()
        return self.processes.pop(name).returncode

    def end_all(self) -> None:
        """End everything, what began last first."""
        while self._stacks:
            self.end(next(reversed(self._stacks)))

    def lines(self, name: str) -> list[dict[str, Any]]:
        """What a back end has written: every line of it is a JSON object."""
        return [json.loads(line) for line in (self.directory / f"{name}.log").read_text(encoding="utf-8").splitlines()]

    def names(self) -> dict[str, int]:
        """Every host and port that the cluster knows, in the shop's namespace."""
        known = {
            f"{name}{domain}:{port}": self.ports[app]
            for name, port, app, _ in cluster.services()
            for domain in ("", f".{cluster.NAMESPACE}", f".{cluster.NAMESPACE}.svc.cluster.local")
        }
        tempo = httpx.URL(TRACES_URL)
        return {**known, f"{tempo.host}:{tempo.port}": self.collector.port}

    def back_end(self, app: str, *, names: Mapping[str, int] | None = None, **changed: str) -> BackEnd:
        """A process of a back end that is not begun: its image's entry point and variables, its Deployment's, and the cluster's names.

        Args:
            app: its name.
            names: what leads elsewhere than in the cluster; it has a port of its own then.
            **changed: variables that are otherwise.

        """
        root = self.directory / "images" / app
        if not root.exists():
            root.mkdir(parents=True)
            images.built(app, root, self.directory / "packages")
        file = images.read(app)
        env = {k: f"{root}{v}" if v.startswith("/") else v for k, v in file.env.items()}
        env["PYTHONPATH"] = f"{_SHIM}{os.pathsep}{env['PYTHONPATH']}"
        port = self.ports[app] if names is None else free_port()
        shim = {
            "CREMA_NAMES": json.dumps({**self.names(), **(names or {})}),
            "CREMA_PORTS": json.dumps({str(cluster.container_port(app)): port}),
        }
        secrets = {("mysql-secret", "password"): PASSWORD}
        (program, *arguments) = file.image.words("ENTRYPOINT")
        assert program == "python"
        return BackEnd(
            app=app,
            port=port,
            command=(images.python(), *arguments),
            cwd=root / file.image.words("WORKDIR")[0].lstrip("/"),
            # A process has the language of its image, which is none.
            env={**env, **cluster.variables(app, secrets), **shim, **changed},
        )

    def begin_back_end(self, app: str) -> None:
        """Begin it as the cluster would."""
        self.begin(app, self.back_end(app).up(self.directory / f"{app}.log"))

    def begin_frontend(self) -> None:
        """Begin the page's server with the files of its image."""
        root = self.directory / "images" / "frontend"
        if not root.exists():
            root.mkdir(parents=True)
            images.built("frontend", root, self.directory / "packages")
        conf = frontend_conf(self.directory, root, self.ports["frontend"])
        page = answers(f"http://127.0.0.1:{self.ports['frontend']}/")
        web_server = running(nginx(conf, self.directory), ready=page, log=self.directory / "frontend.log", cwd=self.directory)
        self.begin("frontend", web_server)

    def fresh(self) -> None:
        """The rows as after the first start."""
        (sql,) = (v for k, v in cluster.find("ConfigMap", "mysql-init")["data"].items() if k.endswith(".sql"))
        rows = sql[sql.index("INSERT INTO inventory") :]
        tables = "".join(f"TRUNCATE {name};" for name in ("orders", "inventory", "billing"))
        self.database.root(tables + rows, database="coffee_machine")

    def stock(self) -> tuple[int, int]:
        """Grams of beans, millilitres of milk."""
        ((beans, milk),) = self.database.root("SELECT beans_grams, milk_ml FROM inventory", database="coffee_machine")
        return int(beans), int(milk)

    def books(self) -> tuple[int, int]:
        """Sales, costs."""
        ((sales, costs),) = self.database.root("SELECT sales, costs FROM billing", database="coffee_machine")
        return int(sales), int(costs)

    def orders(self) -> list[list[str]]:
        """Each order's drink, cups and total, in the order of their numbers."""
        return self.database.root("SELECT menu_id, quantity, total FROM orders ORDER BY id", database="coffee_machine")


@dataclass(frozen=True, slots=True, kw_only=True)
class BackEnd:
    """A process to be: its command, its directory, its whole environment and the port it will listen on."""

    app: str
    port: int
    command: tuple[str, ...]
    cwd: Path
    env: Mapping[str, str]

    @property
    def url(self) -> str:
        """What its routes are below."""
        return f"http://127.0.0.1:{self.port}{self.env['ROOT_PATH']}"

    @contextmanager
    def up(self, log: Path) -> Iterator[subprocess.Popen[bytes]]:
        """The process, once it is ready as its probe sees it."""
        probe = cluster.container(self.app)["readinessProbe"]["httpGet"]["path"]
        with running(self.command, ready=answers(f"http://127.0.0.1:{self.port}{probe}"), log=log, cwd=self.cwd, env=self.env) as process:
            yield process


def answers(url: str, host: str = "") -> Callable[[], bool]:
    """Whether somebody answers there, and with success."""

    def ready() -> bool:
        try:
            return httpx.get(url, headers={"Host": host} if host else {}, trust_env=False).is_success
        except httpx.HTTPError:
            return False

    return ready


def first_start(database: Database) -> None:
    """What the image of the server does when its volume is empty: by its variables, then by its scripts."""
    env = cluster.variables("mysql", {("mysql-secret", "password"): PASSWORD, ("mysql-root", "password"): "unused here"})
    quoted = env["MYSQL_PASSWORD"].replace("\\", "\\\\").replace("'", "''")
    database.root(
        f"CREATE DATABASE `{env['MYSQL_DATABASE']}`; CREATE USER '{env['MYSQL_USER']}'@'%' IDENTIFIED BY '{quoted}';"
        f"GRANT ALL ON `{env['MYSQL_DATABASE'].replace('_', chr(92) + '_')}`.* TO '{env['MYSQL_USER']}'@'%';"
    )
    for _, script in sorted(cluster.find("ConfigMap", "mysql-init")["data"].items()):
        database.root(script)


@contextmanager
def open_shop(directory: Path) -> Iterator[Shop]:
    """Everything, from the moment at which a person can order."""
    (directory / "db").mkdir()
    images.install(directory / "packages")
    database = installed(directory / "db")
    names = (*BACK_ENDS, "frontend", "ingress")
    ports = {**{name: free_port() for name in names}, "mysql": database.port}
    base = f"http://127.0.0.1:{ports['ingress']}"
    with (
        collecting(httpx.URL(TRACES_URL).path) as collector,
        httpx.Client(base_url=base, headers={"Host": cluster.host()}, timeout=60, trust_env=False) as client,
    ):
        shop = Shop(directory=directory, database=database, collector=collector, ports=ports, client=client)
        try:
            shop.begin("mysql", database.up())
            first_start(database)
            for app in BACK_ENDS:
                shop.begin_back_end(app)
            shop.begin_frontend()
            conf = ingress_conf(ports, directory)
            there = answers(f"{base}/", cluster.host())
            shop.begin("ingress", running(nginx(conf, directory), ready=there, log=directory / "ingress.log", cwd=directory))
            yield shop
        finally:
            shop.end_all()


def kill(process: subprocess.Popen[bytes]) -> None:
    """End it as a machine that loses power does."""
    process.send_signal(signal.SIGKILL)
    process.wait()
