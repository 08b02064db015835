"""The papers that are known, and the way to those that are not known yet."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from bot.errors import SourceError
from bot.library.cooldown import Cooldown
from bot.library.remote_search import Online
from bot.library.search_service import Searches
from bot.library.sync import SETTLED, Progress, Report, feed_day, settled, sync
from bot.models import Suggestion
from bot.search import parse
from bot.store import Saved, Store, SyncRun
from bot.text import listed

if TYPE_CHECKING:
    from bot.library.search_service import Found
    from bot.papers import Paper
    from bot.search import Index
    from bot.search.completion import Kind
    from bot.sources.hugging_face import HuggingFace

log = logging.getLogger(__name__)

FRESH = timedelta(minutes=15)  # a list younger than this is shown as it is
PATIENCE = 8.0  # seconds that a person waits for fresher figures before the known ones are shown
RECENT = timedelta(days=6)  # that an ordinary sync goes back
LONGEST_PAUSE = timedelta(days=60)  # that it makes up for by itself
TRENDING = 50
TOO_SLOW = "Hugging Face takes too long to answer; try again later."


@dataclass(frozen=True, slots=True)
class Listing:
    """Papers of a list: one page of them, how many there are, and what to say if they may be out of date."""

    papers: tuple[Paper, ...]
    total: int
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Status:
    """What is known and how fresh it is."""

    papers: int
    days: int
    first: date | None
    last: date | None
    synced: datetime | None
    trouble: str
    next_sync: datetime | None
    indexing: (
        tuple[int, int] | None
    )  # while the search index is made anew: how many papers of how many are in it


@dataclass(slots=True)
class _Trending:
    ids: tuple[str, ...] = ()
    at: datetime = field(default=datetime.min.replace(tzinfo=UTC))


class Library:
    """Store, search index and source as one collection of papers, the same for everybody."""

    def __init__(
        self,
        store: Store,
        index: Index,
        source: HuggingFace,
        now: Callable[[], datetime],
        *,
        online: bool = False,
        waits: bool = True,
    ) -> None:
        self._store = store
        self._index = index
        self._source = source
        self._now = now
        self._waits = waits  # for an index that is far behind, or answers provisionally
        self._trending = _Trending()
        self._syncing = asyncio.Lock()
        self._rest = Cooldown(now)
        asking = Online(source, self._keep_now, self._rest, now) if online else None
        self._searches = Searches(store.papers, index, asking, now)
        self.next_sync: datetime | None = None  # set by whoever keeps the library in step

    def today(self) -> date:
        """Return the day that the feed is at."""
        return feed_day(self._now())

    async def add(self, papers: Sequence[Paper], as_of: datetime) -> Saved:
        """Keep papers as they were at `as_of`, and make them searchable."""
        saved = await self._store.papers.save(papers, as_of)
        await self._follow()
        return saved

    async def _keep_now(self, papers: Sequence[Paper]) -> None:
        if papers:
            await self.add(papers, self._now())

    async def add_day(self, day: date, papers: Sequence[Paper]) -> None:
        """Keep the whole list of a day, as fetched now."""
        await self.add(papers, self._now())
        await self._store.days.record(day, len(papers), self._now())

    async def paper(self, paper_id: str) -> Paper | None:
        """Return a paper, asking the source for one that is not known; None where there is none."""
        known = await self._store.papers.get([paper_id])
        if known:
            return known[0]
        try:
            async with asyncio.timeout(PATIENCE):
                paper = await self._source.paper(paper_id)
        except TimeoutError as error:
            raise SourceError(TOO_SLOW) from error
        if paper is None:
            return None
        await self.add([paper], self._now())
        return paper

    async def papers(self, ids: Sequence[str]) -> tuple[Paper, ...]:
        """Return the known ones of these papers, in their order."""
        return await self._store.papers.get(ids)

    async def between(self, first: date, last: date, *, limit: int, offset: int = 0) -> Listing:
        """List the papers of some days, most upvotes first, after a look whether there are newer figures."""
        remark = await self._freshen(first, last)
        known = await self.known(first, last, limit=limit, offset=offset)
        if remark and not known.total:
            raise SourceError(remark)
        return replace(known, remark=remark)

    async def known(self, first: date, last: date, *, limit: int = 0, offset: int = 0) -> Listing:
        """List the papers of some days as far as they are known, most upvotes first."""
        page = await self._store.papers.between(
            first, last, sort="votes", limit=limit, offset=offset
        )
        return Listing(page.papers, page.total)

    async def latest_day(self) -> date | None:
        """Return the last day with papers, today or before."""
        return await self._store.papers.day_before(self.today() + timedelta(days=1))

    async def day_before(self, day: date) -> date | None:
        """Return the nearest earlier day with papers."""
        return await self._store.papers.day_before(day)

    async def day_after(self, day: date) -> date | None:
        """Return the nearest later day with papers."""
        return await self._store.papers.day_after(day)

    async def trending(self, *, limit: int, offset: int = 0) -> Listing:
        """List what is trending on Hugging Face now, or the best of two weeks where that cannot be asked."""
        remark = ""
        if self._now() - self._trending.at > FRESH and not (remark := self._rest.reason):
            try:
                async with asyncio.timeout(PATIENCE):
                    batch = await self._source.trending(TRENDING)
            except (SourceError, TimeoutError) as error:
                remark = self._rest.begin(_remark(error))
            else:
                await self.add(batch.papers, self._now())
                self._trending = _Trending(tuple(paper.id for paper in batch.papers), self._now())
        if self._trending.ids:
            ids = self._trending.ids
            return Listing(await self.papers(ids[offset : offset + limit]), len(ids), remark)
        today = self.today()
        known = await self.known(today - timedelta(days=13), today, limit=limit, offset=offset)
        if not known.total:
            raise SourceError(remark or "Nothing is trending on Hugging Face just now.")
        return replace(known, remark=f"{remark} These are the most upvoted of two weeks.")

    async def search(
        self,
        text: str,
        *,
        limit: int,
        offset: int = 0,
        within: Sequence[str] | None = None,
        in_order: bool = False,
        online: bool = False,
    ) -> Found:
        """Find papers, all or among the ids `within`, best first or `in_order` as they stand there.

        Where all are looked through, Hugging Face can be asked too. UsageError where a filter makes
        no sense.
        """
        query = parse(text, self.today())
        await self._follow()
        if within is None:
            return await self._searches.everywhere(query, limit, offset, online=online)
        return await self._searches.among(query, within, limit, offset, in_order=in_order)

    async def similar(
        self, paper: Paper, *, limit: int
    ) -> tuple[tuple[Paper, tuple[str, ...]], ...]:
        """Return papers that are about the same, each with the words that tell most among those that both use."""
        await self._follow()
        shared = {one.id: one.words for one in await self._index.similar(paper, limit=limit)}
        return tuple((other, shared[other.id]) for other in await self.papers(tuple(shared)))

    async def suggest(
        self, kind: Kind, text: str, limit: int, *, asker: Hashable = None
    ) -> tuple[Suggestion, ...]:
        """Complete the title of a paper, an author or an organisation; an `asker` waits for the last answer only."""
        return await self._index.suggest(kind, text, limit, asker=asker)

    async def check_index(self) -> bool:
        """Read the whole search index: whether it was sound. One that was not is made anew."""
        await self._follow()
        return await self._index.check()

    async def rebuild_index(self) -> int:
        """Make the search index anew; return how many papers are in it."""
        papers = self._store.papers
        return await self._index.rebuild(papers.changed, await papers.revision())

    async def sync(
        self,
        first: date | None = None,
        last: date | None = None,
        progress: Callable[[Progress], None] | None = None,
    ) -> Report:
        """Fetch the lists of some days, by default today's and the last days', and note how that went."""
        today = self.today()
        if first is None:  # after a pause, go on where it began
            covered = (await self._store.days.covered()).last or today
            first = max(today - LONGEST_PAUSE, min(today - RECENT, covered - SETTLED))
        last = last or today
        async with self._syncing:
            report = await self._fetch(first, last, progress)
        days = [f"{day}" for day, _ in report.failed[:3]]
        trouble = f"{listed(days)}: {report.failed[0][1]}" if report.failed else ""
        await self._store.syncs.record(SyncRun(self._now(), report.added, report.updated, trouble))
        return report

    async def keep_in_step(self, every: timedelta) -> None:
        """Sync now and then again, until cancelled; trouble is logged and shown by `status`."""
        while True:
            report = await self.sync()
            if report.failed:
                log.warning(
                    "%d days could not be had, the first because: %s",
                    len(report.failed),
                    report.failed[0][1],
                )
            self.next_sync = self._now() + every
            await asyncio.sleep(every.total_seconds())

    async def status(self) -> Status:
        """Say what is known and how fresh it is."""
        covered = await self._store.days.covered()
        good, last = await self._store.syncs.last_good(), await self._store.syncs.last()
        return Status(
            papers=await self._store.papers.count(),
            days=covered.days,
            first=covered.first,
            last=covered.last,
            synced=good.at if good else None,
            trouble=last.failed if last else "",
            next_sync=self.next_sync,
            indexing=self._index.progress if self._index.behind else None,
        )

    async def _follow(self) -> None:
        papers = self._store.papers
        await self._index.follow(papers.changed, await papers.revision(), wait=self._waits)

    async def _freshen(self, first: date, last: date) -> str:
        """Fetch the lists of these days where they are missing or may have changed; say so if that did not work."""
        if await self._fresh(first, min(last, self.today())):
            return ""
        if remark := self._rest.reason:
            return remark
        try:
            async with asyncio.timeout(PATIENCE), self._syncing:
                if await self._fresh(
                    first, min(last, self.today())
                ):  # somebody else has asked meanwhile
                    return ""
                report = await self._fetch(first, last)
        except TimeoutError as error:
            return self._rest.begin(_remark(error))
        return self._rest.begin(report.failed[0][1]) if report.failed else ""

    async def _fetch(
        self, first: date, last: date, progress: Callable[[Progress], None] | None = None
    ) -> Report:
        return await sync(
            self._source, self._store.days, self.add, first, last, now=self._now, progress=progress
        )

    async def _fresh(self, first: date, last: date) -> bool:
        fetched = await self._store.days.fetched(first, last)
        days = (first + timedelta(days=n) for n in range((last - first).days + 1))
        return all(
            day in fetched and (settled(day, fetched[day]) or self._now() - fetched[day] < FRESH)
            for day in days
        )


def _remark(error: Exception) -> str:
    return str(error) or TOO_SLOW
