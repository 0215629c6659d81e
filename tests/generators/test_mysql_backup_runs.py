"""Dumps and restores against a real server: what is destroyed comes back, and nothing is touched by a restore that cannot succeed."""

from __future__ import annotations

import gzip
import os
import re
import shutil
import signal
import time
from pathlib import Path

import pytest

from charts.back_end import DATABASE, DATABASE_USER
from tests.database import Database, Pods, free_port
from tests.external import Completed, running

pytestmark = pytest.mark.engine

_NAME = re.compile(rf"{DATABASE}-[0-9]{{8}}T[0-9]{{6}}Z\.sql\.gz")
_SAFETY = re.compile(rf"{DATABASE}-[0-9]{{8}}T[0-9]{{6}}Z-before-restore\.sql\.gz")
_DESTROYED = """
SET FOREIGN_KEY_CHECKS = 0; DROP TABLE menus; DELETE FROM orders; UPDATE notes SET text = 'gone', data = 'gone';
DROP VIEW dear; DROP PROCEDURE menu; CREATE TABLE since (id INT PRIMARY KEY); INSERT INTO since VALUES (1);
"""


def dumped(done: Completed) -> str:
    """The name of the dump that a run says it made."""
    assert done.status == 0, done.stdout + done.stderr
    found = re.search(r"^(?:dumped \S+|saved it) to (\S+)$", done.stdout, re.MULTILINE)
    assert found is not None, done.stdout
    return found[1]


def refused(done: Completed, said: str) -> None:
    """It failed with a message that says this."""
    assert said in done.stderr, done.stdout + done.stderr
    assert done.status == 1


def test_what_was_destroyed_comes_back(database: Database, pods: Pods) -> None:
    """Every byte of every row, the definitions, views and procedures; what came since is gone; foreign keys hold again."""
    before = database.state()
    name = dumped(pods.backup())
    assert _NAME.fullmatch(name)
    assert (pods.volume / name).stat().st_mode & 0o077 == 0, "whoever may not read the database may not read its dump"
    # A dump can be read, searched and sent as text: bytes that are none stand in it in hexadecimal.
    assert "0x" + bytes(range(256)).hex().upper() in gzip.decompress((pods.volume / name).read_bytes()).decode("utf-8")
    database.app(_DESTROYED)
    assert database.state() != before
    done = pods.restore()
    assert done.status == 0, done.stderr
    assert database.state() == before
    assert "  menus: 4 rows\n" in done.stdout
    assert "  notes: 3 rows\n" in done.stdout
    assert database.ask(f"INSERT INTO {DATABASE}.orders (menu_id, quantity, total) VALUES (99, 1, 1)", user=DATABASE_USER).status == 1


def test_a_restore_can_be_taken_back(database: Database, pods: Pods) -> None:
    """It saves what it is about to replace, under a name of its own that is never taken for the newest dump."""
    pods.backup()
    database.app(_DESTROYED)
    destroyed = database.state()
    safety = dumped(pods.restore())
    assert _SAFETY.fullmatch(safety)
    assert pods.restore(BACKUP=safety).status == 0
    assert database.state() == destroyed
    assert f"checking {safety}" not in pods.restore().stdout


def test_a_database_that_is_gone_is_made_again(database: Database, pods: Pods) -> None:
    """With the character set that the server gives a new one, as at its first start."""
    # Beside a procedure mysqldump notes the database's own settings; here nothing but the restore does.
    database.app("DROP PROCEDURE menu")
    database.root(f"ALTER DATABASE {DATABASE} COLLATE utf8mb4_bin")
    before = database.state()
    pods.backup()
    assert pods.restore().status == 0
    query = f"SELECT default_collation_name FROM information_schema.schemata WHERE schema_name = '{DATABASE}'"
    assert database.root(query) == [["utf8mb4_bin"]]
    database.root(f"DROP DATABASE {DATABASE}")
    done = pods.restore()
    assert (done.status, f"there is no database {DATABASE}, so there is nothing to save first" in done.stdout) == (0, True)
    assert database.state() == before


def test_the_newest_dumps_are_kept(pods: Pods) -> None:
    """As many as KEEP says, and as many safety dumps; other files are nobody's to delete."""
    content = pods.volume / dumped(pods.backup())
    for day in range(10, 20):
        shutil.copy(content, pods.volume / f"{DATABASE}-202501{day}T031700Z.sql.gz")
        shutil.copy(content, pods.volume / f"{DATABASE}-202501{day}T031700Z-before-restore.sql.gz")
    (pods.volume / "lost+found").mkdir()
    (pods.volume / "other-20250101T031700Z.sql.gz").touch()
    content.unlink()
    newest = dumped(pods.backup(KEEP="3"))
    kept = [f"{DATABASE}-202501{day}T031700Z.sql.gz" for day in (18, 19)]
    safety = [f"{DATABASE}-202501{day}T031700Z-before-restore.sql.gz" for day in (17, 18, 19)]
    assert {p.name for p in pods.volume.iterdir()} == {*kept, newest, *safety, "lost+found", "other-20250101T031700Z.sql.gz"}


def test_a_wrong_clock_deletes_no_dump_that_was_just_made(pods: Pods) -> None:
    """Dumps of a year to come do not push out today's, and a restore does not take one of them for the newest."""
    for day in (10, 11):
        shutil.copy(pods.volume / dumped(pods.backup()), pods.volume / f"{DATABASE}-209901{day}T031700Z.sql.gz")
        time.sleep(1)
    assert dumped(pods.backup(KEEP="2")) in pods.files()
    refused(pods.restore(), f"{DATABASE}-20990111T031700Z.sql.gz is of the future")


def _older(pods: Pods) -> dict[str, bytes]:
    """Dumps that were there before, more of them than are kept."""
    made = pods.volume / dumped(pods.backup())
    for day in range(10, 20):
        shutil.copy(made, pods.volume / f"{DATABASE}-202501{day}T031700Z.sql.gz")
    made.unlink()
    return pods.files()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"MYSQL_PWD": "wrong"}, "Access denied for user"),
        ({"DB_PORT": "closed"}, "Can't connect to"),
        ({"DB_NAME": "mysql"}, "Access denied for user"),
    ],
    ids=["wrong password", "dead server", "no rights"],
)
def test_a_dump_that_fails_leaves_the_older_ones(pods: Pods, changed: dict[str, str], said: str) -> None:
    """It says why, ends with a failure and leaves nothing behind."""
    before = _older(pods)
    done = pods.backup(**{name: str(free_port()) if value == "closed" else value for name, value in changed.items()})
    refused(done, said)
    assert "the dumps that were there are untouched" in done.stderr
    assert pods.files() == before


def test_a_dump_that_fails_half_way_leaves_the_older_ones(database: Database, pods: Pods) -> None:
    """A view of a table that is gone stops mysqldump after it has written much; half a dump has no dump's name."""
    before = _older(pods)
    database.app("CREATE VIEW zebra AS SELECT * FROM notes; DROP TABLE notes")
    refused(pods.backup(), "the dumps that were there are untouched")
    assert pods.files() == before


def test_half_a_dump_is_none_though_nobody_complained(database: Database, pods: Pods, tmp_path: Path) -> None:
    """Success of mysqldump is not believed: the dump must hold the last line that it writes."""
    before = _older(pods)
    shutil.copytree(database.bin, tmp_path / "bin", symlinks=True)
    (tmp_path / "bin" / "mysqldump").unlink()
    (tmp_path / "bin" / "mysqldump").write_text("#!/bin/sh\necho 'CREATE TABLE half'\n", encoding="utf-8")
    (tmp_path / "bin" / "mysqldump").chmod(0o755)
    refused(pods.backup(PATH=str(tmp_path / "bin")), f"the new dump of {DATABASE} is not whole; the dumps that were there are untouched")
    assert pods.files() == before


def test_a_full_disk_leaves_no_half_dump(database: Database, pods: Pods) -> None:
    """Nothing more can be written than a part of the dump: it fails, and the older dumps stay."""
    before = _older(pods)
    database.fill()
    command, env = pods.started("mysql-backup")
    limited = ["-c", 'trap "" XFSZ; ulimit -f 64; exec bash "$0"', *command[1:]]
    log = pods.volume.parent / "log"
    with running([database.bin / "bash", *limited], ready=lambda: True, log=log, cwd=pods.volume, env=env) as process:
        assert process.wait(timeout=60) == 1
    assert "File too large" in log.read_text(encoding="utf-8")
    assert "the dumps that were there are untouched" in log.read_text(encoding="utf-8")
    assert pods.files() == before


def test_a_dump_whose_pod_is_killed_is_no_dump(database: Database, pods: Pods) -> None:
    """What it wrote has no dump's name. An hour later it goes, and makes room before the next dump is made."""
    database.fill()
    command, env = pods.started("mysql-backup")

    def partial() -> list[Path]:
        return [p for p in pods.volume.glob(".*.partial") if p.stat().st_size]

    log = pods.volume.parent / "log"
    with running([database.bin / command[0], *command[1:]], ready=lambda: bool(partial()), log=log, cwd=pods.volume, env=env) as process:
        os.killpg(process.pid, signal.SIGKILL)
    (left,) = partial()
    assert [p.name for p in pods.volume.iterdir()] == [left.name]
    refused(pods.restore(), f"there is no dump of {DATABASE}")
    made = dumped(pods.backup())
    assert set(pods.files()) == {left.name, made}
    os.utime(left, (time.time() - 3700,) * 2)
    failed = pods.backup(DB_PORT=str(free_port()))
    assert (failed.status, f"removed {left.name}" in failed.stdout, left.exists()) == (1, True, False)
