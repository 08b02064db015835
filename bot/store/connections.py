"""How connections are made: one that writes, and a few that read.

On SQLite the writing pool has one connection, and so it is the write lock: tasks wait for it in
turn, where several connections would meet in "database is locked". BEGIN IMMEDIATE takes the file's
own lock, against other processes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aiosqlite
from sqlalchemy import Connection, PoolResetState, event
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.errors import StoreError
from bot.store.database_url import SHAPE, Address

# FULL: what somebody was told is saved outlives a power cut, which NORMAL does not promise in WAL
# mode (https://www.sqlite.org/pragma.html#pragma_synchronous)
_WRITER = ("synchronous=FULL", "foreign_keys=ON")
_READER = ("query_only=ON",)


def engines(address: Address) -> tuple[AsyncEngine, AsyncEngine]:
    """Return what writes and what reads; nothing is opened yet.

    StoreError where the address cannot be used.
    """
    try:
        if address.url.get_backend_name() == "sqlite":
            return _sqlite_writer(address), _sqlite_reader(address)
        engine = create_async_engine(address.url)
    except ModuleNotFoundError as error:
        raise StoreError(
            f"The database {address.name} needs the Python package {error.name}: install it."
        ) from error
    except (ArgumentError, TypeError, ValueError) as error:
        raise StoreError(
            f"The address of the database cannot be used: write it like {SHAPE}."
        ) from error
    return engine, engine


async def _connect(*arguments: Any, **options: Any) -> aiosqlite.Connection:
    connection = aiosqlite.connect(*arguments, **options)
    thread = connection._thread  # noqa: SLF001 - SQLAlchemy reaches for it too, for the same want of another way
    thread.daemon = True
    try:
        return await connection
    except BaseException:
        # aiosqlite leaves the thread of a connection that failed to report to a loop that may be
        # closed by then
        thread.join()
        raise


_CONNECT = {"async_creator_fn": _connect}


def _sqlite_writer(address: Address) -> AsyncEngine:
    engine = create_async_engine(
        address.url, pool_size=1, max_overflow=0, pool_reset_on_return=None, connect_args=_CONNECT
    )
    event.listen(engine.sync_engine, "connect", _on_connect(_WRITER))
    event.listen(engine.sync_engine, "begin", _begin)
    event.listen(engine.sync_engine, "reset", _undo)
    return engine


def _sqlite_reader(address: Address) -> AsyncEngine:
    engine = create_async_engine(
        address.url,
        pool_size=4,
        max_overflow=0,
        pool_reset_on_return=None,
        isolation_level="AUTOCOMMIT",
        skip_autocommit_rollback=True,
        connect_args=_CONNECT,
    )
    event.listen(engine.sync_engine, "connect", _on_connect(_READER))
    return engine


def _on_connect(pragmas: tuple[str, ...]) -> Callable[[Any, object], None]:
    def configure(connection: Any, _: object) -> None:
        connection.isolation_level = (
            None  # Python's own BEGIN would come late, and never before DDL
        )
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
