"""Connections to the database: those that write, and those that read.

On SQLite the pool that writes has one connection, so it is the write lock: tasks wait for it in
turn, where several connections would meet in "database is locked". BEGIN IMMEDIATE takes the file's
own lock, against other processes. PostgreSQL has several; `bot.store.turns` says what waits.

SQLAlchemy's engines run in a greenlet here, as they do below `sqlalchemy.ext.asyncio`, which would
import the whole ORM (45 ms and 6 MB that nothing uses).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any, Self, TypeVar, TypeVarTuple

import aiosqlite
from sqlalchemy import Connection, CursorResult, Engine, Executable, PoolResetState, event
from sqlalchemy import create_engine as create_sync_engine
from sqlalchemy.exc import ArgumentError
from sqlalchemy.util.concurrency import greenlet_spawn

from bot.errors import StoreError
from bot.store.database_url import SHAPE, Address

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

# FULL: what a person was told is saved outlives a power cut, which NORMAL does not promise in WAL
# mode (https://www.sqlite.org/pragma.html#pragma_synchronous)
_WRITER = ("synchronous=FULL", "foreign_keys=ON")
_READER = ("query_only=ON",)
_READERS = 4


class Transaction:
    """A connection while it is in a transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def execute(self, statement: Executable, values: Any = None) -> CursorResult[Any]:
        """Run a statement, once for each row where `values` is a list of rows."""
        return await greenlet_spawn(self._connection.execute, statement, values)

    async def run(self, work: Callable[[Connection, *Ts], T], *arguments: *Ts) -> T:
        """Call a function of SQLAlchemy's kind, one that does not await, with the connection."""
        return await greenlet_spawn(work, self._connection, *arguments)


def create_engines(address: Address) -> tuple[Engine, Engine]:
    """Return the engine that writes and the one that reads; nothing is opened yet.

    Raises StoreError where the address cannot be used.
    """
    try:
        if address.url.get_backend_name() == "sqlite":
            return _sqlite_writer(address), _sqlite_reader(address)
        from bot.store import postgresql  # SQLite needs none of it

        return postgresql.create_engines(address)
    except ModuleNotFoundError as error:
        raise StoreError(
            f"The database {address.name} needs the Python package {error.name}: install it."
        ) from error
    except (ArgumentError, TypeError, ValueError) as error:
        raise StoreError(f"The database address is not valid: write it like {SHAPE}.") from error


class _Cursor:
    """What SQLAlchemy needs of a cursor, with one visit to the connection's thread per statement.

    aiosqlite's own takes four: one to make it, to execute, to fetch and to close.
    """

    arraysize = 1

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, sql: str, values: Sequence[Any] = ()) -> None:
        await self._connection.visit(self._run, sqlite3.Connection.execute, sql, values)

    async def executemany(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        await self._connection.visit(self._run, sqlite3.Connection.executemany, sql, rows)

    async def fetchall(self) -> list[Any]:
        return self._rows

    async def close(self) -> None:
        """Do nothing: the cursor in the thread is closed already."""

    def _run(
        self,
        connection: sqlite3.Connection,
        execute: Callable[[sqlite3.Connection, str, Any], sqlite3.Cursor],
        sql: str,
        values: Sequence[Any],
    ) -> None:
        cursor = execute(connection, sql, values)
        self._rows = cursor.fetchall()
        self.description, self.rowcount = cursor.description, cursor.rowcount
        self.lastrowid = cursor.lastrowid
        cursor.close()


class _Connection(aiosqlite.Connection):
    """A connection whose thread ends with the process, and whose cursors need it once."""

    def cursor(self) -> _Cursor:  # type: ignore[override]  # SQLAlchemy asks for no more
        return _Cursor(self)

    async def visit(self, work: Callable[[sqlite3.Connection, *Ts], T], *arguments: *Ts) -> T:
        """Call a function with the connection, in the thread that it belongs to."""
        result: T = await self._execute(work, self._conn, *arguments)  # type: ignore[no-untyped-call]
        return result


async def _connect(path: str, **options: Any) -> _Connection:
    connection = _Connection(lambda: sqlite3.connect(path, **options), iter_chunk_size=1)
    thread = connection._thread  # noqa: SLF001 - SQLAlchemy reaches for it too, for the same reason
    thread.daemon = True
    try:
        await connection
    except BaseException:
        # aiosqlite leaves the thread of a connection that failed to report to a loop that may be
        # closed by then
        thread.join()
        raise
    return connection


_CONNECT = {"async_creator_fn": _connect}


def _sqlite_writer(address: Address) -> Engine:
    engine = create_sync_engine(
        address.url,
        pool_size=1,
        max_overflow=0,
        pool_reset_on_return=None,
        connect_args=_CONNECT,
        _is_async=True,
    )
    event.listen(engine, "connect", _on_connect(_WRITER))
    event.listen(engine, "begin", _begin)
    event.listen(engine, "reset", _undo)
    return engine


def _sqlite_reader(address: Address) -> Engine:
    engine = create_sync_engine(
        address.url,
        pool_size=_READERS,
        max_overflow=0,
        pool_reset_on_return=None,
        isolation_level="AUTOCOMMIT",
        skip_autocommit_rollback=True,
        connect_args=_CONNECT,
        _is_async=True,
    )
    event.listen(engine, "connect", _on_connect(_READER))
    return engine


def _on_connect(pragmas: tuple[str, ...]) -> Callable[[Any, object], None]:
    def configure(connection: Any, _: object) -> None:
        # Python's own BEGIN would come late, and never before DDL
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return configure


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _undo(connection: Any, _record: object, state: PoolResetState) -> None:
    # SQLAlchemy forgets a transaction whose COMMIT failed, but SQLite can still be in it
    if state.asyncio_safe and connection.driver_connection.in_transaction:
        connection.rollback()
