"""How the last runs of syncing went."""

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
# however long it all goes wrong, when it last went well can be said
_NEWEST_GOOD = select(syncs.c.id).where(syncs.c.failed == "").order_by(syncs.c.id.desc()).limit(1)
_FORGET = delete(syncs).where(syncs.c.id.not_in(_NEWEST), syncs.c.id.not_in(_NEWEST_GOOD))


@dataclass(frozen=True, slots=True)
class SyncRun:
    """One run; `failed` says why it went wrong, "" when all went well."""

    at: datetime
    added: int
    updated: int
    failed: str = ""


class Syncs:
    """The newest runs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def record(self, run: SyncRun) -> None:
        """Note how a run went, and forget those of long ago."""

        async def record(transaction: Transaction) -> None:
            await transaction.execute(_INSERT, asdict(run))
            await transaction.execute(_FORGET, {"kept": KEPT})

        await self._database.write(record)

    async def last(self) -> SyncRun | None:
        """Return the last run."""
        return await self._one(_LAST)

    async def last_good(self) -> SyncRun | None:
        """Return the last run in which all went well."""
        return await self._one(_LAST_GOOD)

    async def _one(self, statement: Select[datetime, int, int, str]) -> SyncRun | None:
        rows = await self._database.read(statement)
        return SyncRun(*rows[0]) if rows else None
