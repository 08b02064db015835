"""Connections to the index's file, and what their errors mean."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import aiosqlite

T = TypeVar("T")

# to wait for another process that is writing; a search waits hardly at all
LOCK_SECONDS, SEARCH_LOCK_SECONDS = 5.0, 0.05
CACHE_KILOBYTES = 32_000

# CONSTRAINT and MISMATCH: what is in the file contradicts itself
_DAMAGE = (
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_FORMAT,
    sqlite3.SQLITE_CONSTRAINT,
    sqlite3.SQLITE_MISMATCH,
)


class Connection(aiosqlite.Connection):
    """An aiosqlite connection that runs whole functions of statements in its thread.

    Closing it waits for the thread to end.
    """

    async def open(self) -> None:
        """Open the file; sqlite3.Error where that does not work."""
        try:
            await self
        except BaseException:
            # a thread that outlives the event loop cannot report that it ends
            self._thread.join()
            raise

    async def close(self) -> None:
        """Close the file."""
        await super().close()
        self._thread.join()

    async def run(self, work: Callable[..., T], *args: object) -> T:
        """Call `work` with the sqlite3 connection and `args` in the connection's thread.

        sqlite3.Error where a statement fails.
        """
        try:
            result: T = await self._execute(work, self._conn, *args)  # type: ignore[no-untyped-call]
        except UnicodeDecodeError as error:
            # the driver could not even read the name of a damaged table
            raise sqlite3.DatabaseError("its content is not text") from error
        return result


async def connect(path: Path, prepare: Callable[..., T], *args: object) -> tuple[Connection, T]:
    """Open the file and call `prepare` with the connection and `args`; return both.

    sqlite3.Error where that fails.
    """

    def connector() -> sqlite3.Connection:
        if not path.exists():
            path.touch(0o600)  # imported papers can be private
        return sqlite3.connect(path, timeout=LOCK_SECONDS, isolation_level=None)

    connection = Connection(connector, iter_chunk_size=64)
    await connection.open()
    try:
        return connection, await connection.run(prepare, *args)
    except BaseException:
        await connection.close()
        raise


def in_snapshot(connection: sqlite3.Connection, work: Callable[..., T], *args: object) -> T:
    """Call `work` on one state of the index, whatever other connections write at that time."""
    connection.execute("BEGIN")
    try:
        return work(connection, *args)
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def write_ahead(connection: sqlite3.Connection) -> None:
    """Let connections read while one writes.

    SQLite does not wait by itself for another process that does the same.
    """
    give_up = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if not is_locked(error) or time.monotonic() > give_up:
                raise
            time.sleep(0.01)
        else:
            return


def prepare_reader(connection: sqlite3.Connection) -> None:
    """Forbid a connection to write, and cache the pages that each search needs."""
    connection.execute("PRAGMA query_only = ON")
    connection.execute("PRAGMA cell_size_check = ON")
    connection.execute(f"PRAGMA cache_size = -{CACHE_KILOBYTES}")


@contextmanager
def transaction(
    connection: sqlite3.Connection, lock_seconds: float | None = None
) -> Iterator[None]:
    """Write all or nothing, while no other process writes.

    sqlite3.OperationalError where another one still writes after so many seconds.
    """
    seconds = LOCK_SECONDS if lock_seconds is None else lock_seconds
    connection.execute(f"PRAGMA busy_timeout = {round(1000 * seconds)}")
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def is_damaged(error: sqlite3.Error) -> bool:
    """Whether an error says that the file's content is broken, not just locked or read-only."""
    return _kind(error) in _DAMAGE


def is_unclear(error: sqlite3.Error) -> bool:
    """Whether an error comes from a garbled table definition or from a wrong statement."""
    return _kind(error) == sqlite3.SQLITE_ERROR


def is_locked(error: sqlite3.Error) -> bool:
    """Whether an error says that another process has locked the file."""
    return _kind(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def is_read_only(error: sqlite3.Error) -> bool:
    """Whether an error says that the file cannot be written to."""
    return _kind(error) == sqlite3.SQLITE_READONLY


def remove(path: Path) -> None:
    """Remove the file with its journal, so that nothing of it gets into the next."""
    for suffix in ("-wal", "-shm", "-journal", ""):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _kind(error: sqlite3.Error) -> int:
    # the low byte of SQLite's code, the rest is detail; an error without a code is one of ours,
    # about what was read
    code: int = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
    return code & 0xFF
