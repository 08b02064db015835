"""Reads and writes: what is begun ends as a whole, and every failure is a StoreError."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from copy import copy
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from types import MappingProxyType
from typing import Any, Self, TypeAlias, TypeVar, TypeVarTuple
from weakref import WeakValueDictionary

from sqlalchemy import Executable, Row, Select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.util.concurrency import await_, greenlet_spawn

from bot.errors import StoreError
from bot.store.connections import Transaction, create_engines
from bot.store.database_url import Address
from bot.store.errors import describe
from bot.store.turns import ALL, ROWS, of_tenant

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
Values: TypeAlias = Mapping[str, Any]
NOTHING: Values = MappingProxyType({})

LOCK_SECONDS = 5.0  # as long as Python's sqlite3 waits for a lock


@dataclass(slots=True)
class _State:
    """What changes of a database while it is open."""

    inode: tuple[int, int] | None = None
    log_inode: tuple[int, int] | None = None
    closed: bool = False
    running: set[asyncio.Task[Any]] = field(default_factory=set)
    # what waits for a turn here needs no connection yet
    turns: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)


class Database:
    """The connections to one database.

    Work that was begun is finished, also when the task that waits for it is cancelled: a cancelled
    statement would go on in SQLite's thread, and its connection would hold the file's lock.
    """

    def __init__(self, address: Address) -> None:
        self.name = address.name
        self.dialect = address.url.get_backend_name()
        self._file = address.file
        self._log = address.file.with_name(f"{address.file.name}-wal") if address.file else None
        self._state = _State()
        self._turn = ALL
        self._writer, self._reader = create_engines(address)

    def of_tenant(self, platform: str, tenant: str) -> Self:
        """Return the same database for writes that change rows of one tenant."""
        its = copy(self)
        its._turn = of_tenant(platform, tenant)  # noqa: SLF001 - it is one of us
        return its

    async def read(self, statement: Select[*Ts], values: Values = NOTHING) -> Sequence[Row[*Ts]]:
        """Return all rows of a statement, as they were committed at one moment."""
        await self._check()
        return await self._finish(self._read(statement, values))

    async def change(
        self, statement: Executable, values: Values = NOTHING, *, turn: str = ""
    ) -> int:
        """Run a statement that changes something, and return how many rows it changed."""

        async def run(transaction: Transaction) -> int:
            return (await transaction.execute(statement, values)).rowcount

        return await self.write(run, turn=turn)

    async def write(self, work: Callable[[Transaction], Awaitable[T]], *, turn: str = "") -> T:
        """Do some work in a transaction: committed at the end, rolled back by any error.

        `turn` says which other writes it waits for (see `bot.store.turns`). The work is done again
        if another transaction was in its way.
        """
        await self._check()
        return await self._finish(self._write(work, turn or self._turn))

    async def start(self) -> None:
        """Let others read while one writes, and from now on refuse a file that left its path.

        Only to be called once the database is known to be ours: it changes the file.
        """
        if self.dialect == "sqlite":
            with self._errors():
                await self._write_ahead()
        if self._file:
            with suppress(OSError):  # it is another user's
                self._file.chmod(0o600)
            self._state.inode = _inode(self._file)

    async def close(self) -> None:
        """Close all connections when their work is done; later use raises StoreError."""
        self._state.closed = True
        if self._state.running:
            await asyncio.wait(self._state.running)
        with self._errors():
            await greenlet_spawn(self._reader.dispose)
            await greenlet_spawn(self._writer.dispose)

    async def _finish(self, work: Coroutine[Any, Any, T]) -> T:
        task = asyncio.create_task(work)
        self._state.running.add(task)
        task.add_done_callback(self._state.running.discard)
        return await asyncio.shield(task)

    async def _read(self, statement: Select[*Ts], values: Values) -> Sequence[Row[*Ts]]:
        def read() -> Sequence[Row[*Ts]]:
            with self._reader.connect() as connection:
                return connection.execute(statement, values).all()

        with self._errors():
            return await greenlet_spawn(read)

    async def _write(self, work: Callable[[Transaction], Awaitable[T]], turn: str) -> T:
        if self.dialect == "postgresql":
            return await self._write_in_turn(work, turn)

        def write() -> T:
            with self._writer.begin() as connection:
                return await_(work(Transaction(connection)))

        with self._errors():
            result = await greenlet_spawn(write)
        if self._state.inode and self._log and not self._state.log_inode:
            self._state.log_inode = _inode(self._log)
        return result

    async def _write_in_turn(self, work: Callable[[Transaction], Awaitable[T]], turn: str) -> T:
        from bot.store.postgresql import take_turn, try_again

        def write() -> T:
            with self._writer.begin() as connection:
                take_turn(connection, turn)
                return await_(work(Transaction(connection)))

        with self._errors():
            if turn == ROWS:
                return await greenlet_spawn(try_again, write)
            async with self._state.turns.setdefault(turn, asyncio.Lock()):
                return await greenlet_spawn(try_again, write)

    async def _write_ahead(self) -> None:
        deadline = monotonic() + LOCK_SECONDS
        while True:
            try:
                await greenlet_spawn(self._set_journal_mode)
            except sqlite3.OperationalError as error:
                # the one statement that does not wait by itself for another process that opens
                # the database too
                busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
                if not busy or monotonic() > deadline:
                    raise
                await asyncio.sleep(0.01)
            else:
                return

    def _set_journal_mode(self) -> None:
        with self._writer.connect() as connection:
            driver: Any = connection.connection.driver_connection
            await_(driver.execute_fetchall("PRAGMA journal_mode=WAL"))

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (DBAPIError, sqlite3.Error, NoConnection, OSError) as error:
            raise StoreError(describe(error, self.name)) from error

    async def _check(self) -> None:
        if self._state.closed:
            raise StoreError(f"The database {self.name} is closed: open it again.")
        # SQLite would write on into a file that has lost its name, and all of that would be gone in
        # the end
        if self._state.inode and self._file and _inode(self._file) != self._state.inode:
            raise StoreError(
                f"The database {self.name} was moved or deleted: put it back, or restart Paperboy."
            )
        if (
            self._state.log_inode
            and self._log
            and (now := _inode(self._log)) != self._state.log_inode
        ):
            if now is None:
                await self._rescue()
            raise StoreError(f"{self._log} was deleted while in use: restart Paperboy.")

    async def _rescue(self) -> None:
        """Write what only the deleted log holds, which is still open here, into the database."""

        def checkpoint() -> None:
            with self._writer.connect() as connection:
                driver: Any = connection.connection.driver_connection
                await_(driver.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)"))

        with self._errors():
            await self._finish(greenlet_spawn(checkpoint))


def _inode(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
