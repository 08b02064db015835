"""The papers as one collection: store, search index and source together."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from bot.errors import SourceError
from bot.library.cooldown import Cooldown
from bot.library.listings import MOMENT_SECONDS, PATIENCE_SECONDS, Listing, Listings
from bot.library.refresher import TOO_SLOW
from bot.library.remote_search import Online
from bot.library.search_service import Searches
from bot.library.sync import SETTLED, Report, SyncProgress, feed_day
from bot.models import Suggestion
from bot.search import parse
from bot.store import Saved, Store, SyncRun
from bot.text import count, listed

if TYPE_CHECKING:
    from bot.library.search_service import Found
    from bot.papers import Paper
    from bot.search import Index, Query, Wording
    from bot.search.completion import Kind
    from bot.search.nearness import Nearness
    from bot.semantic.encoder import Vector
    from bot.sources.hugging_face import HuggingFace

log = logging.getLogger(__name__)

RECENT = timedelta(days=6)  # that an ordinary sync goes back
LONGEST_PAUSE = timedelta(days=60)  # after which a sync goes back no further by itself
WARM_UP = "difusion models for image generation"  # loads what most searches need, spelling too
REMOTE_RESULTS = 10  # papers, of which the first has the title that was asked for


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
    indexing: tuple[int, int] | None  # while the index is rebuilt: papers in it, papers in all
    embedding: tuple[int, int] | None = None  # while papers are embedded: those done, all
    meaning_trouble: str = ""  # why no search goes by meaning, though a model is set


class Library:
    """Store, search index and source as one collection of papers, the same for all tenants."""

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
        self._online = online
        self._waits = waits  # for an index that is far behind, or answers provisionally
        cooldown = Cooldown(now)
        self.listings = Listings(store, source, self.add, cooldown, now)
        # a process that ends with its answer gets nothing from what goes on in the background
        self._moment = PATIENCE_SECONDS if waits else MOMENT_SECONDS
        asking = Online(source, self._keep_now, cooldown, now) if online else None
        self._searches = Searches(store.papers, index, asking, now)
        self.next_sync: datetime | None = None  # set by keep_in_step

    def today(self) -> date:
        """Return the day that the feed is at."""
        return feed_day(self._now())

    async def add(self, papers: Sequence[Paper], as_of: datetime) -> Saved:
        """Save papers as of a moment, and make them searchable."""
        (saved,) = await self.add_all([(as_of, papers)])
        return saved

    async def add_all(self, groups: Iterable[tuple[datetime, Sequence[Paper]]]) -> list[Saved]:
        """Save groups of papers, each as of a moment, and make all searchable at once."""
        saved = [await self._store.papers.save(papers, as_of) for as_of, papers in groups]
        await self._follow()
        return saved

    async def _keep_now(self, papers: Sequence[Paper]) -> None:
        if papers:
            await self.add(papers, self._now())

    async def add_day(self, day: date, papers: Sequence[Paper]) -> None:
        """Save the whole list of a day, as fetched now."""
        await self.add(papers, self._now())
        await self._store.days.record(day, len(papers), self._now())

    async def paper(self, paper_id: str) -> Paper | None:
        """Return a paper, fetched if it is not known; None if there is none. Raises SourceError."""
        known = await self._store.papers.get([paper_id])
        if known:
            return known[0]
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                paper = await self._source.paper(paper_id)
        except TimeoutError as error:
            raise SourceError(TOO_SLOW) from error
        if paper is None:
            return None
        await self.add([paper], self._now())
        return paper

    @property
    def can_index(self) -> bool:
        """Whether papers can be indexed on Hugging Face: the operator's token is set."""
        return self._source.has_token

    async def index_remote(self, paper_id: str) -> bool:
        """Have Hugging Face index a paper; False if there is no such paper. Raises SourceError."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await self._source.index(paper_id)
        except TimeoutError as error:
            raise SourceError(TOO_SLOW) from error

    async def search_remote(self, text: str) -> tuple[Paper, ...]:
        """Return what Hugging Face's own search finds, best first, if it may be asked.

        Raises SourceError.
        """
        if not self._online:
            return ()
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return (await self._source.search(text, REMOTE_RESULTS)).papers
        except TimeoutError as error:
            raise SourceError(TOO_SLOW) from error

    async def keep(self, papers: Sequence[Paper]) -> None:
        """Store papers that were found somewhere just now, and make them searchable."""
        await self._keep_now(papers)

    async def papers(self, ids: Sequence[str]) -> tuple[Paper, ...]:
        """Return the known ones of these papers, in their order."""
        return await self._store.papers.get(ids)

    async def between(
        self, first: date, last: date, *, limit: int, offset: int = 0, seconds: float | None = None
    ) -> Listing:
        """List papers of some days, most upvotes first, with a remark if newer ones are coming.

        Waits at most `seconds`, or as long as a person should, for newer ones. Raises SourceError
        if none are known.
        """
        wait = self._moment if seconds is None else seconds
        return await self.listings.between(first, last, limit=limit, offset=offset, seconds=wait)

    async def known(self, first: date, last: date, *, limit: int = 0, offset: int = 0) -> Listing:
        """List the known papers of some days, most upvotes first."""
        return await self.listings.known(first, last, limit=limit, offset=offset)

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
        """List what is trending on Hugging Face, or the best of two weeks if that is unknown.

        Raises SourceError if nothing is known.
        """
        return await self.listings.trending(limit=limit, offset=offset, seconds=self._moment)

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
        """Find papers, all or among the ids `within`, best first or `in_order` of these.

        A search of all papers can ask Hugging Face too. Raises UsageError for a bad filter.
        """
        query = parse(text, self.today())
        await self._follow()
        if within is None:
            return await self._searches.everywhere(query, limit, offset, online=online)
        return await self._searches.among(query, within, limit, offset, in_order=in_order)

    async def read_wording(self, text: str) -> Wording | None:
        """Return a search with the filters that its words ask for, None where they ask for none."""
        await self._follow()
        return await self._index.read_wording(text, self.today())

    async def similar(
        self, paper: Paper, *, limit: int
    ) -> tuple[tuple[Paper, tuple[str, ...]], ...]:
        """Return similar papers, each with the most telling words that both use."""
        await self._follow()
        shared = {one.id: one.words for one in await self._index.similar(paper, limit=limit)}
        return tuple((other, shared[other.id]) for other in await self.papers(tuple(shared)))

    async def vectors_of(self, ids: Sequence[str]) -> Mapping[str, Vector]:
        """Return where papers are by what they mean, as far as that is known."""
        return await self._index.vectors_of(ids)

    @property
    def has_model(self) -> bool:
        """Whether a language model is set, so that papers are compared by what they mean."""
        return self._index.semantic is not None

    async def nearness(
        self, queries: Sequence[Query], ids: Sequence[str], least: float
    ) -> Nearness:
        """Return which of the papers are so near to queries in meaning; none without a model."""
        return await self._index.nearness(queries, ids, least)

    async def near_duplicates(self, ids: Sequence[str]) -> Mapping[str, frozenset[str]]:
        """Return which of the papers say nearly the same as others, with these, by id."""
        return await self._index.near_duplicates(ids)

    async def suggest(
        self, kind: Kind, text: str, limit: int, *, asker: Hashable = None
    ) -> tuple[Suggestion, ...]:
        """Complete a title, author or organisation; only an `asker`'s last request counts."""
        return await self._index.suggest(kind, text, limit, asker=asker)

    async def check_index(self) -> bool:
        """Read the whole search index, rebuild a damaged one, and tell whether it was sound."""
        await self._follow()
        return await self._index.check()

    async def rebuild_index(self) -> int:
        """Rebuild the search index; return how many papers are in it."""
        papers = self._store.papers
        return await self._index.rebuild(papers.changed, await papers.revision())

    async def sync(
        self,
        first: date | None = None,
        last: date | None = None,
        progress: Callable[[SyncProgress], None] | None = None,
    ) -> Report:
        """Fetch the lists of some days, by default of the last week, and record the sync."""
        today = self.today()
        if first is None:  # after a pause, go on where it began
            covered = (await self._store.days.covered()).last or today
            first = max(today - LONGEST_PAUSE, min(today - RECENT, covered - SETTLED))
        last = last or today
        report = await self.listings.fetch(first, last, progress)
        days = [f"{day}" for day, _ in report.failed[:3]]
        trouble = f"{listed(days)}: {report.failed[0][1]}" if report.failed else ""
        await self._store.syncs.record(SyncRun(self._now(), report.added, report.updated, trouble))
        return report

    async def keep_in_step(self, every: timedelta) -> None:
        """Sync now and then again, until cancelled; failures are logged and shown by `status`."""
        await self.warm()
        while True:
            report = await self.sync()
            await self.warm()
            _log_sync(report, every)
            self.next_sync = self._now() + every
            await asyncio.sleep(every.total_seconds())

    async def warm(self) -> None:
        """Load what the first search would wait for."""
        await self._follow()
        await self._index.search(parse(WARM_UP, self.today()), limit=1)

    async def keep_embedding(self) -> None:
        """Give every paper its place by meaning, as papers come; until cancelled."""
        if self._index.semantic:
            await self._index.semantic.keep(self._store.papers.get)

    async def embed_papers(self) -> None:
        """Give every paper its place by meaning now; `status` tells what went wrong."""
        await self._follow()
        if self._index.semantic:
            await self._index.semantic.catch_up(self._store.papers.get)

    async def close(self) -> None:
        """Cancel refreshes that still run."""
        await self.listings.close()

    async def status(self) -> Status:
        """Return what is known and how fresh it is."""
        covered = await self._store.days.covered()
        semantic = self._index.semantic
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
            embedding=semantic.progress if semantic else None,
            meaning_trouble=semantic.trouble if semantic else "",
        )

    async def _follow(self) -> None:
        papers = self._store.papers
        await self._index.follow(
            papers.changed, await papers.revision(), wait=self._waits, mark=papers.mark
        )


def _log_sync(report: Report, every: timedelta) -> None:
    minutes = count(every // timedelta(minutes=1), "minute")
    if report.failed:
        days = count(len(report.failed) + report.left, "day")
        log.warning(
            "Sync: %s could not be fetched: %s Next try in %s.", days, report.failed[0][1], minutes
        )
    else:
        log.info(
            "Sync: %s new, %s updated. Next in %s.",
            count(report.added, "paper"),
            f"{report.updated:,}",
            minutes,
        )
