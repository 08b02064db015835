"""Moves all that a SQLite database has to PostgreSQL, and checks every row.

Table by table, in batches: the rows of a batch that the target lacks, or has otherwise, are
written. So a move that was interrupted goes on where it ended, and the source is only read.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any

from sqlalchemy import (
    Integer,
    Row,
    Table,
    Text,
    column,
    func,
    literal,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy import table as table_of

from bot.errors import StoreError
from bot.store.connections import Transaction
from bot.store.database import prepare
from bot.store.database_url import Address
from bot.store.engine import Database
from bot.store.leases import MOVE
from bot.store.schema import HEAD, leases, metadata, store, version
from bot.store.upserts import insert_or_replace

BATCH = 500  # rows of a transaction
TABLES = [one for one in metadata.sorted_tables if one not in (store, leases)]
NUMBERED = ("subscriptions", "deliveries", "syncs")  # tables whose rows the database numbers

_MOVE = select(leases.c.holder, leases.c.done).where(leases.c.name == MOVE)
_FINISH = update(leases).where(leases.c.name == MOVE).values(done=leases.c.since)
# https://www.sqlite.org/autoinc.html
_SEQUENCE = table_of("sqlite_sequence", column("name", Text), column("seq", Integer))
_NUMBERS = select(_SEQUENCE.c.name, _SEQUENCE.c.seq)
_COUNT_ON = text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :number)")


@dataclass(frozen=True, slots=True)
class Moved:
    """A table that is the same in both databases: its rows and their checksum."""

    table: str
    rows: int
    checksum: str


@dataclass(frozen=True, slots=True)
class Move:
    """A move from one database to another; both have the newest schema.

    `progress` is told of a table, how many of its rows are done, and how many there are.
    """

    source: Database
    target: Database
    progress: Callable[[str, int, int], None]

    async def run(self, now: datetime) -> tuple[Moved, ...]:
        """Copy what is missing and compare all. Raises StoreError.

        The target has to be empty, or to have what an interrupted move from this source left.
        """
        await self._claim(now)
        for one in TABLES:
            await self._copy(one)
        moved = tuple([await self._compare(one) for one in TABLES])
        await self.target.write(self._finish)
        return moved

    async def _claim(self, now: datetime) -> None:
        """Note that the target belongs to a move from this source."""
        ((identity,),) = await self.source.read(select(store.c.identity))
        begun = await self.target.read(_MOVE)
        if begun and begun[0].holder == identity and begun[0].done is None:
            return
        if begun and begun[0].holder == identity:
            raise StoreError(f"Everything was moved to {self.target.name} before: start with it.")
        if full := [one.name for one in TABLES if await self._has_rows(one)]:
            raise StoreError(
                f"The database {self.target.name} has other data ({', '.join(full[:3])}): name an "
                "empty one."
            )

        async def claim(transaction: Transaction) -> None:
            row = {"name": MOVE, "holder": identity, "since": now, "until": now, "done": None}
            await transaction.execute(insert_or_replace(self.target.dialect, leases), row)
            await transaction.execute(update(store).values(identity=identity))

        await self.target.write(claim)

    async def _has_rows(self, table: Table) -> bool:
        return bool(await self.target.read(select(literal(1)).select_from(table).limit(1)))

    async def _copy(self, table: Table) -> None:
        total, done = await _count(self.source, table), 0
        self.progress(table.name, 0, total)
        async for batch in _batches(self.source, table):
            there = await self._same_keys(table, batch)
            wrong = [row._asdict() for row in batch if there.get(_key(table, row)) != row]
            if wrong:
                await self._write(table, wrong)
            done += len(batch)
            self.progress(table.name, done, total)

    async def _write(self, table: Table, rows: list[dict[str, Any]]) -> None:
        async def write(transaction: Transaction) -> None:
            await transaction.execute(insert_or_replace(self.target.dialect, table), rows)

        await self.target.write(write)

    async def _same_keys(self, table: Table, batch: Sequence[Row[Any]]) -> dict[Any, Row[Any]]:
        """Return the target's rows with the keys of a batch, by key."""
        keys = tuple_(*table.primary_key).in_([_key(table, row) for row in batch])
        return {_key(table, row): row for row in await self.target.read(select(table).where(keys))}

    async def _compare(self, table: Table) -> Moved:
        """Read all rows of a table in both databases. Raises StoreError where they differ."""
        source, target, rows = blake2b(digest_size=8), blake2b(digest_size=8), 0
        async for batch in _batches(self.source, table):
            there = await self._same_keys(table, batch)
            rows += len(batch)
            for row in batch:
                source.update(repr(tuple(row)).encode("utf-8", "surrogatepass"))
                found = there.get(_key(table, row), ())
                target.update(repr(tuple(found)).encode("utf-8", "surrogatepass"))
        same = source.digest() == target.digest()
        if not same or rows != await _count(self.target, table):
            raise StoreError(
                f"The table {table.name} is not the same in both databases: was something changed "
                "while it was moved? Stop Paperboy everywhere and move again; if this stays, empty "
                f"{self.target.name} first."
            )
        return Moved(table.name, rows, source.hexdigest())

    async def _finish(self, transaction: Transaction) -> None:
        """Take over how far papers are, and which numbers rows have had."""
        (progress,) = await self.source.read(
            select(store.c.revision, store.c.watched, store.c.watch_changes)
        )
        await transaction.execute(update(store).values(progress._asdict()))
        last = dict(await self.source.read(_NUMBERS))
        for name in NUMBERED:
            rows = await self.source.read(select(func.max(metadata.tables[name].c.id)))
            if number := max(last.get(name, 0), rows[0][0] or 0):
                await transaction.execute(_COUNT_ON, {"name": name, "number": number})
        await transaction.execute(_FINISH)


@asynccontextmanager
async def open_both(source: Address, target: Address) -> AsyncIterator[tuple[Database, Database]]:
    """Open the source as it is, and the target with the newest schema. Raises StoreError."""
    if source.file and not source.file.exists():
        raise StoreError(f"There is no database {source.name}: nothing can be moved.")
    here, there = Database(source), Database(target)
    try:
        ((found,),) = await here.read(select(version.c.version_num))
        if found != HEAD:
            raise StoreError(
                f"The database {source.name} has another version’s tables ({found}): run `paperboy "
                "status` once, which updates it."
            )
        await prepare(there, None)
        yield here, there
    finally:
        await there.close()
        await here.close()


async def _batches(database: Database, table: Table) -> AsyncIterator[Sequence[Row[Any]]]:
    """Yield all rows by their keys."""
    keys = tuple(table.primary_key)
    begin = select(table).order_by(*keys).limit(BATCH)
    rows = await database.read(begin)
    while rows:
        yield rows
        last = tuple_(*map(literal, _key(table, rows[-1]), [one.type for one in keys]))
        rows = await database.read(begin.where(tuple_(*keys) > last))


def _key(table: Table, row: Row[Any]) -> tuple[Any, ...]:
    return tuple(row._mapping[column] for column in table.primary_key)  # noqa: SLF001


async def _count(database: Database, table: Table) -> int:
    ((number,),) = await database.read(select(func.count()).select_from(table))
    return number
