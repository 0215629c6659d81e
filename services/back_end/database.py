"""The database: a few connections, each transaction whole or not at all, and failures that say whether anything was done."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pymysql
from opentelemetry.trace import SpanKind, Tracer
from pymysql.constants import CLIENT
from pymysql.cursors import DictCursor

from services.back_end.failures import Unavailable, Unknown
from services.back_end.settings import Account

Row = Mapping[str, Any]

# What the columns of charts/mysql.sql hold: INT UNSIGNED.
LARGEST = 4_294_967_295
# Three services, each with a second pod during a roll-out, stay below the server's --max-connections=60.
_CONNECTIONS = 8
_SECONDS_TO_GET_ONE = 3
_SECONDS_TO_CONNECT = 2
_SECONDS_PER_STATEMENT = 4
# Below it, so that the server and not this end gives up a wait for somebody else's lock.
_SECONDS_FOR_A_LOCK = 2
_NOT_AVAILABLE = "the database is not available; nothing was done, try again later"
_BROKEN = (pymysql.err.OperationalError, pymysql.err.InterfaceError)


class Session:
    """One transaction: statements with their parameters apart, so that no value is ever read as SQL."""

    def __init__(self, connection: pymysql.Connection[DictCursor], tracer: Tracer, account: Account) -> None:
        self._connection = connection
        self._tracer = tracer
        # db.system and db.name are what Tempo's service graph makes a node of that sends no traces itself.
        self._attributes = {"db.system": "mysql", "db.name": account.name, "server.address": account.host}

    def rows(self, sql: str, *values: object) -> list[Row]:
        """All rows of a query."""
        with self._run(sql, values) as cursor:
            return list(cursor.fetchall())

    def one(self, sql: str, *values: object) -> Row | None:
        """The first row of a query."""
        return next(iter(self.rows(sql, *values)), None)

    def change(self, sql: str, *values: object) -> int:
        """How many rows it found to change, also where they were so already."""
        with self._run(sql, values) as cursor:
            return int(cursor.rowcount)

    def insert(self, sql: str, *values: object) -> int:
        """The number that the new row got."""
        with self._run(sql, values) as cursor:
            return int(cursor.lastrowid)

    @contextmanager
    def _run(self, sql: str, values: tuple[object, ...]) -> Iterator[DictCursor]:
        name = " ".join(sql.split(maxsplit=1)[:1])
        with self._tracer.start_as_current_span(name, kind=SpanKind.CLIENT, attributes={**self._attributes, "db.statement": sql}):
            try:
                with self._connection.cursor() as cursor:
                    cursor.execute(sql, values)
                    yield cursor
            except _BROKEN as broken:
                raise Unavailable(_NOT_AVAILABLE) from broken


class Database:
    """Makes connections when they are needed and keeps a few; one that has died meanwhile is replaced without anybody noticing."""

    def __init__(self, account: Account, tracer: Tracer) -> None:
        self._account = account
        self._tracer = tracer
        self._slots = threading.BoundedSemaphore(_CONNECTIONS)
        self._idle: deque[pymysql.Connection[DictCursor]] = deque()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that changes nothing.

        Raises:
            Unavailable: when the database does not answer.

        """
        with self._connection() as connection:
            yield Session(connection, self._tracer, self._account)

    @contextmanager
    def changing(self) -> Iterator[Session]:
        """A transaction that is committed at the end of the block, and undone when the block raises.

        Raises:
            Unavailable: when the database does not answer before the end; nothing was done.
            Unknown: when it breaks off while it commits.

        """
        with self._connection() as connection:
            yield Session(connection, self._tracer, self._account)
            try:
                connection.commit()
            except pymysql.err.MySQLError as broken:
                raise Unknown(500, "the database broke off at the very end; it may have been done or not") from broken

    @contextmanager
    def _connection(self) -> Iterator[pymysql.Connection[DictCursor]]:
        if not self._slots.acquire(timeout=_SECONDS_TO_GET_ONE):
            raise Unavailable("too many requests wait for the database; nothing was done, try again later")
        try:
            connection = self._alive() or self._new()
            try:
                yield connection
            finally:
                self._put_back(connection)
        finally:
            self._slots.release()

    def _alive(self) -> pymysql.Connection[DictCursor] | None:
        while self._idle:
            # The one used last is the one most likely to be alive.
            connection = self._idle.pop()
            try:
                connection.ping(reconnect=False)
            except (*_BROKEN, OSError):
                _close(connection)
            else:
                return connection
        return None

    def _new(self) -> pymysql.Connection[DictCursor]:
        account = self._account
        try:
            return pymysql.connect(
                host=account.host,
                user=account.user,
                # As text it would be sent in Latin-1, and most of Unicode could not be sent at all.
                password=account.password,
                database=account.name,
                charset="utf8mb4",
                cursorclass=DictCursor,
                # Rows found, not rows changed: an UPDATE to what was there already has found its row.
                client_flag=CLIENT.FOUND_ROWS,
                connect_timeout=_SECONDS_TO_CONNECT,
                read_timeout=_SECONDS_PER_STATEMENT,
                write_timeout=_SECONDS_PER_STATEMENT,
                init_command=f"SET SESSION innodb_lock_wait_timeout = {_SECONDS_FOR_A_LOCK}, SESSION sql_mode = 'TRADITIONAL'",
            )
        except (*_BROKEN, OSError) as broken:
            raise Unavailable(_NOT_AVAILABLE) from broken

    def _put_back(self, connection: pymysql.Connection[DictCursor]) -> None:
        try:
            # Of what is committed this undoes nothing.
            connection.rollback()
        except (pymysql.err.MySQLError, OSError):
            _close(connection)
        else:
            self._idle.append(connection)


def _close(connection: pymysql.Connection[DictCursor]) -> None:
    if connection.open:
        try:
            connection.close()
        except (pymysql.err.MySQLError, OSError):
            return
