"""The log of the last syncs."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Select, bindparam, delete, insert, select

from bot.store.connections import Transaction
from bot.store.engine import Database
from bot.store.schema import syncs

KEPT = 100

_INSERT = insert(syncs)
_LAST = (
    select(syncs.c.at, syncs.c.added, syncs.c.updated, syncs.c.failed)
    .order_by(syncs.c.id.desc())
    .limit(1)
)
_LAST_GOOD = _LAST.where(syncs.c.failed == "")
_NEWEST = select(syncs.c.id).order_by(syncs.c.id.desc()).limit(bindparam("kept"))
# however long syncs fail, the last good one can be told
_NEWEST_GOOD = select(syncs.c.id).where(syncs.c.failed == "").order_by(syncs.c.id.desc()).limit(1)
_FORGET = delete(syncs).where(syncs.c.id.not_in(_NEWEST), syncs.c.id.not_in(_NEWEST_GOOD))


@dataclass(frozen=True, slots=True)
class SyncRun:
    """One sync; `failed` is the reason if it failed, "" if not."""

    at: datetime
    added: int
    updated: int
    failed: str = ""


class Syncs:
    """The newest syncs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def record(self, run: SyncRun) -> None:
        """Record a sync, and delete old ones."""

        async def record(transaction: Transaction) -> None:
            await transaction.execute(_INSERT, asdict(run))
            await transaction.execute(_FORGET, {"kept": KEPT})

        await self._database.write(record)

    async def last(self) -> SyncRun | None:
        """Return the last sync."""
        return await self._one(_LAST)

    async def last_good(self) -> SyncRun | None:
        """Return the last sync without a failure."""
        return await self._one(_LAST_GOOD)

    async def _one(self, statement: Select[datetime, int, int, str]) -> SyncRun | None:
        rows = await self._database.read(statement)
        return SyncRun(*rows[0]) if rows else None
