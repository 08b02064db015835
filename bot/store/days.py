"""Which daily lists were fetched, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, func, select

from bot.store.engine import Database
from bot.store.schema import days
from bot.store.upserts import insert_or_replace

_FETCHED = select(days.c.day, days.c.fetched).where(
    days.c.day.between(bindparam("first"), bindparam("last"))
)
_COUNTS = select(days.c.day, days.c.papers).where(
    days.c.day.between(bindparam("first"), bindparam("last"))
)
_COVERED = select(func.count(), func.min(days.c.day), func.max(days.c.day)).select_from(days)


@dataclass(frozen=True, slots=True)
class Covered:
    """How many days were fetched, and which is the first and the last of them."""

    days: int
    first: date | None
    last: date | None


class Days:
    """The daily lists that were fetched."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._record = insert_or_replace(database.dialect, days)

    async def record(self, day: date, papers: int, at: datetime) -> None:
        """Note that the list of a day was fetched at a moment, and how many papers it had."""
        await self._database.change(self._record, {"day": day, "papers": papers, "fetched": at})

    async def fetched(self, first: date, last: date) -> dict[date, datetime]:
        """Return when the lists of these days, both included, were last fetched; other days are left out."""
        return dict(await self._database.read(_FETCHED, {"first": first, "last": last}))

    async def counts(self, first: date, last: date) -> dict[date, int]:
        """Return how many papers the lists of these days, both included, had when they were last fetched."""
        return dict(await self._database.read(_COUNTS, {"first": first, "last": last}))

    async def covered(self) -> Covered:
        """Return how many days were fetched, and from when to when."""
        (row,) = await self._database.read(_COVERED)
        return Covered(*row)
