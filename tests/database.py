"""A private database server, and the pods of the backup run on this machine against it: the very scripts, commands and variables."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cdk8s

from charts.back_end import DATABASE, DATABASE_USER
from charts.environments import LOCAL
from charts.mysql_backup import MySQLBackupChart
from tests.external import ROOT, Completed, running, server, start

# Whatever a shell, an option file or SQL could take for something else.
PASSWORD = """it's a "pass\\word" $(echo) `echo` %s #; &|<>*?~!"""
# What the image of the server has of that which a script could want; it has no ps.
# https://github.com/docker-library/mysql/blob/master/8.4/Dockerfile.oracle
_IN_THE_IMAGE = ("bash", "gzip", "grep", "date", "df", "mv", "numfmt", "rm", "sleep", "sort", "stat", "sync", "tail")
# Cups of two to four bytes, what SQL and shells quote with, every byte there is, rows that refer to rows, no value at all.
ROWS = r"""
CREATE TABLE notes (id INT PRIMARY KEY, text TEXT NOT NULL, data BLOB, day DATE);
INSERT INTO notes VALUES (1, 'Caffè ☕ 🍩 𐀀', NULL, NULL);
INSERT INTO notes VALUES (2, 'a\'b"c`d\\e\nf\r\ng\th;--', '', '2026-02-28'), (3, '$(id) `id` %s', 0xEVERY, NULL);
INSERT INTO menus (name, price, beans_grams, milk_ml) VALUES ('🍵', 4294967295, 0, 0);
INSERT INTO orders (menu_id, quantity, total) SELECT id, 2, 2 FROM menus;
CREATE VIEW dear AS SELECT name FROM menus WHERE price > 3200;
DELIMITER ;;
CREATE PROCEDURE menu() BEGIN SELECT 1; SELECT '
CREATE TRIGGER'; END;;
""".replace("EVERY", bytes(range(256)).hex())
_CLIENTS = {"mysql": "mariadb", "mysqldump": "mariadb-dump"}


def free_port() -> int:
    """A port of 127.0.0.1 on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """A server of its own in `directory`, with the clients by the names MySQL has for them in ``directory/bin``."""

    directory: Path
    port: int

    @property
    def bin(self) -> Path:
        """All that scripts find on their PATH."""
        return self.directory / "bin"

    def ask(self, sql: str, *, user: str = "root", database: str = "") -> Completed:
        """Run statements; root by the socket, others by TCP with the application's password."""
        way = ["--socket=s"] if user == "root" else ["--host=127.0.0.1", f"--port={self.port}"]
        options = ["--no-defaults", *way, f"--user={user}", "--default-character-set=utf8mb4", "--batch", "--skip-column-names"]
        password = {} if user == "root" else {"MYSQL_PWD": PASSWORD}
        # A socket's path must be short, so it is a name in the server's directory.
        return start(
            [self.bin / "mysql", *options, database], stdin=sql, cwd=self.directory / "data", env={"PATH": str(self.bin), **password}
        )

    @contextmanager
    def up(self) -> Iterator[subprocess.Popen[bytes]]:
        """The server on the data that is there, from the moment at which it answers until the end of the block."""
        options = [f"--port={self.port}", "--bind-address=127.0.0.1", "--socket=s", f"--pid-file={self.directory / 'pid'}"]
        options += ["--log-bin=binlog", "--character-set-server=utf8mb4", "--skip-name-resolve", "--innodb-buffer-pool-size=32M"]
        command: list[str | Path] = [server("mariadbd", package="mariadb-server"), *_own(self.directory), *options]
        with running(command, ready=self._answers, log=self.directory / "log", cwd=self.directory) as process:
            yield process

    def _answers(self) -> bool:
        return self.ask("SELECT 1").status == 0

    def root(self, sql: str, *, database: str = "") -> list[list[str]]:
        """What root is answered: rows of cells."""
        return _rows(self.ask(sql, database=database))

    def app(self, sql: str) -> list[list[str]]:
        """What the application's account is answered, in its own database."""
        return _rows(self.ask(sql, user=DATABASE_USER, database=DATABASE))

    def reset(self) -> None:
        """The database as the image's first start leaves it: its account's rights, then the chart's SQL, run by root."""
        quoted = PASSWORD.replace("\\", "\\\\").replace("'", "''")
        self.root(
            f"SET GLOBAL log_bin_trust_function_creators = OFF; DROP DATABASE IF EXISTS {DATABASE}; CREATE DATABASE {DATABASE};"
            f"CREATE USER IF NOT EXISTS '{DATABASE_USER}'@'%' IDENTIFIED BY '{quoted}';"
            f"GRANT ALL ON `{DATABASE.replace('_', chr(92) + '_')}`.* TO '{DATABASE_USER}'@'%';"
        )
        self.root((ROOT / "charts" / "mysql.sql").read_text(encoding="utf-8"))

    def fill(self) -> None:
        """A large table, in the middle of a dump, that cannot be compressed much: a dump takes a while."""
        rows = ", ".join(f"('{os.urandom(20_000).hex()}')" for _ in range(100))
        again = "INSERT INTO inventory_log (text) SELECT REVERSE(text) FROM inventory_log;"
        table = "CREATE TABLE inventory_log (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, text MEDIUMTEXT);"
        self.app(f"{table} INSERT INTO inventory_log (text) VALUES {rows}; {again} {again}")

    def state(self) -> dict[str, Any]:
        """Everything in the database: the definition of each object, and the bytes of each cell of each row in hexadecimal."""
        found: dict[str, Any] = {}
        for name, kind in self.root("SHOW FULL TABLES", database=DATABASE):
            found[name] = self.root(f"SHOW CREATE TABLE `{name}`", database=DATABASE)
            if kind == "BASE TABLE":
                columns = [row[0] for row in self.root(f"SHOW COLUMNS FROM `{name}`", database=DATABASE)]
                cells = ", ".join(f"HEX(`{column}`)" for column in columns)
                found[f"rows of {name}"] = sorted(self.root(f"SELECT {cells} FROM `{name}`", database=DATABASE))
        for kind in ("PROCEDURE", "FUNCTION"):
            for row in self.root(f"SHOW {kind} STATUS WHERE Db = '{DATABASE}'"):
                found[f"{kind} {row[1]}"] = self.root(f"SHOW CREATE {kind} `{row[1]}`", database=DATABASE)
        for trigger in self.root("SHOW TRIGGERS", database=DATABASE):
            found[f"TRIGGER {trigger[0]}"] = trigger[:5]
        for event in self.root("SHOW EVENTS", database=DATABASE):
            found[f"EVENT {event[1]}"] = event[:7]
        return found


def _rows(done: Completed) -> list[list[str]]:
    assert done.status == 0, done.stderr
    return [line.split("\t") for line in done.stdout.splitlines()]


def _own(directory: Path) -> list[str]:
    return ["--no-defaults", f"--datadir={directory / 'data'}", f"--user={pwd.getpwuid(os.getuid()).pw_name}"]


def installed(directory: Path) -> Database:
    """A server that is not up yet, in an empty directory and with no data but its own."""
    (directory / "bin").mkdir()
    for name in _IN_THE_IMAGE:
        (directory / "bin" / name).symlink_to(str(shutil.which(name)))
    install = server("mariadb-install-db", package="mariadb-server")
    for name, other in _CLIENTS.items():
        (directory / "bin" / name).symlink_to(server(other, package="mariadb-server"))
    done = start([install, *_own(directory), "--auth-root-authentication-method=normal", "--skip-test-db"])
    assert done.status == 0, done.stdout + done.stderr
    return Database(directory=directory, port=free_port())


@contextmanager
def serving(directory: Path) -> Iterator[Database]:
    """A server in an empty directory, on a port of 127.0.0.1, with a binary log as MySQL has by default."""
    database = installed(directory)
    with database.up():
        yield database


@dataclass(frozen=True, slots=True, kw_only=True)
class Pods:
    """The CronJobs of the chart: each of their pods is started here as it would be in the cluster.

    Args:
        database: the server they call.
        volume: what is mounted where their claim is. scripts: what is mounted where their ConfigMap is.
        manifests: of the chart.

    """

    database: Database
    volume: Path
    scripts: Path
    manifests: tuple[Mapping[str, Any], ...]

    @classmethod
    def made_in(cls, directory: Path, database: Database) -> Pods:
        """An empty volume, and the ConfigMap's files."""
        manifests = tuple(cdk8s.Testing.synth(MySQLBackupChart(cdk8s.Testing.app(), LOCAL)))
        pods = cls(database=database, volume=directory / "volume", scripts=directory / "scripts", manifests=manifests)
        pods.volume.mkdir()
        pods.scripts.mkdir()
        (config,) = (m for m in manifests if m["kind"] == "ConfigMap")
        for name, text in config["data"].items():
            (pods.scripts / name).write_text(text, encoding="utf-8")
        return pods

    def started(self, cron_job: str, **changed: str) -> tuple[list[str], dict[str, str]]:
        """The command line and the environment of a pod of this CronJob, with these variables set otherwise."""
        (found,) = (m for m in self.manifests if (m["kind"], m["metadata"]["name"]) == ("CronJob", cron_job))
        (container,) = found["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
        mounts = {m["name"]: m["mountPath"] for m in container["volumeMounts"]}
        command = [word.replace(mounts["scripts"], str(self.scripts)) for word in container["command"]]
        variables = {v["name"]: v.get("value", PASSWORD) for v in container["env"]}
        assert variables["BACKUP_DIRECTORY"] == mounts["dumps"]
        here = {"BACKUP_DIRECTORY": str(self.volume), "DB_HOST": "127.0.0.1", "DB_PORT": str(self.database.port)}
        assert here.keys() <= variables.keys()
        return command, {**variables, **here, "PATH": str(self.database.bin), **changed}

    def run(self, cron_job: str, **changed: str) -> Completed:
        """Run such a pod to its end."""
        command, env = self.started(cron_job, **changed)
        return start([self.database.bin / command[0], *command[1:]], env=env, cwd=self.volume)

    def backup(self, **changed: str) -> Completed:
        """A scheduled dump."""
        return self.run("mysql-backup", **changed)

    def restore(self, **changed: str) -> Completed:
        """A person's Job made from the suspended CronJob."""
        return self.run("mysql-backup-restore", **changed)

    def files(self) -> dict[str, bytes]:
        """Everything on the volume."""
        return {p.name: p.read_bytes() for p in self.volume.iterdir()}
