"""Reading and writing: whatever is begun ends as a whole, and whatever fails is a StoreError."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from types import MappingProxyType
from typing import Any, TypeAlias, TypeVar, TypeVarTuple

from sqlalchemy import Executable, Row, Select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import StoreError
from bot.store.connections import engines
from bot.store.database_url import Address
from bot.store.errors import sentence

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
Values: TypeAlias = Mapping[str, Any]
NOTHING: Values = MappingProxyType({})

_PATIENCE = 5.0  # seconds, as long as Python's sqlite3 waits for a lock


class Database:
    """The connections to one database.

    Whatever was begun is ended by itself, also when whoever waits for it is cancelled: a statement
    that is cancelled under way goes on in SQLite's thread, and its connection would keep the file
    locked.
    """

    def __init__(self, address: Address) -> None:
        self.name = address.name
        self.dialect = address.url.get_backend_name()
        self._file = address.file
        self._inode: tuple[int, int] | None = None
        self._closed = False
        self._running: set[asyncio.Task[Any]] = set()
        self._writer, self._reader = engines(address)

    async def read(self, statement: Select[*Ts], values: Values = NOTHING) -> Sequence[Row[*Ts]]:
        """Return all rows of a statement, as they were committed at one moment."""
        self._check()
        return await self._whole(self._read(statement, values))

    async def change(self, statement: Executable, values: Values = NOTHING) -> int:
        """Run a statement that changes something, and return how many rows it changed."""

        async def run(connection: AsyncConnection) -> int:
            return (await connection.execute(statement, values)).rowcount

        return await self.write(run)

    async def write(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """Do some work in a transaction: committed at the end, rolled back by any error."""
        self._check()
        return await self._whole(self._write(work))

    async def settle(self) -> None:
        """Let others read while one writes, and refuse to work once the file is no longer at its path.

        Only to be called once the database is known to be ours: it changes the file.
        """
        if self.dialect == "sqlite":
            with self._explained():
                await self._switch_to_wal()
        self._inode = _inode(self._file) if self._file else None

    async def close(self) -> None:
        """Close all connections once they have done what was begun; whoever asks after that gets a StoreError."""
        self._closed = True
        if self._running:
            await asyncio.wait(self._running)
        with self._explained():
            await self._reader.dispose()
            await self._writer.dispose()

    async def _whole(self, work: Coroutine[Any, Any, T]) -> T:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await asyncio.shield(task)

    async def _read(self, statement: Select[*Ts], values: Values) -> Sequence[Row[*Ts]]:
        with self._explained():
            async with self._reader.connect() as connection:
                return (await connection.execute(statement, values)).all()

    async def _write(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        with self._explained():
            async with self._writer.begin() as connection:
                return await work(connection)

    async def _switch_to_wal(self) -> None:
        deadline = monotonic() + _PATIENCE
        async with self._writer.connect() as connection:
            driver: Any = (await connection.get_raw_connection()).driver_connection
            while True:
                try:
                    await driver.execute_fetchall("PRAGMA journal_mode=WAL")
                except sqlite3.OperationalError as error:
                    # the one statement that does not wait by itself for another process that opens
                    # the database too
                    if (
                        error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY
                        or monotonic() > deadline
                    ):
                        raise
                    await asyncio.sleep(0.01)
                else:
                    return

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (DBAPIError, sqlite3.Error, NoConnection, OSError) as error:
            raise StoreError(sentence(error, self.name)) from error

    def _check(self) -> None:
        if self._closed:
            raise StoreError(f"The database {self.name} is closed: open it again.")
        # SQLite would write on into a file that has lost its name, and all of that would be gone in
        # the end
        if self._inode and self._file and _inode(self._file) != self._inode:
            raise StoreError(
                f"The database {self.name} was moved or removed: put it back, or start Paperboy "
                "again."
            )


def _inode(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
