"""Restores against a real server that must not happen, or that go wrong: what is touched, what is said and what stays possible."""

from __future__ import annotations

import gzip
import re
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from charts.back_end import DATABASE, DATABASE_USER
from tests.database import PASSWORD, Database, Pods, free_port
from tests.external import Completed, running
from tests.generators.test_mysql_backup_runs import dumped, refused

pytestmark = pytest.mark.engine

_OTHER = f"{DATABASE}-20250110T031700Z.sql.gz"


def unchanged(database: Database, pods: Pods, restore: Callable[[], Completed], said: str) -> None:
    """The restore is refused with this message; the database and the volume are as they were."""
    before, files = database.state(), pods.files()
    refused(restore(), said)
    assert database.state() == before
    assert pods.files() == files


@pytest.mark.parametrize(
    "damage",
    [
        lambda dump: dump[:-20],
        lambda dump: dump[: len(dump) // 2],
        lambda dump: dump[:-400] + bytes([dump[-400] ^ 1]) + dump[-399:],
        lambda dump: gzip.compress(gzip.decompress(dump)[:-100]),
        gzip.decompress,
        lambda dump: dump[:0],
    ],
    ids=["its end is missing", "half of it is missing", "one bit is another", "mysqldump was stopped", "not compressed", "empty"],
)
def test_a_damaged_dump_is_refused_before_anything_is_touched(database: Database, pods: Pods, damage: Callable[[bytes], bytes]) -> None:
    """Even when it is the newest: which one to take instead is for a person to say, who is told what there is."""
    newest = pods.volume / dumped(pods.backup())
    shutil.copy(newest, pods.volume / _OTHER)
    newest.write_bytes(damage(newest.read_bytes()))
    unchanged(database, pods, pods.restore, f"{newest.name} is damaged or was cut off; nothing was touched. Name another with BACKUP")
    assert f"\n  {_OTHER}  " in pods.restore().stderr
    assert pods.restore(BACKUP=_OTHER).status == 0


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("../etc/passwd", "BACKUP is '../etc/passwd'; it must be the file name of a dump"),
        (f"./{_OTHER}", "it must be the file name of a dump"),
        (f"{_OTHER}\n", "it must be the file name of a dump"),
        (f".{_OTHER}.partial", "it must be the file name of a dump"),
        ("other-20250110T031700Z.sql.gz", f"it must be the file name of a dump of {DATABASE}, without a directory"),
        ("$(id)", "BACKUP is '$(id)'"),
        (f"{DATABASE}-20240101T000000Z.sql.gz", f"there is no dump {DATABASE}-20240101T000000Z.sql.gz"),
    ],
)
def test_only_a_dump_of_this_database_is_restored(database: Database, pods: Pods, name: str, said: str) -> None:
    """A name that is none, or of no dump there is, is answered with those there are."""
    shutil.copy(pods.volume / dumped(pods.backup()), pods.volume / _OTHER)
    unchanged(database, pods, lambda: pods.restore(BACKUP=name), said)
    assert f"There are:\n  {_OTHER}  " in pods.restore(BACKUP=name).stderr


def test_dumps_can_be_listed_before_one_is_chosen(database: Database, pods: Pods) -> None:
    """BACKUP=list names every dump, oldest first, with its size, and does nothing else; it needs no server."""
    newest = pods.volume / dumped(pods.backup())
    shutil.copy(newest, pods.volume / _OTHER)
    done = pods.restore(BACKUP="list", DB_PORT=str(free_port()))
    assert (done.status, done.stderr) == (0, "")
    assert re.fullmatch(rf".*\n{re.escape(_OTHER)}  [0-9.]+KB\n{re.escape(newest.name)}  [0-9.]+KB\n", done.stdout), done.stdout
    assert pods.restore(BACKUP="list", BACKUP_DIRECTORY=str(database.bin)).stdout == f"the dumps of {DATABASE}, oldest first:\n"


def test_a_named_dump_is_restored_and_not_the_newest(database: Database, pods: Pods) -> None:
    """The older state comes back."""
    older = database.state()
    shutil.move(pods.volume / dumped(pods.backup()), pods.volume / _OTHER)
    database.app("DELETE FROM notes")
    dumped(pods.backup())
    assert pods.restore(BACKUP=_OTHER).status == 0
    assert database.state() == older


@pytest.mark.parametrize("changed", [{"MYSQL_PWD": "wrong"}, {"DB_PORT": "closed"}], ids=["wrong password", "dead server"])
def test_without_a_server_nothing_is_touched(database: Database, pods: Pods, changed: dict[str, str]) -> None:
    """The volume shows no restore that was begun."""
    pods.backup()
    here = {name: str(free_port()) if value == "closed" else value for name, value in changed.items()}
    unchanged(
        database, pods, lambda: pods.restore(**here), "no connection to 127.0.0.1 as coffee, for the reason above; nothing was touched"
    )


def test_a_load_that_fails_half_way_is_seen_and_can_be_taken_back(database: Database, pods: Pods) -> None:
    """It says what to do; dumps stop, so that no half-loaded database is taken for a good one; another restore ends it."""
    before = database.state()
    good = dumped(pods.backup())
    wrong = re.sub(rb"(?m)^(CREATE TABLE `notes`)", rb"no such statement;\n\1", gzip.decompress((pods.volume / good).read_bytes()))
    (pods.volume / _OTHER).write_bytes(gzip.compress(wrong))
    failed = pods.restore(BACKUP=_OTHER)
    refused(failed, f"the load of {_OTHER} failed, for the reason above: {DATABASE} MAY BE EMPTY OR HALF LOADED")
    assert "You have an error in your SQL syntax" in failed.stderr
    safety = re.search(rf"began to load {_OTHER}; the state before, saved in (\S+-before-restore\.sql\.gz)\n", failed.stderr)
    assert safety is not None
    assert database.state() != before
    files = pods.files()
    refused(pods.backup(), "no dump is made, because a restore has not ended well")
    assert pods.files() == files
    again = pods.restore(BACKUP=_OTHER)
    assert safety[0] in again.stderr, "the state before the first of two failures is still named"
    assert pods.restore(BACKUP=safety[1]).status == 0
    assert database.state() == before
    assert dumped(pods.backup()) in pods.files()


def test_a_dump_cannot_make_the_client_start_a_program(pods: Pods, tmp_path: Path) -> None:
    """Whoever can write a dump would else own the pod that loads it: the client's own commands are off."""
    sql = gzip.decompress((pods.volume / dumped(pods.backup())).read_bytes())
    without_sandbox = re.sub(rb"\A/\*M!.*\n", b"", sql)
    command = f"\n\\! echo > {tmp_path / 'started'}\nCREATE TABLE `notes`".encode()
    (pods.volume / _OTHER).write_bytes(gzip.compress(without_sandbox.replace(b"\nCREATE TABLE `notes`", command)))
    refused(pods.restore(BACKUP=_OTHER), "MAY BE EMPTY OR HALF LOADED")
    assert not (tmp_path / "started").exists()


def test_a_database_that_cannot_be_dumped_is_replaced_only_when_told_to(database: Database, pods: Pods) -> None:
    """Without the safety dump there is no way back, so a person must say that none is wanted."""
    before = database.state()
    pods.backup()
    database.app("CREATE VIEW zebra AS SELECT * FROM notes; DROP TABLE notes")
    files = pods.files()
    refused(pods.restore(), f"the dump of {DATABASE} failed, for the reason above")
    assert pods.files() == files
    assert pods.restore(SAFETY_DUMP="no").status == 0
    assert database.state() == before
    assert pods.files() == files


def test_what_only_root_may_create_is_found_before_anything_is_touched(database: Database, pods: Pods) -> None:
    """A view that root made is in the dump, and the account could not load it: half of the database would come back."""
    database.root(f"CREATE DEFINER = root@localhost VIEW {DATABASE}.of_root AS SELECT 1")
    pods.backup()
    unchanged(database, pods, pods.restore, f"holds what {DATABASE_USER}@% may not create; nothing was touched")
    assert "\n  DEFINER=`root`@`localhost`\n" in pods.restore().stderr


@pytest.mark.parametrize(
    "made",
    [
        "CREATE TRIGGER total BEFORE INSERT ON orders FOR EACH ROW SET NEW.total = NEW.quantity",
        "CREATE FUNCTION half(n INT) RETURNS INT DETERMINISTIC RETURN n / 2",
    ],
)
def test_triggers_and_functions_come_back_where_the_server_lets_the_account_make_them(database: Database, pods: Pods, made: str) -> None:
    """With a binary log it does so only by a setting; without the setting nothing is touched."""
    database.root("SET GLOBAL log_bin_trust_function_creators = ON")
    database.app(made + "; CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY STARTS '2037-01-01' DO DELETE FROM notes")
    before = database.state()
    pods.backup()
    database.root("SET GLOBAL log_bin_trust_function_creators = OFF")
    unchanged(database, pods, pods.restore, f"holds triggers or functions, which {DATABASE_USER}@% may not create; nothing was touched")
    database.root("SET GLOBAL log_bin_trust_function_creators = ON")
    assert pods.restore().status == 0
    assert database.state() == before


@contextmanager
def way_from(address: str, database: Database) -> Iterator[str]:
    """The port of a relay that connects to the server from this address, as a pod with that address does."""

    def pump(source: socket.socket, target: socket.socket) -> None:
        # Either end may be gone first.
        with suppress(OSError):
            while received := source.recv(65536):
                target.sendall(received)
            target.shutdown(socket.SHUT_WR)

    def relay(client: socket.socket) -> None:
        with client, socket.create_connection(("127.0.0.1", database.port), source_address=(address, 0)) as onward:
            back = threading.Thread(target=pump, args=(onward, client), daemon=True)
            back.start()
            pump(client, onward)
            back.join()

    def accept(listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=relay, args=(listener.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=accept, args=(listener,), daemon=True).start()
        yield str(listener.getsockname()[1])
        # Closing it alone would not wake who waits for a client.
        listener.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(("client", "counts"), [("127.0.0.3", True), ("127.0.0.2", False), ("127.0.0.1", False)])
def test_nothing_is_replaced_under_a_service_that_is_connected(
    database: Database, pods: Pods, tmp_path: Path, client: str, counts: bool
) -> None:
    """It would mix two states with its writes. What a pod's own commands left, and the probe in the server's pod, do not count."""
    pods.backup()
    asleep = "SELECT SLEEP(60)"

    def connected() -> bool:
        return any(asleep in row for row in database.root("SHOW PROCESSLIST"))

    with way_from(client, database) as way, way_from("127.0.0.2", database) as own:
        options = ["--no-defaults", "--host=127.0.0.1", f"--port={way}", f"--user={DATABASE_USER}", f"--execute={asleep}"]
        env = {"PATH": str(database.bin), "MYSQL_PWD": PASSWORD}
        with running([str(database.bin / "mysql"), *options], ready=connected, log=tmp_path / "log", cwd=tmp_path, env=env):
            if counts:
                said = f"others are connected to 127.0.0.1 as coffee; nothing was touched. Stop them first:\n  {client}\n"
                unchanged(database, pods, lambda: pods.restore(DB_PORT=own), said)
            else:
                assert pods.restore(DB_PORT=own).status == 0
    end(database, asleep)


def end(database: Database, query: str) -> None:
    """The server still works at the query of a client that is gone."""
    for row in database.root("SHOW PROCESSLIST"):
        if query in row:
            database.root(f"KILL {row[0]}")


def test_a_service_that_comes_back_during_the_safety_dump_is_noticed(database: Database, pods: Pods, tmp_path: Path) -> None:
    """Argo CD may start one at any moment. Nothing is replaced, and what was saved stays."""
    newest = dumped(pods.backup())
    before = database.state()
    asleep = "SELECT SLEEP(30)"
    shutil.copytree(database.bin, tmp_path / "bin", symlinks=True)
    (tmp_path / "bin" / "mysqldump").unlink()
    with way_from("127.0.0.3", database) as way:
        service = f'mysql --no-defaults --host=127.0.0.1 --port={way} --user={DATABASE_USER} --execute="{asleep}" >/dev/null 2>&1 &'
        again = f'{service}\nsleep 3\nexec {database.bin / "mysqldump"} "$@"\n'
        (tmp_path / "bin" / "mysqldump").write_text(f"#!/bin/sh\n{again}", encoding="utf-8")
        (tmp_path / "bin" / "mysqldump").chmod(0o755)
        done = pods.restore(PATH=str(tmp_path / "bin"))
        end(database, asleep)
    refused(done, "others are connected to 127.0.0.1 as coffee; nothing was touched. Stop them first:\n  127.0.0.3\n")
    safety = re.search(r"^saved it to (\S+)$", done.stdout, re.MULTILINE)
    assert safety is not None
    assert set(pods.files()) == {newest, safety[1]}
    assert database.state() == before


def test_a_dump_is_of_one_moment_while_services_write(database: Database, pods: Pods) -> None:
    """Each transaction adds an order and its sum to the sales; in the dump they agree, though thousands were made meanwhile."""
    database.fill()
    database.app("DELETE FROM orders; UPDATE billing SET sales = 0")
    write = "INSERT INTO orders (menu_id, quantity, total) VALUES (1, 1, 7); UPDATE billing SET sales = sales + 7;"
    stop, wrote = threading.Event(), []

    def serve() -> None:
        while not stop.is_set():
            database.app(f"START TRANSACTION; {write} COMMIT;" * 50)
            wrote.append(time.monotonic())

    writer = threading.Thread(target=serve)
    writer.start()
    while not wrote:
        time.sleep(0.01)
    begun = time.monotonic()
    done = pods.backup()
    ended = time.monotonic()
    stop.set()
    writer.join()
    dumped(done)
    assert len([moment for moment in wrote if begun < moment < ended]) > 3
    after = int(database.app("SELECT sales FROM billing")[0][0])
    assert pods.restore().status == 0
    (sales, total), *_ = database.app("SELECT (SELECT sales FROM billing), (SELECT SUM(total) FROM orders)")
    assert 0 < int(sales) == int(total) < after


def test_the_password_is_in_no_output_and_no_command_line(database: Database, pods: Pods) -> None:
    """Every process of this machine is looked at, over and over, while a dump and a restore run."""
    database.fill()
    stop = threading.Event()
    seen: set[str] = set()

    def look() -> None:
        while not stop.is_set():
            for process in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    seen.add(process.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
                except OSError:
                    continue

    watcher = threading.Thread(target=look)
    watcher.start()
    outputs = [pods.backup(), pods.restore(), pods.backup(MYSQL_PWD=PASSWORD + "x"), pods.restore(MYSQL_PWD=PASSWORD + "x")]
    stop.set()
    watcher.join()
    assert [done.status for done in outputs] == [0, 0, 1, 1]
    assert any("--single-transaction" in command for command in seen)
    assert any("--binary-mode" in command for command in seen)
    assert not [text for text in seen | {done.stdout + done.stderr for done in outputs} if PASSWORD in text or "pass\\word" in text]
