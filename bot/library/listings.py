"""Lists of days and trends: answered at once from the store, refreshed in the background."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from bot.errors import SourceError
from bot.library.cooldown import Cooldown
from bot.library.refresher import Refresher
from bot.library.sync import Report, SyncProgress, feed_day, is_final, sync
from bot.text import count

if TYPE_CHECKING:
    from bot.papers import Paper
    from bot.sources.hugging_face import HuggingFace
    from bot.store import Saved, Store

FRESH = timedelta(minutes=15)  # a younger list is shown as it is
MOMENT_SECONDS = 1.5  # that a person in a chat waits for newer numbers
PATIENCE_SECONDS = 8.0  # that a person waits where nothing goes on after the answer
TRENDING = 50
RECENT = timedelta(days=13)  # before today, whose best papers stand in for what is trending
COMING = "Newer numbers are being fetched."
NOTHING_YET = "Nothing is here yet, and Hugging Face is still being asked: try again in a moment."

Add = Callable[[Sequence["Paper"], datetime], Awaitable["Saved"]]


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list, the length of the list, and a remark if it may be out of date."""

    papers: tuple[Paper, ...]
    total: int
    remark: str = ""


@dataclass(frozen=True, slots=True)
class _Trending:
    ids: tuple[str, ...] = ()
    at: datetime = field(default=datetime.min.replace(tzinfo=UTC))


class Listings:
    """The lists of papers, from the store and the source together."""

    def __init__(
        self,
        store: Store,
        source: HuggingFace,
        add: Add,
        cooldown: Cooldown,
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._source = source
        self._add = add
        self._cooldown = cooldown
        self._now = now
        self._syncing = asyncio.Lock()
        self._days = Refresher(cooldown)
        self._trends = Refresher(cooldown)
        self._trending = _Trending()

    async def between(
        self, first: date, last: date, *, limit: int, offset: int, seconds: float
    ) -> Listing:
        """List papers of some days, most upvotes first, waiting at most `seconds` for newer ones.

        Raises SourceError if none are known, with the reason.
        """
        last_known = min(last, feed_day(self._now()))
        remark = await self._refresh(first, last_known, seconds)
        known = await self.known(first, last, limit=limit, offset=offset)
        if remark and not known.total:
            raise SourceError(NOTHING_YET if remark == COMING else remark)
        return replace(known, remark=remark)

    async def known(self, first: date, last: date, *, limit: int, offset: int) -> Listing:
        """List the known papers of some days, most upvotes first."""
        page = await self._store.papers.between(
            first, last, sort="votes", limit=limit, offset=offset
        )
        return Listing(page.papers, page.total)

    async def trending(self, *, limit: int, offset: int, seconds: float) -> Listing:
        """List what is trending on Hugging Face, or the best of two weeks if that is unknown.

        Raises SourceError if nothing is known, with the reason.
        """
        remark, today = "", feed_day(self._now())
        if self._now() - self._trending.at > FRESH:
            reason = await self._trends.refresh((today, today), self._fetch_trending, seconds)
            remark = COMING if reason is None else reason
        ids, at = self._trending.ids, self._trending.at
        if ids:
            papers = await self._store.papers.get(ids[offset : offset + limit])
            return Listing(papers, len(ids), self._aged(at, remark) if remark else "")
        known = await self.known(today - RECENT, today, limit=limit, offset=offset)
        if not known.total:
            none = "Nothing is trending on Hugging Face right now."
            raise SourceError(NOTHING_YET if remark == COMING else remark or none)
        return replace(known, remark=f"{remark} These are the most upvoted of two weeks.".strip())

    async def fetch(
        self, first: date, last: date, progress: Callable[[SyncProgress], None] | None = None
    ) -> Report:
        """Fetch the lists of some days; one run at a time."""
        async with self._syncing:
            return await sync(
                self._source,
                self._store.days,
                self._add,
                first,
                last,
                now=self._now,
                progress=progress,
            )

    async def close(self) -> None:
        """Cancel refreshes that still run."""
        await self._days.close()
        await self._trends.close()

    async def _refresh(self, first: date, last: date, seconds: float) -> str:
        """Fetch missing or old lists; return a remark if what is known may be out of date."""
        if await self._fresh(first, last):
            return ""

        async def fetch() -> str:
            if await self._fresh(first, last):  # a sync has fetched them
                return ""
            report = await self.fetch(first, last)
            return report.failed[0][1] if report.failed else ""

        reason = await self._days.refresh((first, last), fetch, seconds)
        if reason == "":
            return ""
        fetched = await self._store.days.fetched(first, last)
        changing = [at for day, at in fetched.items() if not is_final(day, at)]
        remark = COMING if reason is None else reason
        return self._aged(min(changing), remark) if changing else remark

    async def _fetch_trending(self) -> str:
        batch = await self._source.trending(TRENDING)
        await self._add(batch.papers, self._now())
        self._trending = _Trending(tuple(paper.id for paper in batch.papers), self._now())
        return ""

    async def _fresh(self, first: date, last: date) -> bool:
        fetched = await self._store.days.fetched(first, last)
        days = (first + timedelta(days=n) for n in range((last - first).days + 1))
        return all(
            day in fetched and (is_final(day, fetched[day]) or self._now() - fetched[day] < FRESH)
            for day in days
        )

    def _aged(self, at: datetime, remark: str) -> str:
        return f"As of {_age(self._now() - at)} ago. {remark}"


def _age(age: timedelta) -> str:
    minutes = max(1, round(age / timedelta(minutes=1)))
    if minutes < 100:
        return count(minutes, "minute")
    hours = round(minutes / 60)
    return count(hours, "hour") if hours < 48 else count(round(hours / 24), "day")
