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
class Coverage:
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
        """Return when the lists from `first` to `last` were last fetched, by day."""
        return dict(await self._database.read(_FETCHED, {"first": first, "last": last}))

    async def counts(self, first: date, last: date) -> dict[date, int]:
        """Return how many papers the lists from `first` to `last` had when last fetched, by day."""
        return dict(await self._database.read(_COUNTS, {"first": first, "last": last}))

    async def covered(self) -> Coverage:
        """Return how many days were fetched, and the first and last of them."""
        (row,) = await self._database.read(_COVERED)
        return Coverage(*row)
