"""Fetch the days of the feed into the store, one by one, and resume after an interruption.

A day counts as fetched only after its papers are saved.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.calendar.schedule import FEED_ZONE, ROLL_OVER
from bot.errors import SourceDown, SourceError
from bot.papers import Paper
from bot.sources.items import Batch

log = logging.getLogger(__name__)

FIRST_DAY = date(2023, 5, 4)  # the feed's
SETTLED = timedelta(days=3)  # votes and late papers hardly move a list any more after that
# After so much trouble in a row asking on is only a burden: five days of a source that is down, or
# twenty of answers that are wrong, which may all the same be right again for other days.
MAX_TROUBLE = 20
TROUBLE_DOWN, TROUBLE_WRONG = 4, 1


class DayLists(Protocol):
    """Where the lists of days come from."""

    async def daily(self, day: date) -> Batch:
        """Return the list of one day. Raises SourceError, or SourceDown if nothing works."""


class FetchedDays(Protocol):
    """Which days were fetched, and when."""

    async def fetched(self, first: date, last: date) -> Mapping[date, datetime]:
        """Return when each of these days was fetched last; the others are missing."""

    async def record(self, day: date, papers: int, at: datetime) -> None:
        """Note that a day with so many papers was fetched."""


class SaveResult(Protocol):
    """What became of papers that were kept."""

    @property
    def added(self) -> int:
        """How many are new."""

    @property
    def updated(self) -> int:
        """How many were known and have changed."""


@dataclass(frozen=True, slots=True)
class SyncProgress:
    """How far a run is: `done` of `total` days, the last one, and the new papers so far."""

    done: int
    total: int
    day: date
    added: int


@dataclass(frozen=True, slots=True)
class Report:
    """How a run went.

    `days` were fetched, with `papers` on their lists, of which `added` are new and `updated` have
    changed; `skipped` items could not be read; `failed` are the days that could not be had, each
    with the reason. `left` days were not asked for, because too much went wrong: the same run goes
    on from there.
    """

    days: int = 0
    papers: int = 0
    added: int = 0
    updated: int = 0
    skipped: int = 0
    failed: tuple[tuple[date, str], ...] = ()
    left: int = 0


def feed_day(now: datetime) -> date:
    """Return the day that the feed is at: New York's, which begins on the evening before."""
    there = now.astimezone(ZoneInfo(FEED_ZONE))
    return there.date() + timedelta(days=there.time() >= ROLL_OVER)


def is_final(day: date, fetched: datetime, after: timedelta = SETTLED) -> bool:
    """Whether a list fetched then need not be asked for again."""
    ended = datetime.combine(day, ROLL_OVER, ZoneInfo(FEED_ZONE)).astimezone(UTC)
    return fetched >= ended + after


async def sync(
    source: DayLists,
    days: FetchedDays,
    add: Callable[[Sequence[Paper], datetime], Awaitable[SaveResult]],
    first: date,
    last: date,
    *,
    now: Callable[[], datetime],
    fresh: timedelta = SETTLED,
    progress: Callable[[SyncProgress], None] | None = None,
) -> Report:
    """Fetch the lists of `first` to `last` that are missing or can still change, the newest first.

    `add` keeps papers as they were at a time. A day that cannot be had is tried once more at the
    end. What the source does wrong is in the report; what the store does wrong is raised.
    """
    first, last = max(first, FIRST_DAY), min(last, feed_day(now()))
    known = await days.fetched(first, last) if first <= last else {}
    span = [last - timedelta(days=n) for n in range((last - first).days + 1)]
    asked = [day for day in span if day not in known or not is_final(day, known[day], fresh)]
    run = _Run(source, days, add, now, progress, len(asked))
    left = await run.through(asked)
    if not left:
        await run.through(list(run.failed))
    return Report(
        run.fetched,
        run.papers,
        run.added,
        run.updated,
        run.skipped,
        tuple(run.failed.items()),
        len(left),
    )


@dataclass(slots=True)
class _Run:
    source: DayLists
    days: FetchedDays
    add: Callable[[Sequence[Paper], datetime], Awaitable[SaveResult]]
    now: Callable[[], datetime]
    progress: Callable[[SyncProgress], None] | None
    total: int
    fetched: int = 0
    papers: int = 0
    added: int = 0
    updated: int = 0
    skipped: int = 0
    failed: dict[date, str] = field(default_factory=dict)

    async def through(self, asked: Sequence[date]) -> Sequence[date]:
        """Fetch these days; return those that were not asked for."""
        trouble = 0
        for number, day in enumerate(asked, 1):
            try:
                await self._fetch(day)
                self.failed.pop(day, None)
                trouble = 0
            except SourceError as error:
                log.debug("The list of %s could not be fetched: %s", day, error)
                self.failed[day] = str(error)
                trouble += TROUBLE_DOWN if isinstance(error, SourceDown) else TROUBLE_WRONG
            if self.progress:
                self.progress(
                    SyncProgress(self.fetched + len(self.failed), self.total, day, self.added)
                )
            if trouble >= MAX_TROUBLE:
                return asked[number:]
        return ()

    async def _fetch(self, day: date) -> None:
        batch = await self.source.daily(day)
        if batch.skipped and not batch.papers:
            raise SourceError(f"None of its {batch.skipped:,} items is a readable paper.")
        at = self.now()
        if batch.papers:
            saved = await self.add(batch.papers, at)
            self.added += saved.added
            self.updated += saved.updated
        await self.days.record(day, len(batch.papers), at)
        self.fetched += 1
        self.papers += len(batch.papers)
        self.skipped += batch.skipped
